/// Gets what comes on a WebSocket, one message after the other.
@MainActor
package protocol WebSocketHandler: AnyObject {
    /// The connection is open; messages may be sent.
    func opened(_ socket: WebSocket)
    /// A whole text message, which is valid UTF-8.
    func received(text: [UInt8], on socket: WebSocket)
    /// A whole binary message.
    func received(binary: [UInt8], on socket: WebSocket)
    /// The connection has ended, for whatever reason; called once. The code is the peer's, 1005 when it gave none,
    /// 1006 when the connection was cut, or ours when we closed.
    func closed(_ socket: WebSocket, code: Int, reason: String)
    /// More than 64 KiB were unsent, and less than 16 KiB are now.
    func drained(_ socket: WebSocket)
}

extension WebSocketHandler {
    package func received(binary: [UInt8], on socket: WebSocket) {
        socket.close(code: 1003, reason: "only text is understood here")
    }

    package func drained(_ socket: WebSocket) {}
}

/// How a WebSocket is to behave.
package struct WebSocketOptions: Sendable {
    /// Largest message in bytes, after expansion; 1009 beyond. `WebSocket.maxMessageBytes` changes it later.
    package var maxMessageBytes = 64 << 10
    /// One of the subprotocols that the client offered.
    package var subprotocol: String?
    /// More headers for the 101 answer.
    package var headers = HTTPHeaders()
    /// Whether to take up an offer of permessage-deflate.
    package var acceptsCompression = false
    /// Silence after which the peer is asked for a sign of life.
    package var pingAfter: Duration = .seconds(45)
    /// How long it has to give one.
    package var pingTimeout: Duration = .seconds(30)

    package init() {}
}
