import Foundation
import Testing

@testable import App

@MainActor
struct CommandPageTests {
    @Test func `the page of commands is what the table says`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/en/commands.md"), encoding: .utf8)

        #expect(
            page == CommandPage(commands: CommandCatalog.all).markdown + "\n",
            "Run `openclaw docs commands > docs/en/commands.md`.")
    }
}
