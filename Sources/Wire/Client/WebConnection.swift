import CCurl

/// Gets what comes on a connection.
@MainActor
protocol WebConnectionOwner: AnyObject {
    /// Takes in all of `bytes`, which it may change in place and not keep.
    func received(_ bytes: UnsafeMutableBufferPointer<UInt8>)
    /// Nothing more comes: the peer has ended it, or it broke with an error.
    func receivedEnd(_ error: WebError?)
    /// Everything that was sent has been taken by the kernel.
    func outputDrained()
}

/// A connection that curl makes as for any other request, with its proxies and TLS, and that then carries what we please.
///
/// The owner is not kept. Nothing is read before `resumeReading()`.
@MainActor
final class WebConnection: MultiMember {
    /// Read or written at once: the most that one record of TLS holds.
    private static let blockBytes = 16 << 10
    /// Reads in one pass, so that a fast sender does not keep the loop.
    private static let maxReads = 16

    private static let readBuffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: blockBytes)

    weak var owner: (any WebConnectionOwner)?
    let request: WebRequest
    private let multi: Multi
    private let opened = Signal()
    private var result: CURLcode?
    private var easy: EasyHandle?
    private var socket = CURL_SOCKET_BAD

    private var readable: LoopEvent?
    private var readsOn: LoopEvent?
    private var isReading = false
    private var writable: LoopEvent?
    private var unsent: [UInt8] = []
    /// What curl is being given: TLS wants a block that it has not taken again from the same place.
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 1)
    private var blockRange = 0..<0
    private var isWritingBroken = false

    /// Starts to connect at once, to an `http` or `https` address; the rest of the request is not sent.
    init(for request: WebRequest, _ setup: ClientSetup, in multi: Multi) throws(WebError) {
        self.request = request
        self.multi = multi
        let easy = try EasyHandle(for: request, setup)
        easy.set(CURLOPT_CONNECT_ONLY, 1)
        easy.set(CURLOPT_FRESH_CONNECT, 1)  // never one that was kept for requests
        easy.set(CURLOPT_HTTPPROXYTUNNEL, 1)
        easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try multi.add(easy, self)
        self.easy = easy
    }

    /// Waits until the connection stands; whoever gives up must `close()`.
    func waitUntilOpen() async throws(WebError) {
        while result == nil, !Task.isCancelled { await opened.wait() }
        guard let result, let easy, !Task.isCancelled else { throw .cancelled }
        guard result == CURLE_OK else { throw easy.error(result, for: request) }
        socket = ccurl_easy_socket(easy.pointer)
        guard socket != CURL_SOCKET_BAD else {
            throw .interrupted("`\(request.host)` ended the connection at once.")
        }
    }

    func ended(_ code: CURLcode) {
        result = code
        opened.notify()
    }

    /// Cuts the connection now; the owner hears no more.
    func close() {
        readable = nil
        readsOn = nil
        writable = nil
        isReading = false
        unsent = []
        blockRange = 0..<0
        guard let easy else { return }
        self.easy = nil
        multi.remove(easy)
    }

    isolated deinit {
        close()
        block.deallocate()
    }
}

// MARK: Reading

extension WebConnection {
    /// Leaves what comes to the kernel, which holds the sender back when its buffers are full.
    func pauseReading() {
        isReading = false
        readsOn = nil
        readable = nil
    }

    /// Reads, first what is there already.
    func resumeReading() {
        guard !isReading, easy != nil else { return }
        isReading = true
        readable = .readable(socket) { [weak self] in self?.read() }
        readSoon()
    }

    /// What TLS has decrypted makes no socket readable.
    private func readSoon() {
        readsOn = .after(.zero) { [weak self] in self?.read() }
    }

    private func read() {
        readsOn = nil
        for _ in 0..<Self.maxReads {
            guard isReading, let easy else { return }
            var count = 0
            let code = ccurl_easy_recv(
                easy.pointer, Self.readBuffer.baseAddress, Self.readBuffer.count, &count)
            switch CURLcode(rawValue: CURLcode.RawValue(max(code, 0))) {
            case CURLE_AGAIN: return
            case CURLE_OK where count > 0:
                owner?.received(UnsafeMutableBufferPointer(rebasing: Self.readBuffer[..<count]))
            case CURLE_OK: return readEnd(nil)
            case let code: return readEnd(easy.error(code, for: request))
            }
        }
        if isReading { readSoon() }
    }

    private func readEnd(_ error: WebError?) {
        pauseReading()
        owner?.receivedEnd(error)
    }
}

// MARK: Writing

extension WebConnection {
    /// Bytes that were sent and that the kernel has not taken yet.
    var bufferedBytes: Int { unsent.count + blockRange.count }

    /// Sends what goes at once and queues the rest; ignored when the connection takes nothing any more.
    func send(_ bytes: [UInt8]) {
        guard easy != nil, !isWritingBroken else { return }
        unsent += bytes
        if writable == nil { write() }
    }

    private func write() {
        while let easy, fillBlock() {
            var count = 0
            let rest = UnsafeRawBufferPointer(rebasing: block[blockRange])
            let code = ccurl_easy_send(easy.pointer, rest.baseAddress, rest.count, &count)
            switch CURLcode(rawValue: CURLcode.RawValue(max(code, 0))) {
            case CURLE_OK where count > 0: blockRange = blockRange.lowerBound + count..<blockRange.upperBound
            case CURLE_OK, CURLE_AGAIN: return waitUntilWritable()
            default: return writingBroke()
            }
        }
        writable = nil
        owner?.outputDrained()
    }

    /// False when there is nothing more to send.
    private func fillBlock() -> Bool {
        guard blockRange.isEmpty else { return true }
        let count = min(unsent.count, block.count)
        block.copyBytes(from: unsent.prefix(count))
        unsent.removeFirst(count)
        blockRange = 0..<count
        return count > 0
    }

    private func waitUntilWritable() {
        if writable == nil { writable = .writable(socket) { [weak self] in self?.write() } }
    }

    /// What the peer said before it went, such as why, can still be read; reading tells the end.
    private func writingBroke() {
        isWritingBroken = true
        writable = nil
        unsent = []
        blockRange = 0..<0
    }
}
