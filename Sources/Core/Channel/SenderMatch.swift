/// A list of people from the config, such as `allowFrom`, and whether it names somebody.
///
/// An entry is an id, `@name` or a name, a tag (`ann#1234`), `<@id>`, `user:id`, `discord:id`, `telegram:id`, `tg:id`,
/// `pk:id`, or `*` for everybody. Case does not matter. A name is the one that the platform keeps unique: what people
/// call themselves at will lets nobody in, and neither does the name of a bot or a webhook: those have an id.
package struct SenderMatch {
    private var isForAll = false
    private var ids: Set<String> = []
    private var names: Set<String> = []

    /// Whether the list names the sender.
    package static func contains(_ sender: Sender, _ entries: [String]) -> Bool {
        SenderMatch(entries).names(sender)
    }

    /// Whom an entry means that is about one person.
    package enum Person: Sendable, Hashable {
        case id(String)
        /// The one that the platform keeps unique, in lower case and without `@`.
        case name(String)
    }

    /// Nil for `*` and for nothing.
    package static func person(_ entry: String) -> Person? {
        let entry = withoutPrefix(entry[...].trimmed)
        guard !entry.isEmpty, entry != "*", entry != "@" else { return nil }
        let isID = entry.first != "@" && entry.allSatisfy(\.isWholeNumber)
        return isID ? .id(String(entry)) : .name(name(entry))
    }

    private init(_ entries: [String]) {
        for entry in entries { add(entry[...].trimmed) }
    }

    private func names(_ sender: Sender) -> Bool {
        if isForAll || ids.contains(sender.id.lowercased()) { return true }
        if sender.isBot { return false }
        return [sender.username, sender.tag].contains {
            $0.map { names.contains(Self.name($0[...])) } ?? false
        }
    }

    private mutating func add(_ entry: Substring) {
        if entry == "*" {
            isForAll = true
        } else if let id = Self.mentioned(entry) {
            ids.insert(id.lowercased())
        } else {
            addPlain(Self.withoutPrefix(entry))
        }
    }

    /// A name made of digits is taken for an id, which nobody can choose.
    private mutating func addPlain(_ entry: Substring) {
        guard !entry.isEmpty else { return }
        if entry.first != "@" { ids.insert(entry.lowercased()) }
        if entry.contains(where: { !$0.isWholeNumber }) { names.insert(Self.name(entry)) }
    }

    // MARK: Spellings

    private static let prefixes = ["discord:", "telegram:", "tg:", "user:", "pk:"]

    private static func withoutPrefix(_ entry: Substring) -> Substring {
        var entry = entry
        while let prefix = prefixes.first(where: { entry.prefix($0.count).lowercased() == $0 }) {
            entry = entry.dropFirst(prefix.count).trimmed
        }
        return mentioned(entry) ?? entry
    }

    private static func mentioned(_ entry: Substring) -> Substring? {
        guard entry.hasPrefix("<@"), entry.hasSuffix(">") else { return nil }
        let id = entry.dropFirst(entry.hasPrefix("<@!") ? 3 : 2).dropLast()
        return !id.isEmpty && id.allSatisfy(\.isWholeNumber) ? id : nil
    }

    private static func name(_ text: Substring) -> String {
        (text.hasPrefix("@") ? text.dropFirst() : text).lowercased()
    }
}
