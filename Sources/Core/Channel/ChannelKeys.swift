/// Which keys of a channel's section change something; the others are accepted, and `openclaw doctor` lists them.
package struct ChannelKeys: Sendable {
    private let text: String

    /// `text` holds paths such as `guilds.*.requireMention` with spaces between them; it is read when it is needed, which is
    /// not at a start.
    package init(_ text: String) { self.text = text }

    /// Each a path; `*` stands for every name of a map, and a key for all that is below it.
    package var paths: [[Substring]] {
        text.split(whereSeparator: \.isWhitespace).map { $0.split(separator: ".") }
    }

    /// The topmost keys of a section that nothing reads, those of its accounts included.
    package func withoutEffect(in section: JSON) -> [[String]] {
        let paths = paths
        let own = Self.unread(in: section, paths)
        let accounts = (section["accounts"]?.objectValue ?? [:]).flatMap { name, account in
            Self.unread(in: account, paths).map { ["accounts", name] + $0 }
        }
        return own + accounts
    }

    private static func unread(in json: JSON, _ paths: [[Substring]]) -> [[String]] {
        (json.objectValue ?? [:]).flatMap { key, value -> [[String]] in
            let fitting = paths.filter { $0.first == "*" || $0.first.map(String.init) == key }
                .map { Array($0.dropFirst()) }
            if fitting.isEmpty { return [[key]] }
            if fitting.contains(where: \.isEmpty) { return [] }
            // A value where a map is expected is read as what it is: `streaming: true`.
            return unread(in: value, fitting).map { [key] + $0 }
        }
    }
}
