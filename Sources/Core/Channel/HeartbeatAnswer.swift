/// What an answer with `HEARTBEAT_OK` says: the model has looked, and nothing needs anybody.
package enum HeartbeatAnswer {
    static let word = "HEARTBEAT_OK"

    /// The answer without the token at its beginning and end; nil when there is nothing left to send.
    ///
    /// In a heartbeat what is left is not sent either when it has at most `longestRemark` characters
    /// (`heartbeat.ackMaxChars`, 300 unless told); nil for other turns. Inside an answer the token is a word like others.
    package static func text(of answer: String, longestRemark: Int? = nil) -> String? {
        let answer = answer[...].trimmed
        guard answer.contains(word) else { return answer.isEmpty ? nil : String(answer) }
        let rest = withoutToken(answer)
        guard rest.count < answer.count else { return String(answer) }
        let isRemark = longestRemark.map { rest.count <= $0 } ?? false
        return rest.isEmpty || isRemark ? nil : String(rest)
    }

    private static func withoutToken(_ answer: Substring) -> Substring {
        var rest = answer
        while let next = withoutFirst(rest) ?? withoutLast(rest) { rest = next }
        return rest
    }

    private static func withoutFirst(_ text: Substring) -> Substring? {
        let start = text.drop { isMarkup($0) }
        guard start.hasPrefix(word) else { return nil }
        let after = start.dropFirst(word.count)
        guard after.first.map({ !isWordPart($0) }) ?? true else { return nil }
        let rest = after.drop { isMarkup($0) || $0.isWhitespace }
        return rest.contains { isWordPart($0) } ? rest : rest.prefix(0)
    }

    /// Up to four characters behind it go with it, such as a full stop.
    private static func withoutLast(_ text: Substring) -> Substring? {
        guard let last = text.lastIndex(where: { isWordPart($0) }) else { return nil }
        let words = text[...last]
        guard words.hasSuffix(word), text[last...].count <= 5 else { return nil }
        let before = words.dropLast(word.count)
        guard before.last.map({ !isWordPart($0) }) ?? true else { return nil }
        guard let end = before.lastIndex(where: { !isMarkup($0) && !$0.isWhitespace }) else {
            return before.prefix(0)
        }
        return before[...end]
    }

    private static func isMarkup(_ character: Character) -> Bool { "*`~".contains(character) }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
