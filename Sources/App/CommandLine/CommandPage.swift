/// `docs/en/commands.md`, made from the table; a test holds the two together.
@MainActor
struct CommandPage {
    let commands: [Command]

    var markdown: String {
        var page = "# Commands\n\nMade from the command table by `openclaw docs commands`.\n"
        page += "\nEvery command takes:\n\n" + list(CommandParser.globalOptions)
        for command in commands.sorted(by: { $0.name < $1.name }) {
            page += "\n## `openclaw \(([command.name] + command.arguments).joined(separator: " "))`\n\n"
            page += "\(command.summary).\n"
            if !command.options.isEmpty { page += "\n" + list(command.options) }
        }
        return page
    }

    private func list(_ options: [Command.Option]) -> String {
        options.map { option in
            let value = option.value.map { " <\($0)>" } ?? ""
            let choices =
                option.choices.isEmpty ? "" : ": \(option.choices.map { "`\($0)`" }.joined(separator: ", "))"
            let short = option.short.map { "`\($0)`, " } ?? ""
            return "- \(short)`\(option.name)\(value)` — \(option.summary)\(choices)\n"
        }.joined()
    }
}
