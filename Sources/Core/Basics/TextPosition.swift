/// A place in a text, for messages that people follow to a line.
package struct TextPosition: Hashable, Sendable {
    /// Bytes of UTF-8 before it.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int

    package init(offset: Int, line: Int, column: Int) {
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// Counts the lines and columns before `offset`; it is called for what is reported only.
    package init(offset: Int, in bytes: some Collection<UInt8>) {
        self = Self.start.advanced(over: bytes.prefix(max(offset, 0)))
        self.offset = offset
    }

    fileprivate static let start = TextPosition(offset: 0, line: 1, column: 1)

    fileprivate func advanced(over bytes: some Sequence<UInt8>) -> TextPosition {
        var next = self
        for byte in bytes {
            next.offset += 1
            if byte == 0x0A {
                next.line += 1
                next.column = 1
            } else if byte & 0xC0 != 0x80 {
                next.column += 1
            }
        }
        return next
    }
}

/// Finds many places in one text without counting from its beginning each time.
struct TextPositions {
    private let bytes: [UInt8]
    /// One every `spacing` bytes, the first at 0.
    private let marks: [TextPosition]

    private static let spacing = 1 << 10

    init(in bytes: [UInt8]) {
        self.bytes = bytes
        var mark = TextPosition.start
        marks = stride(from: 0, through: bytes.count, by: Self.spacing).map { offset in
            mark = mark.advanced(over: bytes[mark.offset..<offset])
            return mark
        }
    }

    func position(at offset: Int) -> TextPosition {
        let mark = marks[min(max(offset, 0) / Self.spacing, marks.count - 1)]
        var position = mark.advanced(over: bytes[mark.offset...].prefix(max(offset - mark.offset, 0)))
        position.offset = offset
        return position
    }
}
