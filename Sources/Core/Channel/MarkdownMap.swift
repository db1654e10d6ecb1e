/// Where a Markdown text may be cut, and what has to be closed and opened again when it is.
///
/// All offsets are into `bytes`.
struct MarkdownMap {
    /// The text in UTF-8 with `\n` as its only line break.
    let bytes: [UInt8]
    private(set) var lines: [MarkdownLine] = []
    /// Code blocks and marked words, in the order of their beginnings, what is inside after what is around it.
    private(set) var spans: [MarkdownSpan] = []
    /// For each offset, and the end, what a cut there would break.
    private(set) var joints: [Joint]
    /// The end of the text, without the white space there.
    private(set) var inkEnd = 0

    /// What a cut would break.
    struct Joint: OptionSet {
        let rawValue: UInt8

        /// A character that people see as one.
        static let character = Joint(rawValue: 1)
        /// A link, an address, a piece of code in a line, a mark and its word.
        static let word = Joint(rawValue: 2)
    }

    init(_ text: String) {
        let text = Self.withPlainLineBreaks(text)
        bytes = Array(text.utf8)
        joints = Self.characterJoints(text, bytes)
        readLines()
        nest()
        inkEnd = inkEnd(before: bytes.count)
    }

    /// The innermost span that a cut at `offset` would open, as an index into `spans`.
    func span(at offset: Int) -> Int? {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].range.lowerBound <= offset { low = middle + 1 } else { high = middle }
        }
        var candidate = low > 0 ? low - 1 : nil
        while let index = candidate, spans[index].range.upperBound <= offset {
            candidate = spans[index].parent
        }
        return candidate
    }

    /// The line that `offset` is in, as an index into `lines`.
    func line(at offset: Int) -> Int {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].range.lowerBound <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    // MARK: Reading

    static func withPlainLineBreaks(_ text: String) -> String {
        guard text.utf8.contains(0x0D) else { return text }
        var plain = ""
        plain.reserveCapacity(text.utf8.count)
        for character in text { plain.append(character == "\r\n" || character == "\r" ? "\n" : character) }
        return plain
    }

    private static func characterJoints(_ text: String, _ bytes: [UInt8]) -> [Joint] {
        guard !bytes.allSatisfy({ $0 < 0x80 }) else { return Array(repeating: [], count: bytes.count + 1) }
        var joints = Array(repeating: Joint.character, count: bytes.count + 1)
        var offset = 0
        for character in text {
            joints[offset] = []
            offset += character.utf8.count
        }
        joints[offset] = []
        return joints
    }

    private mutating func readLines() {
        var reader = MarkdownLineReader()
        var openFence: (fence: CodeFence, codeStart: Int)?
        var block: Range<Int>?
        var start = 0
        while start <= bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            let line = reader.read(start..<end, of: bytes)
            lines.append(line)
            joinFences(in: line)
            if let open = openFence, line.role != .code {
                close(open.fence, from: open.codeStart, before: line)
                openFence = nil
            }
            if let fence = reader.fence, line.role == .opensFence {
                openFence = (fence, min(end + 1, bytes.count))
                join(start..<end + 2)
            }
            let isInBlock = !line.isFenced && line.role != .blank
            if let open = block, !isInBlock || line.startsBlock {
                readWords(open)
                block = nil
            }
            if isInBlock { block = (block?.lowerBound ?? line.content)..<end }
            start = end + 1
        }
        if let block { readWords(block) }
        if let open = openFence {
            spans.append(MarkdownSpan(range: open.codeStart..<bytes.count + 1, wrap: .fence(open.fence)))
        }
    }

    /// `line` closes the fence, or is the first one outside of the quote that the fence stands in.
    private mutating func close(_ fence: CodeFence, from codeStart: Int, before line: MarkdownLine) {
        let lineStart = line.range.lowerBound
        let codeEnd = line.role == .closesFence ? lineStart : max(codeStart, lineStart - 1)
        spans.append(MarkdownSpan(range: codeStart..<codeEnd, wrap: .fence(fence)))
        if line.role == .closesFence { join(lineStart - 2..<line.range.upperBound) }
    }

    /// Three marks that are no fence must not become one because a part begins or ends next to them.
    private mutating func joinFences(in line: MarkdownLine) {
        guard line.role != .opensFence, line.role != .closesFence else { return }
        var place = line.range.lowerBound
        while place < line.range.upperBound {
            let mark = bytes[place]
            guard mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else {
                place += 1
                continue
            }
            let run = bytes[place..<line.range.upperBound].prefix { $0 == mark }
            if run.count >= 3 {
                let before = bytes[line.range.lowerBound..<place].lastIndex { !Self.canPrecedeFence($0) }
                let end = before == nil ? unfencing(line, after: run.endIndex) : run.endIndex
                join((before ?? line.range.lowerBound)..<end)
            }
            place = run.endIndex
        }
    }

    /// The end of what makes the line that begins with three marks no fence.
    private func unfencing(_ line: MarkdownLine, after marks: Int) -> Int {
        let rest = bytes[marks..<line.range.upperBound]
        let reason = rest.firstIndex {
            line.role == .code ? !MarkdownLineReader.isIndent($0) : $0 == UInt8(ascii: "`")
        }
        return reason.map { $0 + 1 } ?? marks
    }

    private static func canPrecedeFence(_ byte: UInt8) -> Bool { " \t>-+*.)0123456789".utf8.contains(byte) }

    private mutating func readWords(_ block: Range<Int>) {
        var reader = MarkdownWordReader(block: block, bytes: bytes)
        reader.read()
        for word in reader.words { join(word) }
        spans += reader.spans
    }

    /// No cut inside `range`; at its ends there may be one.
    private mutating func join(_ range: Range<Int>) {
        for offset in range.dropFirst() where offset < joints.count { joints[offset].insert(.word) }
    }

    /// Puts the spans in order and says which is in which; none overlaps another halfway.
    private mutating func nest() {
        spans.sort {
            ($0.range.lowerBound, -$0.range.upperBound) < ($1.range.lowerBound, -$1.range.upperBound)
        }
        var parent: Int?
        for index in spans.indices {
            while let outer = parent, spans[outer].range.upperBound <= spans[index].range.lowerBound {
                parent = spans[outer].parent
            }
            spans[index].parent = parent
            parent = index
        }
    }
}

/// Text that has to be closed and opened again when it is cut.
struct MarkdownSpan {
    enum Wrap {
        case fence(CodeFence)
        /// As many of the byte before and behind: `**`.
        case mark(UInt8, count: Int)
    }

    /// The offsets of such cuts.
    let range: Range<Int>
    let wrap: Wrap
    /// The span around this one, as an index.
    var parent: Int?
}
