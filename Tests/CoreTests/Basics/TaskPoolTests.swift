import Testing

@testable import Core

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct TaskPoolTests {
    @Test
    func `work added before and after the start runs`() async {
        let pool = TaskPool()
        let early = Gate()
        let late = Gate()
        pool.add { early.open() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            await early.wait()
            pool.add { late.open() }
            await late.wait()
            group.cancelAll()
        }

        #expect(pool.count == 0)
    }

    @Test
    func `cancelling the pool cancels its work and waits for it`() async {
        let pool = TaskPool()
        let started = Gate()
        var wasCancelled = false
        pool.add {
            started.open()
            await Gate().wait()
            wasCancelled = Task.isCancelled
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await pool.run() }
            await started.wait()
            group.cancelAll()
        }

        #expect(wasCancelled)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct GateTests {
    @Test
    func `all who wait go on when it opens, and later ones at once`() async {
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { await gate.wait() } }
            group.addTask { gate.open() }
        }
        await gate.wait()
        await gate.waitUntilOpen()

        #expect(gate.isOpen)
    }

    @Test
    func `a cancelled task does not wait`() async {
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await gate.wait() }
            group.cancelAll()
            group.addTask { await gate.wait() }
        }

        #expect(!gate.isOpen)
    }
}
