import Core
import Store

/// Commands that choose how much a person is shown, and what waits how.
enum DisplayCommands {
    static let all = [
        SlashCommand(
            name: "verbose", aliases: ["v"], arguments: "on|full|off", choices: .only(verboseLevels),
            help: "Show what tools do.", category: .options,
            question: { question($0, behind: verboseLevels) }, run: verbose),
        SlashCommand(
            name: "reasoning", aliases: ["reason"], arguments: "on|off|stream",
            choices: .only(reasoningLevels), help: "Show what the model thinks.", category: .options,
            question: { question($0, behind: reasoningLevels) }, run: reasoning),
        QueueCommand.command,
        ActivationCommand.command,
    ]

    private static let verboseLevels = ["on", "full", "off"]
    private static let reasoningLevels = ["on", "off", "stream"]

    /// In front of a question a level changes nothing for good.
    private static func question(_ arguments: String, behind levels: [String]) -> Question? {
        let text = arguments.behindFirstWord
        return text.isEmpty || !levels.contains(arguments.firstWord) ? nil : Question(text: text)
    }

    @MainActor
    private static func verbose(_ call: CommandCall) async throws -> CommandResult {
        switch call.word {
        case "":
            let level = try await call.entry().verboseLevel ?? "off"
            return .reply(
                "Current verbose level: \(level).\nOptions: on, full, off.", choices: verboseLevels)
        case "on", "full", "off":
            let level = call.word
            _ = try await call.stores.sessions.patch(call.session) { $0.verboseLevel = level }
            switch level {
            case "on": return .reply("⚙️ Verbose logging enabled.")
            case "full": return .reply("⚙️ Verbose logging set to full.")
            default: return .reply("⚙️ Verbose logging disabled.")
            }
        case let word:
            return .reply("`\(word)` is no verbose level. Use one of: on, full, off.")
        }
    }

    @MainActor
    private static func reasoning(_ call: CommandCall) async throws -> CommandResult {
        switch call.word {
        case "":
            let level = try await call.entry().reasoningLevel ?? "off"
            return .reply(
                "Current reasoning level: \(level).\nOptions: on, off, stream.", choices: reasoningLevels)
        case "on", "off", "stream":
            let level = call.word
            _ = try await call.stores.sessions.patch(call.session) {
                $0.reasoningLevel = level == "off" ? nil : level
            }
            return .reply(
                level == "off"
                    ? "⚙️ Reasoning visibility disabled." : "⚙️ Reasoning visibility set to \(level).")
        case let word:
            return .reply("`\(word)` is no reasoning level. Use one of: on, off, stream.")
        }
    }
}
