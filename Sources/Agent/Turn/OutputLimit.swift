import Core

/// Cuts text that is longer than somebody can use in its middle.
enum OutputLimit {
    /// The beginning and the end, with a line between them that says how much is missing.
    static func headAndTail(_ text: String, bytes: Int) -> String {
        let count = text.utf8.count
        guard count > bytes else { return text }
        let start = text.head(bytes: bytes * 2 / 3)
        let end = text.tail(bytes: bytes / 3)
        return "\(start)\n\(note(count - start.utf8.count - end.utf8.count))\n\(end)"
    }

    /// The line that stands for what is missing.
    static func note(_ bytes: Int) -> String { "[… \(bytes) bytes left out …]" }
}
