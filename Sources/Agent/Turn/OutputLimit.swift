import Core

/// Cuts text that is longer than somebody can use, never inside a character.
enum OutputLimit {
    /// At most `bytes` of UTF-8 from the beginning.
    static func head(_ text: String, bytes: Int) -> String {
        let utf8 = text.utf8
        guard utf8.count > bytes else { return text }
        return String(decoding: utf8.prefix(Self.wholeCharacters(utf8, upTo: bytes)), as: UTF8.self)
    }

    /// At most `bytes` of UTF-8 from the end.
    static func tail(_ text: String, bytes: Int) -> String {
        let utf8 = text.utf8
        guard utf8.count > bytes else { return text }
        return String(decoding: utf8.suffix(bytes).drop(while: isContinuation), as: UTF8.self)
    }

    /// The beginning and the end, with a line between them that says how much is missing.
    static func headAndTail(_ text: String, bytes: Int) -> String {
        let count = text.utf8.count
        guard count > bytes else { return text }
        let start = head(text, bytes: bytes * 2 / 3)
        let end = tail(text, bytes: bytes / 3)
        return "\(start)\n\(note(count - start.utf8.count - end.utf8.count))\n\(end)"
    }

    /// The line that stands for what is missing.
    static func note(_ bytes: Int) -> String { "[… \(bytes) bytes left out …]" }

    private static func wholeCharacters(_ utf8: String.UTF8View, upTo bytes: Int) -> Int {
        var count = bytes
        for byte in utf8.prefix(bytes + 1).reversed() {
            guard isContinuation(byte) else { break }
            count -= 1
        }
        return max(count, 0)
    }

    private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
