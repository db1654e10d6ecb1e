/// `[[reply_to_current]]`, `[[reply_to:<id>]]` or `[[audio_as_voice]]`; case and spaces inside do not matter.
struct ReplyTag {
    enum Kind {
        case voice, current
        case message(MessageID)
    }

    let kind: Kind
    /// In characters, with its brackets.
    let length: Int

    /// The tag that `text` begins with, if it does.
    init?(_ text: Substring) {
        guard text.hasPrefix("[["), Self.names.contains(Self.word(in: text.dropFirst(2))),
            let end = Self.end(of: text)
        else { return nil }
        let inside = text[..<end].dropFirst(2).trimmed
        length = text[..<end].count + 2
        switch inside.lowercased() {
        case "audio_as_voice": kind = .voice
        case "reply_to_current": kind = .current
        default:
            guard let colon = inside.firstIndex(of: ":") else { return nil }
            let id = inside[colon...].dropFirst().trimmed
            guard inside[..<colon].trimmed.lowercased() == "reply_to", !id.isEmpty, !id.contains("]") else {
                return nil
            }
            kind = .message(MessageID(String(id)))
        }
    }

    /// Longer ones are no tags: an id of a platform's has some 60 bytes at most.
    private static let mostBytes = 160

    /// Where the first `]]` stands.
    private static func end(of text: Substring) -> Substring.Index? {
        var rest = text.utf8.prefix(mostBytes)
        while let bracket = rest.firstIndex(of: UInt8(ascii: "]")) {
            rest = rest[bracket...].dropFirst()
            if rest.first == UInt8(ascii: "]") { return bracket }
        }
        return nil
    }

    /// The word that stands first inside the brackets, in small letters.
    private static func word(in inside: Substring) -> String {
        inside.drop { $0.isWhitespace }.prefix { $0 == "_" || $0.isLetter }.lowercased()
    }

    private static let names = ["audio_as_voice", "reply_to_current", "reply_to"]

    /// How many characters at the end of the line may become a tag, or the silent token, when more is written.
    static func heldBack(of line: Substring) -> Int {
        if let open = line.lastIndex(of: "[") {
            let isSecond = open > line.startIndex && line[line.index(before: open)] == "["
            let start = isSecond ? line.index(before: open) : open
            if mayBegin(line[start...]) { return line[start...].count }
        }
        let word = line.suffix { !$0.isWhitespace }
        return !word.isEmpty && SilentToken.word.hasPrefix(word) ? word.count : 0
    }

    /// Whether `text`, the end of what is written, is the beginning of a tag.
    private static func mayBegin(_ text: Substring) -> Bool {
        guard text.hasPrefix("[["), text.firstRange(of: "]]") == nil else { return text == "[" }
        let inside = text.dropFirst(2).drop { $0.isWhitespace }
        let name = inside.prefix { $0 == "_" || $0.isLetter }
        let rest = inside[name.endIndex...].drop { $0.isWhitespace }
        let known = name.lowercased()
        if name.endIndex == inside.endIndex { return names.contains { $0.hasPrefix(known) } }
        if rest.first == ":" { return known == "reply_to" }
        return names.contains(known) && (rest.isEmpty || rest == "]")
    }
}

extension Substring {
    /// The longest end of which every character is as asked for.
    func suffix(while isWanted: (Character) -> Bool) -> Substring {
        guard let last = lastIndex(where: { !isWanted($0) }) else { return self }
        return self[index(after: last)...]
    }
}
