import CSystem

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

    /// Bytes of the mask, which comes last.
    static let maskBytes = 4

    /// Bytes of the header, mask included, that its second byte tells.
    static func count(lengthByte: UInt8) -> Int {
        let count =
            switch lengthByte & 0x7F {
            case 126: 4
            case 127: 10
            default: 2
            }
        return lengthByte & 0x80 != 0 ? count + maskBytes : count
    }

    /// Adds the header of a frame; the mask, which is the client's alone to add, follows it.
    func append(payloadCount: Int, isMasked: Bool = false, to bytes: inout [UInt8]) {
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        bytes.append((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        if payloadCount < 126 {
            bytes.append(maskBit | UInt8(truncatingIfNeeded: payloadCount))
        } else if payloadCount < 1 << 16 {
            bytes.append(maskBit | 126)
            for shift in [8, 0] { bytes.append(UInt8(truncatingIfNeeded: payloadCount >> shift)) }
        } else {
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: payloadCount >> shift))
            }
        }
    }

    /// A whole frame of a client, masked with `mask` (RFC 6455 §5.3).
    func frame(_ payload: [UInt8], mask: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.maxBytes + payload.count)
        append(payloadCount: payload.count, isMasked: true, to: &bytes)
        bytes.append(contentsOf: mask)
        let start = bytes.count
        bytes.append(contentsOf: payload)
        bytes.withUnsafeMutableBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            csystem_unmask(base + start, bytes.count - start, mask, 0)
        }
        return bytes
    }
}
