import Foundation
import Gateway
import Testing

struct PrivateFileTests {
    private func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test func `a file is written for its owner only, in a folder of its own`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a/b/c.json"

        try PrivateFile.write(Array("text".utf8), to: path)

        #expect(try PrivateFile.read(path, limit: 100) == Array("text".utf8))
        #expect(try mode(path) == 0o600)
        #expect(try mode(folder.path + "/a/b") == 0o700)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b") == ["c.json"])
    }

    @Test func `a symbolic link stays a link, and its target is replaced`() throws {
        let folder = try TemporaryFolder()
        try folder.write("old", to: "target")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link", withDestinationPath: "target")

        try PrivateFile.write(Array("new".utf8), to: folder.path + "/link")

        #expect(folder.read("target") == "new")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link") == "target")
    }

    @Test func `what a process left that was ended while it wrote is removed with the next write`() throws {
        let folder = try TemporaryFolder()
        // No process has a number above 4,194,304.
        for name in [".file.5000000.tmp", ".file.1.tmp", ".file.old.tmp", ".file2.5000000.tmp"] {
            try folder.write("half", to: name)
        }

        try PrivateFile.write(Array("text".utf8), to: folder.path + "/file")

        #expect(folder.names == [".file.1.tmp", ".file.old.tmp", ".file2.5000000.tmp", "file"])
    }

    @Test func `a file that another process has made first stays`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/file"

        #expect(try PrivateFile.create(Array("one".utf8), at: path))
        #expect(try !PrivateFile.create(Array("two".utf8), at: path))

        #expect(folder.read("file") == "one")
        #expect(folder.names == ["file"])
    }

    @Test(.timeLimit(.minutes(1))) func `a named pipe is an error and is not waited for`() throws {
        let folder = try TemporaryFolder()
        mkfifo(folder.path + "/pipe", 0o600)

        let error = #expect(throws: FileError.self) { try PrivateFile.read(folder.path + "/pipe", limit: 10) }

        #expect(error?.description.contains("not an ordinary file") == true)
    }

    @Test func `a missing file is nil, a folder and a long file are errors`() throws {
        let folder = try TemporaryFolder()
        try folder.write("12345", to: "long")

        #expect(try PrivateFile.read(folder.path + "/none", limit: 10) == nil)
        #expect(throws: FileError.self) { try PrivateFile.read(folder.path, limit: 10) }
        #expect(throws: FileError.self) { try PrivateFile.read(folder.path + "/long", limit: 4) }
        #expect(throws: FileError.self) { try PrivateFile.write([], to: "/proc/nothing/here") }
    }
}
