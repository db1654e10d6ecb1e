/// The lines of a text, each with the word whether it is prose or code.
struct ProseLines {
    struct Line {
        let text: Substring
        let isProse: Bool

        var isBlank: Bool { text.isBlank }
    }

    let lines: [Line]

    init(_ text: String) {
        let text = MarkdownMap.withPlainLineBreaks(text)
        let bytes = Array(text.utf8)
        var reader = MarkdownLineReader()
        var lines: [Line] = []
        var isAfterBlank = true
        var start = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let end = start + line.utf8.count
            let read = reader.read(start..<end, of: bytes)
            let isIndented = line.hasPrefix("    ") || line.hasPrefix("\t")
            let isCode = read.isFenced || isAfterBlank && isIndented && read.role != .blank
            lines.append(Line(text: line, isProse: !isCode))
            isAfterBlank = isCode || read.role == .blank
            start = end + 1
        }
        self.lines = lines
    }
}
