import Testing

@testable import Store

struct MigratorTests {
    private let one = Migration("one", ["CREATE TABLE a (n BIGINT)"])
    private let two = Migration("two", ["CREATE TABLE b (n BIGINT)", "INSERT INTO b VALUES (1)"])

    private func tables(_ connection: Connection) throws -> [String] {
        try connection.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
            $0.text(0)
        }
    }

    @Test func `steps run once, in order, and are remembered`() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection.openAlone(folder.databasePath)
        try Migrator(steps: [one]).run(on: connection)
        #expect(try tables(connection) == ["a", "migrations"])
        try Migrator(steps: [one, two]).run(on: connection)
        try Migrator(steps: [one, two]).run(on: connection)
        #expect(try tables(connection) == ["a", "b", "migrations"])
        #expect(try connection.rows("SELECT n FROM b") { $0.int(0) } == [1])
    }

    @Test func `a step that fails leaves nothing of itself and keeps those before it`() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection.openAlone(folder.databasePath)
        let broken = Migration("broken", ["CREATE TABLE c (n BIGINT)", "CREATE TABLE c (n BIGINT)"])
        #expect(throws: StoreError.self) { try Migrator(steps: [one, broken, two]).run(on: connection) }
        #expect(try tables(connection) == ["a", "migrations"])
        #expect(!connection.isInTransaction)
    }

    @Test func `a step for which the disk has no room is made in the room that is kept for that`() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection.openAlone(folder.databasePath)
        func allow(pages: Int) throws {
            _ = try connection.first("PRAGMA max_page_count = \(pages)") { $0.int(0) }
        }
        try Migrator(steps: [one]).run(on: connection)
        try allow(pages: 1)
        #expect(throws: StoreError.full(path: folder.databasePath)) {
            try Migrator(steps: [one, two]).run(on: connection)
        }
        var rooms = [1, 1000]
        try Migrator(steps: [one, two]).run(on: connection) {
            (try? allow(pages: rooms.removeFirst())) != nil
        }
        #expect(try tables(connection) == ["a", "b", "migrations"] && rooms.isEmpty)
    }

    @Test func `a database of a newer program is refused and not touched`() async throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.databasePath)
        try await database.write {
            _ = try $0.run("INSERT INTO migrations (name, applied_at) VALUES ('voice calls', 0)")
        }
        await database.close()
        #expect(
            throws: StoreError.newerDatabase(path: folder.databasePath, unknownMigrations: ["voice calls"])
        ) {
            try Database(path: folder.databasePath)
        }
    }

    @Test func `the message about a newer database says what to do`() {
        let error = StoreError.newerDatabase(
            path: "/data/openclaw.sqlite", unknownMigrations: ["voice calls"])
        #expect(
            "\(error)"
                == "The database `/data/openclaw.sqlite` was written by a newer version (it has `voice calls`). Install that version or a later one; nothing was changed."
        )
    }

    @Test func `two steps of one name are a mistake in the program`() async {
        await #expect(processExitsWith: .failure) {
            _ = Migrator(steps: [Migration("one", []), Migration("one", [])])
        }
    }
}
