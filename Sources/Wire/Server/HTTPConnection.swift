/// HTTP on one connection: requests are read and answered one after the other.
///
/// While an answer is being made, only a little of what follows is read, so that a client cannot make us keep more.
@MainActor
final class HTTPConnection: ConnectionStage {
    /// Bytes of later requests kept while one is answered.
    private static let maxHeldBytes = 16 << 10
    /// Seconds that a body has in any case; after them it must have come at one KiB a second on average.
    private static let bodyGraceSeconds = 20
    private static let minBodyBytesPerSecond = 1 << 10

    let transport: Transport
    private var server: WebServer { transport.server }
    private var parser: HTTPParser
    private var held: [UInt8] = []
    private var isProcessing = false
    private var request: HTTPRequest?
    private var task: Task<Void, Never>?
    private var writer: BodyWriter?
    private var isChunked = false
    private var keepsConnection = true
    private var answered = 0
    /// When the wait for a request, its head or its body began.
    private var since = LoopClock.seconds

    init(_ transport: Transport) {
        self.transport = transport
        parser = HTTPParser(peer: transport.peer)
    }

    // MARK: Reading

    var readLimit: Int { parser.isInBody ? Transport.readBytes : Self.maxHeldBytes }

    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        guard request == nil, held.isEmpty else { return hold(bytes[...]) }
        let taken = process(UnsafeBufferPointer(bytes).span)
        goOn(with: UnsafeMutableBufferPointer(rebasing: bytes[taken...]))
    }

    /// Gives what was not taken to whoever has the connection now.
    private func goOn(with rest: UnsafeMutableBufferPointer<UInt8>) {
        guard !rest.isEmpty, let stage = transport.stage else { return }
        if stage === self { hold(rest[...]) } else { stage.received(rest) }
    }

    private func hold(_ bytes: Slice<UnsafeMutableBufferPointer<UInt8>>) {
        held.append(contentsOf: bytes)
        countWaiting()
        if held.count >= Self.maxHeldBytes { transport.pauseReading() }
    }

    /// Goes on with what came in the meantime, and then with what comes.
    private func resume() {
        if !held.isEmpty {
            var bytes = held
            held = []
            let taken = process(bytes.span)
            bytes.withUnsafeMutableBufferPointer {
                goOn(with: UnsafeMutableBufferPointer(rebasing: $0[taken...]))
            }
        }
        guard transport.stage === self else { return }
        if transport.peerHasFinished {
            if request == nil, !isFull { transport.end() }
        } else if held.count < Self.maxHeldBytes {
            transport.resumeReading()
        }
    }

    /// Reads and answers requests until one needs time; says how many bytes were taken.
    private func process(_ bytes: borrowing Span<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var place = 0
        if parser.isIdle { since = LoopClock.seconds }
        while request == nil, transport.stage === self, !isFull {
            switch parser.feed(bytes, &place) {
            case .more:
                countWaiting()
                return place
            case .head(let request):
                if admits(request) { allowBody(of: request, isBodyHere: place < bytes.count) }
            case .request(let request): if admits(request) { respond(to: request) }
            case .failed(let failure): fail(failure)
            }
        }
        return place
    }

    private func allowBody(of request: HTTPRequest, isBodyHere: Bool) {
        since = LoopClock.seconds
        parser.allowBody(upTo: server.options.maxBodyBytes, keepsIt: server.handler.wantsBody(of: request))
        guard parser.isInBody, !isBodyHere, !request.isHTTP10, request.headers["Expect"] != nil else {
            return
        }
        transport.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }

    private func admits(_ request: HTTPRequest) -> Bool {
        guard !server.admits(request, on: transport) else { return true }
        fail(HTTPFailure(status: 503, reason: "There are too many connections from this address."))
        return false
    }

    /// What waits for its rest or for its answer has a limit together with what waits of others.
    private func countWaiting() {
        transport.count(
            held.count + (request?.byteCount ?? parser.byteCount), in: isWanted ? .bodies : .heads)
    }

    /// A request is being answered, or brings a body that the handler wants.
    private var isWanted: Bool { request != nil || parser.isInBody && parser.keepsBody }

    var isIdleStranger: Bool { !isWanted }

    /// A request that is being answered keeps its room.
    func giveUp() {
        guard request == nil else { return }
        fail(HTTPFailure(status: 503, reason: "Too many large requests are coming in."))
    }

    // MARK: Answering

    private func respond(to request: HTTPRequest) {
        server.counters.requests += 1
        if WebSocketHandshake.isAsked(by: request) { return upgrade(request) }
        self.request = request
        keepsConnection = request.keepsConnection
        if let response = server.handler.respondNow(to: request) { return answer(response) }
        countWaiting()
        task = Task {
            let response = await server.handler.respond(to: request)
            if !transport.isClosed { answer(response) }
        }
    }

    private func answer(_ response: HTTPResponse) {
        guard let request else { return }
        if response.closesConnection || server.isStopping { keepsConnection = false }
        switch response.body {
        case .none:
            head(response, response.status < 200 || [204, 304].contains(response.status) ? .none : .bytes(0))
        case .bytes(let bytes):
            head(response, .bytes(bytes.count))
            if !request.isHead { transport.send(bytes) }
        case .shared(let bytes):
            head(response, .bytes(bytes.count))
            if !request.isHead { transport.send(bytes) }
        case .file(let file): answer(response, with: file, to: request)
        case .stream(let produce): return stream(response, produce, to: request)
        }
        finished()
    }

    private func head(_ response: HTTPResponse, _ length: ResponseHead.Length) {
        let connection: StaticString =
            keepsConnection
            ? (request?.isHTTP10 == true ? "Connection: keep-alive\r\n" : "") : "Connection: close\r\n"
        ResponseHead.write(response.status, response.headers, length, connection: connection, to: transport)
    }

    private func answer(_ response: HTTPResponse, with file: FileBody, to request: HTTPRequest) {
        let answer = FileAnswer(file, to: request, response)
        head(answer.response, answer.length)
        switch answer.content {
        case .none: break
        case .bytes where request.isHead: break
        case .bytes(let bytes): transport.send(bytes)
        case .file(let descriptor, let range):
            if !transport.send(file: descriptor, from: range.lowerBound, count: range.count) {
                transport.close()
            }
        }
    }

    private func finished() {
        request = nil
        task = nil
        writer = nil
        answered += 1
        countWaiting()
        since = LoopClock.seconds
        if !keepsConnection { return transport.end() }
        if !isProcessing { resume() }
    }

    /// Refuses what came, and with it the connection.
    private func fail(_ failure: HTTPFailure) {
        keepsConnection = false
        let response = HTTPResponse.text(
            "\(failure.status) \(HTTPStatus.reason(failure.status)): \(failure.reason)\n")
        guard case .bytes(let bytes) = response.body else { return }
        head(HTTPResponse(status: failure.status, headers: response.headers), .bytes(bytes.count))
        transport.send(bytes)
        transport.end()
    }

    // MARK: Streams

    /// Whether so much is unsent that nothing should be added.
    var isFull: Bool { transport.bufferedBytes >= Transport.highWaterBytes }

    private func stream(
        _ response: HTTPResponse, _ produce: @escaping @MainActor (BodyWriter) async throws -> Void,
        to request: HTTPRequest
    ) {
        isChunked = !request.isHTTP10
        if !isChunked { keepsConnection = false }
        head(response, isChunked ? .chunked : .untilClose)
        if request.isHead { return finished() }
        let writer = BodyWriter(self)
        self.writer = writer
        task = Task {
            do {
                try await produce(writer)
                streamEnded(writer)
            } catch {
                writer.end()
                transport.close()  // without the last chunk, so that the client sees the cut
            }
        }
    }

    func writePiece(_ count: Int, _ send: (Transport) -> Void) {
        guard count > 0 else { return }
        if isChunked { transport.send(Array((String(count, radix: 16) + "\r\n").utf8)) }
        send(transport)
        if isChunked { transport.send([HTTPGrammar.carriageReturn, HTTPGrammar.lineFeed]) }
    }

    private func streamEnded(_ writer: BodyWriter) {
        writer.end()
        guard !transport.isClosed else { return }
        if isChunked { transport.send(Array("0\r\n\r\n".utf8)) }
        finished()
    }

    func outputDrained() {
        writer?.resume()
        if writer == nil, request == nil { resume() }
    }

    // MARK: WebSocket

    private func upgrade(_ request: HTTPRequest) {
        self.request = request
        keepsConnection = request.keepsConnection
        switch WebSocketHandshake.check(request) {
        case .failure(let refusal): answer(refusal)
        case .success(let handshake):
            switch server.handler.upgrade(request) {
            case .refuse(let response): answer(response)
            case .accept(let handler, let options): accept(handshake, handler, options)
            }
        }
    }

    private func accept(
        _ handshake: WebSocketHandshake, _ handler: any WebSocketHandler, _ options: WebSocketOptions
    ) {
        let compression = options.acceptsCompression ? handshake.compression : nil
        ResponseHead.write(
            101, handshake.answer(options, compression), .none, connection: "Connection: Upgrade\r\n",
            to: transport)
        let socket = WebSocket(transport, handler, options, compression)
        transport.count(0, in: .messagesOfStrangers)
        transport.stage = socket
        // The socket may pause it again as soon as it is open.
        transport.resumeReading()
        socket.open()
    }

    // MARK: The end

    /// What it has asked for until then is answered.
    func peerFinished() {
        if writer != nil { return transport.close() }
        guard held.isEmpty else { return }
        keepsConnection = false
        if request == nil { transport.end() }
    }

    func endIfIdle() {
        if request == nil, parser.isIdle, held.isEmpty { transport.end() }
    }

    func connectionClosed() {
        task?.cancel()
        writer?.end()
        request = nil
    }

    func sweep(_ now: Int) {
        guard request == nil, held.isEmpty else { return }
        let waited = now - since
        if parser.isInBody {
            let allowed = Self.bodyGraceSeconds + parser.bodyBytes / Self.minBodyBytesPerSecond
            if waited > allowed { cut() }
        } else if !parser.isIdle {
            if waited > server.headerSeconds { cut() }
        } else if waited > (answered == 0 ? server.headerSeconds : server.idleSeconds) {
            transport.end()
        }
    }

    private func cut() {
        server.counters.cut += 1
        fail(HTTPFailure(status: 408, reason: "The request came too slowly."))
    }
}
