/// Finds what belongs together within a block of Markdown, in one pass.
struct MarkdownWordReader {
    /// What should not be cut: links, addresses, code, marks with the letter next to them.
    private(set) var words: [Range<Int>] = []
    /// What stands between two marks: emphasis, code.
    private(set) var spans: [MarkdownSpan] = []

    private let block: Range<Int>
    private let bytes: [UInt8]
    private var place: Int
    /// Marks that have not been closed, outermost first; each kind once.
    private var openMarks: [OpenMark] = []
    private var openBrackets: [Int] = []
    private var openAngle: Int?
    /// A link whose address is being read.
    private var link: (start: Int, depth: Int)?
    /// For a run of backticks that begins there, the beginning of the next one that is as long.
    private var codeEnds: [Int: Int] = [:]

    private struct OpenMark {
        let byte: UInt8
        let count: Int
        let start: Int
        var end: Int { start + count }
    }

    init(block: Range<Int>, bytes: [UInt8]) {
        self.block = block
        self.bytes = bytes
        place = block.lowerBound
        if bytes[block].contains(UInt8(ascii: "`")) { pairBackticks() }
    }

    mutating func read() {
        while place < block.upperBound {
            switch bytes[place] {
            case UInt8(ascii: "\\"): place += 2
            case UInt8(ascii: "`"): readCode()
            case UInt8(ascii: "*"), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "|"): readMark()
            case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"): readBracket()
            case UInt8(ascii: "<"), UInt8(ascii: ">"): readAngle()
            case UInt8(ascii: "h") where isAddress: readAddress()
            case 0x0A:
                openAngle = nil
                link = nil
                place += 1
            case 0x20:
                openAngle = nil
                place += 1
            default: place += 1
            }
        }
    }

    // MARK: Code

    private mutating func pairBackticks() {
        var runs: [Range<Int>] = []
        var start = block.lowerBound
        while start < block.upperBound {
            let run = run(at: start, of: UInt8(ascii: "`"))
            if !run.isEmpty { runs.append(run) }
            start = run.upperBound + 1
        }
        var next: [Int: Int] = [:]
        for run in runs.reversed() {
            codeEnds[run.lowerBound] = next[run.count]
            next[run.count] = run.lowerBound
        }
    }

    private mutating func readCode() {
        let run = run(at: place, of: UInt8(ascii: "`"))
        guard let end = codeEnds[run.lowerBound] else {
            place = run.upperBound
            return
        }
        // Three in the beginning of a line would open a block.
        if run.count < 3 {
            spans.append(
                MarkdownSpan(
                    range: run.upperBound + 1..<end, wrap: .mark(UInt8(ascii: "`"), count: run.count)))
        }
        words.append(run.lowerBound..<end + run.count)
        place = end + run.count
    }

    // MARK: Emphasis

    private mutating func readMark() {
        let run = run(at: place, of: bytes[place])
        place = run.upperBound
        guard link == nil, isMark(run) else { return }
        let before = run.lowerBound > block.lowerBound ? bytes[run.lowerBound - 1] : 0x20
        let after = run.upperBound < block.upperBound ? bytes[run.upperBound] : 0x20
        let byte = bytes[run.lowerBound]
        let isInWord = byte == UInt8(ascii: "_") && Self.isLetter(before) && Self.isLetter(after)
        guard !isInWord else { return }
        let open = openMarks.firstIndex { $0.byte == byte && $0.count == run.count }
        if let open, !Self.isSpace(before) {
            close(openMarks[open], with: run)
            openMarks.removeSubrange(open...)
        } else if open == nil, !Self.isSpace(after) {
            openMarks.append(OpenMark(byte: byte, count: run.count, start: run.lowerBound))
        }
    }

    private func isMark(_ run: Range<Int>) -> Bool {
        switch bytes[run.lowerBound] {
        case UInt8(ascii: "~"), UInt8(ascii: "|"): run.count == 2
        default: run.count <= 3
        }
    }

    private mutating func close(_ open: OpenMark, with run: Range<Int>) {
        guard open.end < run.lowerBound else { return }
        spans.append(
            MarkdownSpan(
                range: open.end + 1..<run.lowerBound, wrap: .mark(open.byte, count: open.count)))
        words.append(open.start..<open.end + 1)
        words.append(run.lowerBound - 1..<run.upperBound)
    }

    // MARK: Links and addresses

    private mutating func readBracket() {
        switch bytes[place] {
        case UInt8(ascii: "["): openBrackets.append(place)
        case UInt8(ascii: "]"):
            let isLink = place + 1 < block.upperBound && bytes[place + 1] == UInt8(ascii: "(")
            if let start = openBrackets.popLast(), isLink, link == nil {
                link = (start, 0)
            }
        case UInt8(ascii: "("): link?.depth += 1
        default:
            link?.depth -= 1
            if let start = link?.start, link?.depth == 0 {
                words.append(start..<place + 1)
                openBrackets.removeAll()
                link = nil
            }
        }
        place += 1
    }

    private mutating func readAngle() {
        if bytes[place] == UInt8(ascii: "<") {
            openAngle = place
        } else if let start = openAngle {
            words.append(start..<place + 1)
            openAngle = nil
        }
        place += 1
    }

    private var isAddress: Bool {
        let rest = bytes[place..<block.upperBound]
        return rest.starts(with: "https://".utf8) || rest.starts(with: "http://".utf8)
    }

    private mutating func readAddress() {
        let start = place
        place += 7
        while place < block.upperBound, Self.isAddressByte(bytes[place]) { place += 1 }
        words.append(start..<place)
    }

    // MARK: Bytes

    private func run(at start: Int, of byte: UInt8) -> Range<Int> {
        var end = start
        while end < block.upperBound, bytes[end] == byte { end += 1 }
        return start..<end
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
            true
        default: false
        }
    }

    /// Addresses end at white space and at brackets: a link's closing one is none of theirs.
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x80 && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">")
            && byte != UInt8(ascii: "(") && byte != UInt8(ascii: ")") && byte != UInt8(ascii: "]")
    }
}
