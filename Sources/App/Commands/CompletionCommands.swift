/// `completion` and `docs commands`: what is made from the table of commands.
@MainActor
enum CompletionCommands {
    static var all: [Command] {
        [
            Command(
                path: ["completion"],
                summary: "Print shell completions: `source <(openclaw completion --shell bash)`",
                options: [.value("--shell", "shell", "Which shell", choices: ["bash", "zsh", "fish"])],
                run: run),
            Command(
                path: ["docs", "commands"], summary: "Print the page of all commands, as Markdown",
                run: { _ in
                    Terminal.print(CommandPage(commands: CommandCatalog.all).markdown)
                    return .success
                }),
        ]
    }

    private static func run(_ invocation: Invocation) throws -> ExitCode {
        switch invocation["--shell"] ?? "bash" {
        case "fish": Terminal.print(fish)
        case "zsh": Terminal.print("autoload -U +X bashcompinit && bashcompinit\n" + bash)
        default: Terminal.print(bash)
        }
        return .success
    }

    private static var bash: String {
        var cases = ""
        for (prefix, words) in wordsByPrefix {
            cases += "    \"\(prefix)\") words=\"\(words.joined(separator: " "))\" ;;\n"
        }
        return """
            _openclaw() {
              local path="" words="" i
              for ((i = 1; i < COMP_CWORD; i++)); do
                case "${COMP_WORDS[i]}" in -*) ;; *) path="${path:+$path }${COMP_WORDS[i]}" ;; esac
              done
              case "$path" in
            \(cases)  esac
              COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -F _openclaw openclaw
            """
    }

    private static var fish: String {
        wordsByPrefix.map { prefix, words in
            let condition =
                prefix.isEmpty
                ? "__fish_use_subcommand"
                : prefix.split(separator: " ").map { "__fish_seen_subcommand_from \($0)" }.joined(
                    separator: "; and ")
            return "complete -c openclaw -f -n '\(condition)' -a '\(words.joined(separator: " "))'"
        }.joined(separator: "\n")
    }

    /// What may follow each prefix of words: subcommands, then options.
    private static var wordsByPrefix: [(String, [String])] {
        var words: [String: Set<String>] = [:]
        for command in CommandCatalog.all {
            for count in command.path.indices {
                words[command.path[..<count].joined(separator: " "), default: []].insert(command.path[count])
            }
            words[command.name, default: []].formUnion(command.options.map(\.name))
        }
        return words.map { ($0.key, $0.value.sorted()) }.sorted { $0.0 < $1.0 }
    }
}
