import Core

/// A channel's message as the model reads it.
struct InboundWords {
    let message: ChannelMessage
    let files: FetchedFiles
    /// Whether the answer may bring files of the workspace along.
    let sendsFiles: Bool

    /// The words with what is needed to understand them: what was said before, what is answered, what came along.
    func text(history: String?, notices: [String]) -> String {
        var parts: [String] = []
        if let history {
            parts.append(
                "[What was said here since you last answered, for context]\n\(history)\n[The message to answer]"
            )
        }
        parts += notices.map { "[\($0.plainName)]" }
        if let quoted = message.quoted, !quoted.text.isEmpty {
            let whom = quoted.sender.map { " to \($0.plainName)" } ?? ""
            parts.append("[In reply\(whom)]\n  \(quoted.text.head(bytes: 1_000).setIn)")
        }
        parts += files.lines
        let words = message.text.isEmpty && !files.lines.isEmpty ? nil : message.text
        if let words {
            parts.append(
                message.kind == .direct ? words : "\(message.sender.title.plainName): \(words.setIn)")
        }
        return parts.joined(separator: "\n")
    }

    /// Where the conversation takes place, for the system prompt.
    func systemPrompt(label: String) -> String {
        var lines: [String] = []
        if let place = message.place {
            let title = [place.title, place.space.map { "in \($0)" }].compactMap(\.self).joined(
                separator: " ")
            lines.append(
                "You are writing in \(label)\(title.isEmpty ? "" : ", \(title)"). Several people read and write there; each message says who wrote it. "
                    + "To say nothing at all, answer with NO_REPLY alone.")
            if let topic = place.topic, !topic.isEmpty {
                lines.append(
                    "The place's description, written by its members: \(topic.head(bytes: 1_000))"
                )
            }
            if let prompt = place.rule.systemPrompt, !prompt.isEmpty { lines.append(prompt) }
        } else {
            lines.append("You are writing with \(message.sender.title) on \(label), directly.")
        }
        let source = sendsFiles ? "path or address" : "address"
        lines.append("To send a file, put MEDIA: and its \(source) on a line of its own.")
        return lines.joined(separator: "\n")
    }
}
