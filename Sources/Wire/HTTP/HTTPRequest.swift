/// A complete request that held to the grammar.
package struct HTTPRequest: Sendable {
    /// One of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS.
    package var method: String
    /// The target as it was sent.
    package var target: String
    /// Percent-decoded, valid UTF-8, without dot segments; `*` for the whole server.
    package var path: String
    /// Raw, without the question mark.
    package var query: String?
    /// All fields, as they were sent.
    package var headers: HTTPHeaders
    /// Whole and without its chunks; empty until it has been read.
    package var body: [UInt8] = []
    /// Where the connection comes from; a proxy's address when there is one.
    package var peer: PeerAddress
    /// The host that was asked for; nil only with HTTP/1.0.
    package var host: HostAndPort?
    /// Whether the request speaks HTTP/1.0.
    package var isHTTP10 = false
    /// Whether the connection may carry another request after this one.
    var keepsConnection = true

    /// Whether the answer must have no body; the server sees to that.
    package var isHead: Bool { method == "HEAD" }

    /// About how many bytes it keeps.
    var byteCount: Int {
        headers.byteCount + body.count + target.utf8.count + path.utf8.count + (query?.utf8.count ?? 0)
    }

    /// The first value of a query parameter, with `+` and percent signs decoded.
    package func queryValue(_ name: String) -> String? {
        guard let query else { return nil }
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if Self.formDecoded(parts[0]) == name { return parts.count > 1 ? Self.formDecoded(parts[1]) : "" }
        }
        return nil
    }

    /// Whether `If-None-Match` says that the client already has `etag` (RFC 9110 §13.1.2).
    package func isNotModified(etag: String) -> Bool {
        EntityTag.list(headers.all("If-None-Match"), hold: etag)
    }

    private static func formDecoded(_ text: Substring) -> String {
        let spaced = text.utf8.map { $0 == UInt8(ascii: "+") ? HTTPGrammar.space : $0 }
        return String(decoding: spaced, as: UTF8.self).percentDecoded
    }
}
