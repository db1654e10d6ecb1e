import Core

/// Which tools a model may see and call: `tools.allow` and `tools.deny`.
///
/// Deny wins; an empty allow list allows all. Entries are names, names with `*`, or groups such as `group:fs`; case does
/// not matter.
package struct ToolPolicy: Sendable, Hashable {
    package var allow: [String]
    package var deny: [String]
    /// A tool must be allowed by these too.
    private var further: [ToolPolicy] = []

    /// The original's groups, by the tools there are.
    private static let groups: [String: [String]] = [
        "group:fs": ["read", "write", "edit", "apply_patch"],
        "group:runtime": ["exec", "bash", "process"], "group:messaging": ["message"],
        "group:openclaw": ["message"],
        "group:sessions": [], "group:memory": [], "group:web": [], "group:ui": [], "group:automation": [],
        "group:nodes": [],
    ]

    /// Whether an entry is written as a group and there is none of that name: it stands for no tool.
    package static func isUnknownGroup(_ entry: String) -> Bool {
        let entry = entry.lowercased()
        return entry.hasPrefix("group:") && groups[entry] == nil
    }

    package init(allow: [String] = [], deny: [String] = []) {
        self.allow = allow
        self.deny = deny
    }

    /// `tools` of a place in a channel's section: `{allow?, alsoAllow?, deny?}`. A place takes away and never adds.
    init(ofPlace rule: JSON) {
        func names(_ key: String) -> [String] { rule[key]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        let allow = names("allow")
        self.init(allow: allow.isEmpty ? [] : allow + names("alsoAllow"), deny: names("deny"))
    }

    /// What both allow.
    package func and(_ other: ToolPolicy) -> ToolPolicy {
        var both = self
        both.further.append(other)
        return both
    }

    /// What the rule of a place allows too.
    func and(ofPlace rule: JSON?) -> ToolPolicy { rule.map { and(ToolPolicy(ofPlace: $0)) } ?? self }

    /// Whether an answer may bring files of the workspace along: where the agent may read them, or send them itself.
    var sendsFiles: Bool { allows("read") || allows("message") }

    package func allows(_ name: String) -> Bool {
        let name = name.lowercased()
        if Self.matches(name, deny) || further.contains(where: { !$0.allows(name) }) { return false }
        return allow.isEmpty || Self.matches(name, allow)
    }

    private static func matches(_ name: String, _ entries: [String]) -> Bool {
        entries.contains { entry in
            let entry = entry.lowercased()
            return (groups[entry] ?? [entry]).contains { Wildcard.matches(name, $0) }
        }
    }
}

/// Text with `*` for any run of characters.
enum Wildcard {
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
            return text == pattern
        }
        guard text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let found = find(piece, in: rest) else { return false }
            rest = rest[found...].dropFirst(piece.count)
        }
        return rest.hasSuffix(last)
    }

    private static func find(_ piece: Substring, in text: Substring) -> Substring.Index? {
        text.indices.first { text[$0...].hasPrefix(piece) }
    }
}
