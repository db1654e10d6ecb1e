import Foundation
import Testing

/// The house's rules that a compiler does not check, read off the sources.
struct HouseTests {
    /// What each room may import beside the standard library and the C library.
    static let allowedImports: [String: Set<String>] = [
        "Core": [],
        "Wire": ["CEvent", "CCurl", "COpenSSL", "CZlib", "CSystem"],
        "Store": ["Core", "CSQLite", "CSystem"],
        "Agent": ["Core", "Store"],
        "Gateway": ["Core", "Wire", "Store", "Agent"],
        "Channels": ["Core", "Wire"],
        "Models": ["Core", "Wire"],
        "Tools": ["Core", "Wire", "CSystem"],
        "App": ["Core", "Wire", "Store", "Agent", "Gateway", "Channels", "Models", "Tools", "CSystem"],
        "WireEcho": ["Wire"],
    ]
    static let everywhere: Set<String> = [
        "Glibc", "Darwin", "Synchronization", "_Concurrency", "FoundationEssentials",
    ]

    @Test(arguments: allowedImports.keys.sorted())
    func `a room imports only what lies below it`(room: String) throws {
        let allowed = try #require(Self.allowedImports[room]).union(Self.everywhere)

        for file in try sources(of: room) {
            let foreign = Set(file.imports).subtracting(allowed)
            #expect(foreign.isEmpty, "\(file.path) imports \(foreign.sorted())")
        }
    }

    @Test func `no C pointer leaves Wire and Store`() throws {
        for room in ["Core", "Agent", "Gateway", "Channels", "Models"] {
            for file in try sources(of: room) {
                #expect(!file.text.contains("OpaquePointer"), "\(file.path)")
            }
        }
    }

    @Test(arguments: ["try!", "as!", "TODO", "FIXME", "fatalError(\"not"])
    func `no source has`(_ banned: String) throws {
        for file in try allSources() {
            #expect(!file.code.contains(banned), "\(file.path) has \(banned)")
        }
    }

    /// Tasks without a parent outlive what started them; each exception has its reason.
    static let startsTasks: Set<String> = [
        "App/Start/Main.swift",  // the root of all
        "WireEcho/main.swift",  // the same
        // one a request, started in libevent's callback; its connection cancels it
        "Wire/Server/HTTPConnection.swift",
        // a login's renewal goes on when the turn that wanted it is stopped; bounded by its own timeout
        "Models/Routing/ModelRouter+Logins.swift",
    ]

    @Test func `tasks have parents`() throws {
        for file in try allSources() where !Self.startsTasks.contains(file.name) {
            for (number, line) in file.code.split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                // Patterns are slow; most lines need none.
                guard line.contains("Task"), line.contains(#/\bTask(\.detached)?( ?\{|\(priority)/#) else {
                    continue
                }
                Issue.record("\(file.path):\(number + 1) starts a task without a parent")
            }
        }
    }

    @Test(arguments: ["Utils", "Helpers", "Common", "Base", "Impl", "Manager", "Misc"])
    func `folders are concepts`(banned: String) throws {
        for file in try allSources() {
            #expect(!file.path.contains("/\(banned)/") && !file.path.contains("/\(banned)."), "\(file.path)")
        }
    }

    @Test func `every declaration that another room uses has a sentence`() throws {
        for file in try allSources() {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (index, line) in lines.enumerated()
            where line.contains("package ")
                && line.contains(#/^\s*(@MainActor )?package (final class|struct|enum|protocol|actor) /#)
            {
                let before =
                    lines[..<index].last { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("@") } ?? ""
                let isDocumented =
                    before.trimmingCharacters(in: .whitespaces).hasPrefix("///")
                    || before.trimmingCharacters(in: .whitespaces).hasSuffix("*/")
                #expect(
                    isDocumented, "\(file.path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    // MARK: Reading

    struct Source {
        let path: String
        let name: String
        let text: String

        /// Without comment lines.
        var code: String {
            text.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces).hasPrefix("//") ? "" : String($0) }
                .joined(separator: "\n")
        }

        var imports: [String] {
            text.split(separator: "\n").compactMap { line in
                guard line.contains("import ") else { return nil }
                return line.prefixMatch(
                    of: #/\s*(?:@\S+(?:\([^)]*\))? )*(?:package |private |public |internal )?import (\w+)/#
                ).map { String($0.1) }
            }
        }
    }

    private var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    private func allSources() throws -> [Source] {
        try Self.allowedImports.keys.sorted().flatMap { try sources(of: $0) }
    }

    private func sources(of room: String) throws -> [Source] {
        let folder = root.appending(path: "Sources")
        let files = try #require(
            FileManager.default.enumerator(at: folder.appending(path: room), includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
            Source(
                path: url.path(), name: String(url.path().dropFirst(folder.path().count + 1)),
                text: try String(contentsOf: url, encoding: .utf8))
        }
    }
}
