/// `draftChunk`: how much more of an answer has to be written before more of it is shown, in `block` mode; the like for
/// `blockStreamingChunk`.
package struct DraftChunk: Sendable, Hashable {
    /// In characters.
    package var least = 200
    package var most = 800
    package var preference = Break.paragraph

    /// Where it ends best; the later ones do where the earlier are not found.
    package enum Break: String, Sendable, CaseIterable {
        case paragraph, newline, sentence
    }

    package init() {}

    /// `least` and `most` are the defaults.
    package init(json: JSON?, least: Int = 200, most: Int = 800) {
        (self.least, self.most) = (least, most)
        self.most = max(json?["maxChars"]?.intValue ?? most, 1)
        self.least = min(max(json?["minChars"]?.intValue ?? least, 1), self.most)
        preference = json?["breakPreference"]?.stringValue.flatMap { Break(rawValue: $0) } ?? preference
    }

    /// Where the chunk that `text` begins with ends; nil while it is too short, or has no place to end.
    package func end(of text: Substring) -> Substring.Index? {
        guard let first = text.index(text.startIndex, offsetBy: least, limitedBy: text.endIndex) else {
            return nil
        }
        let last = text.index(text.startIndex, offsetBy: most, limitedBy: text.endIndex)
        let window = text[first..<(last ?? text.endIndex)]
        for kind in Break.allCases.drop(while: { $0 != preference }) {
            if let end = kind.last(in: window) { return end }
        }
        guard let last else { return nil }
        return window.lastIndex(where: \.isWhitespace) ?? last
    }
}

extension DraftChunk.Break {
    fileprivate func last(in text: Substring) -> Substring.Index? {
        var previous: Character = "x"
        var found: Substring.Index?
        for (index, character) in zip(text.indices, text) {
            let isEnd =
                switch self {
                case .paragraph: previous.isNewline && character.isNewline
                case .newline: character.isNewline
                case .sentence: character.isWhitespace && ".!?".contains(previous)
                }
            if isEnd { found = index }
            previous = character
        }
        return found
    }
}
