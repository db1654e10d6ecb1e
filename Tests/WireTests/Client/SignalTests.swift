import Testing

@testable import Wire

struct SignalTests {
    @Test func `a notice given before anyone waits is not lost`() async {
        let signal = Signal()
        signal.notify()
        signal.notify()

        await signal.wait()
    }

    @Test func `a notice wakes the one who waits`() async {
        let signal = Signal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait() }
            group.addTask { signal.notify() }
            await group.waitForAll()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `cancelling wakes the one who waits`() async {
        let signal = Signal()
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await signal.wait()
                return Task.isCancelled
            }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }
}
