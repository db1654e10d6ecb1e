/// Questions about how a JSON5 text is laid out.
struct ConfigText {
    let document: JSON5Document
    /// The spaces or tabs of one level.
    let unit: String
    let newline: String
    /// Everything on one line, as a machine writes it.
    let isCompact: Bool
    /// Without any space as well.
    private let isDense: Bool

    init(_ document: JSON5Document) {
        self.document = document
        let bytes = document.bytes
        newline = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D } == true ? "\r\n" : "\n"
        isCompact = !bytes[document.root.range].contains(0x0A) && document.root.range.count > 2
        isDense = isCompact && !bytes.contains(0x20)
        unit = Self.unit(of: document)
    }

    var separator: String { isDense ? "," : ", " }
    var colon: String { isDense ? ":" : ": " }

    /// How far the first member of the root is set in, or two spaces.
    private static func unit(of document: JSON5Document) -> String {
        guard let first = document.root.members?.first?.keyRange.lowerBound else { return "  " }
        let space = document.bytes[..<first].reversed().prefix { $0 == 0x20 || $0 == 0x09 }
        let isLineStart = document.bytes[..<(first - space.count)].last == 0x0A
        return isLineStart && !space.isEmpty ? String(decoding: space.reversed(), as: UTF8.self) : "  "
    }

    func byte(at offset: Int) -> UInt8? {
        document.bytes.indices.contains(offset) ? document.bytes[offset] : nil
    }

    /// The space that the line of `offset` starts with.
    func indent(at offset: Int) -> String {
        let bytes = document.bytes
        let start = bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return String(decoding: bytes[start..<offset].prefix { $0 == 0x20 || $0 == 0x09 }, as: UTF8.self)
    }

    /// Where the spaces and tabs before `offset` begin.
    func spaceStart(before offset: Int) -> Int {
        var start = offset
        while start > 0, let byte = byte(at: start - 1), byte == 0x20 || byte == 0x09 { start -= 1 }
        return start
    }

    func spaceEnd(after offset: Int) -> Int {
        var end = offset
        while let byte = byte(at: end), byte == 0x20 || byte == 0x09 { end += 1 }
        return end
    }

    func isLineStart(_ offset: Int) -> Bool { offset == 0 || byte(at: offset - 1) == 0x0A }

    /// The start of the next line when only space and comments follow on this one.
    func lineEnd(after offset: Int) -> Int? {
        var index = offset
        while let byte = byte(at: index) {
            switch byte {
            case 0x0A: return index + 1
            case 0x20, 0x09, 0x0D: index += 1
            case UInt8(ascii: "/"):
                guard let end = commentEnd(from: index), !document.bytes[index..<end].contains(0x0A) else {
                    return nil
                }
                index = end
            default: return nil
            }
        }
        return nil
    }

    /// The end of the comments that follow on the same line with nothing but space before them; `offset` when there are none.
    func commentsEnd(after offset: Int) -> Int {
        var end = offset
        while true {
            let start = spaceEnd(after: end)
            guard byte(at: start) == UInt8(ascii: "/"), let next = commentEnd(from: start),
                !document.bytes[start..<next].contains(0x0A)
            else { return end }
            end = next
        }
    }

    /// The comma that stands between two places, outside comments.
    func comma(between start: Int, and end: Int) -> Int? {
        var index = start
        while index < end, let byte = byte(at: index) {
            if byte == UInt8(ascii: ",") { return index }
            if byte == UInt8(ascii: "/"), let commentEnd = commentEnd(from: index) {
                index = commentEnd
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                return nil
            } else {
                index += 1
            }
        }
        return nil
    }

    /// Behind a comment that starts at `offset`; before the newline for `//`.
    private func commentEnd(from offset: Int) -> Int? {
        let bytes = document.bytes
        if byte(at: offset + 1) == UInt8(ascii: "/") {
            return bytes[offset...].firstIndex { $0 == 0x0A } ?? bytes.count
        }
        var index = offset + 2
        while index + 1 < bytes.count {
            if bytes[index] == UInt8(ascii: "*") && bytes[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        return nil
    }

    /// How keys and texts near `node` are quoted: as in the node itself, else as first in the document.
    func style(near node: JSON5Node) -> ConfigStyle {
        ConfigStyle(
            keyQuote: keyQuote(in: node) ?? keyQuote(in: document.root) ?? "\"",
            textQuote: textQuote(in: node) ?? textQuote(in: document.root) ?? "\"")
    }

    private func keyQuote(in node: JSON5Node) -> String? {
        guard let member = node.members?.last else { return nil }
        switch byte(at: member.keyRange.lowerBound) {
        case 0x22: return "\""
        case 0x27: return "'"
        default: return ""
        }
    }

    private func textQuote(in node: JSON5Node) -> String? {
        switch node.content {
        case .scalar(.string): return byte(at: node.range.lowerBound) == 0x27 ? "'" : "\""
        case .scalar: return nil
        case .array(let items): return items.lazy.compactMap { textQuote(in: $0) }.first
        case .object(let members): return members.lazy.compactMap { textQuote(in: $0.node) }.first
        }
    }
}

/// How a person quotes.
struct ConfigStyle {
    /// `"`, `'`, or empty for keys without quotes where they need none.
    var keyQuote: String
    var textQuote: String

    func key(_ key: String) -> String {
        if keyQuote.isEmpty && Self.isIdentifier(key) { return key }
        return quoted(key, with: keyQuote.isEmpty ? textQuote : keyQuote)
    }

    private static func isIdentifier(_ key: String) -> Bool {
        guard let first = key.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return key.utf8.allSatisfy { byte in
            (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                || byte == 0x5F || byte == 0x24
        }
    }

    private func quoted(_ text: String, with quote: String) -> String {
        let json = text.quotedJSON
        guard quote == "'" else { return json }
        var inner = ""
        var isEscaped = false
        for character in json.dropFirst().dropLast() {
            if isEscaped && character == "\"" { inner.removeLast() }
            if character == "'" { inner.append("\\") }
            inner.append(character)
            isEscaped = !isEscaped && character == "\\"
        }
        return "'" + inner + "'"
    }

    /// The value as text; lines after the first start with `indent`.
    func render(_ value: JSON, indent: String, _ text: ConfigText) -> String {
        switch value {
        case .string(let string): return quoted(string, with: textQuote)
        case .array(let items):
            let isShort = items.allSatisfy { $0.objectValue == nil && $0.arrayValue == nil }
            let parts = items.map { render($0, indent: indent + text.unit, text) }
            if isShort || text.isCompact { return "[" + parts.joined(separator: text.separator) + "]" }
            return "[" + lines(parts, indent: indent, text) + "]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let parts = members.map {
                key($0.key) + text.colon + render($0.value, indent: indent + text.unit, text)
            }
            if text.isCompact { return "{" + parts.joined(separator: text.separator) + "}" }
            return "{" + lines(parts, indent: indent, text) + "}"
        case .number(let number) where number.isNaN: return "NaN"
        case .number(let number) where number.isInfinite: return number < 0 ? "-Infinity" : "Infinity"
        default: return value.text
        }
    }

    private func lines(_ parts: [String], indent: String, _ text: ConfigText) -> String {
        let inner = text.newline + indent + text.unit
        return inner + parts.joined(separator: "," + inner) + text.newline + indent
    }
}
