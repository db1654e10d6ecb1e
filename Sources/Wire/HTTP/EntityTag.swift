/// Comparing the marks of a file's versions (RFC 9110 §8.8.3).
enum EntityTag {
    /// Whether lines of `If-None-Match` hold `tag`, or `*`; a weak mark counts.
    static func list(_ lines: [String], hold tag: String) -> Bool {
        for line in lines {
            for candidate in line.split(separator: ",") {
                let candidate = candidate.trimmingBlanks
                if candidate == "*" || strong(candidate) == strong(tag[...]) { return true }
            }
        }
        return false
    }

    /// Whether lines of `If-Match` hold `tag`, or `*`; weak marks never match.
    static func list(_ lines: [String], holdStrong tag: String) -> Bool {
        for line in lines {
            for candidate in line.split(separator: ",") {
                let candidate = candidate.trimmingBlanks
                if candidate == "*" || (!isWeak(tag[...]) && candidate == tag) { return true }
            }
        }
        return false
    }

    static func isWeak(_ tag: Substring) -> Bool { tag.hasPrefix("W/") }

    private static func strong(_ tag: Substring) -> Substring { isWeak(tag) ? tag.dropFirst(2) : tag }
}
