import Core

/// A piece of a line of Markdown.
indirect enum MarkdownInline: Hashable {
    case text(String)
    case code(String)
    case styled(Style, [MarkdownInline])
    case link([MarkdownInline], url: String)

    enum Style: String { case bold, italic, underline, strike, spoiler }
}

/// Reads the marks inside a paragraph as CommonMark does, and with them `~~strike~~`, `||spoiler||` and the few HTML tags
/// that models like to write.
///
/// Every mark that has no partner is text: there is no text that cannot be read. What was looked for in vain is not looked for
/// again, so a thousand open marks cost no more than a thousand words.
struct MarkdownInlineParser {
    /// Links and tags inside one another, in levels; deeper ones are text.
    private static let deepest = 8

    private let text: [Character]
    private let depth: Int
    private var at = 0
    private var nodes: [Node] = []
    private var plain = ""
    /// Where each `[` is closed, by its place; nil until the first one is met.
    private var brackets: [Int: Int]?
    /// The place from which no run of so many backquotes closes another.
    private var unclosedFrom: [Int: Int] = [:]
    /// Tags that are not closed from here on.
    private var missingTags: Set<String> = []

    private enum Node {
        case inline(MarkdownInline)
        case marks(Marks)
    }

    /// A run of the same mark that may open or close a style.
    private struct Marks {
        var mark: Character
        var count: Int
        var opens: Bool
        var closes: Bool
        /// The run's length as it was written, for CommonMark's rule of three.
        var whole: Int

        /// What is left when `used` marks have found their partners.
        func without(_ used: Int) -> Marks? {
            var rest = self
            rest.count -= used
            return rest.count > 0 ? rest : nil
        }
    }

    static func parse(_ text: String) -> [MarkdownInline] { parse(Array(text), depth: 0) }

    private static func parse(_ text: [Character], depth: Int) -> [MarkdownInline] {
        var parser = MarkdownInlineParser(text, depth: depth)
        return parser.parse()
    }

    private init(_ text: [Character], depth: Int) {
        self.text = text
        self.depth = depth
    }

    private mutating func parse() -> [MarkdownInline] {
        while at < text.count { step() }
        flush()
        return Self.paired(nodes)
    }

    private mutating func step() {
        switch text[at] {
        case "\\" where at + 1 < text.count && Self.isPunctuation(text[at + 1]):
            plain.append(text[at + 1])
            at += 2
        case "`": readCode()
        case "<" where readTag(): break
        case "!" where at + 1 < text.count && text[at + 1] == "[" && readLink(from: at + 1): break
        case "[" where readLink(from: at): break
        case "*", "_", "~", "|": readMarks()
        case "h" where readAddress(): break
        case let character:
            plain.append(character)
            at += 1
        }
    }

    private mutating func flush() {
        if !plain.isEmpty { nodes.append(.inline(.text(plain))) }
        plain = ""
    }

    private mutating func append(_ inline: MarkdownInline) {
        flush()
        nodes.append(.inline(inline))
    }

    // MARK: Code, links, tags

    private func run(of character: Character, from start: Int) -> Int {
        var end = start
        while end < text.count, text[end] == character { end += 1 }
        return end - start
    }

    private mutating func readCode() {
        let length = run(of: "`", from: at)
        if let end = codeEnd(from: at, length) {
            append(.code(Self.codeText(text[(at + length)..<(end - length)])))
            at = end
        } else {
            plain += String(repeating: "`", count: length)
            at += length
        }
    }

    /// The place behind the run of backquotes that closes the one at `start`.
    private mutating func codeEnd(from start: Int, _ length: Int) -> Int? {
        guard start < unclosedFrom[length] ?? text.count else { return nil }
        var place = start + length
        while let next = text[place...].firstIndex(of: "`") {
            let closing = run(of: "`", from: next)
            place = next + closing
            if closing == length { return place }
        }
        unclosedFrom[length] = start
        return nil
    }

    /// One space at both ends is there for backquotes to stand in.
    private static func codeText(_ part: ArraySlice<Character>) -> String {
        guard part.count > 2, part.first == " ", part.last == " ", part.contains(where: { $0 != " " }) else {
            return String(part)
        }
        return String(part.dropFirst().dropLast())
    }

