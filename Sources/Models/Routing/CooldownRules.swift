/// How long what failed must rest (`auth.cooldowns`).
package struct CooldownRules: Sendable {
    /// The first rest; each further failure in a row makes it five times as long.
    package var first: Duration = .seconds(60)
    package var longest: Duration = .seconds(3600)
    /// The first rest when the account must pay; it doubles.
    package var billingFirst: Duration = .seconds(5 * 3600)
    /// `auth.cooldowns.billingBackoffHoursByProvider`.
    package var billingFirstByProvider: [String: Duration] = [:]
    package var billingLongest: Duration = .seconds(24 * 3600)
    /// Failures that lie further apart are not in a row.
    package var window: Duration = .seconds(24 * 3600)

    package init() {}

    /// The rest after the `failures`th failure in a row.
    func rest(after failures: Int, isBilling: Bool, provider: String) -> Duration {
        let (start, factor, limit) =
            isBilling
            ? (billingFirstByProvider[provider] ?? billingFirst, 2.0, billingLongest) : (first, 5.0, longest)
        var rest = start
        for _ in 1..<max(failures, 1) where rest < limit { rest = rest * factor }
        return min(rest, max(limit, start))
    }
}
