extension WebClient {
    /// Opens a WebSocket; cancelling the task that waits closes the connection.
    package func open(_ request: WebSocketRequest) async throws(WebSocketError) -> OutgoingWebSocket {
        let opening: WebSocketOpening
        let outcome: WebSocketAnswer.Outcome
        do throws(WebError) {
            guard !Task.isCancelled else { throw .cancelled }
            opening = try WebSocketOpening(
                request, WebConnection(for: request.connection(), setup, in: openMulti()))
            outcome = try await opening.ask(userAgent: setup.userAgent)
        } catch {
            throw .failed(error)
        }
        switch outcome {
        case .accepted: return opening.socket()
        case .refused(let reply): throw .refused(reply)
        case .malformed(let fault): throw .failed(.interrupted("`\(opening.host)` \(fault)."))
        }
    }
}

/// The handshake of a WebSocket that we open; the connection is cut with it unless it became one.
@MainActor
private final class WebSocketOpening: WebConnectionOwner {
    private let request: WebSocketRequest
    private let connection: WebConnection
    private let key = Base64.encode(SecureRandom.bytes(16))
    private var answer: WebSocketAnswer
    private var result: Result<WebSocketAnswer.Outcome, WebError>?
    private let changed = Signal()
    private var timer: LoopEvent?
    /// What came right behind the answer.
    private var rest: [UInt8] = []
    private var isHandedOver = false

    init(_ request: WebSocketRequest, _ connection: WebConnection) {
        self.request = request
        self.connection = connection
        answer = WebSocketAnswer(to: key)
        connection.owner = self
    }

    var host: String { connection.request.host }

    func ask(userAgent: String) async throws(WebError) -> WebSocketAnswer.Outcome {
        try await connection.waitUntilOpen()
        connection.send(request.handshake(key: key, userAgent: userAgent))
        connection.resumeReading()
        timer = .after(request.handshakeTimeout) { [weak self] in self?.timeIsUp() }
        while result == nil, !Task.isCancelled { await changed.wait() }
        guard let result, !Task.isCancelled else { throw .cancelled }
        return try result.get()
    }

    func socket() -> OutgoingWebSocket {
        isHandedOver = true
        return OutgoingWebSocket(connection, request, rest)
    }

    isolated deinit {
        if !isHandedOver { connection.close() }
    }

    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        var place = 0
        guard let outcome = answer.take(bytes, &place) else { return }
        rest = Array(bytes[place...])
        finish(.success(outcome))
    }

    func receivedEnd(_ error: WebError?) {
        finish(orTellRefusal: error ?? .interrupted("`\(host)` ended the connection in the handshake."))
    }

    func outputDrained() {}

    private func timeIsUp() {
        finish(orTellRefusal: .timedOut("`\(host)` did not answer within \(request.handshakeTimeout.text)."))
    }

    /// A refusal that was cut off says more than how it was cut off.
    private func finish(orTellRefusal error: WebError) {
        finish(answer.cutOff().map { .success($0) } ?? .failure(error))
    }

    private func finish(_ result: Result<WebSocketAnswer.Outcome, WebError>) {
        guard self.result == nil else { return }
        self.result = result
        timer = nil
        connection.pauseReading()
        changed.notify()
    }
}
