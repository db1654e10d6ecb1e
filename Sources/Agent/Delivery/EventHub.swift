/// Tells everybody who watches what a turn does, at once and in order.
///
/// Nothing is kept: a receiver that cannot keep up bounds its own buffer. An event that a receiver publishes is told
/// after the one it was told, so that all see the same order.
@MainActor
package final class EventHub {
    package typealias Receiver = @MainActor (TurnEvent) -> Void

    private var receivers: [(id: Int, receive: Receiver)] = []
    private var nextID = 0
    private var untold: [TurnEvent] = []
    private var isTelling = false

    package init() {}

    /// Receives every event until the subscription is cancelled or let go of.
    package func subscribe(_ receive: @escaping Receiver) -> Subscription {
        nextID += 1
        receivers.append((nextID, receive))
        return Subscription(id: nextID, hub: self)
    }

    package func publish(_ event: TurnEvent) {
        guard !isTelling else { return untold.append(event) }
        isTelling = true
        tell(event)
        while !untold.isEmpty { tell(untold.removeFirst()) }
        isTelling = false
    }

    private func tell(_ event: TurnEvent) {
        for (_, receive) in receivers { receive(event) }
    }

    fileprivate func remove(_ id: Int) {
        receivers.removeAll { $0.id == id }
    }
}

/// Somebody's wish to be told.
///
/// Keep it: the telling ends with it.
@MainActor
package final class Subscription {
    private let id: Int
    private weak var hub: EventHub?

    fileprivate init(id: Int, hub: EventHub) {
        self.id = id
        self.hub = hub
    }

    package func cancel() {
        hub?.remove(id)
        hub = nil
    }

    isolated deinit { cancel() }
}
