import Core
import Foundation
import Testing

@testable import Store

extension TemporaryFolder {
    /// Lays down what a dead process left, the database last: as who unpacks a backup beside the log does.
    fileprivate func lay(_ database: [UInt8], besideLog log: [UInt8]) throws {
        try write(log, to: "openclaw.sqlite-wal")
        try write(database, to: "openclaw.sqlite")
        // File systems keep times in steps of up to 10 ms.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -1)], ofItemAtPath: databasePath + "-wal")
    }

    fileprivate var logsAside: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasPrefix("openclaw.sqlite-wal.") }
        }
    }
}

struct LeftLogTests {
    /// A megabyte in 50 rows.
    private static func fill(_ database: Database, _ round: Int) async throws {
        try await database.write { connection in
            for row in 0..<50 {
                try MetaTable(connection: connection).set(
                    "row \(round % 5) \(row)", String(repeating: "\(round)", count: 20_000))
            }
        }
    }

    /// A backup of a stopped gateway, and what it left when it was killed after its log had begun anew.
    private static func past() async throws -> (backup: [UInt8], after: TestStores.Remains) {
        let folder = try TemporaryFolder()
        let first = try Database(path: folder.databasePath)
        try await MetaStore(first).set("colour", "red")
        await first.close()
        let backup = try folder.bytes(of: "openclaw.sqlite")
        let second = try TestStores(folder)
        for round in 0..<12 { try await fill(second.database, round) }
        try await MetaStore(second.database).set("colour", "blue")
        let after = try second.crashed()
        await second.database.close()
        return (backup, after)
    }

    @Test func `a log of another file than the one that a backup has put there is moved aside`() async throws
    {
        let (backup, after) = try await Self.past()
        let folder = try TemporaryFolder()
        try folder.lay(backup, besideLog: after.log)
        let words = HeardWords()

        let database = try Database(path: folder.databasePath, tell: words.hear)

        #expect(try await MetaStore(database).value("colour") == "red")
        #expect(try await database.check() == [])
        await database.close()
        let aside = try #require(try folder.logsAside.first)
        #expect(try folder.bytes(of: aside) == after.log)
        #expect(words.all.last?.contains("was moved to `\(folder.path)/\(aside)`") == true)
    }

    @Test func `files that were moved together are used together`() async throws {
        let (_, after) = try await Self.past()
        let folder = try TemporaryFolder()
        try folder.lay(after.database, besideLog: after.log)
        let words = HeardWords()

        let database = try Database(path: folder.databasePath, tell: words.hear)

        #expect(try await MetaStore(database).value("colour") == "blue")
        #expect(
            try folder.logsAside == []
                && words.all.last == "the database and its log belong together; what the log holds is kept")
        await database.close()
    }

    @Test func `what fits a backup that was put back is not dropped`() async throws {
        let folder = try TemporaryFolder()
        let first = try Database(path: folder.databasePath)
        await first.close()
        let backup = try folder.bytes(of: "openclaw.sqlite")
        let second = try TestStores(folder)
        try await MetaStore(second.database).set("colour", "blue")
        let log = try second.crashed().log
        await second.database.close()
        let place = try TemporaryFolder()
        try place.lay(backup, besideLog: log)

        let database = try Database(path: place.databasePath)

        #expect(try await MetaStore(database).value("colour") == "blue")
        await database.close()
    }

    @Test func `after a crash nothing is looked at but the times`() async throws {
        let (_, after) = try await Self.past()
        let folder = try TemporaryFolder()
        try folder.write(after.database, to: "openclaw.sqlite")
        try folder.write(after.log, to: "openclaw.sqlite-wal")
        let words = HeardWords()

        let database = try Database(path: folder.databasePath, tell: words.hear)

        #expect(try await MetaStore(database).value("colour") == "blue")
        #expect(words.all == [])
        await database.close()
    }

    @Test func `a log without its database is kept`() async throws {
        let (_, after) = try await Self.past()
        let folder = try TemporaryFolder()
        try folder.write(after.log, to: "openclaw.sqlite-wal")

        let database = try Database(path: folder.databasePath)

        #expect(try await MetaStore(database).value("colour") == nil)
        #expect(try folder.logsAside.count == 1)
        await database.close()
    }

    @Test func `once the file is gone no write is confirmed, until it is back`() async throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.databasePath)
        let away = folder.path + "/away"
        try FileManager.default.moveItem(atPath: folder.databasePath, toPath: away)
        try folder.write("another", to: "openclaw.sqlite")

        await #expect(throws: StoreError.replaced(path: folder.databasePath)) {
            try await MetaStore(database).set("colour", "red")
        }
        #expect(database.isRefusing() && database.refusalReason() == .replaced)
        #expect(try await MetaStore(database).value("colour") == nil)

        try FileManager.default.removeItem(atPath: folder.databasePath)
        try FileManager.default.moveItem(atPath: away, toPath: folder.databasePath)
        try await MetaStore(database).set("colour", "red")
        #expect(!database.isRefusing())
        await database.close()
    }
}
