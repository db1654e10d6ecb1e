import Core
import Foundation
import Testing

@testable import Store

struct DatabaseCopyTests {
    @Test func `what is in the log is read too, and nothing is left behind`() async throws {
        let (folder, place) = (try TemporaryFolder(), try TemporaryFolder())
        let original = try Database(path: folder.databasePath)
        try await MetaStore(original).set("colour", "red")
        let before = try folder.bytes(of: "openclaw.sqlite") + folder.bytes(of: "openclaw.sqlite-wal")

        let copy = try Database(readingOnly: folder.databasePath, copiedInto: place.path)

        #expect(try await MetaStore(copy).value("colour") == "red")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == [])
        #expect(copy.path == folder.databasePath)
        #expect(try folder.bytes(of: "openclaw.sqlite") + folder.bytes(of: "openclaw.sqlite-wal") == before)
        await copy.close()
        await original.close()
    }

    @Test func `a write is refused as the volume would refuse it`() async throws {
        let (folder, place) = (try TemporaryFolder(), try TemporaryFolder())
        let copy = try Database(readingOnly: folder.databasePath, copiedInto: place.path)

        await #expect(throws: StoreError.readOnly(path: folder.databasePath)) {
            try await MetaStore(copy).set("colour", "red")
        }
        #expect(copy.refusalReason() == .readOnly)
        #expect(try await MetaStore(copy).value("colour") == nil)
        await copy.close()
    }

    @Test func `a place where no copy can be made is told with the database's own name`() throws {
        let folder = try TemporaryFolder()

        #expect(throws: StoreError.cannotOpen(path: folder.databasePath, reason: "No such file or directory"))
        {
            _ = try Database(readingOnly: folder.databasePath, copiedInto: folder.path + "/nowhere")
        }
    }
}
