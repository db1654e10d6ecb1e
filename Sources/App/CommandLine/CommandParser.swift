import Core

/// Finds the command in the words people type, and reads its options.
@MainActor
struct CommandParser {
    let commands: [Command]

    /// Options every command takes; `--dev` and `--profile` choose the state directory before anything is read.
    static let globalOptions: [Command.Option] = [
        .flag("--dev", "Use ~/.openclaw-dev and port 19001"),
        .value("--profile", "name", "Use ~/.openclaw-<name>"),
        .flag("--no-color", "Print without colours"),
        .flag("--help", "Show what a command does and takes"),
    ]

    enum Parsed {
        case command(Command, Invocation)
        case help(prefix: [String])
        case version
    }

    func parse(_ words: [String], environment: Environment) throws(CommandError) -> Parsed {
        if let first = plainWords(words).first, ["-V", "-v", "--version"].contains(first) { return .version }
        let leading = Array(words.prefix { !$0.hasPrefix("-") })
        let wantsHelp = words.contains("--help") || words.contains("-h") || leading.first == "help"
        guard let command = longestMatch(words) else {
            let group = plainWords(words).filter { $0 != "help" }.prefix { !$0.hasPrefix("-") }
            let isGroup = commands.contains { $0.path.starts(with: group) }
            if let last = words.last, let option = Self.globalOptions.first(where: { $0.name == last }),
                let value = option.value
            {
                throw CommandError("`\(last)` needs a value: `\(last) <\(value)>`.")
            }
            if wantsHelp || plainWords(words).isEmpty { return .help(prefix: isGroup ? Array(group) : []) }
            if words.contains("--update") {
                throw CommandError(
                    "`--update` is not for this `openclaw`: install the new version where the gateway runs.")
            }
            if let option = plainWords(words).first, option.hasPrefix("-") {
                throw CommandError(
                    "`\(option)` stands before the command. Options of a command stand behind it: "
                        + "`openclaw status \(option)`.")
            }
            let typed = Array(plainWords(words).prefix { !$0.hasPrefix("-") })
            if commands.contains(where: { $0.path.starts(with: typed) }) { return .help(prefix: typed) }
            throw unknownCommand(typed)
        }
        if wantsHelp { return .help(prefix: command.path) }
        return .command(command, try invocation(of: command, words, environment))
    }

