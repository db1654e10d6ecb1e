/// What begins a WebSocket frame (RFC 6455 §5.2).
struct FrameHeader: Equatable {
    enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// Longest payload of a control frame, in bytes.
    static let maxControlBytes = 125
    /// Longest header: two bytes, a length of eight and a mask of four.
    static let maxBytes = 14

    var isFinal = true
    /// RSV1: the message is compressed (RFC 7692).
    var isCompressed = false
    var opcode: Opcode

    /// Bytes of the header, mask included, that its second byte tells.
    static func count(lengthByte: UInt8) -> Int {
        switch lengthByte & 0x7F {
        case 126: 8
        case 127: 14
        default: 6
        }
    }

    /// Adds the header of a frame from a server, which is never masked.
    func append(payloadCount: Int, to bytes: inout [UInt8]) {
        bytes.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        if payloadCount < 126 {
            bytes.append(UInt8(truncatingIfNeeded: payloadCount))
        } else if payloadCount < 1 << 16 {
            bytes.append(126)
            for shift in [8, 0] { bytes.append(UInt8(truncatingIfNeeded: payloadCount >> shift)) }
        } else {
            bytes.append(127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: payloadCount >> shift))
            }
        }
    }
}
