/// One HTTP request to somebody else's server.
package struct WebRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]?
    /// The body of a POST that is read while it is sent; `body` is nil then.
    package var pieces: [BodyPiece]?
    /// Longest time until the connection stands, with name look-up and TLS.
    package var connectTimeout: Duration = .seconds(10)
    /// Longest time without a byte in either direction.
    ///
    /// Time in which the reader holds the reply back does not count.
    package var idleTimeout: Duration = .seconds(120)
    /// Longest time for the whole reply; nil for none.
    package var totalTimeout: Duration?
    /// The proxy's URL, or `""` for none.
    ///
    /// Nil: the client's `ProxyVariables`, but never for loopback.
    package var proxy: String?
    /// Redirects to follow.
    ///
    /// Mind that headers of one's own, with keys in them, go along.
    package var maxRedirects = 0
    /// Only hosts on the internet, at every redirect that `WebClient.send` follows: for addresses that somebody named in a
    /// message, which must lead neither to this machine nor into a private network.
    ///
    /// Through a proxy, which looks names up itself, only such addresses themselves are refused.
    package var isInternetOnly = false
    /// Largest reply that `WebClient.send` collects, in bytes after decompression: 8 MiB unless told.
    package var maxBodyBytes = 8 << 20
    /// Whether the reply may come compressed.
    ///
    /// A stream that is to be read as it comes should say false.
    package var acceptsCompression = true
    /// Whether it gets a connection of its own: on one that was kept, curl sends it a second time when it ends without a reply.
    package var usesFreshConnection = false
    package var family = AddressFamily.any
    /// Whether addresses of the other family are tried after 200 ms, beside the first.
    package var racesAddresses = true

    /// Which of a name's addresses are tried.
    package enum AddressFamily: Sendable { case any, ipv4 }

    package init(
        _ method: String = "GET", _ url: String, headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

extension WebRequest {
    /// What curl reads while it sends it: of a large body it shall have no copy of its own.
    var sentPieces: [BodyPiece]? {
        pieces ?? body.flatMap { $0.count > Self.mostCopiedBytes ? [.bytes($0)] : nil }
    }

    /// Bytes of a body that goes out in one go with the headers.
    private static let mostCopiedBytes = 64 << 10

    /// The host as written in the URL, for messages; the rest of a URL may hold secrets.
    var host: String {
        let authority = url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst(3)
            .prefix { !"/?#\\".utf8.contains($0) }
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        return String(Substring(at.map { authority[authority.index(after: $0)...] } ?? authority))
    }

    var isForLoopback: Bool {
        let host = host.lowercased()
        return ["localhost", "127.0.0.1", "[::1]"].contains { host == $0 || host.hasPrefix($0 + ":") }
    }

    /// Refuses whatever could smuggle a second line or request into what curl sends.
    func check() throws(WebError) {
        guard isForWeb else {
            throw .invalidRequest("The address must begin with `http://` or `https://`.")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }), !host.isEmpty else {
            throw .invalidRequest("The address has a space, a line break or no host.")
        }
        guard !method.isEmpty, method.utf8.allSatisfy(isTokenByte) else {
            throw .invalidRequest("The method is not a word.")
        }
        for (name, value) in headers
        where name.isEmpty || !name.utf8.allSatisfy(isTokenByte) || !isLine(value) {
            throw .invalidRequest(
                "The header `\(name.filter { $0.isASCII && !$0.isNewline })` may not be sent.")
        }
        if let proxy, !isLine(proxy) { throw .invalidRequest("The proxy's address has a line break.") }
    }

    private var isForWeb: Bool {
        let scheme = Substring(url.utf8.prefix { $0 != UInt8(ascii: ":") })
        return ["http", "https"].contains { scheme.equalsIgnoringCase($0) }
            && url.utf8.dropFirst(scheme.utf8.count).starts(with: "://".utf8)
    }

    private func isLine(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }
    }

    /// RFC 9110 §5.6.2: what method and header names are made of.
    private func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
