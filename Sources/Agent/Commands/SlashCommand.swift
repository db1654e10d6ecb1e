import Core

/// Something a person can ask of the house itself: it answers without a model.
package struct SlashCommand: Sendable {
    /// What a command is about, for the list of commands.
    package enum Category: String, Sendable, CaseIterable {
        case session = "Session"
        case options = "Options"
        case status = "Status"
    }

    /// Without the slash.
    package let name: String
    package var aliases: [String] = []
    /// What may follow the name, for the help text.
    package var arguments: String?
    /// What can be chosen behind the name.
    var choices = CommandChoices.none
    package let help: String
    package let category: Category
    /// Whether it begins the session anew: what runs or waits there is stopped first.
    var startsOver = false
    /// Whether it asks a model, so that it waits for the turn that runs and takes a turn's place.
    var takesTurn = false
    /// Whether it does not mind what is said before it.
    var goesFirst: Bool { !startsOver && !takesTurn }
    /// What a message with it in front asks the model, by what follows the name; nil where the house answers.
    var question: @Sendable (String) -> Question? = { _ in nil }
    let run: @MainActor @Sendable (CommandCall) async throws -> CommandResult
}

/// What a message with a command in front asks the model.
struct Question: Sendable {
    let text: String
    /// For this question alone.
    var thinking: ThinkingLevel?
    /// How it waits.
    var mode: QueueMode?
}

/// What can be chosen behind a command's name, in a platform's menu.
enum CommandChoices: Sendable {
    case none
    /// Nothing else may follow.
    case only([String])
    /// Something else may follow as well.
    case among([String])
    /// Models, and these words.
    case models([String])
    case providers
}

/// What a command answers.
enum CommandResult: Sendable {
    /// `choices` are words that may follow the command's name: people get a button for each, where there are some.
    case reply(String, choices: [String] = [])
    /// The rest of the message is for the model.
    case turn(String)
    /// The older part of the conversation is to be summarised.
    case compact(instructions: String)
    /// The gateway restarts once the answer is on disk and told.
    case restart(String)
}

/// A message that is a command.
struct CommandMatch: Sendable {
    let command: SlashCommand
    let arguments: String

    var question: Question? { command.question(arguments) }
}

extension String {
    /// The first word of a command's arguments, in lower case.
    var firstWord: String { prefix { !$0.isWhitespace }.lowercased() }

    /// What follows the first word.
    var behindFirstWord: String { String(drop { !$0.isWhitespace }.trimmed) }
}

/// All commands; one line each, in the order the help lists them.
package struct SlashCommands: Sendable {
    package let commands: [SlashCommand]
    private let byName: [String: SlashCommand]

    package static let standard = SlashCommands(
        SessionCommands.all + ModelCommands.all + DisplayCommands.all + StatusCommands.all
            + [PairingCommand.command, ApproveCommand.command],
        absent: AbsentCommands.all)

    /// `absent` are answered and not listed.
    init(_ commands: [SlashCommand], absent: [SlashCommand] = []) {
        self.commands = commands
        var byName: [String: SlashCommand] = [:]
        for command in commands + absent {
            for name in [command.name] + command.aliases {
                precondition(
                    byName.updateValue(command, forKey: name) == nil, "Command '/\(name)' is listed twice.")
            }
        }
        self.byName = byName
    }

    /// Nil for text that is not a command we know: that is for the model.
    package func match(_ text: String) -> (command: SlashCommand, arguments: String)? {
        find(text).map { ($0.command, $0.arguments) }
    }

    func find(_ text: String) -> CommandMatch? {
        let text = text.trimmed
        guard text.first == "/" else { return nil }
        let name = text.dropFirst().prefix { !$0.isWhitespace && $0 != ":" }
        guard name.utf8.count <= 32, let command = byName[name.lowercased()] else { return nil }
        var rest = text.dropFirst(name.count + 1)
        if rest.first == ":" { rest = rest.dropFirst() }
        return CommandMatch(command: command, arguments: String(rest.trimmed))
    }
}
