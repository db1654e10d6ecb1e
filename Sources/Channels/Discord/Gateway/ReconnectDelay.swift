/// How long to wait before the gateway is tried again: longer each time, and never the same for two of us.
struct ReconnectDelay: Sendable {
    static let longest = Duration.seconds(60)
    private static let first = Duration.milliseconds(500)

    private var failures = 0

    /// The next wait; `chance` is 0 to 1.
    mutating func next(_ chance: Double) -> Duration {
        failures += 1
        let doubled = Self.first * (1 << min(failures - 1, 10))
        let most = min(doubled, Self.longest)
        return most * (0.5 + chance / 2)
    }

    /// A connection worked.
    mutating func reset() { failures = 0 }
}
