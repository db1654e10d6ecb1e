import CCurl

/// Sends HTTP requests through libcurl: TLS, proxies, HTTP/2 and kept connections, all on the loop.
///
/// libcurl is made ready at the first request, or before it by `prepare()`. Cancelling the task that waits closes the
/// connection.
@MainActor
package final class WebClient {
    let setup: ClientSetup
    private var multi: Multi?

    package init(
        userAgent: String = "openclaw", trust: TrustedCertificates = TrustedCertificates(),
        proxies: ProxyVariables = ProxyVariables()
    ) {
        setup = ClientSetup(userAgent: userAgent, trust: trust, proxies: proxies)
    }

    /// Makes libcurl ready on a thread that ends with it, while the loop goes on; does nothing when it is.
    ///
    /// A request that comes before it is ready waits for it.
    package func prepare() {
        guard multi == nil else { return }
        ccurl_load_ahead()
    }

    /// Closes the connections that are kept; what is still under way ends by itself.
    package func close() { multi = nil }

    /// Sends a request and returns once status and headers are there; the body is then read from the stream.
    package func open(_ request: WebRequest) async throws(WebError) -> WebStream {
        try request.check()
        guard !Task.isCancelled else { throw .cancelled }
        try request.checkInternetOnly(behind: setup.proxies)
        let transfer = try Transfer(request, setup, in: openMulti())
        do throws(WebError) {
            let head = try await transfer.waitForHead()
            return WebStream(head: head, transfer: transfer)
        } catch {
            transfer.close()
            throw error
        }
    }

    /// Sends a request and collects the whole reply, up to `request.maxBodyBytes`.
    package func send(_ request: WebRequest) async throws(WebError) -> WebReply {
        guard request.isInternetOnly else { return try await reply(to: request).reply }
        var hop = request
        hop.maxRedirects = 0
        for _ in 0...request.maxRedirects {
            let (reply, redirect) = try await reply(to: hop)
            guard request.maxRedirects > 0, let redirect else { return reply }
            hop.url = redirect
        }
        throw .invalidRequest("`\(request.host)` leads on more than \(request.maxRedirects) times.")
    }

    private func reply(
        to request: WebRequest
    ) async throws(WebError) -> (reply: WebReply, redirect: String?) {
        let stream = try await open(request)
        let body = try await stream.collect(upTo: request.maxBodyBytes)
        return (WebReply(head: stream.head, body: body), stream.redirect)
    }

    func openMulti() throws(WebError) -> Multi {
        if let multi { return multi }
        let multi = try Multi()
        self.multi = multi
        return multi
    }
}

/// Who vouches for servers: certificates in PEM; nil: where libcurl was built to look.
package struct TrustedCertificates: Sendable, Hashable {
    /// One file of them all.
    package var file: String?
    /// A folder with a file for each, named by its hash as `openssl rehash` does.
    package var folder: String?

    package init(file: String? = nil, folder: String? = nil) {
        self.file = file
        self.folder = folder
    }
}

/// A reply whose body is still on its way.
///
/// Letting go of it closes the connection.  The sender is held back while nobody reads: at most 32 KiB wait
/// here.
@MainActor
package final class WebStream {
    package let head: WebReplyHead
    private let transfer: Transfer
    private var isReleased = false

    init(head: WebReplyHead, transfer: Transfer) {
        self.head = head
        self.transfer = transfer
    }

    /// Where the reply leads to, once it has been read to its end.
    var redirect: String? { transfer.redirect }

    /// The next bytes; nil at the end of the body.
    package func next() async throws(WebError) -> [UInt8]? { try await transfer.next() }

    /// The rest of the body; throws `.tooLarge` and closes when it is over the limit.
    package func collect(upTo maxBytes: Int) async throws(WebError) -> [UInt8] {
        var body: [UInt8] = []
        while let part = try await next() {
            guard body.count + part.count <= maxBytes else {
                close()
                throw .tooLarge("`\(transfer.host)` sent more than \(maxBytes) bytes.")
            }
            body += part
        }
        return body
    }

    /// Closes the connection now, if the body has not ended.
    package func close() { transfer.close() }

    /// Gives the rest of the body so long, whatever keeps its line alive; reading it then throws `.interrupted`.
    package func closeSoon(_ delay: Duration) { transfer.closeSoon(delay) }

    /// Says that nothing more is wanted: a rest that is small and comes soon is read away, so that the connection can
    /// serve the next request.
    package func release() {
        isReleased = true
        transfer.discardRest()
    }

    isolated deinit {
        if !isReleased { transfer.close() }
    }
}
