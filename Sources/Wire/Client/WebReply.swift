/// Status and headers of a reply.
package struct WebReplyHead: Sendable {
    package var status: Int
    /// In the order they came, names as they were sent.
    package var headers: [(name: String, value: String)]

    package init(status: Int, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, whatever the case of its name.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }

    /// What the server's clock said, in seconds since 1970.
    package var date: Int64? { self["date"].flatMap(RetryAfter.secondsSince1970) }

    /// How long the server asks to wait, by `retry-after-ms` or `Retry-After`; `now` in seconds since 1970.
    package func retryAfter(now: Int64) -> Duration? {
        if let text = self["retry-after-ms"], let milliseconds = Double(text), milliseconds >= 0 {
            return .milliseconds(Int64(min(milliseconds, 1e12)))
        }
        return self["retry-after"].flatMap { RetryAfter.delay($0, now: now) }
    }
}

/// A whole reply.
package struct WebReply: Sendable {
    package var head: WebReplyHead
    package var body: [UInt8]

    package var status: Int { head.status }

    package init(head: WebReplyHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }
}

/// Why there is no reply, by what the caller does next.
///
/// Messages name the host, never the rest of the URL.
package enum WebError: Error, Sendable {
    /// The request must not be sent like this.
    case invalidRequest(String)
    /// This process cannot send any request, or cannot write the reply to its file.
    case unavailable(String)
    /// No connection: unknown name, refused, not within the connect timeout, or a certificate that does not hold.
    ///
    /// Nothing was sent.
    case unreachable(String)
    /// The idle or total timeout has passed.
    case timedOut(String)
    /// The connection ended before the reply's end.
    case interrupted(String)
    /// The reply is larger than asked for.
    case tooLarge(String)
    case cancelled

    package var message: String {
        switch self {
        case .invalidRequest(let message), .unavailable(let message), .unreachable(let message),
            .timedOut(let message), .interrupted(let message), .tooLarge(let message):
            message
        case .cancelled: "The request was cancelled."
        }
    }
}
