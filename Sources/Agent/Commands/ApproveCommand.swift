import Core

/// `/approve`: answers whether a command may run, from a chat.
enum ApproveCommand {
    static let command = SlashCommand(
        name: "approve", arguments: "<id> allow-once|allow-always|deny",
        help: "Say whether a command that waits may run.", category: .status, run: run)

    static let usage = "⚙️ Usage: /approve <id> allow-once, /approve <id> allow-always, /approve <id> deny"

    /// What follows the command's name; nil for another text.
    static func words(of text: String) -> String? {
        let name = "/" + command.name
        guard text.hasPrefix(name) else { return nil }
        let rest = text.dropFirst(name.count)
        return rest.isEmpty || rest.first?.isWhitespace == true ? String(rest.trimmed) : nil
    }

    @MainActor
    private static func run(_ call: CommandCall) async throws -> CommandResult {
        guard let desk = call.approvals else { return .reply("⚙️ No command waits for approval here.") }
        guard let sender = call.message.origin?.sender else {
            return .reply(desk.decide(call.arguments, by: "the Control UI or a client").text)
        }
        guard let chats = call.chatApprovals else { return .ownersOnly(call.message) }
        return .reply(await chats.decide(call.arguments, by: sender, on: call.message.address.key).text)
    }
}

extension ApprovalDesk {
    private static let decisionsByWord: [String: ApprovalDecision] = [
        "allow-once": .allowOnce, "once": .allowOnce, "allow": .allowOnce, "allow-always": .allowAlways,
        "always": .allowAlways, "deny": .deny, "reject": .deny,
    ]

    /// Does what `<id> <decision>` says, and tells what came of it.
    ///
    /// Only `isKnown` requests are known there.
    func decide(
        _ words: String, by name: String, where isKnown: (Approval) -> Bool = { _ in true }
    ) -> PressAnswer {
        let waiting = waiting.filter(isKnown)
        let words = words.split(whereSeparator: \.isWhitespace).map { String($0) }
        guard words.count == 2, let decision = Self.decisionsByWord[words[1].lowercased()] else {
            return PressAnswer(
                waiting.isEmpty ? "🔐 No command waits for approval." : Self.list(waiting), isRefusal: true)
        }
        let gone = PressAnswer("⚠️ No command with this id waits any more.", isRefusal: true)
        guard let approval = find(words[0].lowercased()), isKnown(approval) else { return gone }
        do throws(ApprovalError) {
            try resolve(approval.id, decision, by: name)
            return PressAnswer(ApprovalText.outcome(.decided(decision, by: nil)))
        } catch {
            switch error {
            case .alreadyResolved(let outcome):
                return PressAnswer(ApprovalText.outcome(outcome), isRefusal: true)
            case .cannotBeRemembered:
                return PressAnswer(
                    "⚠️ This command can only be allowed once: `allow-once` or `deny`.", isRefusal: true)
            case .unknown, .alreadyPending, .tooMany: return gone
            }
        }
    }

    private static func list(_ waiting: [Approval]) -> String {
        ([ApproveCommand.usage]
            + waiting.map { "- \(ApprovalText.shortID($0)): \(ApprovalText.line($0.request))" })
            .joined(separator: "\n")
    }
}
