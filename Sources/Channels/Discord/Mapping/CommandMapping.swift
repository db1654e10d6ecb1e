import Core

/// Our commands in Discord's menu, and back (application command object).
enum CommandMapping {
    static let most = 100
    static let mostChoices = 25
    static let longestName = 32
    static let longestHelp = 100
    static let longestChoice = 100

    /// Names that Discord keeps for itself, and ours for them.
    private static let renamed = ["tts": "voice"]

    /// What is registered.
    static func registrations(_ commands: [ChannelCommand]) -> [JSON] {
        var names: Set<String> = []
        return commands.filter {
            names.insert(registeredName($0.name)).inserted && isName(registeredName($0.name))
        }
        .prefix(most).map(registration)
    }

    private static func registration(_ command: ChannelCommand) -> JSON {
        var object: JSONObject = [
            "name": .string(registeredName(command.name)),
            "description": .string(short(command.help, longestHelp, or: command.name)), "type": 1,
        ]
        if let argument = command.argument { object["options"] = [option(argument, of: command)] }
        return .object(object)
    }

    /// Discord takes nothing but the choices where there are some; where other words may follow, it asks us while they
    /// are typed.
    private static func option(_ argument: String, of command: ChannelCommand) -> JSON {
        let name = optionName(argument, of: command)
        var option: JSONObject = [
            "type": 3, "name": .string(name), "description": .string(short(argument, longestHelp, or: name)),
            "required": false,
        ]
        let choices = command.choices.filter { !$0.isEmpty && $0.unicodeScalars.count <= longestChoice }
        if choices.count > mostChoices || !choices.isEmpty && !command.isClosed {
            option["autocomplete"] = true
        } else if !choices.isEmpty {
            option["choices"] = .array(choices.map(choice))
        }
        return .object(option)
    }

    private static func choice(_ value: String) -> JSON { ["name": .string(value), "value": .string(value)] }

    /// Whether what Discord has is what we would register.
    ///
    /// Discord adds members of its own, which do not count.
    static func isRegistered(_ ours: [JSON], in theirs: [JSON]) -> Bool {
        func byName(_ commands: [JSON]) -> [String: JSON] {
            var result: [String: JSON] = [:]
            for command in commands { result[command["name"]?.stringValue ?? ""] = essence(command) }
            return result
        }
        return ours.count == theirs.count && byName(ours) == byName(theirs)
    }

    private static func essence(_ command: JSON) -> JSON {
        let options = (command["options"]?.arrayValue ?? []).map { option -> JSON in
            let choices = (option["choices"]?.arrayValue ?? []).map { $0["value"] ?? .null }
            return [
                "name": option["name"] ?? .null, "description": option["description"] ?? .null,
                "type": option["type"] ?? .null, "choices": .array(choices),
                "autocomplete": JSON(option["autocomplete"]?.boolValue ?? false),
            ]
        }
        return [
            "description": command["description"] ?? .null, "type": JSON(command["type"]?.intValue ?? 1),
            "options": .array(options),
        ]
    }

    /// What a person would have written for this.
    static func text(_ interaction: DiscordInteraction) -> String {
        let name = renamed.first { $0.value == interaction.name }?.key ?? interaction.name
        return ([name] + interaction.options.map(\.value)).joined(separator: " ").withSlash
    }

    /// At most 25 values that begin with, or else contain, what has been typed.
    static func completions(_ interaction: DiscordInteraction, _ commands: [ChannelCommand]) -> JSON {
        let name = renamed.first { $0.value == interaction.name }?.key ?? interaction.name
        let typed = (interaction.options.first { $0.isFocused }?.value ?? "").lowercased()
        let all =
            commands.first { $0.name == name }?.choices.filter { $0.unicodeScalars.count <= longestChoice }
            ?? []
        let starting = all.filter { $0.lowercased().hasPrefix(typed) }
        let others = all.filter { !$0.lowercased().hasPrefix(typed) && $0.lowercased().contains(typed) }
        return ["choices": .array((starting + others).prefix(mostChoices).map(choice))]
    }

    private static func registeredName(_ name: String) -> String { renamed[name] ?? name }

    private static func isName(_ name: String) -> Bool {
        (1...longestName).contains(name.unicodeScalars.count) && name == name.lowercased()
            && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    }

    /// A name for a command's option: the command's own where its argument says it, as `/model` does; else its first word,
    /// unless that is only one of several to choose from.
    private static func optionName(_ argument: String, of command: ChannelCommand) -> String {
        let first = argument.lowercased().prefix { !$0.isWhitespace }
        let words = first.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        let isChoice =
            first.contains("|") && (command.choices.isEmpty || command.choices.contains(words.first ?? ""))
        let word = words.contains(command.name) ? command.name : isChoice ? "choice" : words.first ?? ""
        return word.isEmpty || word.unicodeScalars.count > longestName ? "input" : word
    }

    private static func short(_ text: String, _ longest: Int, or other: String) -> String {
        let text = text.isEmpty ? other : text
        return text.unicodeScalars.count <= longest ? text : String(text.prefix(longest / 2 - 1)) + "…"
    }
}

extension String {
    fileprivate var withSlash: String { hasPrefix("/") ? self : "/" + self }
}
