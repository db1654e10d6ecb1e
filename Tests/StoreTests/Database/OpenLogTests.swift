import Foundation
import Testing

@testable import Store

struct OpenLogTests {
    @Test(arguments: [false, true])
    func `what a removed log held outlives the process, and so does what follows`(isReplaced: Bool)
        async throws
    {
        let folder = try TemporaryFolder()
        let heard = HeardWords()
        let database = try Database(path: folder.databasePath, tell: heard.hear)
        let store = MetaStore(database)
        try await store.set("before", "1")
        try FileManager.default.removeItem(atPath: folder.databasePath + "-wal")
        if isReplaced { try folder.write([UInt8](repeating: 7, count: 8_192), to: "openclaw.sqlite-wal") }

        try await store.set("after", "2")

        #expect(heard.all.count == 1)
        #expect(heard.all[0].contains("openclaw.sqlite-wal` was removed or replaced"))
        try await store.set("later", "3")
        #expect(heard.all.count == 1)
        try await expect(["before": "1", "after": "2", "later": "3"], afterCrashOf: folder)
        await database.close()
    }

    @Test func `it is enough to look`() async throws {
        let folder = try TemporaryFolder()
        let database = try Database(path: folder.databasePath)
        try await MetaStore(database).set("before", "1")
        try FileManager.default.removeItem(atPath: folder.databasePath + "-wal")

        database.keepLog()
        // Behind it.
        try await database.submit(.upkeep) { _ in }

        try await expect(["before": "1"], afterCrashOf: folder)
        await database.close()
    }

    /// Of the files as they lie there now.
    private func expect(_ values: [String: String], afterCrashOf folder: TemporaryFolder) async throws {
        let copy = try TemporaryFolder()
        for end in ["", "-wal"] where FileManager.default.fileExists(atPath: folder.databasePath + end) {
            try copy.write(folder.bytes(of: "openclaw.sqlite" + end), to: "openclaw.sqlite" + end)
        }
        let database = try Database(path: copy.databasePath)
        for (name, value) in values { #expect(try await MetaStore(database).value(name) == value, "\(name)") }
        await database.close()
    }
}
