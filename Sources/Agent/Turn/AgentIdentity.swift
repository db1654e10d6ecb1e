import Core

/// What `IDENTITY.md` in an agent's workspace says of it; the agent itself may change it at any time.
package struct AgentIdentity: Sendable, Hashable {
    package var name: String?
    package var emoji: String?
    package var theme: String?
    /// As `agents.list[].identity.avatar`.
    package var avatar: String?

    package init() {}

    /// Reads lines such as `- **Name:** Molly`; what stands in parentheses was only suggested.
    init(markdown text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let label = Self.plain(line[..<colon]).lowercased()
            let value = Self.plain(line[colon...].dropFirst())
            guard !value.isEmpty, !value.hasPrefix("("), value.utf8.count <= Self.longest else { continue }
            switch label {
            case "name": name = name ?? value
            case "emoji": emoji = emoji ?? value
            case "theme": theme = theme ?? value
            case "avatar": avatar = avatar ?? value
            default: break
            }
        }
    }

    /// Bytes of a value; an avatar may be a `data:` URL.
    private static let longest = 16 << 10

    /// Without list marks, emphasis and code marks around it.
    private static func plain(_ text: Substring) -> String {
        let marks: Set<Character> = ["*", "_", "`", "-", " ", "\t"]
        let inner = text.drop { marks.contains($0) }
        return String(inner.reversed().drop { marks.contains($0) && $0 != "-" }.reversed())
    }
}
