/// An answer; the server adds `Date`, `Content-Length` or `Transfer-Encoding`, and `Connection`.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: HTTPBody
    /// Ends the connection after this answer.
    package var closesConnection = false

    package init(status: Int = 200, headers: HTTPHeaders = HTTPHeaders(), body: HTTPBody = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Plain text in UTF-8.
    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        let type = HTTPHeaders([(name: "Content-Type", value: "text/plain; charset=utf-8")])
        return HTTPResponse(status: status, headers: type, body: .bytes(Array(text.utf8)))
    }

    /// JSON that is already encoded.
    package static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        let type = HTTPHeaders([(name: "Content-Type", value: "application/json; charset=utf-8")])
        return HTTPResponse(status: status, headers: type, body: .bytes(bytes))
    }
}

/// What an answer carries.
package enum HTTPBody: Sendable {
    case none
    case bytes([UInt8])
    /// Bytes kept by the handler and sent without a copy.
    case shared(SharedBytes)
    /// A file; the server answers ranges and conditions.
    case file(FileBody)
    /// Written piece by piece; when the closure throws, the connection ends so that the client sees the cut.
    case stream(@MainActor (BodyWriter) async throws -> Void)
}

/// A file to send as it is now.
package struct FileBody: Sendable {
    package let path: String
    /// The mark of this version, in quotes.
    package let etag: String?

    package init(path: String, etag: String? = nil) {
        self.path = path
        self.etag = etag
    }
}
