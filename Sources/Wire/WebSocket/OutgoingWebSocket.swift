/// A message of a WebSocket.
package enum WebSocketMessage: Sendable, Equatable {
    /// Valid UTF-8.
    case text([UInt8])
    case binary([UInt8])
}

/// What a close frame said.
package struct WebSocketClosing: Sendable, Equatable {
    /// 1005 when it gave none.
    package var code: Int
    package var reason: String

    package init(code: Int, reason: String = "") {
        self.code = code
        self.reason = reason
    }
}

/// A WebSocket that we have opened at somebody else's server (RFC 6455), by `WebClient.open`.
///
/// Pings are answered. While a message waits to be taken nothing more is read, and the server is held back. Letting go of
/// the socket cuts the connection.
@MainActor
package final class OutgoingWebSocket {
    /// Unsent bytes beyond which the server has stopped taking anything, and the connection is cut: 1 MiB.
    private static let maxUnsentBytes = 1 << 20

    /// What the server's close frame said; nil as long as there was none.
    package private(set) var closing: WebSocketClosing?

    private let connection: WebConnection
    private let request: WebSocketRequest
    private var reader: FrameReader
    /// What came after the message that waits.
    private var held: [UInt8]
    private var message: WebSocketMessage?
    private var end: Result<Void, WebError>?
    private let changed = Signal()
    private let ended = Signal()
    private var isCloseSent = false
    /// The last word is on its way.
    private var isLeaving = false
    private var lastReceived = ContinuousClock.now
    /// When a sign of life was asked for that has not come.
    private var pinged: ContinuousClock.Instant?
    /// Looks for silence; once a close frame was sent, for its answer.
    private var timer: LoopEvent?

    init(_ connection: WebConnection, _ request: WebSocketRequest, _ rest: [UInt8]) {
        self.connection = connection
        self.request = request
        reader = FrameReader(maxMessageBytes: request.maxMessageBytes, isMasked: false)
        held = rest
        connection.owner = self
        waitForSilence(request.pingAfter)
        readOn()
    }

    // MARK: For the owner

    /// Whether messages can still be sent.
    package var isOpen: Bool { end == nil && !isCloseSent }

    /// The next message; nil when either side has closed the connection properly, see `closing`.
    ///
    /// Throws `.interrupted` when it broke or the server broke the protocol, `.timedOut` when the server fell silent,
    /// `.tooLarge` for a message over the limit, each time it is called from then on; `.cancelled` leaves the socket as it
    /// is. One task may wait at a time.
    package func next() async throws(WebError) -> WebSocketMessage? {
        while true {
            if let message {
                self.message = nil
                readOn()
                return message
            }
            if let end {
                try end.get()
                return nil
            }
            guard !Task.isCancelled else { throw .cancelled }
            await changed.wait()
        }
    }

    /// Queues a text; ignored once closed.
    package func send(text: String) { send(.text, Array(text.utf8)) }

    /// Queues a text, which must be UTF-8; ignored once closed.
    package func send(text: [UInt8]) { send(.text, text) }

    /// Queues a binary message; ignored once closed.
    package func send(binary: [UInt8]) { send(.binary, binary) }

    /// Sends what is queued and a close frame, and waits for the server's, at most `closeTimeout`.
    ///
    /// A task that is cancelled does not wait: the frame is sent as far as the kernel takes it, and the connection is cut.
    package func close(code: Int = 1000, reason: String = "") async {
        guard isOpen else { return }
        sendClose(code, reason)
        message = nil
        readOn()
        while end == nil, !Task.isCancelled { await ended.wait() }
        abort()
    }

    /// Cuts the connection now; `next` throws.
    package func abort() { finish(.failure(.interrupted("The connection was cut."))) }

    isolated deinit { connection.close() }

    // MARK: Reading

    /// Takes up what was held, and then reads on unless a message waits.
    private func readOn() {
        var bytes = held
        held = []
        bytes.withUnsafeMutableBufferPointer { received($0) }  // also when empty: a pause was no silence
        if message == nil, end == nil, !isLeaving { connection.resumeReading() }
    }

    /// Takes frames until a message waits; says how many bytes are done with.
    private func process(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var place = 0
        while message == nil, end == nil, !isLeaving {
            switch reader.feed(bytes, &place) {
            case .more: return place
            case .message(let payload, let isText, _): took(isText ? .text(payload) : .binary(payload))
            case .ping(let payload): send(.pong, payload)
            case .pong: break
            case .close(let code, let reason): closed(WebSocketClosing(code: code, reason: reason))
            case .failed(let failure): fail(failure)
            }
        }
        return place
    }

    private func took(_ message: WebSocketMessage) {
        guard !isCloseSent else { return }
        self.message = message
        connection.pauseReading()
        changed.notify()
    }

    // MARK: Sending

    private func send(_ opcode: FrameHeader.Opcode, _ payload: [UInt8]) {
        guard isOpen else { return }
        connection.send(frame(opcode, payload))
        guard connection.bufferedBytes <= Self.maxUnsentBytes else {
            return finish(.failure(.interrupted("`\(connection.request.host)` takes nothing more.")))
        }
    }

    private func frame(_ opcode: FrameHeader.Opcode, _ payload: [UInt8]) -> [UInt8] {
        FrameHeader(opcode: opcode).frame(payload, mask: SecureRandom.bytes(FrameHeader.maskBytes))
    }

    // MARK: Ending

    private func sendClose(_ code: Int, _ reason: String) {
        isCloseSent = true
        connection.send(frame(.close, CloseCode.payload(code, reason)))
        timer = .after(request.closeTimeout) { [weak self, host = connection.request.host, request] in
            self?.finish(.failure(.timedOut("`\(host)` did not close within \(request.closeTimeout.text).")))
        }
    }

    private func closed(_ closing: WebSocketClosing) {
        self.closing = closing
        if !isCloseSent { sendClose(closing.code, "") }
        leave(.success(()))
    }

    private func fail(_ failure: WebSocketFailure) {
        let host = connection.request.host
        if !isCloseSent { sendClose(failure.code, failure.reason) }
        leave(
            .failure(
                failure == .tooLarge
                    ? .tooLarge("`\(host)` sent a message of more than \(reader.maxMessageBytes) bytes.")
                    : .interrupted("`\(host)` broke the WebSocket protocol: \(failure.reason).")))
    }

    /// Tells the end, and cuts the connection once our close frame has left.
    private func leave(_ end: Result<Void, WebError>) {
        isLeaving = true
        tell(end)
        connection.pauseReading()
        if connection.bufferedBytes == 0 { finish(end) }
    }

    private func finish(_ end: Result<Void, WebError>) {
        tell(end)
        timer = nil
        held = []
        connection.close()
    }

    private func tell(_ end: Result<Void, WebError>) {
        guard self.end == nil else { return }
        self.end = end
        changed.notify()
        ended.notify()
    }

    // MARK: Silence

    private func waitForSilence(_ delay: Duration) {
        timer = .after(delay) { [weak self] in self?.checkSilence() }
    }

    private func checkSilence() {
        if message != nil { heard() }
        if let pinged { return checkAnswer(since: pinged) }
        let left = request.pingAfter - lastReceived.duration(to: .now)
        guard left <= .zero else { return waitForSilence(left) }
        pinged = .now
        send(.ping, [])
        if isOpen { waitForSilence(min(request.pingAfter, request.pingTimeout)) }
    }

    private func checkAnswer(since pinged: ContinuousClock.Instant) {
        let left = request.pingTimeout - pinged.duration(to: .now)
        guard left <= .zero else { return waitForSilence(min(request.pingAfter, left)) }
        let host = connection.request.host
        finish(.failure(.timedOut("`\(host)` did not answer a ping within \(request.pingTimeout.text).")))
    }

    private func heard() {
        lastReceived = .now
        pinged = nil
    }
}

extension OutgoingWebSocket: WebConnectionOwner {
    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        heard()
        let taken = process(bytes)
        if taken < bytes.count, end == nil { held.append(contentsOf: bytes[taken...]) }
    }

    func receivedEnd(_ error: WebError?) {
        let host = connection.request.host
        finish(.failure(error ?? .interrupted("`\(host)` ended the connection without a close frame.")))
    }

    func outputDrained() {
        if isLeaving, let end { finish(end) }
    }
}
