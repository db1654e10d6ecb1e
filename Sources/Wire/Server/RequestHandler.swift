/// Answers the requests of a server.
@MainActor
package protocol RequestHandler: AnyObject {
    /// An answer that is ready: no task is made for it. Nil leaves it to `respond(to:)`.
    func respondNow(to request: HTTPRequest) -> HTTPResponse?

    /// Answers in a task that belongs to the connection and is cancelled with it.
    func respond(to request: HTTPRequest) async -> HTTPResponse

    /// Decides about a valid WebSocket handshake (RFC 6455 §4.2.1); an invalid one never comes here.
    func upgrade(_ request: HTTPRequest) -> UpgradeDecision

    /// Largest body for this request (whose body has not been read), in bytes; nil means the server's limit.
    func maxBodyBytes(for request: HTTPRequest) -> Int?
}

extension RequestHandler {
    package func respondNow(to request: HTTPRequest) -> HTTPResponse? { nil }

    package func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
        .refuse(.text("There is no WebSocket here.\n", status: 404))
    }

    package func maxBodyBytes(for request: HTTPRequest) -> Int? { nil }
}

/// What becomes of a WebSocket handshake.
package enum UpgradeDecision {
    case accept(any WebSocketHandler, WebSocketOptions)
    case refuse(HTTPResponse)
}
