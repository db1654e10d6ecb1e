import Core
import Testing

@testable import Store

struct DatabaseTests {
    @Test func `what was written is there after the database is opened again`() async throws {
        let folder = try TemporaryFolder()
        let first = try Database(path: folder.databasePath)
        try await MetaStore(first).set("colour", "blå")
        await first.close()

        let second = try Database(path: folder.databasePath)
        #expect(try await MetaStore(second).value("colour") == "blå")
        await second.close()
    }

    @Test func `a database that is let go without closing loses nothing`() async throws {
        let world = try TestStores()
        try await world.stores.meta.set("colour", "red")
        let after = try world.crashed().opened()
        #expect(try await after.stores.meta.value("colour") == "red")
        #expect(try await after.database.check() == [])
        await after.database.close()
        await world.database.close()
    }

    @Test func `a full disk is remembered until there is room, or for half a minute`() async throws {
        let world = try TestStores()
        let pages = try await world.database.write { connection in
            try connection.first("PRAGMA max_page_count = 1") { $0.int(0) }
        }
        await #expect(throws: StoreError.self) {
            try await world.stores.meta.set("large", String(repeating: "x", count: 1 << 20))
        }

        #expect(world.database.isRefusing())
        #expect(!world.database.isRefusing(now: .now + .seconds(31)))

        try await world.database.write { connection in
            _ = try connection.first("PRAGMA max_page_count = 1000000") { $0.int(0) }
        }
        try await world.stores.meta.set("small", "x")
        #expect(!world.database.isRefusing())
        #expect(pages != nil)
        await world.database.close()
    }

    @Test func `what is kept for speed can be let go, and is read again when it is wanted`() async throws {
        let world = try TestStores()
        try await world.stores.meta.set("colour", "red")
        let kept = try await world.database.read { $0.memoryInUse }
        world.database.releaseMemory()
        #expect(try await world.database.read { $0.memoryInUse } < kept)
        #expect(try await world.stores.meta.value("colour") == "red")
        await world.database.close()
    }

    @Test func `closing moves the log into the file`() async throws {
        let world = try TestStores()
        try await world.stores.meta.set("colour", "red")
        #expect(try world.folder.bytes(of: "openclaw.sqlite-wal").count > 0)
        await world.database.close()
        #expect((try? world.folder.bytes(of: "openclaw.sqlite-wal"))?.isEmpty ?? true)
    }

    @Test func `a call after closing says that the database is closed`() async throws {
        let world = try TestStores()
        await world.database.close()
        await #expect(throws: StoreError.closed) { try await world.stores.meta.value("colour") }
        await #expect(throws: StoreError.closed) { try await world.stores.meta.set("colour", "red") }
        await world.database.close()
    }

    @Test func `nobody holds a database that is not open`() async throws {
        let folder = try TemporaryFolder()
        #expect(Database.holder(of: folder.databasePath) == nil)
        let database = try Database(path: folder.databasePath)
        await database.close()
        #expect(Database.holder(of: folder.databasePath) == nil)
    }

    @Test func `a second opening is refused at once and names the database`() async throws {
        let world = try TestStores()
        let began = ContinuousClock.now
        #expect(throws: StoreError.alreadyOpen(path: world.folder.databasePath)) {
            try Database(path: world.folder.databasePath)
        }
        #expect(ContinuousClock.now - began < .seconds(1))
        await world.database.close()
        let again = try Database(path: world.folder.databasePath)
        await again.close()
    }

    @Test func `the file and its log are for the owner only`() async throws {
        let world = try TestStores()
        try await world.stores.meta.set("colour", "red")
        #expect(try world.folder.permissions(of: "openclaw.sqlite") == 0o600)
        #expect(try world.folder.permissions(of: "openclaw.sqlite-wal") == 0o600)
        await world.database.close()
    }

    @Test func `a folder that is not there is explained`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/missing/openclaw.sqlite"
        #expect(throws: StoreError.cannotOpen(path: path, reason: "No such file or directory")) {
            try Database(path: path)
        }
    }

    @Test func `a file that is no database is called damaged`() throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "not a database ", count: 400), to: "openclaw.sqlite")
        #expect(throws: StoreError.damaged(path: folder.databasePath, detail: "file is not a database")) {
            try Database(path: folder.databasePath)
        }
    }

    @Test(arguments: [
        ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("locking_mode", "exclusive"),
        ("mmap_size", "0"), ("temp_store", "2"), ("busy_timeout", "5000"),
    ])
    func `every promise is switched on`(pragma: String, value: String) async throws {
        let world = try TestStores()
        let answer = try await world.database.write { try $0.first("PRAGMA \(pragma)") { $0.text(0) } }
        #expect(answer == value)
        await world.database.close()
    }

    @Test func `the thread ends when the database is let go`() async throws {
        let folder = try TemporaryFolder()
        // Each would keep a thread and the lock: opening again shows that both are gone.
        for _ in 0..<20 {
            var database: Database? = try await opened(folder.databasePath)
            try await database?.write { _ = try $0.run("DELETE FROM meta") }
            database = nil
        }
    }

    /// The lock of the one before goes away with its thread, a moment after the last reference.
    private func opened(_ path: String) async throws -> Database {
        for _ in 0..<200 {
            if let database = try? Database(path: path) { return database }
            try await Task.sleep(for: .milliseconds(5))
        }
        return try Database(path: path)
    }
}
