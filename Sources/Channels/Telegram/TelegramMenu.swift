import Core

/// The menu of commands behind the `/` on people's phones.
struct TelegramMenu {
    /// Names of 1 to 32 of `a-z`, `0-9`, `_`, texts of 1 to 256, at most a hundred commands
    /// (core.telegram.org/bots/api#botcommand).
    private static let longestName = 32
    private static let longestText = 256
    private static let mostCommands = 100

    /// In the order in which they are shown.
    private(set) var entries: [(name: String, text: String)] = []
    /// The commands by their names in the menu.
    private(set) var commands: [String: ChannelCommand] = [:]
    /// Commands that cannot be in it, with the reason.
    private(set) var left: [String] = []

    /// `own` are the config's commands; one that has the name of ours is left out.
    init(_ commands: [ChannelCommand], own: [ChannelCommand]) {
        for command in commands + own {
            let name = Self.name(command.name)
            if name.isEmpty || name.count > Self.longestName {
                left.append("`/\(command.name)` is no name that Telegram takes: 1 to 32 of a-z, 0-9 and _")
            } else if self.commands[name] != nil {
                left.append("`/\(command.name)` is there already")
            } else if entries.count == Self.mostCommands {
                left.append("`/\(command.name)` is one too many: Telegram takes a hundred")
            } else {
                self.commands[name] = command
                entries.append((name, Self.text(command)))
            }
        }
    }

    var json: JSON {
        .array(entries.map { ["command": .string($0.name), "description": .string($0.text)] })
    }

    /// Whether Telegram has the same menu already.
    func matches(_ json: JSON) -> Bool {
        let there = json.arrayValue ?? []
        return there.count == entries.count
            && zip(there, entries).allSatisfy {
                $0["command"]?.stringValue == $1.name && $0["description"]?.stringValue == $1.text
            }
    }

    private static func name(_ name: String) -> String {
        let bare = name.hasPrefix("/") ? name.dropFirst() : name[...]
        let spelled = bare.lowercased().map { $0 == "-" ? "_" : $0 }
        let isFine = spelled.allSatisfy { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
        return isFine ? String(spelled) : ""
    }

    private static func text(_ command: ChannelCommand) -> String {
        let text = command.help.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
        guard !text.isEmpty else { return "/" + command.name }
        return text.unicodeScalars.count <= longestText
            ? String(text) : String(text.prefix(longestText / 2 - 1)) + "…"
    }
}
