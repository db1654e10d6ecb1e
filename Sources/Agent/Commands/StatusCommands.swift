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
        SlashCommand(
            name: "usage", arguments: "[cost]", choices: .only(["cost"]),
            help: "Show today's tokens and cost.", category: .status,
            run: usage),
        SlashCommand(name: "tools", help: "List what the assistant may do.", category: .status) {
            .reply(tools($0))
        },
        SlashCommand(
            name: "context", arguments: "[list]", help: "Show what the model gets to read.",
            category: .status,
            run: ContextCommand.run),
    ]

    private static let help = """
        ℹ️ Help

        Session
          /new  |  /reset  |  /compact [instructions]  |  /stop

        Options
          /think <level>  |  /model <provider/model>  |  /verbose on|off|full

        Status
          /status  |  /usage  |  /context  |  /tools  |  /whoami

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
        User id: \(call.message.origin?.sender.id ?? call.message.address.chat)
        Session: \(call.session)
        Agent: \(call.profile.id)
        """
    }

    private static func note(on choice: ModelChoice) -> String {
        switch choice.source {
        case .agent: ""
        case .place: " (configured for this chat)"
        case .session: " (chosen for this session)"
        }
    }

    @MainActor
    private static func status(_ call: CommandCall) async throws -> CommandResult {
        let entry = try await call.entry()
        let choice = call.choice(entry)
        let used = entry.totalTokens ?? 0
        let window = choice.window(call.profile)
        let activation =
            Activation(of: entry, call.message.origin).map { "👥 Activation: \($0.rawValue) · " } ?? ""
        let (clock, now) = (call.settings.clock, Timestamp.now)
        let lines = [
            "🦞 OpenClaw \(call.facts.version)",
            "🕒 \(clock.date(now)), \(clock.time(now)) (\(clock.place(now)))",
            "⏱️ Uptime: \((Timestamp.now - call.facts.startedAt).wholeSecondsText)",
            "🧠 Model: \(choice.model)\(note(on: choice))",
            "🧮 Tokens: \(entry.inputTokens ?? 0) in / \(entry.outputTokens ?? 0) out",
            "📚 Context: \(Amount.context(used, of: window)) · 🧹 Compactions: \(entry.compactionCount)",
            "🧵 Session: \(call.session) • updated \((Timestamp.now - entry.updatedAt).wholeSecondsText) ago",
            "⚙️ Think: \(choice.thinking) · Verbose: \(entry.verboseLevel ?? "off")",
            "\(activation)🪢 Queue: \(QueueCommand.rule(call, entry).mode.rawValue) · Running: \(call.activity.running) · Waiting: \(call.activity.queued)",
        ]
        return .reply(lines.joined(separator: "\n"))
    }

    @MainActor
    private static func tools(_ call: CommandCall) -> String {
        let tools = call.tools.offer(call.profile.tools).schemas
        guard !tools.isEmpty else {
            return "The assistant has no tools here: the `tools` section of the config decides."
        }
        let lines = tools.map { "- \($0.name): \($0.description.prefix { $0 != "\n" && $0 != "." })." }
        return (["🔧 Tools"] + lines).joined(separator: "\n")
    }

    @MainActor
    private static func usage(_ call: CommandCall) async throws -> CommandResult {
        guard ["", "cost"].contains(call.word) else {
            return .reply("A footer under each answer is not here yet. /usage shows today's tokens and cost.")
        }
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
