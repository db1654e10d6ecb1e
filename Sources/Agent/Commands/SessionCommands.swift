import Core
import Store

/// Commands that begin a session anew or stop it.
enum SessionCommands {
    static let all = [
        SlashCommand(
            name: "new", arguments: "[message|model]", help: "Start a new session.", category: .session,
            startsOver: true
        ) { try await startOver($0, reply: "✅ New session started.") },
        SlashCommand(
            name: "reset", arguments: "[message]", help: "Reset the current session.", category: .session,
            startsOver: true
        ) { try await startOver($0, reply: "✅ Session reset.") },
        stop,
        SlashCommand(
            name: "steer", aliases: ["tell"], arguments: "<message>",
            help: "Say something to the run that is under way.", category: .session,
            question: { $0.isEmpty ? nil : Question(text: $0, mode: .steer) }
        ) { _ in .reply("⚙️ Usage: /steer <message>") },
        SlashCommand(
            name: "compact", arguments: "[instructions]",
            help: "Summarise the older part of the conversation.",
            category: .session, takesTurn: true
        ) { .compact(instructions: $0.arguments) },
        SlashCommand(
            name: "name", arguments: "[name]", help: "Show or set the session's name.", category: .session,
            run: name),
        SlashCommand(
            name: "export-session", aliases: ["export"], arguments: "[file]",
            help: "Write the conversation to a file in the workspace.", category: .session,
            run: ExportCommand.run),
        SlashCommand(name: "restart", help: "Restart the gateway.", category: .session) { .restarting($0) },
    ]

    /// Only listed: the door takes it before any command is looked for.
    static let stop = SlashCommand(name: "stop", help: "Stop the current run.", category: .session) { _ in
        .reply("")
    }

    @MainActor
    private static func startOver(_ call: CommandCall, reply: String) async throws -> CommandResult {
        _ = try await call.stores.sessions.reset(call.session, by: call.message.transcriptKey)
        if let model = ModelCommands.named(by: call) {
            _ = try await call.stores.sessions.patch(call.session) { $0.modelOverride = model }
            await call.directory.wake(model)
            return .reply("\(reply) It asks \(model).")
        }
        return call.arguments.isEmpty ? .reply(reply) : .turn(call.arguments)
    }

    @MainActor
    private static func name(_ call: CommandCall) async throws -> CommandResult {
        let name = call.arguments
        guard !name.isEmpty else {
            let label = try await call.entry().label
            return .reply(
                label.map { "This session is called \"\($0)\"." } ?? "This session has no name yet.")
        }
        guard name.utf8.count <= longestName else { return .reply("That name is too long.") }
        do {
            _ = try await call.stores.sessions.patch(call.session) { $0.label = name }
            return .reply("This session is now called \"\(name)\".")
        } catch StoreError.labelInUse {
            return .reply("Another session is called \"\(name)\" already. Choose another name.")
        }
    }

    /// Bytes: what `sessions.patch` takes as well.
    private static let longestName = 512
}

extension CommandResult {
    static func ownersOnly(_ message: InboundMessage) -> CommandResult {
        let sender = message.origin?.sender.id ?? ""
        return .reply(
            "⚠️ Only the owner may do this. Owners are named in `commands.ownerAllowFrom`, for example "
                + "`\"\(message.address.channel):\(sender)\"`.")
    }

    @MainActor
    fileprivate static func restarting(_ call: CommandCall) -> CommandResult {
        guard call.settings.allowsRestart else {
            return .reply("⚠️ /restart is off. Set `commands.restart` to `true` to allow it.")
        }
        guard call.message.isOwners else { return .ownersOnly(call.message) }
        return .restart("⚙️ Restarting. Send your next message in a few seconds.")
    }
}
