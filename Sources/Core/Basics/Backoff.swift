/// Pauses between attempts that double up to a limit, shortened at random so that many do not try at once.
package struct Backoff: Sendable {
    package let first: Duration
    package let longest: Duration
    /// Attempts that have failed since the last success.
    package private(set) var failures = 0

    package init(first: Duration, longest: Duration, failures: Int = 0) {
        self.first = first
        self.longest = longest
        self.failures = failures
    }

    /// The pause before the next attempt: between half and all of `first`, twice that after the next failure, and so on.
    ///
    /// `chance` is 0 to 1.
    package mutating func next(_ chance: Double = .random(in: 0...1)) -> Duration {
        let doublings = min(failures, 30)
        failures += 1
        let whole = min(first * (1 << doublings), longest)
        return whole * (0.5 + chance / 2)
    }

    package mutating func succeeded() { failures = 0 }
}
