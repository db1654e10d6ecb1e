/// Answers the requests of a server.
@MainActor
package protocol RequestHandler: AnyObject {
    /// An answer that is ready: no task is made for it. Nil leaves it to `respond(to:)`.
    func respondNow(to request: HTTPRequest) -> HTTPResponse?

    /// Answers in a task that belongs to the connection and is cancelled with it.
    func respond(to request: HTTPRequest) async -> HTTPResponse

    /// Decides about a valid WebSocket handshake (RFC 6455 §4.2.1); an invalid one never comes here.
    func upgrade(_ request: HTTPRequest) -> UpgradeDecision

    /// Whether the body of this request, which has not been read, is wanted; another is dropped while it comes.
    func wantsBody(of request: HTTPRequest) -> Bool

    /// Whether this peer brings connections of many people, and so has no limit of its own.
    func bringsOthers(_ peer: PeerAddress) -> Bool

    /// Whom such a peer's connection is for from this request on; nil where nobody vouches for that.
    func client(of request: HTTPRequest) -> PeerAddress?

    /// There were too many connections: so many have been refused or ended since this was last said, a minute ago or longer.
    func refused(_ count: Int, last: PeerAddress)
}

extension RequestHandler {
    package func respondNow(to request: HTTPRequest) -> HTTPResponse? { nil }

    package func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
        .refuse(.text("There is no WebSocket here.\n", status: 404))
    }

    package func wantsBody(of request: HTTPRequest) -> Bool { true }

    package func bringsOthers(_ peer: PeerAddress) -> Bool { peer.isLoopback }

    package func client(of request: HTTPRequest) -> PeerAddress? { nil }

    package func refused(_ count: Int, last: PeerAddress) {}
}

/// What becomes of a WebSocket handshake.
package enum UpgradeDecision {
    case accept(any WebSocketHandler, WebSocketOptions)
    case refuse(HTTPResponse)
}
