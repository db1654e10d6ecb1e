extension MarkdownMap {
    /// What is left out when the text is cut at `offset`.
    func cut(at offset: Int, after start: Int) -> TextCut {
        let span = span(at: offset)
        if isCode(span) {
            return TextCut(end: offset, next: bytes[offset] == 0x0A ? offset + 1 : offset)
        }
        let next = span == nil ? inkLine(from: offset) : ink(from: offset)
        return TextCut(end: inkEnd(before: offset, after: start), next: next)
    }

    /// Whether the span is a block of code.
    func isCode(_ span: Int?) -> Bool {
        guard let span, case .fence = spans[span].wrap else { return false }
        return true
    }

    func hasInk(_ range: Range<Int>) -> Bool {
        inkEnd(before: range.upperBound, after: range.lowerBound) > range.lowerBound
    }

    /// The first offset from `offset` on that is no white space.
    private func ink(from offset: Int) -> Int {
        var place = offset
        while let next = endOfSpace(at: place), !joints[next].contains(.character) { place = next }
        return place
    }

    /// The same, but with the indentation of its line when that begins after `offset`.
    func inkLine(from offset: Int) -> Int {
        let ink = ink(from: offset)
        let lineStart = lines[line(at: ink)].range.lowerBound
        let isIndented = ink < bytes.count && lineStart >= offset
        return isIndented ? lineStart : ink
    }

    func inkEnd(before offset: Int, after start: Int = 0) -> Int {
        var end = offset
        while end > start, let previous = startOfSpace(before: end) { end = previous }
        return max(start, end)
    }

    // MARK: White space

    /// The offset after the white space at `offset`, if there is any.
    private func endOfSpace(at offset: Int) -> Int? {
        guard offset < bytes.count else { return nil }
        if bytes[offset] < 0x80 { return Self.isSpace(bytes[offset]) ? offset + 1 : nil }
        return [2, 3].lazy.map { offset + $0 }.first {
            $0 <= bytes.count && Self.isWideSpace(bytes[offset..<$0])
        }
    }

    private func startOfSpace(before offset: Int) -> Int? {
        guard offset > 0 else { return nil }
        if bytes[offset - 1] < 0x80 { return Self.isSpace(bytes[offset - 1]) ? offset - 1 : nil }
        return [2, 3].lazy.map { offset - $0 }.first { $0 >= 0 && Self.isWideSpace(bytes[$0..<offset]) }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// Whether the bytes are one scalar with the property White_Space, and beyond ASCII.
    private static func isWideSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, first == 0xC2 || (0xE1...0xE3).contains(first) else { return false }
        let character = String(decoding: bytes, as: UTF8.self).unicodeScalars
        return character.count == 1 && character.allSatisfy(\.properties.isWhitespace)
    }
}
