import Core

/// An event for everybody who may see it.
struct Broadcast {
    var event: String
    /// One complete JSON value.
    var payload: [UInt8]
    /// What a connection must be allowed to; `.none`: everybody.
    var scope: Scope
    /// A client that reads too slowly misses it, instead of being cut off.
    var isDroppable: Bool
    var stateVersion: StateVersion?

    static func event(
        _ name: String, _ payload: JSON, to scope: Scope = .none, isDroppable: Bool = true,
        stateVersion: StateVersion? = nil
    ) -> Broadcast {
        Broadcast(
            event: name, payload: payload.encoded(), scope: scope, isDroppable: isDroppable,
            stateVersion: stateVersion)
    }
}

/// All open control connections, and the way events reach them.
@MainActor
final class EventBroadcaster {
    private(set) var connections: [ControlConnection] = []
    private var counts: [Generation: Int] = [:]

    func hasConnections(of generation: Generation) -> Bool { counts[generation, default: 0] > 0 }

    func add(_ connection: ControlConnection) {
        counts[connection.generation, default: 0] += 1
        connection.placeInList = connections.count
        connections.append(connection)
    }

    func remove(_ connection: ControlConnection) {
        guard let place = connection.placeInList, place < connections.count, connections[place] === connection
        else {
            return
        }
        connection.placeInList = nil
        counts[connection.generation, default: 0] -= 1
        let last = connections.removeLast()
        guard last !== connection else { return }
        connections[place] = last
        last.placeInList = place
    }

    /// Encodes once; each connection adds its own sequence number.
    func send(_ broadcast: Broadcast, in generation: Generation? = nil) {
        let body = EventBody(
            broadcast.event, payload: broadcast.payload, stateVersion: broadcast.stateVersion)
        for connection in connections where connection.maySee(broadcast.scope) {
            if let generation, connection.generation != generation { continue }
            connection.deliver(body, isDroppable: broadcast.isDroppable)
        }
    }

    /// Cuts off whoever leaves most unread while too much waits for all together.
    func boundUnread() {
        var sum = connections.reduce(0) { $0 + $1.unreadBytes }
        while sum > Limits.mostUnreadBytesOfAll,
            let slowest = connections.max(by: { $0.unreadBytes < $1.unreadBytes })
        {
            sum -= slowest.unreadBytes
            slowest.cutOff()
        }
    }

    /// Ends every connection of a device that may no longer come in, or those that may do more than `allowed`.
    func disconnect(device: String, beyond allowed: Scopes? = nil) {
        for connection in connections
        where connection.deviceID == device && allowed?.cover(connection.scopes.names) != true {
            connection.close(code: 1008, reason: "device access revoked")
        }
    }

    func closeAll(code: Int, reason: String) {
        for connection in connections { connection.close(code: code, reason: reason) }
    }
}
