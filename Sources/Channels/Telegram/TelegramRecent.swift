import Core

/// Remembers the last so many things, the oldest forgotten first.
struct TelegramRecent<Thing: Hashable> {
    private let most: Int
    private var things: Set<Thing> = []
    private(set) var order: [Thing] = []

    init(most: Int) { self.most = most }

    func contains(_ thing: Thing) -> Bool { things.contains(thing) }

    /// Returns whether it is new.
    @discardableResult
    mutating func insert(_ thing: Thing) -> Bool {
        guard things.insert(thing).inserted else { return false }
        order.append(thing)
        if order.count > most { things.remove(order.removeFirst()) }
        return true
    }
}
