import CSystem

/// A WebSocket connection of a client to us (RFC 6455).
@MainActor
package final class WebSocket: ConnectionStage {
    /// Seconds that the peer has to answer our close frame.
    private static let closeSeconds = 5
    /// Unread bytes that are kept for a peer that has ended.
    private static let mostBytesAfterEnd = 256 << 10

    private static var lastID = 0
    private static var frameBuffer: [UInt8] = []

    /// Unique in the process.
    package let id: Int

    private let transport: Transport
    private var handler: (any WebSocketHandler)?
    private var reader: FrameReader
    private let compression: CompressionOffer?
    private let pingSeconds: Int
    private let pingTimeoutSeconds: Int
    private var held: [UInt8] = []
    private(set) var lastReceived = LoopClock.seconds
    /// When the peer last had something left to read, and could not have answered a ping.
    private var lastBlocked = 0
    private var isPingSent = false
    private var isPaused = false
    private var isProcessing = false
    private var closeSent: (code: Int, reason: String, at: Int)?

    init(
        _ transport: Transport, _ handler: any WebSocketHandler, _ options: WebSocketOptions,
        _ compression: CompressionOffer?
    ) {
        Self.lastID += 1
        id = Self.lastID
        self.transport = transport
        self.handler = handler
        self.compression = compression
        reader = FrameReader(maxMessageBytes: options.maxMessageBytes, allowsCompression: compression != nil)
        pingSeconds = Int(options.pingAfter.components.seconds)
        pingTimeoutSeconds = Int(options.pingTimeout.components.seconds)
    }

    func open() {
        transport.server.counters.webSockets += 1
        handler?.opened(self)
    }

    // MARK: For the handler

    /// Where the connection comes from; a proxy's address when there is one.
    package var peer: PeerAddress { transport.peer }

    /// Whether messages can still be sent.
    package var isOpen: Bool { handler != nil && closeSent == nil && !transport.isClosed }

    /// Bytes that were sent and that the kernel has not taken yet.
    package var bufferedBytes: Int { transport.bufferedBytes }

    /// Largest message in bytes, after expansion; a larger one ends the connection with 1009.
    package var maxMessageBytes: Int {
        get { reader.maxMessageBytes }
        set { reader.maxMessageBytes = newValue }
    }

    /// Whether the handler knows who this is; what strangers send has less room, and never takes that of the others.
    package var isKnown = false { didSet { countUnfinished() } }

    /// Queues a text, which must be UTF-8 and leaves at the end of the loop's pass; ignored once closed.
    package func send(text: [UInt8]) { send(.text, text) }

    /// Queues a text.
    package func send(text: String) { send(.text, Array(text.utf8)) }

    /// Queues a binary message.
    package func send(binary: [UInt8]) { send(.binary, binary) }

    /// Queues one text made of what many sockets get, which is not copied, and of what only this one gets.
    ///
    /// A message that may wait, such as one of many small steps, leaves within 4 ms, or with the next that may not.
    package func send(text: SharedBytes, suffix: String = "", mayWait: Bool = false) {
        guard isOpen else { return }
        if let compression, text.count >= MessageCompression.minBytes {
            let whole = text.withUnsafeBytes { Array($0) } + suffix.utf8
            return send(.text, whole, compression)
        }
        withHeader(FrameHeader(opcode: .text), text.count + suffix.utf8.count) { header in
            transport.send(header, text, suffix, mayWait: mayWait)
        }
    }

    /// Sends what is queued, then a close frame; the connection ends when the peer answers it, or after 5 s.
    package func close(code: Int, reason: String = "") {
        guard isOpen else { return }
        sendClose(code, reason)
        resumeReading()  // for the peer's answer
    }

    /// Cuts the connection now; `closed` follows with 1006.
    package func abort() { transport.close() }

    /// Reads no more messages until `resumeReading`.
    package func pauseReading() {
        guard !isPaused else { return }
        isPaused = true
        transport.pauseReading()
    }

    /// Reads messages again, first those that had come already.
    package func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        lastReceived = LoopClock.seconds
        if isProcessing { transport.resumeReading() } else { readHeld() }
    }

    // MARK: Reading

    var readLimit: Int { Transport.readBytes }

    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        lastReceived = LoopClock.seconds
        isPingSent = false
        guard !isPaused, held.isEmpty else {
            held.append(contentsOf: bytes)
            return countUnfinished()
        }
        let taken = process(bytes)
        if taken < bytes.count { held.append(contentsOf: bytes[taken...]) }
        countUnfinished()
    }

    private func readHeld() {
        if !held.isEmpty {
            var bytes = held
            held = []
            let taken = bytes.withUnsafeMutableBufferPointer { process($0) }
            if taken < bytes.count { held = Array(bytes[taken...]) }
            countUnfinished()
        }
        if !isPaused { transport.resumeReading() }
    }

    /// Takes messages until the handler pauses or the connection ends; says how many bytes are done with.
    private func process(_ bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
        isProcessing = true
        defer { isProcessing = false }
        var place = 0
        while !isPaused {
            guard handler != nil, !transport.isClosed else { return bytes.count }
            switch reader.feed(bytes, &place) {
            case .more: return place
            case .message(let message, let isText, let isCompressed): deliver(message, isText, isCompressed)
            case .ping(let payload): answerPing(payload)
            case .pong: break
            case .close(let code, let reason): peerClosed(code, reason)
            case .failed(let failure): fail(failure)
            }
        }
        return place
    }

    /// All messages that are not whole have a limit together; of strangers, also what waits until it is read.
    private func countUnfinished() {
        if isKnown {
            transport.count(reader.unfinishedBytes, in: .messages)
        } else {
            transport.count(reader.unfinishedBytes + held.count, in: .messagesOfStrangers)
        }
    }

    var isIdleStranger: Bool { !isKnown }

    func giveUp() { fail(.noRoom) }

    private func deliver(_ message: [UInt8], _ isText: Bool, _ isCompressed: Bool) {
        guard closeSent == nil, let handler else { return }
        var message = message
        if isCompressed {
            do throws(WebSocketFailure) {
                message = try MessageCompression.shared.expand(message, atMost: reader.maxMessageBytes)
                if isText, csystem_utf8(0, message, message.count) != 0 { throw .notUTF8 }
            } catch {
                return fail(error)
            }
        }
        MemoryTrim.shared.note(bytes: message.count)
        if isText {
            handler.received(text: message, on: self)
        } else {
            handler.received(binary: message, on: self)
        }
    }

    /// A peer that pings without reading the answers gets no more of them.
    private func answerPing(_ payload: [UInt8]) {
        guard transport.bufferedBytes < Transport.highWaterBytes else { return }
        send(.pong, payload)
    }

    // MARK: Sending

    private func send(_ opcode: FrameHeader.Opcode, _ payload: [UInt8]) {
        guard isOpen else { return }
        if let compression, !opcode.isControl, payload.count >= MessageCompression.minBytes {
            return send(opcode, payload, compression)
        }
        sendFrame(FrameHeader(opcode: opcode), payload)
    }

    private func send(_ opcode: FrameHeader.Opcode, _ payload: [UInt8], _ compression: CompressionOffer) {
        let packed = MessageCompression.shared.compress(payload, windowBits: compression.windowBits)
        sendFrame(FrameHeader(isCompressed: packed != nil, opcode: opcode), packed ?? payload)
    }

    private func sendFrame(_ header: FrameHeader, _ payload: [UInt8]) {
        withHeader(header, payload.count) { transport.send($0) }
        transport.send(payload)
    }

    /// Lends a header's bytes in a buffer that all sockets share.
    private func withHeader(_ header: FrameHeader, _ count: Int, _ use: ([UInt8]) -> Void) {
        var bytes = Self.frameBuffer
        Self.frameBuffer = []
        bytes.removeAll(keepingCapacity: true)
        header.append(payloadCount: count, to: &bytes)
        use(bytes)
        Self.frameBuffer = bytes
    }

    // MARK: Ending

    private func sendClose(_ code: Int, _ reason: String) {
        closeSent = (code, reason, LoopClock.seconds)
        sendFrame(FrameHeader(opcode: .close), CloseCode.payload(code, reason))
    }

    private func peerClosed(_ code: Int, _ reason: String) {
        if let closeSent {
            ended(closeSent.code, closeSent.reason)
        } else {
            sendClose(code, "")
            ended(code, reason)
        }
        endForPeer()
    }

    /// Who has ended may still read what was on its way, but seldom does.
    private func endForPeer() {
        if transport.bufferedBytes > Self.mostBytesAfterEnd { transport.close() } else { transport.end() }
    }

    private func fail(_ failure: WebSocketFailure) {
        if closeSent == nil { sendClose(failure.code, failure.reason) }
        ended(failure.code, failure.reason)
        transport.end()
    }

    /// Tells the handler, once.
    private func ended(_ code: Int, _ reason: String) {
        guard let handler else { return }
        self.handler = nil
        held = []
        reader.end()
        countUnfinished()
        transport.server.counters.webSockets -= 1
        handler.closed(self, code: code, reason: reason)
    }

    func peerFinished() {
        endWithoutAnswer()
        endForPeer()
    }

    func connectionClosed() { endWithoutAnswer() }

    private func endWithoutAnswer() {
        if let closeSent { ended(closeSent.code, closeSent.reason) } else { ended(CloseCode.cut, "") }
    }

    func outputDrained() { handler?.drained(self) }

    // MARK: Sweep

    func sweep(_ now: Int) {
        if let closeSent {
            guard now - closeSent.at > Self.closeSeconds else { return }
            endWithoutAnswer()
            return transport.end()
        }
        if transport.isBlocked { lastBlocked = now }
        guard !isPaused, !transport.isBlocked else { return }
        let silence = now - max(lastReceived, lastBlocked)
        if silence > pingSeconds + pingTimeoutSeconds {
            transport.server.counters.cut += 1
            transport.close()
        } else if silence >= pingSeconds, !isPingSent {
            isPingSent = true
            send(.ping, [])
        }
    }
}
