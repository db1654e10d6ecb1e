import Foundation
import Testing

@testable import Wire

struct GrowingFileTests {
    private func inFolder(_ test: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try test(folder)
    }

    @Test func `a file is there once it is whole, for us alone`() throws {
        try inFolder { folder in
            let path = folder + "/x"
            let file = try GrowingFile(for: path)
            try file.append([1, 2])
            try file.append([])
            try file.append([3])
            #expect(!FileManager.default.fileExists(atPath: path))

            try file.finish()

            #expect(file.byteCount == 3)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2, 3]))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x"])
        }
    }

    @Test func `what was let go of before leaves nothing, and the old file as it was`() throws {
        try inFolder { folder in
            try Data([9]).write(to: URL(filePath: folder + "/x"))
            do {
                let file = try GrowingFile(for: folder + "/x")
                try file.append([1])
            }

            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x"])
            #expect(try Data(contentsOf: URL(filePath: folder + "/x")) == Data([9]))
        }
    }

    @Test func `a folder that is not there is told`() {
        #expect(throws: WebError.self) { _ = try GrowingFile(for: "/nonexistent/x") }
    }
}
