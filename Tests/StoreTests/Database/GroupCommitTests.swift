import Core
import Synchronization
import Testing

@testable import Store

@Suite(.timeLimit(.minutes(1)))
struct GroupCommitTests {
    /// A job that notes what it was told.
    private final class NotingJob: DatabaseJob, @unchecked Sendable {
        let body: (Connection) throws -> Void
        var outcome: String?
        private var error: (any Error)?

        init(_ kind: Kind = .write, _ body: @escaping (Connection) throws -> Void) {
            self.body = body
            super.init(kind)
        }

        override func perform(on connection: Connection) -> Bool {
            error = nil
            do {
                try body(connection)
                return true
            } catch {
                self.error = error
                return false
            }
        }

        override var failure: (any Error)? { error }

        override func settle(_ error: (any Error)?) {
            precondition(outcome == nil, "A job was settled twice.")
            outcome = (error ?? self.error).map { "\($0)" } ?? "done"
        }
    }

    private struct Refused: Error {}

    private func connection(_ folder: TemporaryFolder) throws -> Connection {
        let connection = try Connection.openAlone(folder.databasePath)
        try connection.run("CREATE TABLE t (n BIGINT UNIQUE)")
        return connection
    }

    private func numbers(_ connection: Connection) throws -> [Int] {
        try connection.rows("SELECT n FROM t ORDER BY n") { $0.int(0) }
    }

    private func frames(_ folder: TemporaryFolder) throws -> Int {
        (try folder.bytes(of: "openclaw.sqlite-wal").count - 32) / (4096 + 24)
    }

