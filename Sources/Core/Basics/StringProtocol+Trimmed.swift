extension String {
    /// Without white space at both ends; a way of its own, because what is generic is slow in another room.
    package var trimmed: Substring { self[...].trimmed }
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Without white space at both ends.
    package var trimmed: SubSequence {
        if let first = utf8.first, let last = utf8.last, Self.isInk(first), Self.isInk(last) {
            return self[...]
        }
        let rest = drop { $0.isWhitespace }
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return rest.prefix(0) }
        return rest[...last]
    }

    /// Whether the byte alone is a character that is no white space; most text begins and ends with one.
    private static func isInk(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }
}
