import Core

/// A message in the HTML that Telegram reads (core.telegram.org/bots/api#html-style).
struct TelegramHTML: Hashable {
    private(set) var html = ""
    /// Length of what people will see, in UTF-16 units: what Telegram's limits count.
    private(set) var units = 0

    /// Renders Markdown; nil when nothing would be seen, or more than `most` units.
    static func render(_ markdown: String, tables: TelegramSettings.TableStyle = .code, upTo most: Int)
        -> TelegramHTML?
    {
        let blocks = MarkdownBlockParser.parse(markdown)
        // A table in columns is wider than its source.
        let styles: [TelegramSettings.TableStyle] = tables == .off ? [.off] : [tables, .off]
        for style in styles {
            var html = TelegramHTML()
            html.append(blocks, tables: style, isQuoted: false)
            if html.units <= most { return html.isVisible ? html : nil }
        }
        return nil
    }

    private var isVisible = false

    // MARK: Text and tags

    private mutating func write(_ text: String) {
        units += text.utf16.count
        isVisible = isVisible || text.contains { !$0.isWhitespace }
        html += Self.escaped(text)
    }

    private mutating func wrap(_ tag: String, _ attribute: String = "", _ body: (inout TelegramHTML) -> Void)
    {
        html += "<\(tag)\(attribute)>"
        body(&self)
        html += "</\(tag)>"
    }

    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E || $0 == 0x22 }) else {
            return text
        }
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    // MARK: Blocks

    private mutating func append(
        _ blocks: [MarkdownBlock], tables: TelegramSettings.TableStyle, isQuoted: Bool
    ) {
        for (index, block) in blocks.enumerated() {
            if index > 0 { write("\n") }
            append(block, tables: tables, isQuoted: isQuoted)
        }
    }

    private mutating func append(_ block: MarkdownBlock, tables: TelegramSettings.TableStyle, isQuoted: Bool)
    {
        switch block {
        case .paragraph(let text): append(MarkdownInlineParser.parse(text))
        case .heading(let text):
            wrap("b") { $0.append(MarkdownInlineParser.parse(text), inside: [.bold]) }
        case .code(let language, let text): appendCode(text, language: language)
        case .quote(let inner):
            // Telegram has no quotes in quotes.
            if isQuoted {
                append(inner, tables: tables, isQuoted: true)
            } else {
                wrap("blockquote") { $0.append(inner, tables: tables, isQuoted: true) }
            }
        case .item(let indent, let bullet, let text):
            write(String(repeating: " ", count: min(indent, Self.widestIndent)) + bullet + " ")
            append(MarkdownInlineParser.parse(text))
        case .table(let rows, let source): append(rows, source: source, as: tables)
        case .rule: write("———")
        case .blank: break
        }
    }

    /// A list that is indented further cannot be read on a phone, in spaces.
    private static let widestIndent = 12

    private mutating func appendCode(_ text: String, language: String) {
        let name = language.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "+-#._".contains($0)) }
        wrap("pre") { html in
            if name.isEmpty {
                html.write(text)
            } else {
                html.wrap("code", " class=\"language-\(name)\"") { $0.write(text) }
            }
        }
    }

    private mutating func append(_ rows: [[String]], source: String, as style: TelegramSettings.TableStyle) {
        switch style {
        case .off: write(source)
        case .code, .block: wrap("pre") { $0.write(Self.columns(rows)) }
        case .bullets:
            let names = rows.first ?? []
            for (index, row) in rows.dropFirst().enumerated() {
                if index > 0 { write("\n") }
                write("• ")
                for (column, cell) in row.enumerated() {
                    if column > 0 { write(", ") }
                    if column > 0, column < names.count, !names[column].isEmpty {
                        write("\(names[column]): ")
                    }
                    append(MarkdownInlineParser.parse(cell))
                }
            }
        }
    }

    /// The cells' text in columns.
    private static func columns(_ rows: [[String]]) -> String {
        let cells = rows.map { $0.map { plain(MarkdownInlineParser.parse($0)) } }
        let count = cells.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            cells.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        var lines = cells.map { row in
            (0..<count).map { column in
                let cell = column < row.count ? row[column] : ""
                let isLast = column == count - 1
                return isLast ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: " | ")
        }
        lines.insert(widths.map { String(repeating: "-", count: max($0, 1)) }.joined(separator: "-|-"), at: 1)
        return lines.joined(separator: "\n")
    }

    private static func plain(_ inlines: [MarkdownInline]) -> String {
        inlines.map { inline in
            switch inline {
            case .text(let text), .code(let text): text
            case .styled(_, let inner): plain(inner)
            case .link(let inner, _): plain(inner)
            }
        }.joined()
    }

    // MARK: Inlines

    private mutating func append(
        _ inlines: [MarkdownInline], inside styles: Set<MarkdownInline.Style> = [], isLinked: Bool = false
    ) {
        for inline in inlines {
            switch inline {
            case .text(let text): write(text)
            case .code(let text): wrap("code") { $0.write(text) }
            case .styled(let style, let inner) where styles.contains(style):
                append(inner, inside: styles, isLinked: isLinked)
            case .styled(let style, let inner):
                wrap(Self.tag(style)) { $0.append(inner, inside: styles.union([style]), isLinked: isLinked) }
            case .link(let inner, let url): append(inner, to: url, inside: styles, isLinked: isLinked)
            }
        }
    }

    private static func tag(_ style: MarkdownInline.Style) -> String {
        switch style {
        case .bold: "b"
        case .italic: "i"
        case .underline: "u"
        case .strike: "s"
        case .spoiler: "tg-spoiler"
        }
    }

    /// Telegram follows web addresses and its own; any other would vanish, so it is written behind its text.
    private mutating func append(
        _ inner: [MarkdownInline], to url: String, inside styles: Set<MarkdownInline.Style>, isLinked: Bool
    ) {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let isWeb = ["http", "https", "tg"].contains(scheme) && url.contains("://")
        if isWeb, !isLinked, !url.contains(where: \.isWhitespace) {
            wrap("a", " href=\"\(Self.escaped(url))\"") { $0.append(inner, inside: styles, isLinked: true) }
        } else {
            append(inner, inside: styles, isLinked: isLinked)
            if Self.plain(inner) != url, !isLinked { write(" (\(url))") }
        }
    }
}
