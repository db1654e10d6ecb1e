import Core

/// A block of Markdown, as far as a chat shows it: lines stay lines.
enum MarkdownBlock: Hashable {
    case paragraph(String)
    case heading(String)
    case code(language: String, String)
    case quote([MarkdownBlock])
    /// One item; `indent` are the spaces before it, `bullet` is `•`, `☐` or its number.
    case item(indent: Int, bullet: String, String)
    case table(rows: [[String]], source: String)
    case rule
    case blank
}

/// Reads Markdown line by line.
struct MarkdownBlockParser {
    private let lines: [Substring]
    private var at = 0
    private let depth: Int

    /// Quotes inside one another, in levels; deeper ones are text.
    private static let deepest = 4

    static func parse(_ text: String) -> [MarkdownBlock] {
        var parser = MarkdownBlockParser(
            text.split(separator: "\n", omittingEmptySubsequences: false).map {
                $0.last == "\r" ? $0.dropLast() : $0
            },
            depth: 0)
        return parser.parse()
    }

    private init(_ lines: [Substring], depth: Int) {
        self.lines = lines
        self.depth = depth
    }

    private mutating func parse() -> [MarkdownBlock] {
        var blocks: [MarkdownBlock] = []
        var paragraph: [Substring] = []
        func close() {
            if !paragraph.isEmpty { blocks.append(.paragraph(paragraph.joined(separator: "\n"))) }
            paragraph = []
        }
        while at < lines.count {
            if let block = readBlock() {
                close()
                blocks.append(block)
            } else {
                paragraph.append(Self.withoutBreak(lines[at]))
                at += 1
            }
        }
        close()
        return blocks
    }

    /// A block that starts at this line, or nil for a line of a paragraph.
    private mutating func readBlock() -> MarkdownBlock? {
        let line = lines[at]
        let trimmed = line.trimmed
        if trimmed.isEmpty { return take(.blank) }
        if let fence = Self.fence(trimmed) { return readCode(fence, indent: Self.indent(of: line)) }
        if let heading = Self.heading(trimmed) { return take(.heading(heading)) }
        if trimmed.first == ">", depth < Self.deepest { return readQuote() }
        if Self.isRule(trimmed) { return take(.rule) }
        if let item = Self.item(line) { return take(item) }
        if trimmed.contains("|"), at + 1 < lines.count, Self.isDelimiterRow(lines[at + 1]) {
            return readTable()
        }
        return nil
    }

    private mutating func take(_ block: MarkdownBlock) -> MarkdownBlock {
        at += 1
        return block
    }

    private static func indent(of line: Substring) -> Int { line.prefix { $0 == " " || $0 == "\t" }.count }

    /// Two spaces or a backslash at a line's end ask for the break that is there anyway.
    private static func withoutBreak(_ line: Substring) -> Substring {
        var line = line
        while line.last == " " { line.removeLast() }
        if line.last == "\\" { line.removeLast() }
        return line
    }

    // MARK: Kinds

    private static func fence(_ line: Substring) -> (mark: Character, count: Int, language: String)? {
        guard let mark = line.first, mark == "`" || mark == "~" else { return nil }
        let count = line.prefix { $0 == mark }.count
        let info = line.dropFirst(count).trimmed
        guard count >= 3, mark == "~" || !info.contains("`") else { return nil }
        return (mark, count, String(info.prefix { !$0.isWhitespace }))
    }

    private mutating func readCode(
        _ fence: (mark: Character, count: Int, language: String), indent: Int
    ) -> MarkdownBlock {
        at += 1
        var code: [Substring] = []
        while at < lines.count {
            let line = lines[at]
            at += 1
            let trimmed = line.trimmed
            if trimmed.count >= fence.count, trimmed.allSatisfy({ $0 == fence.mark }) { break }
            code.append(line.dropFirst(min(indent, Self.indent(of: line))))
        }
        return .code(language: fence.language, code.joined(separator: "\n"))
    }

    private static func heading(_ line: Substring) -> String? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level), line.dropFirst(level).first?.isWhitespace ?? true else { return nil }
        var text = line.dropFirst(level).trimmed
        let closing = text.reversed().prefix { $0 == "#" }.count
        if closing > 0, text.dropLast(closing).last?.isWhitespace ?? true { text = text.dropLast(closing) }
        return String(text.trimmed)
    }

    private mutating func readQuote() -> MarkdownBlock {
        var inner: [Substring] = []
        while at < lines.count, lines[at].trimmed.first == ">" {
            var line = lines[at].trimmed.dropFirst()
            if line.first == " " { line.removeFirst() }
            inner.append(line)
            at += 1
        }
        var parser = MarkdownBlockParser(inner, depth: depth + 1)
        return .quote(parser.parse())
    }

    private static func isRule(_ line: Substring) -> Bool {
        let marks = line.filter { $0 != " " }
        guard let mark = marks.first, "-*_".contains(mark) else { return false }
        return marks.count >= 3 && marks.allSatisfy { $0 == mark }
    }

    private static func item(_ line: Substring) -> MarkdownBlock? {
        let indent = indent(of: line)
        let rest = line.dropFirst(indent)
        guard let first = rest.first else { return nil }
        if "-*+".contains(first), rest.dropFirst().first == " " {
            var text = rest.dropFirst(2).trimmed
            for (box, bullet) in [("[ ] ", "☐"), ("[x] ", "☑"), ("[X] ", "☑")] where text.hasPrefix(box) {
                text = text.dropFirst(box.count).trimmed
                return .item(indent: indent, bullet: bullet, String(text))
            }
            return .item(indent: indent, bullet: "•", String(text))
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let after = rest.dropFirst(digits.count)
        guard (1...9).contains(digits.count), let point = after.first, point == "." || point == ")",
            after.dropFirst().first == " "
        else { return nil }
        return .item(indent: indent, bullet: "\(digits)\(point)", String(after.dropFirst(2).trimmed))
    }

    // MARK: Tables

    private static func isDelimiterRow(_ line: Substring) -> Bool {
        let cells = cells(of: line)
        return line.contains("|") && !cells.isEmpty
            && cells.allSatisfy { cell in
                let dashes = cell.drop { $0 == ":" }.prefix { $0 == "-" }
                return !dashes.isEmpty && cell.allSatisfy { $0 == "-" || $0 == ":" }
            }
    }

    private mutating func readTable() -> MarkdownBlock {
        let start = at
        var rows = [Self.cells(of: lines[at])]
        at += 2
        while at < lines.count, lines[at].contains("|"), !lines[at].trimmed.isEmpty {
            rows.append(Self.cells(of: lines[at]))
            at += 1
        }
        return .table(rows: rows, source: lines[start..<at].joined(separator: "\n"))
    }

    /// A `|` behind a backslash is part of its cell.
    private static func cells(of line: Substring) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isEscaped = false
        for character in line.trimmed {
            if character == "|", !isEscaped {
                cells.append(String(cell.trimmed))
                cell = ""
            } else {
                if character == "|" { cell.removeLast() }
                cell.append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        cells.append(String(cell.trimmed))
        if cells.first == "" { cells.removeFirst() }
        if cells.last == "" { cells.removeLast() }
        return cells
    }
}
