extension Duration {
    /// A time limit as the rest of the product prints times: `850ms`, `1.5s`, `2m`.
    ///
    /// The same as Core's, which this room cannot see; a test holds them together.
    var text: String {
        let (seconds, attoseconds) = components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        switch seconds {
        case ...0: return seconds < 0 || milliseconds <= 0 ? "0s" : "\(milliseconds)ms"
        case ..<10 where milliseconds >= 100: return "\(seconds).\(milliseconds / 100)s"
        case ..<60: return "\(seconds)s"
        case ..<3_600: return Self.pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return Self.pair(seconds / 3_600, "h", seconds / 60 % 60, "m")
        default: return Self.pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        }
    }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smaller: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit) \(small)\(smaller)"
    }
}
