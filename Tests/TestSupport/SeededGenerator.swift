import Foundation

/// SplitMix64: the same seed gives the same numbers on every machine.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A seed for each round of a fuzz test: 200, as many as `FUZZ_ROUNDS` of the environment says, or for as long as
/// `FUZZ_SECONDS` says.
package func fuzzSeeds(oneIn share: UInt64 = 1) -> FuzzSeeds {
    let environment = ProcessInfo.processInfo.environment
    if let seconds = environment["FUZZ_SECONDS"].flatMap({ Double($0) }) {
        return FuzzSeeds(rounds: .max, end: .now + .seconds(seconds))
    }
    let rounds = environment["FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 200
    return FuzzSeeds(rounds: max(1, rounds / share), end: nil)
}

/// Seeds from 0 on, as many as there is time for.
package struct FuzzSeeds: Sequence, IteratorProtocol {
    let rounds: UInt64
    let end: ContinuousClock.Instant?
    private var seed: UInt64 = 0

    init(rounds: UInt64, end: ContinuousClock.Instant?) {
        self.rounds = rounds
        self.end = end
    }

    package mutating func next() -> UInt64? {
        guard seed < rounds else { return nil }
        if let end, .now > end { return nil }
        defer { seed += 1 }
        return seed
    }
}
