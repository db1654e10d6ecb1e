import CSystem

/// A strict, incremental reader of the frames that one side sends (RFC 6455 §5), which puts fragments together.
///
/// How the bytes are split never changes what comes out. Text that is not compressed fails at its first wrong byte.
struct FrameReader {
    /// What the bytes so far amount to.
    enum Event: Equatable {
        /// Everything was taken in, and more is needed.
        case more
        /// A whole message; text is valid UTF-8 unless it is still compressed.
        case message([UInt8], isText: Bool, isCompressed: Bool)
        case ping([UInt8])
        case pong
        /// The peer's close frame; the code is 1005 when it had none. Nothing is read after it.
        case close(code: Int, reason: String)
        /// Nothing is read after it.
        case failed(WebSocketFailure)
    }

    /// Largest message in bytes; may be changed at any time.
    var maxMessageBytes: Int
    /// Whether permessage-deflate was agreed on.
    let allowsCompression: Bool
    /// Whether the frames are masked: a client's must be, a server's must not.
    let isMasked: Bool

    /// What has come of a message that is not whole yet.
    var unfinishedBytes: Int { message.count }

    private var headerBytes = InlineArray<14, UInt8>(repeating: 0)
    private var headerCount = 0
    private var isInPayload = false
    private var isEnded = false
    private var frame = FrameHeader(opcode: .continuation)
    private var remaining = 0
    private var taken = 0
    private var mask: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)

    private var message: [UInt8] = []
    private var isInMessage = false
    private var isText = false
    private var isCompressed = false
    private var textState: UInt32 = 0
    private var control: [UInt8] = []

    init(maxMessageBytes: Int, allowsCompression: Bool = false, isMasked: Bool = true) {
        self.maxMessageBytes = maxMessageBytes
        self.allowsCompression = allowsCompression
        self.isMasked = isMasked
    }

    /// Goes on at `place` and moves it past what was taken in; payloads are unmasked in place.
    mutating func feed(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ place: inout Int) -> Event {
        do throws(WebSocketFailure) {
            while !isEnded {
                if !isInPayload, try !readHeader(bytes, &place) { return .more }
                if let event = try readPayload(bytes, &place) { return event }
                if isInPayload { return .more }
            }
            place = bytes.count
            return .more
        } catch {
            end()
            return .failed(error)
        }
    }

    /// Reads nothing more and gives up what has come of a message.
    mutating func end() {
        isEnded = true
        message = []
        control = []
    }

    // MARK: Header

    private mutating func readHeader(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, _ place: inout Int
    ) throws(WebSocketFailure) -> Bool {
        while place < bytes.count {
            headerBytes[headerCount] = bytes[place]
            headerCount += 1
            place += 1
            if headerCount == 2 { try checkStart(headerBytes[0], headerBytes[1]) }
            if headerCount >= 2, headerCount == FrameHeader.count(lengthByte: headerBytes[1]) {
                try headerEnded()
                return true
            }
        }
        return false
    }

    private mutating func checkStart(_ first: UInt8, _ second: UInt8) throws(WebSocketFailure) {
        guard first & 0x30 == 0 else { throw .protocolError("reserved bits are set") }
        guard let opcode = FrameHeader.Opcode(rawValue: first & 0x0F) else {
            throw .protocolError("unknown opcode")
        }
        frame = FrameHeader(isFinal: first & 0x80 != 0, isCompressed: first & 0x40 != 0, opcode: opcode)
        guard (second & 0x80 != 0) == isMasked else {
            throw .protocolError(isMasked ? "frame is not masked" : "frame is masked")
        }
        if opcode.isControl {
            guard frame.isFinal else { throw .protocolError("control frame is fragmented") }
            guard second & 0x7F <= FrameHeader.maxControlBytes else {
                throw .protocolError("control frame is too long")
            }
            guard !frame.isCompressed else { throw .protocolError("control frame is compressed") }
        } else if opcode == .continuation {
            guard isInMessage else { throw .protocolError("nothing to continue") }
            guard !frame.isCompressed else { throw .protocolError("compression bit on a continuation") }
        } else {
            guard !isInMessage else { throw .protocolError("message within a message") }
            guard !frame.isCompressed || allowsCompression else {
                throw .protocolError("reserved bits are set")
            }
        }
    }

    private mutating func headerEnded() throws(WebSocketFailure) {
        let length = try length()
        if isMasked {
            mask = (
                headerBytes[headerCount - 4], headerBytes[headerCount - 3], headerBytes[headerCount - 2],
                headerBytes[headerCount - 1]
            )
        }
        headerCount = 0
        isInPayload = true
        remaining = length
        taken = 0
        guard !frame.opcode.isControl else { return }
        guard length <= maxMessageBytes - message.count else { throw .tooLarge }
        if frame.opcode != .continuation {
            isInMessage = true
            isText = frame.opcode == .text
            isCompressed = frame.isCompressed
            textState = 0
        }
    }

    /// The payload's length, in the shortest form that holds it.
    private func length() throws(WebSocketFailure) -> Int {
        let short = Int(headerBytes[1] & 0x7F)
        guard short >= 126 else { return short }
        let end = isMasked ? headerCount - FrameHeader.maskBytes : headerCount
        guard headerBytes[2] < 0x80 || short == 126 else { throw .protocolError("length is out of range") }
        var length = 0
        for index in 2..<end { length = length << 8 | Int(headerBytes[index]) }
        guard length > (short == 126 ? 125 : 0xFFFF) else {
            throw .protocolError("length is not in its shortest form")
        }
        return length
    }

    // MARK: Payload

    private mutating func readPayload(
        _ bytes: UnsafeMutableBufferPointer<UInt8>, _ place: inout Int
    ) throws(WebSocketFailure) -> Event? {
        let count = min(remaining, bytes.count - place)
        let piece = UnsafeMutableBufferPointer(rebasing: bytes[place..<place + count])
        if isMasked { unmask(piece) }
        place += count
        remaining -= count
        if frame.opcode.isControl {
            control.append(contentsOf: piece)
        } else {
            try take(piece)
        }
        guard remaining == 0 else { return nil }
        isInPayload = false
        return frame.opcode.isControl ? try controlEnded() : try dataEnded()
    }

    private mutating func unmask(_ piece: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = piece.baseAddress else { return }
        withUnsafeBytes(of: mask) { mask in
            guard let mask = mask.bindMemory(to: UInt8.self).baseAddress else { return }
            csystem_unmask(base, piece.count, mask, taken)
        }
        taken += piece.count
    }

    private mutating func take(_ piece: UnsafeMutableBufferPointer<UInt8>) throws(WebSocketFailure) {
        if isText, !isCompressed {
            textState = csystem_utf8(textState, piece.baseAddress, piece.count)
            guard textState != CSYSTEM_UTF8_INVALID else { throw .notUTF8 }
        }
        if message.isEmpty {
            if remaining > 0 { message.reserveCapacity(piece.count + remaining) }
            message.append(contentsOf: piece)
        } else {
            message.append(contentsOf: piece)
        }
    }

    private mutating func dataEnded() throws(WebSocketFailure) -> Event? {
        guard frame.isFinal else { return nil }
        guard textState == 0 || !isText || isCompressed else { throw .notUTF8 }
        let whole = message
        message = []
        isInMessage = false
        return .message(whole, isText: isText, isCompressed: isCompressed)
    }

    private mutating func controlEnded() throws(WebSocketFailure) -> Event? {
        let payload = control
        control = []
        switch frame.opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong
        default:
            let event = try Self.close(payload)
            end()
            return event
        }
    }

    private static func close(_ payload: [UInt8]) throws(WebSocketFailure) -> Event {
        guard !payload.isEmpty else { return .close(code: CloseCode.none, reason: "") }
        guard payload.count >= 2 else { throw .protocolError("close code is cut") }
        let code = Int(payload[0]) << 8 | Int(payload[1])
        guard CloseCode.isAllowed(code) else { throw .protocolError("close code is not allowed") }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { throw .notUTF8 }
        return .close(code: code, reason: reason)
    }
}
