/// `NO_REPLY`: the model has nothing to say.
enum SilentToken {
    static let word = "NO_REPLY"

    /// Whether the answer is nothing else: the token, white space and punctuation around it, or `{"action":"NO_REPLY"}`.
    static func isAll(of answer: Substring) -> Bool {
        guard answer.utf8.count < maxBytes else { return false }
        let core = answer.drop { !isPart($0) }.prefix { isPart($0) }
        let rest = answer[core.endIndex...]
        if core.uppercased() == word, !rest.contains(where: isPart) { return true }
        return answer.filter { !$0.isWhitespace } == envelope
    }

    /// The answer without a token that stands before it in a line of its own, or behind it.
    ///
    /// In the middle of an answer it is a word like others.
    static func removed(from answer: Substring) -> Substring {
        var rest = answer
        while rest.hasPrefix(word), rest.dropFirst(word.count).first?.isNewline == true {
            rest = rest.dropFirst(word.count).drop { $0.isWhitespace }
        }
        while rest.hasSuffix(word) {
            let before = rest.dropLast(word.count)
            guard let last = before.last, last.isWhitespace || last == "*" else { break }
            rest = before.withoutSpaceBehind
        }
        return rest
    }

    /// Whether the answer so far may become the token alone.
    static func mayBegin(_ answer: Substring) -> Bool {
        guard answer.utf8.count < maxBytes else { return false }
        let start = answer.drop { !isPart($0) }
        return word.hasPrefix(start) || isAll(of: answer)
            || envelope.hasPrefix(answer.filter { !$0.isWhitespace })
    }

    private static let envelope = #"{"action":"NO_REPLY"}"#
    /// With the most that may stand around the token.
    private static let maxBytes = 64

    private static func isPart(_ character: Character) -> Bool {
        character == "_" || character.isLetter || character.isNumber
            || character.isSymbol && !character.isASCII
    }
}
