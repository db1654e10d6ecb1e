import Core
import Store

/// When the assistant answers in a group; kept as `groupActivation` of the group's session.
package enum Activation: String, Sendable {
    case mention, always

    /// Nil where the config decides.
    init?(of entry: SessionEntry) {
        guard let word = entry.extra["groupActivation"]?.stringValue else { return nil }
        self.init(rawValue: word)
    }

    /// What holds for a message's chat; nil in a direct one.
    init?(of entry: SessionEntry, _ origin: MessageOrigin?) {
        guard let origin, origin.kind != .direct else { return nil }
        self = Activation(of: entry) ?? (origin.requiresMention == false ? .always : .mention)
    }
}

/// `/activation`: whether the assistant answers everything in a group, or only what is meant for it.
enum ActivationCommand {
    static let command = SlashCommand(
        name: "activation", arguments: "mention|always", choices: .only(words),
        help: "Choose whether a group has to mention the assistant.", category: .options, run: run)

    private static let words = ["mention", "always"]

    @MainActor
    private static func run(_ call: CommandCall) async throws -> CommandResult {
        guard let origin = call.message.origin, origin.kind != .direct else {
            return .reply("⚙️ Group activation only applies to group chats.")
        }
        guard let activation = Activation(rawValue: call.word) else {
            return .reply("⚙️ Usage: /activation mention|always", choices: words)
        }
        _ = try await call.stores.sessions.patch(call.session) {
            $0.extra["groupActivation"] = .string(activation.rawValue)
        }
        return .reply("⚙️ Group activation set to \(activation.rawValue).")
    }
}
