extension Duration {
    /// The one way in which times are printed: `0s`, `850ms`, `1.5s`, `12s`, `3m 12s`, `2h 5m`, `4d 1h`.
    ///
    /// Rounded towards zero to what is told; a negative time counts as none.
    package var text: String {
        let milliseconds = max(milliseconds, 0)
        let seconds = milliseconds / 1000
        switch seconds {
        case 0: return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
        case ..<10:
            let tenths = milliseconds / 100 % 10
            return tenths == 0 ? "\(seconds)s" : "\(seconds).\(tenths)s"
        case ..<60: return "\(seconds)s"
        case ..<3_600: return Self.pair(seconds / 60, "m", seconds % 60, "s")
        case ..<86_400: return Self.pair(seconds / 3_600, "h", seconds / 60 % 60, "m")
        default: return Self.pair(seconds / 86_400, "d", seconds / 3_600 % 24, "h")
        }
    }

    /// Without fractions, for times that go on: `5s`, `3m 12s`.
    package var wholeSecondsText: String { Duration.seconds(components.seconds).text }

    private static func pair(_ large: Int64, _ unit: String, _ small: Int64, _ smaller: String) -> String {
        small == 0 ? "\(large)\(unit)" : "\(large)\(unit) \(small)\(smaller)"
    }
}
