import Core
import Store

/// Commands that begin a session anew or stop it.
enum SessionCommands {
    static let all = [
        SlashCommand(
            name: "new", arguments: "[message]", help: "Start a new session.", category: .session,
            startsOver: true
        ) { try await startOver($0, reply: "✅ New session started.") },
        SlashCommand(
            name: "reset", arguments: "[message]", help: "Reset the current session.", category: .session,
            startsOver: true
        ) { try await startOver($0, reply: "✅ Session reset.") },
        stop,
    ]

    /// Only listed: the door takes it before any command is looked for.
    static let stop = SlashCommand(name: "stop", help: "Stop the current run.", category: .session) { _ in
        .reply("")
    }

    @MainActor
    private static func startOver(_ call: CommandCall, reply: String) async throws -> CommandResult {
        _ = try await call.stores.sessions.reset(call.session)
        return call.arguments.isEmpty ? .reply(reply) : .turn(call.arguments)
    }
}
