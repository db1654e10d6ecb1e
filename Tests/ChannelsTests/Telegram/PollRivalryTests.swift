import Core
import Testing

@testable import Channels

struct PollRivalryTests {
    private let start = ContinuousClock.now

    private func interrupted(_ rivalry: inout PollRivalry, after seconds: Int) -> Duration? {
        rivalry.interrupted(at: start + .seconds(seconds), chance: 1)
    }

    private func looked(_ rivalry: inout PollRivalry, _ oldest: Int?) -> Bool {
        rivalry.looked(oldest: oldest)
    }

    @Test func `two conflicts prove nothing, the third in a short time does`() {
        var rivalry = PollRivalry()
        let pauses = (0..<3).map { interrupted(&rivalry, after: $0 * 2) }
        #expect(pauses == [nil, nil, .seconds(40)])
        #expect(rivalry.isStandingDown)
    }

    @Test(arguments: [0, 3])
    func `the looks of another that stands down do not make this one stand down`(secondsLate: Int) {
        var rivalry = PollRivalry()
        let between = Int(PollRivalry.timeToTake.components.seconds)
        for look in 0..<51 {
            _ = interrupted(&rivalry, after: look * between + (look % 3 == 0 ? secondsLate : 0))
        }
        #expect(!rivalry.isStandingDown)
    }

    @Test func `the pauses grow, up to five minutes`() {
        var rivalry = PollRivalry()
        for second in 0..<2 { _ = interrupted(&rivalry, after: second) }
        let pauses = (2..<8).map { interrupted(&rivalry, after: $0) }
        #expect(pauses == [40, 80, 160, 300, 300, 300].map { .seconds($0) })
    }

    @Test func `it takes over when nobody interrupts and nobody takes what waits`() {
        var rivalry = PollRivalry()
        for second in 0..<3 { _ = interrupted(&rivalry, after: second) }
        let looks = [looked(&rivalry, 7), looked(&rivalry, 8)]  // another took the first
        _ = interrupted(&rivalry, after: 20)
        let more = [looked(&rivalry, 8), looked(&rivalry, 8)]
        #expect(looks == [false, false] && more == [false, true])
        #expect(!rivalry.isStandingDown)
    }

    /// Each polls a second after it was interrupted, which interrupts the other.
    @Test(arguments: 0..<20)
    func `of two that take turns exactly one stands down`(seed: Int) {
        var (both, turn) = ([PollRivalry(), PollRivalry()], seed % 2)
        for second in 0..<60 where !both.contains(where: \.isStandingDown) {
            _ = both[turn].interrupted(at: start + .seconds(second), chance: Double(seed) / 20)
            turn = 1 - turn
        }
        #expect(both.count { $0.isStandingDown } == 1)
    }
}
