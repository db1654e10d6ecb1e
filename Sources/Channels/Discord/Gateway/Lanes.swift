import Core

/// Work in order for each key, and side by side for different keys.
@MainActor
final class Lanes {
    typealias Work = TaskPool.Work

    /// Pieces of work that wait or run, about 2 KB each; whoever reads more events waits until there are fewer.
    ///
    /// Waiting holds up every place, so that one where a file takes its time must not come to it by itself.
    static let most = 4096

    private let pool = TaskPool()
    /// What waits behind the work that runs, for each key whose work runs.
    private var queues: [Snowflake: [Work]] = [:]
    private(set) var count = 0
    private var isShorter = Gate()

    func add(_ key: Snowflake, _ work: @escaping Work) {
        count += 1
        guard queues[key] == nil else {
            queues[key]?.append(work)
            return
        }
        queues[key] = []
        pool.add { await self.drain(key, work) }
    }

    /// Work that has to wait for no other.
    func addBeside(_ work: @escaping Work) { pool.add(work) }

    /// Returns when there is room for more work, or when the task is cancelled.
    func waitForRoom() async {
        while count >= Self.most, !Task.isCancelled {
            isShorter = Gate()
            await isShorter.wait()
        }
    }

    /// Works until the task is cancelled.
    func run() async { await pool.run() }

    private func drain(_ key: Snowflake, _ first: @escaping Work) async {
        var next: Work? = first
        while let work = next {
            await work()
            count -= 1
            isShorter.open()
            next = queues[key].flatMap { $0.isEmpty ? nil : $0[0] }
            if next != nil { queues[key]?.removeFirst() }
        }
        queues[key] = nil
    }
}
