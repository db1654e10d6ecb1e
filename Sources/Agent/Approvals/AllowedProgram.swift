package import Core

/// One entry of an allowlist: a path with `*` and `?` within a folder's name and `**` across folders, or a bare name.
///
/// Case does not matter. A name without a slash means only what is found through `PATH`.
package struct AllowedProgram: Sendable, Hashable {
    package var pattern: String
    package var lastUsedAt: Timestamp?

    /// More than a pattern needs; longer ones match nothing.
    private static let mostPatternBytes = 4_096

    func matches(_ program: CommandProgram, home: String?) -> Bool {
        let pattern = String(pattern.trimmed)
        guard !pattern.isEmpty, pattern.utf8.count <= Self.mostPatternBytes else { return false }
        guard pattern.contains("/") else {
            return !program.name.contains("/") && Self.glob(pattern, program.name)
        }
        var path = pattern
        if pattern.hasPrefix("~/") {
            guard let home else { return false }
            path = home + pattern.dropFirst()
        }
        if path.contains(where: { $0 == "*" || $0 == "?" }) { return Self.glob(path, program.path) }
        let real = RealPath.of(path) ?? path
        return [program.path, program.realPath].contains {
            let found = $0.lowercased()
            return found == path.lowercased() || found == real.lowercased()
        }
    }

    /// All ways are followed at once, so that no pattern takes long.
    static func glob(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.lowercased().unicodeScalars)
        var places: Set<Int> = [0]
        for scalar in text.lowercased().unicodeScalars {
            var next: Set<Int> = []
            for place in withoutStars(places, pattern) where place < pattern.count {
                switch pattern[place] {
                case "*":
                    // The second of two stars is at the next place, and takes slashes too.
                    let isDeep = isStar(pattern, place + 1) || place > 0 && isStar(pattern, place - 1)
                    if isDeep || scalar != "/" { next.insert(place) }
                case "?": if scalar != "/" { next.insert(place + 1) }
                case scalar: next.insert(place + 1)
                default: break
                }
            }
            places = next
        }
        return withoutStars(places, pattern).contains(pattern.count)
    }

    private static func isStar(_ pattern: [Unicode.Scalar], _ place: Int) -> Bool {
        pattern.indices.contains(place) && pattern[place] == "*"
    }

    /// The places, and those behind stars that stand for nothing.
    private static func withoutStars(_ places: Set<Int>, _ pattern: [Unicode.Scalar]) -> Set<Int> {
        var all = places
        for place in places {
            var place = place
            while isStar(pattern, place) {
                place += 1
                all.insert(place)
            }
        }
        return all
    }
}
