import Testing

@testable import Wire

@MainActor
struct PassEndTests {
    /// Leads to more of itself, as an answer whose end lets the next one begin.
    private final class Again: PassEndWork {
        private(set) var left: Int

        init(_ left: Int) { self.left = left }

        func passEnded() {
            left -= 1
            if left > 0 { PassEnd.add(self) }
        }
    }

    @Test func `it tells when what was done has led to more`() {
        let work = Again(3)
        PassEnd.add(work)
        #expect(!PassEnd.run())
        #expect(!PassEnd.run())
        #expect(PassEnd.run() && work.left == 0)
        #expect(PassEnd.run())
    }
}
