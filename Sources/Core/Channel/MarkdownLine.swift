/// A line of a Markdown text, as far as it matters where the text is cut: offsets into its UTF-8.
struct MarkdownLine {
    enum Role {
        case text, blank, heading
        case opensFence, code, closesFence
    }

    /// Without the line break.
    let range: Range<Int>
    /// Where its words begin: after indentation, quote marks and the mark of a list item or heading.
    let content: Int
    /// Where its last quote mark and the space after it end; its beginning when it is no quote.
    let quoteEnd: Int
    let role: Role
    /// Whether a new block begins with it even if no blank line stands before.
    let startsBlock: Bool

    var isFenced: Bool { role == .opensFence || role == .code || role == .closesFence }
}

/// A block of code between two lines of backticks or tildes.
struct CodeFence {
    /// The line that opens it, from the marks to the end of what stands behind them.
    let opening: Range<Int>
    /// What stands before the marks in the same line: indentation, quote marks, the mark of a list item.
    let prefix: Range<Int>
    let mark: UInt8
    let markCount: Int
    /// Whether it stands in a quote and so ends with it.
    let isQuoted: Bool
}

/// Reads a text line by line and knows which lines are code (CommonMark 0.31, §4.5).
///
/// Fences may stand in quotes and list items, and may be indented more than CommonMark allows, as models write them.
struct MarkdownLineReader {
    /// The block of code that the lines read so far have opened and not closed.
    private(set) var fence: CodeFence?

    /// The next line: `range` of `bytes`, without the line break.
    mutating func read(_ range: Range<Int>, of bytes: [UInt8]) -> MarkdownLine {
        if let fence {
            let line = line(in: fence, range, bytes)
            if line?.role != .code { self.fence = nil }
            if let line { return line }
        }
        let start = LineStart(range, bytes)
        if let opened = Self.fence(start, range, bytes) {
            fence = opened
            return MarkdownLine(
                range: range, content: range.upperBound, quoteEnd: start.quoteEnd, role: .opensFence,
                startsBlock: true)
        }
        let isBlank = start.end == range.upperBound && start.quoteEnd == range.lowerBound && !start.hasMark
        return MarkdownLine(
            range: range, content: start.end, quoteEnd: start.quoteEnd,
            role: isBlank ? .blank : start.isHeading ? .heading : .text,
            startsBlock: start.hasMark || start.isHeading || start.quoteEnd > range.lowerBound)
    }

    /// A line of the block or the one that closes it; nil when the quote that the block stands in is over.
    private func line(in fence: CodeFence, _ range: Range<Int>, _ bytes: [UInt8]) -> MarkdownLine? {
        var start = range.lowerBound
        var quoteEnd = start
        while start < range.upperBound {
            if fence.isQuoted, bytes[start] == UInt8(ascii: ">") {
                quoteEnd = start + 1
            } else if !Self.isIndent(bytes[start]) {
                break
            }
            start += 1
        }
        if fence.isQuoted, quoteEnd == range.lowerBound { return nil }
        let marks = bytes[start..<range.upperBound].prefix { $0 == fence.mark }
        let isClosing =
            marks.count >= fence.markCount
            && bytes[marks.endIndex..<range.upperBound].allSatisfy(Self.isIndent)
        return MarkdownLine(
            range: range, content: quoteEnd, quoteEnd: quoteEnd, role: isClosing ? .closesFence : .code,
            startsBlock: false)
    }

    private static func fence(_ start: LineStart, _ range: Range<Int>, _ bytes: [UInt8]) -> CodeFence? {
        guard start.end < range.upperBound, !start.isHeading else { return nil }
        let mark = bytes[start.end]
        guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return nil }
        let marks = bytes[start.end..<range.upperBound].prefix { $0 == mark }
        guard marks.count >= 3 else { return nil }
        let info = bytes[marks.endIndex..<range.upperBound]
        if mark == UInt8(ascii: "`"), info.contains(mark) { return nil }
        return CodeFence(
            opening: start.end..<range.upperBound, prefix: range.lowerBound..<start.end, mark: mark,
            markCount: marks.count, isQuoted: start.quoteEnd > range.lowerBound)
    }

    static func isIndent(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// What stands before the words of a line.
private struct LineStart {
    private(set) var end: Int
    private(set) var quoteEnd: Int
    private(set) var hasMark = false
    private(set) var isHeading = false

    init(_ range: Range<Int>, _ bytes: [UInt8]) {
        end = range.lowerBound
        quoteEnd = range.lowerBound
        while end < range.upperBound {
            let byte = bytes[end]
            if MarkdownLineReader.isIndent(byte) {
                end += 1
            } else if byte == UInt8(ascii: ">") {
                end += 1
                if end < range.upperBound, bytes[end] == 0x20 { end += 1 }
                quoteEnd = end
            } else if let markEnd = Self.listMark(at: end, range, bytes) {
                end = markEnd
                hasMark = true
            } else if let markEnd = Self.headingMark(at: end, range, bytes) {
                end = markEnd
                isHeading = true
                return
            } else {
                return
            }
        }
    }

    private static func listMark(at start: Int, _ range: Range<Int>, _ bytes: [UInt8]) -> Int? {
        let digits = bytes[start..<min(range.upperBound, start + 9)].prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        let mark = digits.endIndex
        guard mark < range.upperBound else { return nil }
        let marks = digits.isEmpty ? "-*+" : ".)"
        guard marks.utf8.contains(bytes[mark]) else { return nil }
        return spaceEnd(after: mark + 1, range, bytes)
    }

    private static func headingMark(at start: Int, _ range: Range<Int>, _ bytes: [UInt8]) -> Int? {
        let marks = bytes[start..<min(range.upperBound, start + 6)].prefix { $0 == UInt8(ascii: "#") }
        return marks.isEmpty ? nil : spaceEnd(after: marks.endIndex, range, bytes)
    }

    /// Nil when no white space follows the mark, which is none then.
    private static func spaceEnd(after mark: Int, _ range: Range<Int>, _ bytes: [UInt8]) -> Int? {
        guard mark < range.upperBound else { return mark }
        return MarkdownLineReader.isIndent(bytes[mark]) ? mark + 1 : nil
    }
}
