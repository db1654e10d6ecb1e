import Foundation
import Testing

@testable import Tools

struct WorkspacePathTests {
    @Test(arguments: [
        ("a.txt", "a.txt"), ("./a.txt", "a.txt"), ("sub/../a.txt", "a.txt"),
        ("new/deep/b.txt", "new/deep/b.txt"),
        ("sub//c.txt", "sub/c.txt"), ("sub/./c.txt", "sub/c.txt"), ("inside/c.txt", "sub/c.txt"),
        ("new/./b.txt", "new/b.txt"), ("....", "...."), ("~x", "~x"),
    ])
    func `paths inside are resolved`(path: String, expected: String) throws {
        try inWorkspace { root in
            let found = try WorkspacePath(path, workspace: root, staysInside: true)
            #expect(found.shown == expected)
            #expect(found.absolute == "\(root)/\(expected)")
        }
    }

    @Test(arguments: [
        "../a.txt", "../../etc/passwd", "/etc/passwd", "sub/../../a.txt", "outside/passwd", "outside",
        "outside/../x",
        "deep/passwd", "dangling", "dangling/x", "new/../../a", "a.txt/x", "loop/x", "", "a\0b", "~/x",
        "../workspace-evil/x",
    ])
    func `paths that leave are refused`(path: String) throws {
        try inWorkspace { root in
            #expect(throws: ToolFailure.self) { try WorkspacePath(path, workspace: root, staysInside: true) }
        }
    }

    @Test
    func `the refusal names the setting`() throws {
        try inWorkspace { root in
            let failure = #expect(throws: ToolFailure.self) {
                try WorkspacePath("/etc/passwd", workspace: root, staysInside: true)
            }
            #expect(failure?.message.contains("`tools.fs.workspaceOnly`") == true)
            let free = try WorkspacePath("/etc/passwd", workspace: root, staysInside: false)
            #expect(free.shown == "/etc/passwd")
        }
    }

    @Test
    func `a workspace that is a link is followed`() throws {
        try inWorkspace { root in
            let link = root + "-link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: root)
            defer { try? FileManager.default.removeItem(atPath: link) }

            let path = try WorkspacePath("a.txt", workspace: link, staysInside: true)
            #expect(path.absolute == "\(root)/a.txt")
        }
    }

    private func inWorkspace(_ body: (String) throws -> Void) throws {
        let root = try Folder.make()
        let files = FileManager.default
        defer { try? files.removeItem(atPath: root) }
        try files.createDirectory(atPath: "\(root)/sub", withIntermediateDirectories: true)
        try "a".write(toFile: "\(root)/a.txt", atomically: true, encoding: .utf8)
        let links = [
            ("outside", "/etc"), ("inside", "sub"), ("deep", "outside"), ("dangling", "/nowhere/at/all"),
            ("loop", "loop"),
        ]
        for (name, target) in links {
            try files.createSymbolicLink(atPath: "\(root)/\(name)", withDestinationPath: target)
        }
        try body(root)
    }
}

/// Temporary folders, under their real path.
enum Folder {
    static func make() throws -> String {
        let path = "/tmp/tools-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
