import Core
import Store

/// The last few messages of a session as plain text: `sessions.preview`.
struct SessionPreview {
    let limit: Int
    let maxChars: Int

    /// A session that cannot be read says so in its own entry; the others still come.
    func json(_ spelling: String, key: SessionKey, in sessions: SessionStore) async -> JSON {
        do {
            guard let entry = try await sessions.entry(key) else { return answer(spelling, "missing", []) }
            let page = try await sessions.history(entry.sessionID, limit: limit, maxBytes: Self.mostBytes)
            let items = page.messages.compactMap { item($0) }
            return answer(spelling, items.isEmpty ? "empty" : "ok", items)
        } catch {
            return answer(spelling, "error", [])
        }
    }

    private func answer(_ key: String, _ status: String, _ items: [JSON]) -> JSON {
        ["key": .string(key), "status": .string(status), "items": .array(items)]
    }

    private func item(_ message: StoredMessage) -> JSON? {
        // A damaged row has no text to show.
        guard let json = try? JSON.parse(message.json) else { return nil }
        let text = String([Block](json: json["content"] ?? .null).text.trimmed)
        guard !text.isEmpty else { return nil }
        let role = message.role == "toolResult" ? "tool" : message.role
        let known = ["user", "assistant", "tool", "system"].contains(role) ? role : "other"
        return ["role": .string(known), "text": .string(String(text.prefix(maxChars)))]
    }

    /// Read at most, about two hundred long messages.
    private static let mostBytes = 256 << 10
}