    @Test func `writes that wait together are one transaction`() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let before = try frames(folder)
        let jobs = (0..<50).map { number in NotingJob { try $0.run("INSERT INTO t VALUES (?)", number) } }
        GroupCommit(connection: connection).run(jobs)
        #expect(try numbers(connection) == Array(0..<50))
        // Alone, each would have written its table page and its index page again: 100 frames.
        #expect(try frames(folder) - before <= 4)
    }

    @Test func `one that fails takes nothing of the others with it`() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let jobs = (0..<9).map { number in
            NotingJob {
                try $0.run("INSERT INTO t VALUES (?)", number)
                if number % 3 == 1 { throw Refused() }
            }
        }
        GroupCommit(connection: connection).run(jobs)
        #expect(try numbers(connection) == [0, 2, 3, 5, 6, 8])
        #expect(jobs.map(\.outcome) == (0..<9).map { $0 % 3 == 1 ? "Refused()" : "done" })
    }

    @Test(arguments: [1, 2, 3]) func `a lost transaction is told to everybody in it`(count: Int) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        // What SQLite does by itself when the disk fails in the middle of a transaction.
        let jobs = (0..<count).map { number in
            NotingJob {
                try $0.run("INSERT INTO t VALUES (?)", number)
                if number == count - 1 { try $0.run("ROLLBACK") }
            }
        }
        let later = NotingJob { try $0.run("INSERT INTO t VALUES (99)") }
        GroupCommit(connection: connection).run(jobs)
        GroupCommit(connection: connection).run([later])
        #expect(jobs.allSatisfy { $0.outcome != nil && $0.outcome != "done" })
        #expect(later.outcome == "done")
        #expect(try numbers(connection) == [99])
    }

    @Test func `closing comes after what was queued with it, and what comes later is told`() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let closing = NotingJob(.closing) { $0.close() }
        let jobs = [
            closing, NotingJob { try $0.run("INSERT INTO t VALUES (1)") },
            NotingJob(.read) { _ = try numbers($0) },
        ]
        GroupCommit(connection: connection).run(jobs)
        #expect(jobs.map(\.outcome) == ["done", "done", "done"])
        let late = [
            NotingJob { try $0.run("INSERT INTO t VALUES (2)") }, NotingJob(.read) { _ = try numbers($0) },
        ]
        GroupCommit(connection: connection).run(late)
        #expect(late.map(\.outcome) == Array(repeating: "\(StoreError.closed)", count: 2))
        #expect(try numbers(Connection.openAlone(folder.databasePath)) == [1])
    }

    @Test(arguments: [1, 5]) func `a full disk is told to all whom it concerns, and later writes work`(
        count: Int
    ) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let pages = try connection.first("PRAGMA page_count") { $0.int(0) } ?? 0
        _ = try connection.first("PRAGMA max_page_count = \(pages)") { $0.int(0) }
        let jobs = (0..<count).map { number in
            NotingJob(.record) {
                try $0.run("INSERT INTO t VALUES (?)", number)
                guard number == count - 1 else { return }
                try $0.run("INSERT INTO t VALUES (?)", String(repeating: "x", count: 100_000))
            }
        }
        GroupCommit(connection: connection).run(jobs)
        #expect(jobs.last?.outcome == "\(StoreError.full(path: connection.path))")
        let kept = jobs.enumerated().filter { $0.element.outcome == "done" }.map(\.offset)
        #expect(try numbers(connection) == kept)
        _ = try connection.first("PRAGMA max_page_count = 100000") { $0.int(0) }
        let later = NotingJob { try $0.run("INSERT INTO t VALUES (99)") }
        GroupCommit(connection: connection).run([later])
        #expect(later.outcome == "done")
        #expect(try numbers(connection) == kept + [99])
    }

    @Test func `a lone failure leaves no transaction open`() throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let job = NotingJob {
            try $0.run("INSERT INTO t VALUES (1)")
            throw Refused()
        }
        GroupCommit(connection: connection).run([job])
        #expect(job.outcome == "Refused()")
        #expect(!connection.isInTransaction)
        #expect(try numbers(connection) == [])
    }

    @Test func `a constraint is reported as one`() async throws {
        let world = try TestStores()
        let insert =
            "INSERT INTO transcripts (session_id, first_sequence, last_sequence, message_count, byte_count, updated_at) VALUES ('a', 1, 0, 0, 0, 0)"
        try await world.database.write { _ = try $0.run(insert) }
        do {
            try await world.database.write { _ = try $0.run(insert) }
            Issue.record("The second row was accepted.")
        } catch StoreError.constraint(let failure) {
            #expect(failure.message == "UNIQUE constraint failed: transcripts.session_id")
        }
        await #expect(throws: StoreError.self) {
            try await world.database.write {
                _ = try $0.run(
                    "INSERT INTO messages (transcript, sequence, message_id, role, created_at, size, json) VALUES (77, 1, 'x', 'user', 0, 0, '')"
                )
            }
        }
        await world.database.close()
    }

    @Test func `a hundred tasks writing at once all get what they wrote`() async throws {
        let world = try TestStores()
        let store = world.stores.meta
        try await withThrowingDiscardingTaskGroup { group in
            for task in 0..<100 {
                group.addTask {
                    for round in 0..<10 {
                        try await store.set("task \(task)", "\(round)")
                        let value = try await store.value("task \(task)")
                        #expect(value == "\(round)")
                    }
                }
            }
        }
        let count = try await world.database.read { try $0.first("SELECT count(*) FROM meta") { $0.int(0) } }
        #expect(count == 100)
        await world.database.close()
    }

    @Test func `a large value comes back whole, and so does an empty one`() async throws {
        let world = try TestStores()
        let large = String(repeating: "räksmörgås ", count: 200_000)
        try await world.stores.meta.set("large", large)
        try await world.stores.meta.set("empty", "")
        #expect(try await world.stores.meta.value("large") == large)
        #expect(try await world.stores.meta.value("empty") == "")
        await world.database.close()
    }

    @Test func `the same statement can be read inside itself`() async throws {
        let world = try TestStores()
        for name in ["a", "b", "c"] { try await world.stores.meta.set(name, name) }
        let pairs = try await world.database.read { connection in
            try connection.rows("SELECT name FROM meta ORDER BY name") { outer in
                try connection.rows("SELECT name FROM meta ORDER BY name") { outer.text(0) + $0.text(0) }
            }.flatMap { $0 }
        }
        #expect(pairs == ["aa", "ab", "ac", "ba", "bb", "bc", "ca", "cb", "cc"])
        await world.database.close()
    }

    @Test func `a read that changes something stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let world = try TestStores()
            try await world.database.read { _ = try $0.run("DELETE FROM meta") }
        }
    }

    @Test(arguments: [1, 2])
    func `what a full disk refused is done once more in the room of the reserve`(count: Int) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let reserve = DiskReserve(path: folder.databasePath + ".reserve")
        reserve.fill(to: 1 << 20)
        var refusals = count
        let jobs = (0..<count).map { number in
            NotingJob(.record) {
                try $0.run("INSERT INTO t VALUES (?)", number)
                guard number == 0, refusals > 0 else { return }
                refusals -= 1
                // What SQLite does by itself.
                if $0.isInTransaction { try $0.run("ROLLBACK") }
                throw StoreError.full(path: folder.databasePath)
            }
        }

        GroupCommit(connection: connection, reserve: reserve).run(jobs)

        #expect(jobs.map(\.outcome) == Array(repeating: "done", count: count))
        #expect(try numbers(connection) == Array(0..<count))
        #expect(reserve.isTapped)
        #expect(try folder.bytes(of: "openclaw.sqlite.reserve").count == 768 << 10)
    }

    @Test(arguments: [(DatabaseJob.Kind.record, Int64(0)), (.write, 1 << 20)])
    func `without a reserve, or for what is new, everybody is told that the disk is full`(
        kind: DatabaseJob.Kind, reserved: Int64
    ) throws {
        let folder = try TemporaryFolder()
        let connection = try connection(folder)
        let reserve = DiskReserve(path: folder.databasePath + ".reserve")
        reserve.fill(to: reserved)
        let jobs = (0..<2).map { _ in
            NotingJob(kind) {
                if $0.isInTransaction { try $0.run("ROLLBACK") }
                throw StoreError.full(path: "/data/x")
            }
        }

        GroupCommit(connection: connection, reserve: reserve).run(jobs)

        #expect(jobs.allSatisfy { $0.outcome?.contains("is full") == true })
        #expect(!reserve.isTapped)
    }

    @Test func `a reserve that was tapped is filled again, and found by the next process`() throws {
        let folder = try TemporaryFolder()
        let path = folder.databasePath + ".reserve"
        let reserve = DiskReserve(path: path)
        reserve.fill(to: 300 << 10)
        #expect(reserve.giveBack() && reserve.isTapped)
        #expect(DiskReserve(path: path).giveBack())
        #expect(!DiskReserve(path: path).giveBack(), "nothing is left")

        reserve.fill(to: 300 << 10)

        #expect(!reserve.isTapped)
        #expect(try folder.bytes(of: "openclaw.sqlite.reserve").count == 300 << 10)
    }
}
