/// A line `MEDIA:<path or address>` of an answer: files that go out with it.
///
/// Accepts what the original does: backticks and quotes around the line or the path, several paths, `file://`, a path
/// with spaces, a lone file name.
struct MediaLine {
    /// Paths and addresses in their order.
    private(set) var media: [String] = []
    /// What else the line says; nil for nothing.
    private(set) var rest: String?

    /// Longer ones are no paths.
    private static let maxCharacters = 4_096

    /// Nil when the line is text.
    init?(_ line: Substring) {
        guard let payload = Self.payload(of: line) else { return nil }
        var words: [Substring] = []
        for item in Self.items(payload) {
            let source = Self.source(item.text)
            if Self.isSource(source, mayHaveSpaces: item.isQuoted) {
                media.append(source)
            } else if item.text != "MEDIA:" {
                words.append(item.text)
            }
        }
        let whole = Self.source(payload)
        let isOnePath = media.count == 1 && !words.isEmpty && Self.looksLocal(whole)
        if media.isEmpty || isOnePath, Self.isSource(whole, mayHaveSpaces: true, mayBeName: true) {
            media = [whole]
            words = []
        }
        if media.isEmpty { return nil }
        if !words.isEmpty { rest = words.joined(separator: " ") }
    }

    /// Whether the line, of which the end is not there yet, may become one.
    static func mayBegin(_ line: Substring) -> Bool {
        let start = line.drop { $0.isWhitespace || wrappers.contains($0) }
        return "MEDIA:".hasPrefix(start) || start.hasPrefix("MEDIA:")
    }

    // MARK: Reading

    private static let wrappers: Set<Character> = ["`", "*", "_", "\"", "'"]
    private static let quotes: Set<Character> = ["`", "\"", "'"]

    private static func payload(of line: Substring) -> Substring? {
        let line = line.trimmed
        let wrapper = line.prefix { wrappers.contains($0) }
        guard line.dropFirst(wrapper.count).hasPrefix("MEDIA:") else { return nil }
        var payload = line.dropFirst(wrapper.count + 6)
        for mark in wrapper where payload.last == mark { payload.removeLast() }
        payload = payload.trimmed
        return payload.isEmpty ? nil : payload
    }

    private static func items(_ payload: Substring) -> [(text: Substring, isQuoted: Bool)] {
        var items: [(text: Substring, isQuoted: Bool)] = []
        var rest = payload
        while let first = rest.first {
            if quotes.contains(first), let end = rest.dropFirst().firstIndex(of: first) {
                items.append((rest[..<end].dropFirst().trimmed, true))
                rest = rest[end...].dropFirst()
            } else {
                let word = rest.prefix { !$0.isWhitespace }
                let isMarked = word.hasPrefix("MEDIA:") && word.count > 6
                items.append((isMarked ? word.dropFirst(6) : word, false))
                rest = rest.dropFirst(word.count)
            }
            rest = rest.drop { $0.isWhitespace }
        }
        return items
    }

    /// Without what models put around paths.
    private static func source(_ text: Substring) -> String {
        var text = text.drop { "`\"'[{(".contains($0) }
        while let last = text.last, "`\"'\\})],".contains(last) { text.removeLast() }
        return String(text.hasPrefix("file://") ? text.dropFirst(7) : text)
    }

    // MARK: Judging

    private static func isSource(_ text: String, mayHaveSpaces: Bool, mayBeName: Bool = false) -> Bool {
        guard !text.isEmpty, text.utf8.count <= maxCharacters else { return false }
        guard mayHaveSpaces || !text.contains(where: \.isWhitespace) else { return false }
        if text.contains("://") { return isAddress(text) }
        return looksLocal(text) || mayBeName && isFileName(text)
    }

    /// Only `https:`, without a login in it.
    private static func isAddress(_ text: String) -> Bool {
        guard text.lowercased().hasPrefix("https://"), !text.contains(where: \.isWhitespace) else {
            return false
        }
        let host = text.dropFirst(8).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !host.isEmpty && !host.contains("@")
    }

    private static func looksLocal(_ text: String) -> Bool {
        !text.contains("://") && (text.contains("/") || text.hasPrefix("~"))
    }

    /// A name with an ending of up to ten letters and digits.
    private static func isFileName(_ text: String) -> Bool {
        guard let dot = text.lastIndex(of: "."), dot > text.startIndex, !text.contains(":") else {
            return false
        }
        let ending = text[dot...].dropFirst()
        return (1...10).contains(ending.count)
            && ending.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
}
