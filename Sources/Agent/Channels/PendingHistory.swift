import Core

/// What was said in groups since the assistant last answered there, for the message that it answers next.
@MainActor
final class PendingHistory {
    private struct Line {
        var sender: String
        var text: String
        var at: Timestamp
    }

    private var lines: [Address: [Line]] = [:]
    /// Longest silent first.
    private var order: [Address] = []

    private static let mostChats = 200
    private static let mostTextBytes = 2_000

    func note(_ message: ChannelMessage, limit: Int) {
        guard limit > 0 else { return }
        let text = message.text.isEmpty && !message.files.isEmpty ? "(a file)" : message.text
        guard !text.isEmpty else { return }
        touch(message.address)
        var chat = lines[message.address] ?? []
        chat.append(
            Line(
                sender: message.sender.title, text: OutputLimit.head(text, bytes: Self.mostTextBytes),
                at: message.sentAt))
        if chat.count > limit { chat.removeFirst(chat.count - limit) }
        lines[message.address] = chat
    }

    /// The lines for a prompt, which are then forgotten; nil when there are none.
    func take(_ address: Address) -> String? {
        order.removeAll { $0 == address }
        guard let chat = lines.removeValue(forKey: address), !chat.isEmpty else { return nil }
        return chat.map { "\($0.sender): \($0.text)" }.joined(separator: "\n")
    }

    private func touch(_ address: Address) {
        order.removeAll { $0 == address }
        order.append(address)
        if order.count > Self.mostChats { lines[order.removeFirst()] = nil }
    }
}
