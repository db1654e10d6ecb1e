import CCurl

/// One request under way: owns curl's handle, and holds what has arrived until it is read.
@MainActor
final class Transfer: MultiMember {
    /// Bytes held for a slow reader; beyond this curl stops reading the socket.
    ///
    /// Two reads of curl's.
    static let maxHeldBytes = 32 << 10

    /// Longest rest of a body that is read away to keep the connection, 64 KiB.
    private static let maxRestBytes = 64 << 10

    private(set) var head: WebReplyHead?
    /// Where a reply leads that was not followed; known at its end.
    private(set) var redirect: String?
    /// Why no connection was made.
    private var refusal: WebError?
    let request: WebRequest
    private let multi: Multi
    private let arrived = Signal()
    private var easy: EasyHandle?
    private var parser: ReplyHeadParser
    private var held: [UInt8] = []
    private var isPaused = false
    /// How much more is read away; nil while somebody reads.
    private var restBytes: Int?
    private var restTimer: LoopEvent?
    private var lastTimer: LoopEvent?
    private var end: Result<Void, WebError>?
    private var deadlines: TransferDeadlines?
    /// What is read while it is sent.
    let body: BodySource?

    /// Starts at once.
    init(_ request: WebRequest, _ setup: ClientSetup, in multi: Multi) throws(WebError) {
        self.request = request
        self.multi = multi
        body = request.sentPieces.map { BodySource($0) }
        parser = ReplyHeadParser(followsRedirects: request.maxRedirects > 0)
        let easy = try EasyHandle(for: request, setup)
        try configure(easy, setup)
        try multi.add(easy, self)
        self.easy = easy
        deadlines = TransferDeadlines(for: self, idle: request.idleTimeout, total: request.totalTimeout)
    }

    /// Waits for status and headers.
    func waitForHead() async throws(WebError) -> WebReplyHead {
        while head == nil {
            try checkEnd()
            try await waitForChange()
        }
        return head ?? WebReplyHead(status: 0)
    }

    /// The next bytes of the body; nil at its end.
    func next() async throws(WebError) -> [UInt8]? {
        while held.isEmpty {
            guard end == nil else {
                try checkEnd()
                return nil
            }
            try await waitForChange()
        }
        let bytes = held
        held = []
        resumeReading()
        return bytes
    }

    /// Closes the connection unless the reply is complete.
    ///
    /// May be called at any time but from curl's callbacks.
    func close(because error: WebError = .cancelled) {
        if end == nil { end = .failure(error) }
        release()
        arrived.notify()
    }

    /// Gives the rest of the reply so long, whatever keeps its line alive.
    func closeSoon(_ delay: Duration) {
        guard easy != nil, lastTimer == nil else { return }
        lastTimer = .after(delay) { [weak self] in
            guard let self else { return }
            close(because: .interrupted("`\(host)` did not end its reply."))
        }
    }

    /// Reads on without keeping anything, up to 64 KiB or one second.
    func discardRest() {
        guard easy != nil else { return }
        restBytes = Self.maxRestBytes
        held = []
        restTimer = .after(.seconds(1)) { [weak self] in self?.close() }
        resumeReading()
    }

    /// Bytes sent so far, so that a slow upload does not count as silence.
    var sentBytes: Int64 { easy.map { Int64(ccurl_easy_large($0.pointer, CURLINFO_SIZE_UPLOAD_T)) } ?? 0 }

    var host: String { request.host }

    private func checkEnd() throws(WebError) {
        if case .failure(let error) = end { throw error }
    }

    private func waitForChange() async throws(WebError) {
        guard !Task.isCancelled else {
            close()
            throw .cancelled
        }
        await arrived.wait()
        if Task.isCancelled {
            close()
            throw .cancelled
        }
    }

    /// Unpausing may hand over bytes at once, so the held ones must be gone already.
    private func resumeReading() {
        guard isPaused, let easy else { return }
        isPaused = false
        deadlines?.sawByte()
        _ = ccurl_easy_pause(easy.pointer, CURLPAUSE_CONT)
    }

    private func release() {
        deadlines = nil
        restTimer = nil
        lastTimer = nil
        guard let easy else { return }
        self.easy = nil
        multi.remove(easy)
    }

    isolated deinit { release() }
}

// MARK: What curl reports

extension Transfer {
    /// How many bytes were taken; any other number than `line.count` ends the transfer.
    fileprivate func took(header line: UnsafeRawBufferPointer) -> Int {
        deadlines?.sawByte()
        switch parser.take(line) {
        case .more: break
        case .complete:
            head = parser.head
            arrived.notify()
        case .tooLarge:
            end = .failure(
                .tooLarge("`\(host)` sent more than \(ReplyHeadParser.maxHeadBytes / 1024) KiB of headers."))
            return 0
        }
        return line.count
    }

    fileprivate func took(body bytes: UnsafeRawBufferPointer) -> Int {
        deadlines?.sawByte()
        if let rest = restBytes {
            restBytes = rest - bytes.count
            return rest < bytes.count ? 0 : bytes.count
        }
        guard held.isEmpty || held.count + bytes.count <= Self.maxHeldBytes else {
            isPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        }
        held += bytes
        arrived.notify()
        return bytes.count
    }

    /// Whether a connection may be made to an address that the host's name stands for.
    func mayReach(_ address: PeerAddress?) -> Bool {
        if address?.isOnInternet == true { return true }
        refusal = .inside(request)
        return false
    }

    var isHeldBack: Bool { isPaused }

    /// curl is done with the handle.
    func ended(_ code: CURLcode) {
        if end == nil {
            end =
                code == CURLE_OK
                ? .success(()) : easy.map { .failure(refusal ?? $0.error(code, for: request)) }
        }
        redirect = easy.flatMap { ccurl_easy_text($0.pointer, CURLINFO_REDIRECT_URL) }.map {
            String(cString: $0)
        }
        release()
        arrived.notify()
    }
}

/// Outside the main actor, so that curl may call them; they are only ever called on the loop's thread.
nonisolated func curlGaveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    nonisolated(unsafe) let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return MainActor.assumeIsolated { transfer.took(header: line) }
}

nonisolated func curlGaveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    nonisolated(unsafe) let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return MainActor.assumeIsolated { transfer.took(body: part) }
}
