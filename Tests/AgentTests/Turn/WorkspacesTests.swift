import Core
import Foundation
import TestSupport
import Testing

@testable import Agent

@MainActor
struct WorkspacesTests {
    @Test
    func `a new workspace gets its first files, and an old one is left alone`() throws {
        try inFolder { folder in
            let profile = AgentProfile(id: .main, workspace: "\(folder)/deep/workspace")
            Workspaces(log: .silent).prepare(profile)
            #expect(FileManager.default.fileExists(atPath: "\(profile.workspace)/SOUL.md"))

            try FileManager.default.removeItem(atPath: "\(profile.workspace)/SOUL.md")
            Workspaces(log: .silent).prepare(profile)
            #expect(!FileManager.default.fileExists(atPath: "\(profile.workspace)/SOUL.md"))
        }
    }

    @Test
    func `skipBootstrap makes no files`() throws {
        try inFolder { folder in
            var profile = AgentProfile(id: .main, workspace: "\(folder)/workspace")
            profile.skipsBootstrap = true
            let workspaces = Workspaces(log: .silent)
            workspaces.prepare(profile)

            #expect(workspaces.files(of: profile, mostBytes: 20_000).isEmpty)
        }
    }

    @Test
    func `a changed file is read again`() throws {
        try inFolder { folder in
            let profile = AgentProfile(id: .main, workspace: folder)
            let workspaces = Workspaces(log: .silent)
            try write("Be kind.", to: "\(folder)/SOUL.md")
            #expect(workspaces.files(of: profile, mostBytes: 20_000).map(\.text) == ["Be kind."])

            try write("Be kind and brief.", to: "\(folder)/SOUL.md")
            #expect(
                workspaces.files(of: profile, mostBytes: 20_000).map(\.text) == ["Be kind and brief."])
        }
    }

    @Test
    func `a file that leads out of the workspace is told only to an agent that may read it there`() throws {
        try inFolder { folder in
            let profile = AgentProfile(id: .main, workspace: "\(folder)/workspace")
            _ = Workspaces.makeFolders(profile.workspace)
            try write("secret", to: "\(folder)/elsewhere")
            try write("Be kind.", to: "\(profile.workspace)/own.md")
            for (name, target) in [("AGENTS.md", "../elsewhere"), ("SOUL.md", "own.md")] {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(profile.workspace)/\(name)", withDestinationPath: target)
            }
            let workspaces = Workspaces(log: .silent)
            @MainActor func told() -> [String] {
                workspaces.files(of: profile, mostBytes: 20_000).map(\.text)
            }

            #expect(told() == ["Be kind."] && told() == ["Be kind."])
            workspaces.staysInside = false
            #expect(told() == ["secret", "Be kind."])
        }
    }

    @Test
    func `a large file is cut to its beginning and its end`() throws {
        try inFolder { folder in
            let profile = AgentProfile(id: .main, workspace: folder)
            try write("START" + String(repeating: "å", count: 100_000) + "END", to: "\(folder)/MEMORY.md")
            let file = try #require(Workspaces(log: .silent).files(of: profile, mostBytes: 20_000).first)

            #expect(file.isCut)
            #expect(file.text.hasPrefix("START") && file.text.hasSuffix("END"))
            #expect(file.text.utf8.count < 20_100)
            #expect(!file.text.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test
    func `the first request's prompt is small`() throws {
        try inFolder { folder in
            let profile = AgentProfile(id: .main, workspace: "\(folder)/workspace")
            let workspaces = Workspaces(log: .silent)
            workspaces.prepare(profile)
            let settings = Agent.AgentSettings(agents: [profile])
            let prompt = PromptBuilder(settings: settings, profile: profile)
                .system(files: workspaces.files(of: profile, mostBytes: settings.bootstrapMaxChars))

            #expect(prompt.utf8.count < 4_000)
            #expect(prompt.contains(profile.workspace))
            #expect(prompt.contains("## AGENTS.md"))
        }
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

extension Log {
    static let silent = Log("test", to: SilentSink())
}
