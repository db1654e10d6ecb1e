/// A WebSocket to open at somebody else's server (RFC 6455 §4.1).
package struct WebSocketRequest: Sendable {
    /// Begins with `ws://` or `wss://`; has neither user name nor fragment, and is ASCII.
    package var url: String
    /// More headers for the handshake, but for those that make it one.
    package var headers: [(name: String, value: String)]
    /// The proxy's URL, or `""` for none.
    ///
    /// Nil: the client's `ProxyVariables`, where `wss` counts as `https` and `ws` as `http`, but never for loopback.
    package var proxy: String?
    /// Longest time until the connection stands, with name look-up, proxy and TLS.
    package var connectTimeout: Duration = .seconds(10)
    /// Longest time from there to the whole answer.
    package var handshakeTimeout: Duration = .seconds(10)
    /// Largest message in bytes; a larger one ends the connection with 1009.
    package var maxMessageBytes = 8 << 20
    /// Silence after which the server is asked for a sign of life; a pause of the reader's does not count.
    package var pingAfter: Duration = .seconds(45)
    /// How long it has to give one.
    package var pingTimeout: Duration = .seconds(30)
    /// How long it has to answer our close frame.
    package var closeTimeout: Duration = .seconds(5)

    package init(_ url: String, headers: [(name: String, value: String)] = [], proxy: String? = nil) {
        self.url = url
        self.headers = headers
        self.proxy = proxy
    }
}

extension WebSocketRequest {
    /// The connection to make: the same address in `http` or `https`.
    func connection() throws(WebError) -> WebRequest {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "ws" || scheme == "wss", url.dropFirst(scheme.count).hasPrefix("://") else {
            throw .invalidRequest("The address of a WebSocket must begin with `ws://` or `wss://`.")
        }
        var request = WebRequest("GET", "http" + url.dropFirst(2), headers: headers)
        request.proxy = proxy
        request.connectTimeout = connectTimeout
        try request.check()
        try checkAddress()
        for (name, _) in headers where Self.isOfHandshake(name) {
            throw .invalidRequest("The header `\(name)` belongs to the handshake.")
        }
        return request
    }

    /// The bytes that ask for the WebSocket.
    func handshake(key: String, userAgent: String) -> [UInt8] {
        var fields = HTTPHeaders()
        fields.add("Host", authority)
        fields.add("Upgrade", "websocket")
        fields.add("Connection", "Upgrade")
        fields.add("Sec-WebSocket-Key", key)
        fields.add("Sec-WebSocket-Version", "13")
        for (name, value) in headers { fields.add(name, value) }
        if fields["User-Agent"] == nil { fields.add("User-Agent", userAgent) }
        return Array("GET \(target) HTTP/1.1\r\n".utf8) + fields.wire + Array("\r\n".utf8)
    }

    private var afterScheme: Substring { url.drop { $0 != ":" }.dropFirst(3) }

    private var authority: String { String(afterScheme.prefix { !"/?".contains($0) }) }

    /// Path and query.
    private var target: String {
        let rest = afterScheme.dropFirst(authority.count)
        return rest.hasPrefix("/") ? String(rest) : "/" + rest
    }

    private func checkAddress() throws(WebError) {
        let isTarget = target.utf8.allSatisfy { HTTPGrammar.isQuery($0) || $0 == UInt8(ascii: "%") }
        guard HostAndPort(authority) != nil, isTarget else {
            throw .invalidRequest(
                "The address of a WebSocket has a host, a port, a path and a query, in ASCII, and nothing else."
            )
        }
    }

    private static func isOfHandshake(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["host", "upgrade", "connection", "content-length", "transfer-encoding"].contains(name)
            || name.hasPrefix("sec-websocket-")
    }
}

/// Why a WebSocket did not open, by what the caller does next.
package enum WebSocketError: Error, Sendable {
    /// The server answered, and not with 101; of the body at most 16 KiB are told.
    case refused(WebReply)
    /// There was no answer, or one that makes no sense.
    case failed(WebError)
}
