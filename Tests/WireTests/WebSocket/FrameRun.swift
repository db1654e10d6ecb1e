import Testing

@testable import Wire

/// What a frame reader makes of bytes that arrive in given pieces, until nothing more is read.
struct FrameRun: Equatable {
    var events: [FrameReader.Event] = []

    init(
        _ bytes: [UInt8], cuts: [Int] = [], maxMessageBytes: Int = 1 << 20, allowsCompression: Bool = false,
        isMasked: Bool = true
    ) {
        var reader = FrameReader(
            maxMessageBytes: maxMessageBytes, allowsCompression: allowsCompression, isMasked: isMasked)
        var start = 0
        for end in (cuts + [bytes.count]).sorted() {
            var piece = Array(bytes[start..<end])
            start = end
            piece.withUnsafeMutableBufferPointer { piece in
                var place = 0
                while true {
                    let event = reader.feed(piece, &place)
                    if event == .more { break }
                    events.append(event)
                }
                #expect(place == piece.count)
            }
        }
    }

    static func byteByByte(
        _ bytes: [UInt8], allowsCompression: Bool = false, isMasked: Bool = true
    ) -> FrameRun {
        FrameRun(
            bytes, cuts: Array(0..<bytes.count), allowsCompression: allowsCompression, isMasked: isMasked)
    }
}

/// Writes frames as a client does, also wrong ones.
enum ClientFrame {
    /// Opcode 0 to 15; `reserved` are the three bits after FIN.
    static func bytes(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, reserved: UInt8 = 0, isMasked: Bool = true,
        lengthForm: Int? = nil
    ) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let form = lengthForm ?? (payload.count < 126 ? 1 : payload.count < 1 << 16 ? 2 : 8)
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        switch form {
        case 1: bytes.append(maskBit | UInt8(payload.count))
        case 2: bytes += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default:
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(payload.count >> shift & 255))
            }
        }
        guard isMasked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
        bytes(1, Array(text.utf8), isFinal: isFinal)
    }
    static func next(_ text: String, isFinal: Bool = true) -> [UInt8] {
        bytes(0, Array(text.utf8), isFinal: isFinal)
    }
    /// The frames again as a server sends them, without their masks; stops at what is no frame.
    static func unmasked(_ frames: [UInt8]) -> [UInt8] {
        var rest = frames[...]
        var bytes: [UInt8] = []
        while rest.count >= 2 {
            let head = Array(rest.prefix(10))
            let wide = head[1] & 0x7F == 126 ? 2 : head[1] & 0x7F == 127 ? 8 : 0
            guard head[1] & 0x80 != 0, rest.count >= 6 + wide else { break }
            let length =
                wide == 0 ? Int(head[1] & 0x7F) : head[2..<2 + wide].reduce(0) { $0 &<< 8 | Int($1) }
            let mask = Array(rest.dropFirst(2 + wide).prefix(4))
            guard length >= 0, rest.count - 6 - wide >= length else { break }
            let payload = rest.dropFirst(6 + wide).prefix(length)
            bytes += [head[0], head[1] & 0x7F] + head[2..<2 + wide]
            bytes += payload.enumerated().map { $1 ^ mask[$0 & 3] }
            rest = rest.dropFirst(6 + wide + length)
        }
        return bytes + rest
    }

    static func close(_ code: Int, _ reason: String = "") -> [UInt8] {
        bytes(8, [UInt8(code >> 8), UInt8(code & 255)] + Array(reason.utf8))
    }
}
