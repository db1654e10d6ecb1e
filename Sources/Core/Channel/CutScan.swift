/// Looks for the place where a part should end.
struct CutScan {
    private let map: MarkdownMap
    private let wrapping: CutWrapping
    private let limits: MessageLimits
    private let start: Int
    private var place: Int
    private var line: Int
    /// What the part would count if it ended at `place`, without what the cut adds behind it.
    private var count: Int
    private var lineCount: Int
    /// Whether there is anything but white space before `place`.
    private var hasInk = false
    /// Round brackets that are open.
    private var depth = 0
    /// For each kind of place the last one that would do.
    private var found: [Int?] = Array(repeating: nil, count: Kind.allCases.count)
    /// What a cut in the span adds behind the part; asked for at every place in it.
    private var closing: (span: Int, count: Int)?

    /// Places to cut at, the best first.
    private enum Kind: Int, CaseIterable {
        case paragraph, line, codeParagraph, codeLine, sentence, space, last
    }

    /// `opening` is what the part begins with before the text at `start`.
    init(map: MarkdownMap, wrapping: CutWrapping, limits: MessageLimits, opening: [UInt8], start: Int) {
        self.map = map
        self.wrapping = wrapping
        self.limits = limits
        self.start = start
        place = start
        line = map.line(at: start)
        count = limits.unit.count(opening)
        lineCount = 1 + opening.count { $0 == 0x0A }
    }

    /// Nil when all the rest fits.
    mutating func nextCut(atBlankLines: Bool) -> Int? {
        while place < map.inkEnd {
            if hasInk, isPlace {
                let span = map.span(at: place)
                let inCode = map.isCode(span)
                if isTooHigh(inCode), let lineEnd = best(of: Self.lineEnds) { return lineEnd }
                if fits(span) {
                    if atBlankLines, !inCode, isAtBlankLine { return place }
                    found[kind(inCode).rawValue] = place
                }
            }
            step(over: map.bytes[place])
            if count > wrapping.longest { return best ?? hardCut() }
        }
        let span = map.span(at: map.bytes.count)
        guard fits(span) else { return best ?? hardCut() }
        return isTooHigh(map.isCode(span)) ? best(of: Self.lineEnds) : nil
    }

    private mutating func step(over byte: UInt8) {
        count += limits.unit.count(byte)
        place += 1
        switch byte {
        case 0x0A:
            lineCount += 1
            line += 1
            depth = 0
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"): depth = max(0, depth - 1)
        default: break
        }
        if !MarkdownMap.isSpace(byte) { hasInk = true }
    }

    // MARK: Judging

    private mutating func fits(_ span: Int?) -> Bool {
        guard let span else { return count <= wrapping.longest }
        if closing?.span != span { closing = (span, wrapping.wrap(inSpan: span).closing.count) }
        return count + (closing?.count ?? 0) <= wrapping.longest
    }

    private func isTooHigh(_ inCode: Bool) -> Bool {
        guard let most = limits.mostLines else { return false }
        return lineCount + (inCode ? 1 : 0) > most
    }

    /// Whether it can be cut here at all without breaking something.
    private var isPlace: Bool {
        guard map.joints[place].isEmpty else { return false }
        switch map.bytes[place] {
        case 0x0A: return isFreeBehind(1)
        case 0x20, 0x09: return place > map.lines[line].content && isFreeBehind(1)
        default: return isAtWideSpace || isAfterWideSentence
        }
    }

    /// Whether the white space at `place` is no part of a larger character.
    private func isFreeBehind(_ length: Int) -> Bool { !map.joints[place + length].contains(.character) }

    private func kind(_ inCode: Bool) -> Kind {
        guard map.bytes[place] == 0x0A else {
            if inCode { return .space }
            if isAfterSentence || isAfterWideSentence { return .sentence }
            return depth > 0 ? .last : .space
        }
        if inCode { return map.lines[line + 1].range.isEmpty ? .codeParagraph : .codeLine }
        // Behind a heading, or in the blank space after it, what it stands above would be cut off.
        if map.lines[line].role == .heading || map.lines[line].role == .blank { return .last }
        return isAtBlankLine ? .paragraph : .line
    }

    private var isAtBlankLine: Bool { map.bytes[place] == 0x0A && map.lines[line + 1].role == .blank }

    private var isAfterSentence: Bool {
        var end = place
        while end > start, Self.closers.contains(map.bytes[end - 1]) { end -= 1 }
        return end > start && Self.sentenceEnds.contains(map.bytes[end - 1])
    }

    private static let sentenceEnds = Array(".!?".utf8)
    private static let closers = Array("\"')*_".utf8)

    /// Behind `。`, `！` or `？`, which no space follows.
    private var isAfterWideSentence: Bool {
        guard place - 3 >= start else { return false }
        switch (map.bytes[place - 3], map.bytes[place - 2], map.bytes[place - 1]) {
        case (0xE3, 0x80, 0x82), (0xEF, 0xBC, 0x81), (0xEF, 0xBC, 0x9F): return true
        default: return false
        }
    }

    /// At an ideographic space, U+3000.
    private var isAtWideSpace: Bool {
        guard map.bytes[place] == 0xE3, place + 3 <= map.inkEnd, isFreeBehind(3) else { return false }
        return map.bytes[place + 1] == 0x80 && map.bytes[place + 2] == 0x80
    }

    // MARK: Choosing

    private static let lineEnds: [Kind] = [.paragraph, .line, .codeParagraph, .codeLine]

    private var best: Int? { best(of: Kind.allCases) }

    /// The last place of the best kind in the second half, or else of the best kind there is.
    private func best(of kinds: [Kind]) -> Int? {
        let half = start + (place - start) / 2
        let places = kinds.lazy.compactMap { found[$0.rawValue] }
        return places.first { $0 >= half } ?? places.first
    }

    /// Where no better place is: the last character that fits, and not within a word that could stay whole.
    private mutating func hardCut() -> Int {
        var end = place
        var inWord: Int?
        var inCharacter: Int?
        while end > start + 1 {
            end -= 1
            count -= limits.unit.count(map.bytes[end])
            guard map.bytes[end] & 0xC0 != 0x80, fits(map.span(at: end)) else { continue }
            if map.joints[end].isEmpty { return end }
            if !map.joints[end].contains(.character) { inWord = inWord ?? end }
            inCharacter = inCharacter ?? end
        }
        return inWord ?? inCharacter ?? scalarEnd
    }

    private var scalarEnd: Int {
        map.bytes[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? map.bytes.count
    }
}
