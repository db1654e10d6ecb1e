import Core
import Foundation
import Testing

@testable import Tools

@MainActor
struct FileToolsTests {
    private let settings = ToolSettings()

    @Test
    func `what was written is read, edited and read again`() async throws {
        try await inWorkspace { root in
            let written = try await call("write", ["path": "a/b.txt", "content": "one\ntwo\n"], root)
            let read = try await call("read", ["path": "a/b.txt"], root)
            let edited = try await call(
                "edit", ["file_path": "a/b.txt", "old_string": "two", "new_string": "2"], root)
            let again = try await call("read", ["path": "a/b.txt", "offset": 2], root)

            #expect(written.line == "Wrote 8 bytes to a/b.txt.")
            #expect(read.line == "one\ntwo\n")
            #expect(edited.line == "Replaced 1 occurrence in a/b.txt, line 2.")
            #expect(again.line == "2\n")
        }
    }

    @Test(
        arguments: [
            ("read", ["path": "missing.txt"], "File not found: "), ("read", ["path": "."], "is a folder"),
            ("read", [:], "`path` is missing"), ("read", ["path": "../x"], "outside the workspace"),
            ("read", ["path": "pipe"], "not an ordinary file"), ("read", ["path": "binary"], "binary file"),
            ("read", ["path": "binary", "offset": 0], "binary file"),
            ("read", ["path": "text", "offset": "x"], "`offset` must be"),
            ("write", ["path": "x"], "`content` is missing"),
            ("write", ["path": "folder", "content": ""], "not an ordinary file"),
            ("write", ["path": "text/x", "content": ""], "no folder"),
            ("write", ["path": "link", "content": "x"], "outside"),
            ("edit", ["path": "text", "oldText": "zzz", "newText": "y"], "does not occur"),
            ("edit", ["path": "text", "oldText": "t"], "`newText` is missing"),
            ("exec", ["command": ""], "`command` is empty"),
            ("exec", ["command": "true", "workdir": "/"], "outside the workspace"),
        ] as [(String, JSON, String)])
    func `what cannot be done is a result that says why`(tool: String, arguments: JSON, reason: String)
        async throws
    {
        try await inWorkspace { root in
            let result = try await call(tool, arguments, root)

            #expect(result.isError)
            #expect(result.line.contains(reason), "\(result.line)")
        }
    }

    @Test
    func `a written file keeps its mode, and nothing else is left in the folder`() async throws {
        try await inWorkspace { root in
            let before = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
            chmod("\(root)/text", 0o750)
            _ = try await call("write", ["path": "text", "content": "new"], root)

            var status = stat()
            #expect(stat("\(root)/text", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o750)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).sorted() == before)
        }
    }

    @Test
    func `a file too large to be read, and one open to all, keep their modes`() async throws {
        try await inWorkspace { root in
            let large = [UInt8](repeating: 0x78, count: FileAccess.mostBytes + 1)
            try Data(large).write(to: URL(fileURLWithPath: "\(root)/large"))
            chmod("\(root)/large", 0o600)
            chmod("\(root)/text", 0o666)
            _ = try await call("write", ["path": "large", "content": "secret"], root)
            _ = try await call("edit", ["path": "text", "oldText": "tex", "newText": "TEX"], root)

            var status = stat()
            #expect(stat("\(root)/large", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600 && status.st_size == 6)
            #expect(stat("\(root)/text", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o666)
        }
    }

    @Test
    func `an image is shown as one`() async throws {
        try await inWorkspace { root in
            let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]
            try Data(png).write(to: URL(fileURLWithPath: "\(root)/dot.png"))
            let result = try await call("read", ["path": "dot.png"], root)

            #expect(
                result.content.last == .image(ImageContent(mimeType: "image/png", base64: "iVBORw0KGgoAAA=="))
            )
        }
    }

    @Test
    func `the schemas are small and name what is required`() {
        let schemas = ToolCatalog.tools(settings, gate: .open).map(\.schema)
        let bytes = schemas.reduce(0) {
            $0 + $1.name.utf8.count + $1.description.utf8.count + $1.parameters.text.utf8.count
        }

        #expect(schemas.map(\.name) == ["read", "write", "edit", "exec"])
        #expect(bytes < 2_500)
        for schema in schemas {
            let required = schema.parameters["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
            #expect(!required.isEmpty)
            #expect(required.allSatisfy { schema.parameters["properties"]?[$0] != nil })
        }
    }

    private func call(_ name: String, _ arguments: JSON, _ root: String) async throws -> ToolResult {
        let tool = try #require(ToolCatalog.tools(settings, gate: .open).first { $0.schema.name == name })
        return try await tool.call(
            arguments, in: ToolContext(workspace: root, agent: .main, session: "agent:main:main", run: "r"))
    }

    private func inWorkspace(_ body: (String) async throws -> Void) async throws {
        let root = try Folder.make()
        defer { try? FileManager.default.removeItem(atPath: root) }
        try "text".write(toFile: "\(root)/text", atomically: true, encoding: .utf8)
        try Data([1, 0, 2]).write(to: URL(fileURLWithPath: "\(root)/binary"))
        try FileManager.default.createDirectory(atPath: "\(root)/folder", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/link", withDestinationPath: "/etc/hostname")
        mkfifo("\(root)/pipe", 0o600)
        try await body(root)
    }
}

extension ToolResult {
    var line: String { content.text }
}
