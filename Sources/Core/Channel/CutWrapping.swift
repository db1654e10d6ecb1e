/// What a cut adds to the part before it and to the part after it.
struct CutWrapping {
    let map: MarkdownMap
    let unit: MessageLimits.Unit
    let longest: Int

    /// Shorter messages have no room for anything but the text.
    private static let leastLimit = 16

    struct Wrap {
        var opening: [UInt8] = []
        /// ASCII: as many units as bytes.
        var closing: [UInt8] = []
    }

    /// For a cut at `offset`, behind which the text goes on at `next`.
    func wrap(at offset: Int, next: Int) -> Wrap {
        let wrap = map.span(at: offset).map { self.wrap(inSpan: $0) } ?? Wrap()
        let quoted = Wrap(opening: wrap.opening + quoteMark(at: offset, next), closing: wrap.closing)
        return isAffordable(quoted) ? quoted : wrap
    }

    /// For a cut within the span and within no smaller one.
    func wrap(inSpan span: Int) -> Wrap {
        guard case .fence(let fence) = map.spans[span].wrap else { return affordable(marks(around: span)) }
        let full = wrap(fence, info: map.bytes[fence.opening])
        let marks = map.bytes[fence.opening].prefix(fence.markCount)
        return isAffordable(full) ? full : affordable(wrap(fence, info: marks))
    }

    // MARK: Pieces

    /// The mark of the quoted line that is cut, so that its rest is quoted, too.
    private func quoteMark(at offset: Int, _ next: Int) -> [UInt8] {
        let line = map.lines[map.line(at: offset)]
        let isCut = line.quoteEnd < offset && next < line.range.upperBound
        return isCut ? prefix(line.range.lowerBound..<line.quoteEnd) : []
    }

    private func marks(around span: Int) -> Wrap {
        var wrap = Wrap()
        var span: Int? = span
        while let index = span {
            if case .mark(let byte, let count) = map.spans[index].wrap {
                let mark = Array(repeating: byte, count: count)
                wrap.opening = mark + wrap.opening
                wrap.closing += mark
            }
            span = map.spans[index].parent
        }
        return wrap
    }

    private func wrap(_ fence: CodeFence, info: ArraySlice<UInt8>) -> Wrap {
        let prefix = prefix(fence.prefix)
        let marks = map.bytes[fence.opening].prefix(fence.markCount)
        return Wrap(opening: prefix + info + [0x0A], closing: [0x0A] + prefix + marks)
    }

    /// Indentation and quote marks as they are, and spaces in the place of list marks.
    private func prefix(_ range: Range<Int>) -> [UInt8] {
        map.bytes[range].map { $0 == UInt8(ascii: ">") || $0 == 0x09 ? $0 : 0x20 }
    }

    // MARK: Room

    private func affordable(_ wrap: Wrap) -> Wrap { isAffordable(wrap) ? wrap : Wrap() }

    /// Whether two of them leave a third of a message for the text.
    private func isAffordable(_ wrap: Wrap) -> Bool {
        longest >= Self.leastLimit && unit.count(wrap.opening) + wrap.closing.count <= longest / 3
    }
}

extension MessageLimits.Unit {
    /// What the bytes of UTF-8 count.
    func count(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 + count($1) } }

    /// What the byte adds: a scalar counts with its first one, unless bytes are counted.
    func count(_ byte: UInt8) -> Int {
        switch self {
        case .bytes: 1
        case .scalars: byte & 0xC0 == 0x80 ? 0 : 1
        case .utf16: byte & 0xC0 == 0x80 ? 0 : byte >= 0xF0 ? 2 : 1
        }
    }
}
