import Wire

/// Joins a WebSocket and its control connection: it alone is known to both.
@MainActor
final class ControlSocket: WebSocketHandler {
    private let plane: ControlPlane
    private let place: ClientPlace
    private let origin: OriginRule.Verdict
    private var connection: ControlConnection?

    init(plane: ControlPlane, place: ClientPlace, origin: OriginRule.Verdict) {
        self.plane = plane
        self.place = place
        self.origin = origin
    }

    func opened(_ socket: WebSocket) {
        let connection = ControlConnection(plane: plane, socket: socket, place: place, origin: origin)
        self.connection = connection
        connection.opened()
        plane.expectLogin(of: connection)
    }

    func received(text: [UInt8], on socket: WebSocket) { connection?.received(text) }

    /// Swift clients send their requests as binary messages.
    func received(binary: [UInt8], on socket: WebSocket) { connection?.received(binary) }

    func drained(_ socket: WebSocket) { connection?.drained() }

    func closed(_ socket: WebSocket, code: Int, reason: String) {
        connection?.closed()
        connection = nil
    }
}
