import Foundation

@testable import Store

/// A folder of a test's own, removed when the test lets go of it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/store-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var databasePath: String { path + "/openclaw.sqlite" }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    func bytes(of name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    func permissions(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
        return (attributes[.posixPermissions] as? Int) ?? -1
    }
}

/// A database in a folder of its own, for one test.
struct TestStores {
    let folder: TemporaryFolder
    let database: Database
    let stores: Stores

    init() throws { try self.init(TemporaryFolder()) }

    init(_ folder: TemporaryFolder) throws {
        self.folder = folder
        database = try Database(path: folder.databasePath)
        stores = Stores(database)
    }

    /// The files as they lie on the disk now: what a process that died at this moment would have left.
    func crashed() throws -> Remains {
        Remains(
            database: try folder.bytes(of: "openclaw.sqlite"),
            log: (try? folder.bytes(of: "openclaw.sqlite-wal")) ?? [])
    }

    struct Remains {
        var database: [UInt8]
        var log: [UInt8]

        /// Lays the files down elsewhere, with only the first bytes of the log.
        func opened(logBytes: Int? = nil) throws -> TestStores {
            try TestStores(restored(logBytes: logBytes))
        }

        private func restored(logBytes: Int? = nil) throws -> TemporaryFolder {
            let folder = try TemporaryFolder()
            try Data(database).write(to: URL(fileURLWithPath: folder.databasePath))
            let log = Data(log.prefix(logBytes ?? self.log.count))
            try log.write(to: URL(fileURLWithPath: folder.databasePath + "-wal"))
            return folder
        }
    }
}
