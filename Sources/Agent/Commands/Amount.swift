import Core

/// Numbers as people read them.
enum Amount {
    /// `950`, `128k`, `1.2M`.
    static func tokens(_ count: Int) -> String {
        if count < 1_000 { return "\(count)" }
        if count < 1_000_000 { return "\(count / 1_000)k" }
        return "\(count / 1_000_000).\(count / 100_000 % 10)M"
    }

    /// `12k/128k (9%)`.
    static func context(_ used: Int, of window: Int) -> String {
        "\(tokens(used))/\(tokens(window)) (\(used * 100 / max(window, 1))%)"
    }

    /// Four places: a turn costs less than a cent.
    static func money(_ dollars: Double) -> String {
        guard dollars.isFinite, abs(dollars) < 1e9 else { return "?" }
        let units = Int((dollars * 10_000).rounded())
        let fraction = String(abs(units % 10_000))
        return "\(units / 10_000)." + String(repeating: "0", count: 4 - fraction.count) + fraction
    }
}
