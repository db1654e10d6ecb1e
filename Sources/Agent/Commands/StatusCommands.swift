import Core
import Store

/// Commands that only tell.
enum StatusCommands {
    static let all = [
        SlashCommand(name: "help", help: "Show the most used commands.", category: .status) { _ in
            .reply(help)
        },
        SlashCommand(name: "commands", help: "List all slash commands.", category: .status) { _ in
            .reply(list)
        },
        SlashCommand(name: "status", help: "Show the session's state.", category: .status, run: status),
        SlashCommand(
            name: "whoami", aliases: ["id"], help: "Show who you are to the gateway.", category: .status
        ) {
            .reply(whoAmI($0))
        },
        SlashCommand(name: "usage", help: "Show today's tokens and cost.", category: .status, run: usage),
        SlashCommand(
            name: "context", arguments: "[list]", help: "Show what the model gets to read.",
            category: .status,
            run: ContextCommand.run),
    ]

    private static let help = """
        ℹ️ Help

        Session
          /new  |  /reset  |  /stop

        Options
          /think <level>  |  /model <provider/model>

        Status
          /status  |  /usage  |  /context  |  /whoami

        More: /commands for all of them
        """

    private static var list: String {
        var text = "ℹ️ Slash commands"
        for category in SlashCommand.Category.allCases {
            text += "\n\n\(category.rawValue)"
            for command in SlashCommands.standard.commands where command.category == category {
                text += "\n  \(line(command))"
            }
        }
        return text
    }

    private static func line(_ command: SlashCommand) -> String {
        let aliases = command.aliases.map { "/\($0)" }.joined(separator: ", ")
        let arguments = command.arguments.map { " \($0)" } ?? ""
        return "/\(command.name)\(arguments)\(aliases.isEmpty ? "" : " (\(aliases))") - \(command.help)"
    }

    @MainActor
    private static func whoAmI(_ call: CommandCall) -> String {
        """
        🧭 Identity
        Channel: \(call.message.address.channel)
        User id: \(call.message.address.chat)
        Session: \(call.session)
        Agent: \(call.profile.id)
        """
    }

    @MainActor
    private static func status(_ call: CommandCall) async throws -> CommandResult {
        let entry = try await call.entry()
        let choice = call.choice(entry)
        let used = entry.totalTokens ?? 0
        let window = choice.window(call.profile)
        let lines = [
            "🦞 OpenClaw \(call.facts.version)",
            "⏱️ Uptime: \((Timestamp.now - call.facts.startedAt).wholeSecondsText)",
            "🧠 Model: \(choice.model)\(entry.modelOverride == nil ? "" : " (chosen for this session)")",
            "🧮 Tokens: \(entry.inputTokens ?? 0) in / \(entry.outputTokens ?? 0) out",
            "📚 Context: \(Amount.tokens(used))/\(Amount.tokens(window)) (\(used * 100 / max(window, 1))%)",
            "🧵 Session: \(call.session) • updated \((Timestamp.now - entry.updatedAt).wholeSecondsText) ago",
            "⚙️ Think: \(choice.thinking) · Running: \(call.activity.running) · Waiting: \(call.activity.queued)",
        ]
        return .reply(lines.joined(separator: "\n"))
    }

    @MainActor
    private static func usage(_ call: CommandCall) async throws -> CommandResult {
        let today = try await call.stores.usage.today(source: nil)
        let entry = try await call.entry()
        var lines = [
            "📊 Usage", "Today (UTC): \(today.input) in / \(today.output) out, \(today.cacheRead) cached",
        ]
        if let cost = today.cost { lines.append("Cost today: $\(Amount.money(cost.total))") }
        lines.append("Last turn here: \(entry.inputTokens ?? 0) in / \(entry.outputTokens ?? 0) out")
        return .reply(lines.joined(separator: "\n"))
    }
}