    /// `[text](address "title")`; an image is a link to it.
    private mutating func readLink(from start: Int) -> Bool {
        guard depth < Self.deepest, let end = closingBracket(from: start), end + 1 < text.count,
            text[end + 1] == "(", let (url, next) = destination(from: end + 2)
        else { return false }
        var inner = Self.parse(Array(text[(start + 1)..<end]), depth: depth + 1)
        if inner.isEmpty { inner = [.text(url)] }
        append(url.isEmpty ? .styled(.underline, inner) : .link(inner, url: url))
        at = next
        return true
    }

    private mutating func closingBracket(from start: Int) -> Int? {
        let known = brackets ?? allBrackets()
        brackets = known
        return known[start]
    }

    /// Every `[` from here on with its `]`; those in code are code.
    private mutating func allBrackets() -> [Int: Int] {
        var closings: [Int: Int] = [:]
        var open: [Int] = []
        var place = at
        while place < text.count {
            switch text[place] {
            case "\\": place += 2
            case "`":
                let length = run(of: "`", from: place)
                place = codeEnd(from: place, length) ?? place + length
            case let character:
                if character == "[" { open.append(place) }
                if character == "]", let start = open.popLast() { closings[start] = place }
                place += 1
            }
        }
        return closings
    }

    /// The address and the place behind its `)`.
    private func destination(from start: Int) -> (url: String, next: Int)? {
        var place = start
        var url = ""
        var level = 0
        let isBracketed = place < text.count && text[place] == "<"
        if isBracketed { place += 1 }
        reading: while place < text.count {
            let character = text[place]
            switch character {
            case ">" where isBracketed:
                place += 1
                break reading
            case "\\" where place + 1 < text.count && Self.isPunctuation(text[place + 1]):
                place += 1
                url.append(text[place])
                place += 1
                continue reading
            case "(" where !isBracketed: level += 1
            case ")" where !isBracketed:
                if level == 0 { break reading }
                level -= 1
            case _ where character.isNewline || (character.isWhitespace && !isBracketed): break reading
            default: break
            }
            url.append(character)
            place += 1
        }
        // A title, which nothing shows on Telegram.
        while place < text.count, text[place] != ")" {
            if text[place].isNewline { return nil }
            place += 1
        }
        return place < text.count ? (url, place + 1) : nil
    }

    private static let tags: [String: MarkdownInline.Style] = [
        "b": .bold, "strong": .bold, "i": .italic, "em": .italic, "u": .underline, "ins": .underline,
        "s": .strike,
        "del": .strike, "strike": .strike, "tg-spoiler": .spoiler,
    ]

    /// `<https://…>`, `<br>`, and the tags above with their partners.
    private mutating func readTag() -> Bool {
        guard let end = text[at...].prefix(2048).firstIndex(of: ">") else { return false }
        let name = String(text[(at + 1)..<end])
        if name.hasPrefix("http://") || name.hasPrefix("https://"), !name.contains(where: \.isWhitespace) {
            append(.link([.text(name)], url: name))
            at = end + 1
            return true
        }
        let tag = name.lowercased()
        if tag == "br" || tag == "br/" || tag == "br /" {
            plain.append("\n")
            at = end + 1
            return true
        }
        guard depth < Self.deepest, tag == "code" || Self.tags[tag] != nil, !missingTags.contains(tag) else {
            return false
        }
        guard let close = place(of: Array("</\(tag)>"), from: end + 1) else {
            missingTags.insert(tag)
            return false
        }
        let inner = Array(text[(end + 1)..<close])
        if let style = Self.tags[tag] {
            append(.styled(style, Self.parse(inner, depth: depth + 1)))
        } else {
            append(.code(String(inner)))
        }
        at = close + tag.count + 3
        return true
    }

    private func place(of word: [Character], from start: Int) -> Int? {
        guard start <= text.count - word.count else { return nil }
        return (start...(text.count - word.count)).first { place in
            zip(text[place...], word).allSatisfy { $0 == $1 || $0.lowercased() == String($1) }
        }
    }

    /// An address as it stands there: its marks are its own.
    private mutating func readAddress() -> Bool {
        guard at == 0 || !text[at - 1].isLetter && !text[at - 1].isNumber else { return false }
        guard ["http://", "https://"].contains(where: { text[at...].starts(with: Array($0)) }) else {
            return false
        }
        var end = at
        while end < text.count, !text[end].isWhitespace, !"<>\"`".contains(text[end]) { end += 1 }
        while end > at, "*_~|".contains(text[end - 1]) { end -= 1 }
        plain += String(text[at..<end])
        at = end
        return true
    }

