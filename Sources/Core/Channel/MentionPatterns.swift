/// Tells by the words of a message whether we are meant: `messages.groupChat.mentionPatterns`, the same of an agent, or
/// its name and emoji.
package struct MentionPatterns: Sendable {
    private var patterns: [TextPattern]

    /// The first pattern that cannot be used is the error.
    package init(_ patterns: [String]) throws(TextPatternError) {
        self.patterns = []
        for pattern in patterns { self.patterns.append(try TextPattern(Self.withoutBackspace(pattern))) }
    }

    /// In JSON `"\b"` is a backspace, but who writes it into a pattern means `\b`.
    private static func withoutBackspace(_ pattern: String) -> String {
        pattern.split(separator: "\u{8}", omittingEmptySubsequences: false).joined(separator: "\\b")
    }

    /// The name as a word of its own, with or without `@`, and the emoji.
    package init(name: String? = nil, emoji: String? = nil) {
        let words = Self.plain(name ?? "").split { $0.isWhitespace }.map(String.init)
        let emoji = Self.plain(emoji ?? "").trimmed
        patterns = []
        if !words.isEmpty { patterns.append(TextPattern(words: words)) }
        if !emoji.isEmpty { patterns.append(TextPattern(text: String(emoji))) }
    }

    /// All the patterns of several.
    package init(_ several: [MentionPatterns]) { patterns = several.flatMap(\.patterns) }

    package var isEmpty: Bool { patterns.isEmpty }

    /// Whether one of them is in the text; case and invisible characters do not matter.
    package func match(_ text: String) -> Bool {
        let scalars = TextPattern.fold(Self.plain(text))
        return patterns.contains { $0.isFound(in: scalars) }
    }

    /// Without marks of direction, joiners and variation selectors.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !isInvisible($0) }))
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F: true
        default: false
        }
    }
}
