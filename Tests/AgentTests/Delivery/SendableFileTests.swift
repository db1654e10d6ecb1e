import Core
import Foundation
import Store
import Testing

@testable import Agent

@MainActor
struct SendableFileTests {
    private let folder = NSTemporaryDirectory() + "sendable-" + UUID().uuidString
    private var workspace: String { folder + "/workspace" }

    init() throws {
        try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
        try Data("secret".utf8).write(to: URL(fileURLWithPath: folder + "/openclaw.json"))
        try Data("a report".utf8).write(to: URL(fileURLWithPath: workspace + "/report.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: workspace + "/link.txt", withDestinationPath: folder + "/openclaw.json")
    }

    @Test(arguments: ["report.txt", "./report.txt", "WORKSPACE/report.txt"])
    func `what is in the workspace may be sent`(source: String) throws {
        let source = source.replacingOccurrences(of: "WORKSPACE", with: workspace)

        let path = try #require(SendableFile.resolve(source, in: workspace))

        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a report")
    }

    @Test(arguments: [
        "../openclaw.json", "FOLDER/openclaw.json", "link.txt", "/etc/passwd", "nothing.txt", ".", "",
    ])
    func `what is elsewhere may not, whichever way it is reached`(source: String) {
        let source = source.replacingOccurrences(of: "FOLDER", with: folder)

        #expect(SendableFile.resolve(source, in: workspace) == nil)
        #expect(SendableFile.resolve(source, in: nil) == nil)
    }

    @Test func `an answer says which of its files was not sent`() throws {
        let plan = ReplyPlan(
            rules: ChannelTestHouse.rules(), limits: MessageLimits(longest: 2_000, unit: .utf16),
            address: Address(channel: "test", chat: "ann"), bot: nil, asked: "m1", handle: nil, run: "r1")
        let text =
            "Here it is.\nMEDIA:./report.txt\nMEDIA:\(folder)/openclaw.json\nMEDIA:../secret.txt\nMEDIA:nothing.txt"

        let parts = plan.parts(of: text, from: 0, workspace: workspace)

        let content = try #require(parts.first?.content)
        #expect(parts.count == 1 && content.files.count == 1)
        #expect(content.files[0].source.hasSuffix("/workspace/report.txt"))
        #expect(
            content.text
                == """
                Here it is.
                ⚠️ `openclaw.json` was not sent: only files in the workspace can be.
                ⚠️ `secret.txt` was not sent: only files in the workspace can be.
                ⚠️ `nothing.txt` was not sent: there is no such file in the workspace.
                """)
    }
}
