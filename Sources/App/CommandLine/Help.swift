/// Help texts, made from the table.
@MainActor
struct Help {
    let commands: [Command]

    /// Help for all commands whose words start with `prefix`; one command's options when it is the only one.
    func text(for prefix: [String]) -> String {
        let matching = commands.filter { $0.path.starts(with: prefix) }
        if let command = commands.first(where: { $0.path == prefix }), !prefix.isEmpty {
            return page(of: command, subcommands: matching.filter { $0.path.count > prefix.count })
        }
        let intro = prefix.isEmpty ? "openclaw: the gateway of a personal AI assistant\n\n" : ""
        return intro + "Usage: openclaw \((prefix + ["<command>"]).joined(separator: " ")) [options]\n\n"
            + "Commands:\n" + list(matching) + "\nOptions:\n" + list(CommandParser.globalOptions)
            + "\nRun any command with --help to see what it takes.\n"
    }

    private func page(of command: Command, subcommands: [Command]) -> String {
        var text =
            "\(command.summary).\n\nUsage: openclaw \(([command.name] + command.arguments).joined(separator: " "))"
        text += command.options.isEmpty ? "\n" : " [options]\n"
        if !command.options.isEmpty { text += "\nOptions:\n" + list(command.options) }
        if !subcommands.isEmpty { text += "\nCommands:\n" + list(subcommands) }
        return text
    }

    private func list(_ commands: [Command]) -> String {
        table(commands.map { ($0.name, $0.summary) })
    }

    private func list(_ options: [Command.Option]) -> String {
        table(
            options.map { option in
                let value = option.value.map { " <\($0)>" } ?? ""
                let choices = option.choices.isEmpty ? "" : " (\(option.choices.joined(separator: ", ")))"
                let short = option.short.map { "\($0), " } ?? ""
                return (short + option.name + value, option.summary + choices)
            })
    }

    private func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { name, summary in
            "  " + name + String(repeating: " ", count: width - name.count + 2) + summary + "\n"
        }.joined()
    }
}
