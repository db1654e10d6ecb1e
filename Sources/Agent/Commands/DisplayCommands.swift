import Core
import Store

/// Commands that choose how much a person is shown, and what waits how.
enum DisplayCommands {
    static let all = [
        SlashCommand(
            name: "verbose", aliases: ["v"], arguments: "on|full|off", choices: .only(verboseLevels),
            help: "Show what tools do.", category: .options, run: verbose),
        SlashCommand(
            name: "reasoning", aliases: ["reason"], arguments: "on|off|stream",
            choices: .only(reasoningLevels), help: "Show what the model thinks.", category: .options,
            run: reasoning),
        QueueCommand.command,
        ActivationCommand.command,
    ]

    private static let verboseLevels = ["on", "full", "off"]
    private static let reasoningLevels = ["on", "off", "stream"]

    @MainActor
    private static func verbose(_ call: CommandCall) async throws -> CommandResult {
        switch call.word {
        case "":
            let level = try await call.entry().verboseLevel ?? "off"
            return .reply(
                "Current verbose level: \(level).\nOptions: on, full, off.", choices: verboseLevels)
        case "on", "full", "off":
            // In front of a question it changes nothing for good.
            if !call.rest.isEmpty { return .turn(call.rest) }
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
            if !call.rest.isEmpty { return .turn(call.rest) }
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
