import Core
import Store

extension OverheardStore.Line {
    private static let mostTextBytes = 2_000

    /// Nil when a message says nothing.
    init?(_ message: ChannelMessage) {
        let text = message.text.isEmpty && !message.files.isEmpty ? "(a file)" : message.text
        guard !text.isEmpty else { return nil }
        self.init(
            sender: message.sender.title.plainName, text: text.head(bytes: Self.mostTextBytes))
    }
}

extension OverheardStore.Excerpt {
    /// The lines for a prompt.
    var words: String {
        lines.map { "\($0.sender): \($0.text.setIn)" }.joined(separator: "\n")
    }
}
