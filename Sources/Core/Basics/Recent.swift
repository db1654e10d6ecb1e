/// The newest so many of something, so that what is told twice is heard once; the oldest is forgotten first.
package struct Recent<Thing: Hashable> {
    private let most: Int
    private var things: Set<Thing> = []
    /// Oldest first.
    package private(set) var order: [Thing] = []

    package init(most: Int) { self.most = most }

    package func contains(_ thing: Thing) -> Bool { things.contains(thing) }

    /// Returns whether it is new.
    @discardableResult
    package mutating func insert(_ thing: Thing) -> Bool {
        guard things.insert(thing).inserted else { return false }
        order.append(thing)
        if order.count > most { things.remove(order.removeFirst()) }
        return true
    }

    package mutating func remove(_ thing: Thing) {
        if things.remove(thing) != nil { order.removeAll { $0 == thing } }
    }
}

extension Recent: Sendable where Thing: Sendable {}