    // MARK: Styles

    private mutating func readMarks() {
        let mark = text[at]
        let count = run(of: mark, from: at)
        defer { at += count }
        let before = at > 0 ? text[at - 1] : nil
        let after = at + count < text.count ? text[at + count] : nil
        var opens = !(after?.isWhitespace ?? true)
        var closes = !(before?.isWhitespace ?? true)
        switch mark {
        case "*", "_":
            let isBefore = before.map { Self.isPunctuation($0) } ?? true
            let isAfter = after.map { Self.isPunctuation($0) } ?? true
            let left = opens && (!isAfter || !closes || isBefore)
            let right = closes && (!isBefore || !opens || isAfter)
            opens = left && (mark == "*" || !right || isBefore)
            closes = right && (mark == "*" || !left || isAfter)
        default:
            if count != 2 { (opens, closes) = (false, false) }
        }
        guard opens || closes else {
            plain += String(repeating: mark, count: count)
            return
        }
        flush()
        nodes.append(.marks(Marks(mark: mark, count: count, opens: opens, closes: closes, whole: count)))
    }

    private static func isPunctuation(_ character: Character) -> Bool {
        character.isPunctuation || character.isSymbol
    }

    /// Gives every closing run its opening one: CommonMark's "process emphasis".
    private static func paired(_ nodes: [Node]) -> [MarkdownInline] {
        var nodes = nodes
        var closer = 0
        // Below these places nothing opens for a closing run of that kind.
        var bottoms: [ClosingKind: Int] = [:]
        while closer < nodes.count {
            guard case .marks(let closing) = nodes[closer], closing.closes, closing.count > 0 else {
                closer += 1
                continue
            }
            let kind = ClosingKind(mark: closing.mark, length: closing.whole % 3, opens: closing.opens)
            guard let opener = opener(of: closing, in: nodes[(bottoms[kind] ?? 0)..<closer]),
                case .marks(let opening) = nodes[opener]
            else {
                bottoms[kind] = closer
                closer += 1
                continue
            }
            let used = closing.mark == "*" || closing.mark == "_" ? min(2, opening.count, closing.count) : 2
            let inner = flattened(nodes[(opener + 1)..<closer])
            let styled = MarkdownInline.styled(style(closing.mark, used), inner)
            var replacement: [Node] = []
            if let rest = opening.without(used) { replacement.append(.marks(rest)) }
            replacement.append(.inline(styled))
            let place = opener + replacement.count
            if let rest = closing.without(used) { replacement.append(.marks(rest)) }
            nodes.replaceSubrange(opener...closer, with: replacement)
            bottoms = bottoms.mapValues { min($0, place) }
            closer = place
        }
        return flattened(nodes[...])
    }

    /// What decides which runs open for a closing one.
    private struct ClosingKind: Hashable {
        var mark: Character
        var length: Int
        var opens: Bool
    }

    private static func opener(of closing: Marks, in nodes: ArraySlice<Node>) -> Int? {
        nodes.lastIndex { node in
            guard case .marks(let opening) = node, opening.mark == closing.mark, opening.opens,
                opening.count > 0
            else { return false }
            guard closing.mark == "*" || closing.mark == "_", opening.closes || closing.opens else {
                return true
            }
            let isThree = (opening.whole + closing.whole) % 3 == 0
            return !isThree || (opening.whole % 3 == 0 && closing.whole % 3 == 0)
        }
    }

    private static func style(_ mark: Character, _ count: Int) -> MarkdownInline.Style {
        switch mark {
        case "~": .strike
        case "|": .spoiler
        default: count == 2 ? .bold : .italic
        }
    }

    private static func flattened(_ nodes: ArraySlice<Node>) -> [MarkdownInline] {
        var inlines: [MarkdownInline] = []
        for node in nodes {
            let inline: MarkdownInline =
                switch node {
                case .inline(let inline): inline
                case .marks(let marks): .text(String(repeating: marks.mark, count: marks.count))
                }
            if case .text(let more) = inline, case .text(let text) = inlines.last {
                inlines[inlines.count - 1] = .text(text + more)
            } else {
                inlines.append(inline)
            }
        }
        return inlines
    }
}
