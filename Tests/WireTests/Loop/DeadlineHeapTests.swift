import TestSupport
import Testing

@testable import Wire

struct DeadlineHeapTests {
    @Test func `what waits leaves by its moment, and in its order at the same moment`() {
        for seed in fuzzSeeds().prefix(2000) {
            var random = SeededGenerator(seed: seed)
            let start = ContinuousClock.now
            var heap = DeadlineHeap<Int>()
            var waiting: [(deadline: ContinuousClock.Instant, number: Int)] = []
            for number in 0..<Int.random(in: 1...60, using: &random) {
                let deadline = start + .milliseconds(Int.random(in: 0...9, using: &random))
                heap.insert(number, at: deadline)
                waiting.append((deadline, number))
            }
            let expected = waiting.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }

            var left: [Int] = []
            for moment in 0...9 {
                while let number = heap.removeFirst(until: start + .milliseconds(moment)) {
                    left.append(number)
                }
                #expect(heap.firstDeadline.map { $0 > start + .milliseconds(moment) } ?? true, "seed \(seed)")
            }

            #expect(left == expected.map(\.number), "seed \(seed)")
            #expect(heap.firstDeadline == nil)
        }
    }
}
