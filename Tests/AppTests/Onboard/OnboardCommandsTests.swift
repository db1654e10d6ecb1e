import Core
import Models
import Testing

@testable import App

@MainActor
struct OnboardCommandsTests {
    @Test func `no option is there twice`() throws {
        let command = try #require(OnboardCommands.all.first)
        let names = command.options.flatMap { [$0.name, $0.short].compactMap(\.self) }

        #expect(names.count == Set(names).count)
    }

    @Test(arguments: ["--anthropic-api-key", "--openai-api-key", "--gemini-api-key", "--openrouter-api-key"])
    func `the original's options for keys are there`(name: String) throws {
        let command = try #require(OnboardCommands.all.first)

        #expect(command.options.contains { $0.name == name })
    }

    @Test func `the original's names of options stand for ours`() throws {
        let words = ["onboard", "--auth-choice", "skip", "--skip-health"]

        let parsed = try CommandParser(commands: OnboardCommands.all).parse(
            words, environment: Environment([:]))

        guard case .command(_, let invocation) = parsed else { return #expect(Bool(false)) }
        #expect(invocation["--provider"] == "skip" && invocation.has("--skip-test"))
    }
}
