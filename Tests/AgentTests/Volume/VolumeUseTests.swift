import Core
import Foundation
import TestSupport
import Testing

@testable import Agent

@MainActor
struct VolumeUseTests {
    private func write(_ megabytes: Int, _ path: String, daysAgo: Double = 0) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(repeating: 1, count: megabytes << 20).write(to: URL(filePath: path))
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now.addingTimeInterval(-86_400 * daysAgo)], ofItemAtPath: path)
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    @Test func `files count by what they are for`() async throws {
        try await inFolder { state in
            try write(2, "\(state)/openclaw.sqlite")
            try write(1, "\(state)/openclaw.sqlite-wal")
            try write(1, "\(state)/logs/openclaw-2026-01-01.log")
            try write(4, "\(state)/workspace/media/inbound/1-a.png")
            try write(2, "\(state)/workspace-two/notes/a.md")
            try write(1, "\(state)/agents/main/sessions/a.jsonl")
            try FileManager.default.createSymbolicLink(
                atPath: "\(state)/workspace/all", withDestinationPath: "/usr")

            let use = await VolumeUse.measured(state)

            #expect(use.isWhole)
            #expect(use.text == "media 4 MB, database 3 MB, workspaces 2 MB, transcripts 1 MB, logs 1 MB")
            #expect(use == VolumeUse(of: state))
        }
    }

    @Test func `an empty folder takes less than a megabyte`() async throws {
        try await inFolder { state in
            #expect(VolumeUse(of: state).text == "less than 1 MB")
        }
    }

    private func rotated(_ state: String, enoughAfter removed: Int) async throws -> [String] {
        let files = [
            "logs/openclaw-2026-01-01.log", "logs/openclaw-2026-01-01.log.1", "logs/openclaw-2026-01-02.log",
            "logs/openclaw-\(Timestamp.now.isoDay).log", "logs/openclaw-\(Timestamp.now.isoDay).log.1",
            "workspace/media/inbound/1-old.png",
            "workspace-two/media/inbound/2-older.png", "workspace/media/inbound/3-new.png",
            "workspace/notes.md", "openclaw.json", "openclaw.json.bak", "openclaw.json.bak.1",
        ]
        for file in files {
            let days: Double = file.contains("older") ? 30 : file.contains("old") ? 8 : 0
            try write(0, "\(state)/\(file)", daysAgo: days)
        }
        let left = { files.filter { FileManager.default.fileExists(atPath: "\(state)/\($0)") } }
        await VolumeRotation(
            state: state, database: nil, log: Log("test", to: SilentSink()),
            isEnough: { files.count - left().count >= removed }
        ).run()
        return files.filter { !left().contains($0) }
    }

    @Test(arguments: 0...7)
    func `no more is dropped than is needed, the least missed first`(count: Int) async throws {
        try await inFolder { state in
            let gone = try await rotated(state, enoughAfter: count)
            let order = [
                "logs/openclaw-2026-01-01.log", "logs/openclaw-2026-01-01.log.1",
                "logs/openclaw-2026-01-02.log",
                "workspace-two/media/inbound/2-older.png", "workspace/media/inbound/1-old.png",
                "openclaw.json.bak.1",
            ]
            #expect(Set(gone) == Set(order.prefix(count)))
        }
    }
}
