import Core
import Testing

struct BackoffTests {
    @Test func `waits grow to a minute and begin anew after success`() {
        var backoff = Backoff(first: .milliseconds(500), longest: .seconds(60))
        let waits = (1...12).map { _ in backoff.next(1) }

        #expect(waits[0] == .milliseconds(500) && waits[1] == .seconds(1))
        #expect(waits.last == .seconds(60))
        backoff.succeeded()
        #expect(backoff.next(0) == .milliseconds(250))
    }

    @Test func `a wait is never shorter than half and never longer than all of it`() {
        for _ in 0..<100 {
            var backoff = Backoff(first: .seconds(4), longest: .seconds(60))
            #expect((Duration.seconds(2)...Duration.seconds(4)).contains(backoff.next()))
        }
    }
}
