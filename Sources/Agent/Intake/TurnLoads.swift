import Core

/// What the heavy turns that run hold in memory, so that a small machine has room for all of them.
struct TurnLoads {
    private var held: [SessionKey: Int] = [:]

    /// Bytes below which a turn is never kept waiting.
    static let lightBytes = 1 << 20
    /// Bytes of all heavy turns that run. A request is held about three times while it is written and sent, and the next
    /// message comes in beside it: a machine of 256 MB takes that.
    private static let mostBytes = 24 << 20

    static func isHeavy(_ load: Int) -> Bool { load >= lightBytes }

    /// One may always run, whatever it holds.
    func hasRoom(for load: Int) -> Bool {
        held.isEmpty || held.values.reduce(load, +) <= Self.mostBytes
    }

    func isHeld(by session: SessionKey) -> Bool { held[session] != nil }

    mutating func add(_ load: Int, of session: SessionKey) {
        if Self.isHeavy(load) { held[session] = load }
    }

    mutating func remove(_ session: SessionKey) { held[session] = nil }
}