    /// Global options may stand before the command's words, so these are looked for one by one.
    private func longestMatch(_ words: [String]) -> Command? {
        let plain = plainWords(words)
        return commands.filter { plain.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
    }

    /// The words that are neither a global option nor its value.
    private func plainWords(_ words: [String]) -> [String] {
        var plain: [String] = []
        var skipsNext = false
        for word in words {
            if skipsNext {
                skipsNext = false
            } else if let option = Self.globalOptions.first(where: { $0.name == word.prefix { $0 != "=" } }) {
                skipsNext = option.value != nil && !word.contains("=")
            } else {
                plain.append(word)
            }
        }
        return plain
    }

    private func invocation(
        of command: Command, _ words: [String], _ environment: Environment
    ) throws(CommandError) -> Invocation {
        var invocation = Invocation(environment: environment)
        var pathWords = command.path[...]
        var remaining = words[...]
        while let word = remaining.popFirst() {
            if word == pathWords.first {
                pathWords.removeFirst()
            } else if word == "--" {
                invocation.arguments += remaining
                break
            } else if word.hasPrefix("-"), word.count > 1, Double(word) == nil {
                try read(option: word, of: command, from: &remaining, into: &invocation)
            } else {
                invocation.arguments.append(word)
            }
        }
        try checkCount(of: invocation.arguments, for: command)
        try checkProfile(invocation)
        return invocation
    }

    private func read(
        option word: String, of command: Command, from remaining: inout ArraySlice<String>,
        into invocation: inout Invocation
    ) throws(CommandError) {
        let name = String(word.prefix { $0 != "=" })
        let given = name == word ? nil : String(word.dropFirst(name.count + 1))
        let known = command.options + Self.globalOptions
        guard let option = known.first(where: { $0.name == name || $0.short == name }) else {
            let nearest = NearestKey.of(name, among: known.map(\.name))
            throw CommandError(
                "Unknown option `\(name)` for `openclaw \(command.name)`."
                    + (nearest.map { " Did you mean `\($0)`?" } ?? " Run it with --help to see its options."))
        }
        invocation.order.append(option.name)
        guard let valueName = option.value else {
            guard given == nil || given == "true" || given == "false" else {
                throw CommandError("`\(option.name)` takes no value. Leave out `=\(given ?? "")`.")
            }
            if given != "false" { invocation.flags.insert(option.name) }
            return
        }
        if given == nil, let next = remaining.first, known.contains(where: { $0.name == next }) {
            throw CommandError(
                "`\(option.name)` needs a value, and `\(next)` is an option. Write `\(option.name)=\(next)` if it is "
                    + "the value.")
        }
        // An empty one is mostly a shell variable that is not set.
        guard let value = given ?? remaining.popFirst(), !value.isEmpty else {
            throw CommandError(
                "`\(option.name)` needs a value: `\(option.name) <\(valueName)>`.")
        }
        guard option.choices.isEmpty || option.choices.contains(value) else {
            throw CommandError(
                "Invalid \(option.name) `\(value)`. Use one of: \(option.choices.joined(separator: ", ")).")
        }
        if let range = option.range, Int(value).map(range.contains) != true {
            throw CommandError(
                "Invalid \(option.name) `\(value)`. Use a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound).")
        }
        invocation.values[option.name] = value
        if option.isRepeated { invocation.lists[option.name, default: []].append(value) }
    }

    /// A profile's name is part of a folder's: it must not lead anywhere else.
    private func checkProfile(_ invocation: Invocation) throws(CommandError) {
        guard let name = invocation["--profile"] ?? invocation.environment["OPENCLAW_PROFILE"] else { return }
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F || byte == 0x2D
        }
        guard isPlain, (1...64).contains(name.utf8.count) else {
            throw CommandError("Invalid profile `\(name)`. Use letters, digits, `_` and `-`, at most 64.")
        }
        if invocation.has("--dev"), invocation["--profile"] != nil {
            throw CommandError("`--dev` is a profile of its own. Leave out `--dev` or `--profile`.")
        }
    }

    private func checkCount(of arguments: [String], for command: Command) throws(CommandError) {
        guard arguments.count >= command.neededArguments else {
            let missing = command.arguments[arguments.count]
            throw CommandError(
                "`openclaw \(command.name)` needs \(missing): `openclaw \(command.name) \(command.arguments.joined(separator: " "))`."
            )
        }
        guard command.takesAnyNumber || arguments.count <= command.arguments.count else {
            let extra = arguments[command.arguments.count]
            if let instead = OriginalCommands.instead(of: command.path + [extra]) {
                throw CommandError(instead)
            }
            let next = commands.filter {
                $0.path.starts(with: command.path) && $0.path.count > command.path.count
            }
            let nearest = NearestKey.of(extra, among: next.map { $0.path[command.path.count] })
            throw CommandError(
                "`openclaw \(command.name)` does not take `\(extra)`."
                    + (nearest.map { " Did you mean `openclaw \(command.name) \($0)`?" } ?? ""))
        }
    }

    private func unknownCommand(_ words: [String]) -> CommandError {
        if let instead = OriginalCommands.instead(of: words) { return CommandError(instead) }
        let typed = words.joined(separator: " ")
        let nearest = NearestKey.of(words.first ?? "", among: Set(commands.map { $0.path[0] }).sorted())
        return CommandError(
            "Unknown command `\(typed)`."
                + (nearest.map { " Did you mean `openclaw \($0)`?" } ?? " Run `openclaw --help` for the list.")
        )
    }
}
