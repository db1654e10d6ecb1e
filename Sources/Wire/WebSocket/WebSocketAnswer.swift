/// A server's answer to our handshake (RFC 6455 §4.1), read as it comes.
struct WebSocketAnswer {
    enum Outcome {
        /// Frames follow.
        case accepted
        case refused(WebReply)
        /// Says what is wrong.
        case malformed(String)
    }

    /// Of a refusal's body more is not told.
    static let maxBodyBytes = 16 << 10

    private let key: String
    private var parser = ReplyHeadParser(followsRedirects: false)
    private var line: [UInt8] = []
    private var isHTTP11 = false
    private var body: ReplyBody?

    init(to key: String) {
        self.key = key
    }

    /// Goes on at `place` and moves it past what was taken; nil while more is needed.
    mutating func take(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ place: inout Int) -> Outcome? {
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if let outcome = body == nil ? takeHead(byte) : takeBody(byte) { return outcome }
        }
        return nil
    }

    /// What the answer is when no more of it comes; nil unless its head was whole.
    func cutOff() -> Outcome? { body.map { .refused(WebReply(head: parser.head, body: $0.bytes)) } }

    // MARK: Head

    private mutating func takeHead(_ byte: UInt8) -> Outcome? {
        line.append(byte)
        guard byte == HTTPGrammar.lineFeed else {
            return line.count > ReplyHeadParser.maxHeadBytes ? .malformed("sent too long a line") : nil
        }
        defer { line = [] }
        if line.starts(with: "HTTP/".utf8) {
            isHTTP11 = line.starts(with: "HTTP/1.1 ".utf8)
        } else if parser.head.status == 0 {
            return .malformed("did not answer in HTTP")
        }
        return switch line.withUnsafeBytes({ parser.take($0) }) {
        case .more: nil
        case .tooLarge: .malformed("sent too many headers")
        case .complete: headEnded()
        }
    }

    private mutating func headEnded() -> Outcome? {
        let headers = HTTPHeaders(parser.head.headers)
        if parser.head.status == 101 { return upgraded(headers) }
        let body = ReplyBody(status: parser.head.status, headers, atMost: Self.maxBodyBytes)
        self.body = body
        return body.isWhole ? cutOff() : nil
    }

    private func upgraded(_ headers: HTTPHeaders) -> Outcome {
        guard isHTTP11, headers.contains("Upgrade", token: "websocket"),
            headers.contains("Connection", token: "upgrade")
        else { return .malformed("switched to something other than WebSocket") }
        guard headers.all("Sec-WebSocket-Accept") == [WebSocketHandshake.accept(for: key)] else {
            return .malformed("gave a wrong Sec-WebSocket-Accept")
        }
        guard headers["Sec-WebSocket-Extensions"] == nil, headers["Sec-WebSocket-Protocol"] == nil else {
            return .malformed("chose an extension or a subprotocol that was not offered")
        }
        return .accepted
    }

    // MARK: Body

    private mutating func takeBody(_ byte: UInt8) -> Outcome? {
        body?.take(byte)
        return body?.isWhole == true ? cutOff() : nil
    }
}

/// The body of a reply that curl does not read for us, by length, in chunks or to the connection's end (RFC 9112 §6.3).
struct ReplyBody {
    private enum State {
        case bytes(remaining: Int)
        case chunkLine([UInt8])
        case chunkData(remaining: Int)
        case toTheEnd
        case whole
    }

    private(set) var bytes: [UInt8] = []
    private let maxBytes: Int
    private var state: State

    init(status: Int, _ headers: HTTPHeaders, atMost maxBytes: Int) {
        self.maxBytes = maxBytes
        if status == 204 || status == 304 {
            state = .whole
        } else if headers.contains("Transfer-Encoding", token: "chunked") {
            state = .chunkLine([])
        } else if let count = headers["Content-Length"].flatMap({ Int($0) }), count >= 0 {
            state = count == 0 ? .whole : .bytes(remaining: count)
        } else {
            state = .toTheEnd
        }
    }

    /// Whether no more of it is wanted: it has ended, is malformed, or is as long as is told.
    var isWhole: Bool {
        if case .whole = state { return true }
        return bytes.count >= maxBytes
    }

    mutating func take(_ byte: UInt8) {
        switch state {
        case .bytes(let remaining):
            bytes.append(byte)
            state = remaining == 1 ? .whole : .bytes(remaining: remaining - 1)
        case .chunkLine(let line): state = Self.afterLine(line + [byte])
        case .chunkData(let remaining):
            bytes.append(byte)
            state = remaining == 1 ? .chunkLine([]) : .chunkData(remaining: remaining - 1)
        case .toTheEnd: bytes.append(byte)
        case .whole: break
        }
    }

    /// Longest line before a chunk, its extensions included.
    private static let maxLineBytes = 256

    /// What follows a chunk's line, of which the one that ends the chunk before is skipped.
    private static func afterLine(_ line: [UInt8]) -> State {
        guard line.last == HTTPGrammar.lineFeed else {
            return line.count < maxLineBytes ? .chunkLine(line) : .whole
        }
        let text = line.dropLast(line.dropLast().last == HTTPGrammar.carriageReturn ? 2 : 1)
        guard !text.isEmpty else { return .chunkLine([]) }
        // A refusal that is malformed is told as far as it was understood.
        guard let chunk = try? ChunkLine(Array(text).span), chunk.size > 0 else { return .whole }
        return .chunkData(remaining: chunk.size)
    }
}
