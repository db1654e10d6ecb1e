import Core
import Testing

struct RecentTests {
    @Test func `the oldest is forgotten first, and what comes again is not new`() {
        var recent = Recent<Int>(most: 2)
        let news = [1, 2, 1, 3].map { recent.insert($0) }
        #expect(news == [true, true, false, true])
        #expect(!recent.contains(1) && recent.contains(2) && recent.contains(3))
        #expect(recent.order == [2, 3])
    }
}
