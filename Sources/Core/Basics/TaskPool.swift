/// Runs work that outlives the call which started it, as children of one task group.
///
/// Whoever starts work owns a pool and somebody awaits `run()`: cancelling that cancels all work and waits for its end.
@MainActor
package final class TaskPool {
    package typealias Work = @MainActor @Sendable () async -> Void

    private var waiting: [Work] = []
    private var bell = Gate()
    /// How much work waits or runs.
    package private(set) var count = 0

    package init() {}

    /// Starts `work` on the loop's next pass; before `run()` it waits for that.
    package func add(_ work: @escaping Work) {
        count += 1
        waiting.append(work)
        bell.open()
    }

    /// Runs what is added until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for work in takeWaiting() {
                    group.addTask { await self.perform(work) }
                }
                await bell.wait()
            }
        }
        // Nobody is left to do it, and it may hold who added it.
        count -= takeWaiting().count
    }

    private func takeWaiting() -> [Work] {
        bell = Gate()
        defer { waiting = [] }
        return waiting
    }

    private func perform(_ work: Work) async {
        await work()
        count -= 1
    }
}
