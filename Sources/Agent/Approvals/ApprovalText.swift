import Core

/// The words of a question about a command, and of what became of it, as chats show them.
enum ApprovalText {
    /// Longer commands get messages of their own before the question.
    static let mostInline = 1_200
    /// Of a longer command a chat shows a part, and whoever has not seen it all cannot allow it there.
    static let mostShown = 6_000

    static func shortID(_ approval: Approval) -> String { String(approval.id.prefix(8)) }

    /// The command for a list.
    static func line(_ request: ApprovalRequest) -> String {
        "`\(visible(request.command).head(bytes: 80).filter { $0 != "`" && !$0.isNewline })`"
    }

    static func isWhole(_ request: ApprovalRequest) -> Bool { visible(request.command).count <= mostShown }

    /// The command in a block; nothing in it can end the block or hide.
    static func block(_ request: ApprovalRequest) -> String {
        var command = visible(request.command)
        let rest = command.count - mostShown
        if rest > 0 { command = command.prefix(mostShown) + "\n… \(rest) characters more" }
        var fence = "```"
        while command.contains(fence) { fence += "`" }
        return "\(fence)sh\n\(command)\n\(fence)"
    }

    /// Characters that cannot be seen, or change what is seen, as what they are.
    private static func visible(_ command: String) -> String {
        var text = ""
        for scalar in command.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar != "\n" && scalar != "\t", .format, .lineSeparator,
                .paragraphSeparator:
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func title(_ request: ApprovalRequest) -> String {
        "🔐 **A command needs approval**" + (request.agent.map { " (agent `\($0)`)" } ?? "")
    }

    static func details(_ approval: Approval) -> String {
        let wait = (approval.expiresAt - approval.createdAt).text
        let words = approval.decisions.map(\.rawValue).joined(separator: "|")
        let way =
            isWhole(approval.request)
            ? "It waits for \(wait): `/approve \(shortID(approval)) \(words)`"
            : "⚠️ It is too long to be read here: decide in the Control UI. It waits for \(wait)."
        let folder = approval.request.directory.map { "Folder: `\($0)`\n" } ?? ""
        return folder + (approval.request.warning.map { "⚠️ \($0)\n" } ?? "") + way
    }

    static func buttons(_ approval: Approval) -> [[ReplyButton]] {
        let decisions = isWhole(approval.request) ? approval.decisions : [.deny]
        return [
            decisions.map { decision in
                let (title, style): (String, ReplyButton.Style) =
                    switch decision {
                    case .allowOnce: ("Allow once", .good)
                    case .allowAlways: ("Always allow", .plain)
                    case .deny: ("Deny", .danger)
                    }
                return ReplyButton(
                    title: title, command: "/approve \(approval.id) \(decision.rawValue)", style: style)
            }
        ]
    }

    static func outcome(_ outcome: ApprovalOutcome) -> String {
        switch outcome {
        case .decided(let decision, let name):
            // People choose their names: nothing in one is formatting.
            let by = name.map { " by `\($0.filter { $0 != "`" && !$0.isNewline }.prefix(64))`" } ?? ""
            return switch decision {
            case .allowOnce: "✅ Allowed once\(by)"
            case .allowAlways: "✅ Allowed\(by), from now on always"
            case .deny: "⛔ Denied\(by)"
            }
        case .expired: return "⌛ Nobody decided in time"
        case .noRoute: return "⌛ Nobody could be asked"
        case .withdrawn: return "⏹️ The run was stopped before anybody decided"
        }
    }

    static let restarted = "⌛ The gateway was restarted before anybody decided"

    /// The question as it is left when it is settled: what became of it, and the command.
    static func settled(_ question: String, _ outcome: String) -> String {
        let lines = question.split(separator: "\n", omittingEmptySubsequences: false)
        let last = lines.lastIndex { $0.hasPrefix("```") && $0.allSatisfy { $0 == "`" } }
        guard let last else { return outcome }
        return ([outcome[...]] + lines[1...last]).joined(separator: "\n")
    }
}
