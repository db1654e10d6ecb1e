import Core

/// Two gateways with one bot's token end each other's requests for its messages: who stands down, and until when.
///
/// Whoever was interrupted `patience` times within `window` stands down; as the two interrupt each other in turn, one
/// comes to that first, and then the other is left in peace. Who stands down looks again after a pause that grows, and
/// takes nothing until it has seen that nobody else does.
struct PollRivalry {
    /// A connection that was lost may have left a request behind at Telegram: two conflicts prove nothing.
    static let patience = 3
    /// Two that take turns come to `patience` in less, also when Telegram answers late.
    static let window = Duration.seconds(20)
    /// Another gateway that runs takes what waits sooner. Each look interrupts that one: of looks so far apart, one of
    /// them told 3 s late, no `patience` lie within `window`, so that it never gives way to somebody who only looks.
    static let timeToTake = Duration.seconds(12)
    /// At least half of it passes: the other has then forgotten what led to this.
    static let firstPause = window * 2
    /// So long a message waits at most after the other is gone; Telegram keeps it for a day.
    static let longestPause = Duration.seconds(300)

    private(set) var isStandingDown = false
    private var conflicts: [ContinuousClock.Instant] = []
    private var pauses = Backoff(first: firstPause, longest: longestPause)
    /// The oldest update that was there at the last look and that nobody has taken since.
    private var untaken: Int?

    /// A request was ended by another; how long to wait when this one stands down, nil when it does not.
    mutating func interrupted(at now: ContinuousClock.Instant, chance: Double) -> Duration? {
        untaken = nil
        conflicts = conflicts.filter { $0.duration(to: now) < Self.window } + [now]
        guard isStandingDown || conflicts.count >= Self.patience else { return nil }
        isStandingDown = true
        conflicts = []
        return pauses.next(chance)
    }

    /// What a look has shown: the oldest update that waits, nil when none came in all that time.
    ///
    /// Returns whether that proves that nobody else asks: then it is this one's turn.
    mutating func looked(oldest: Int?) -> Bool {
        guard let oldest, oldest != untaken else {
            self = PollRivalry()
            return true
        }
        untaken = oldest
        return false
    }
}
