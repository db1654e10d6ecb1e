import Core

/// Who rests until when.
///
/// A value without clock or storage: the router tells it the time and keeps it in the book.
struct RestTable {
    private struct Key: Hashable {
        var credential: String
        var model: String?

        init(_ credential: String, _ model: String? = nil) {
            self.credential = credential
            self.model = model
        }
    }

    /// Why something rests, and whether the model or the whole credential does.
    enum Reason {
        case rateLimit(retryAfter: Duration?)
        case overload
        case authentication
        case permission
        case billing

        /// A wrong key or an unpaid bill concerns every model.
        var isForCredential: Bool {
            switch self {
            case .authentication, .billing: true
            case .rateLimit, .overload, .permission: false
            }
        }

        var text: String {
            switch self {
            case .rateLimit: "rate limit"
            case .overload: "overloaded"
            case .authentication: "key not accepted"
            case .permission: "not open to this key"
            case .billing: "payment needed"
            }
        }
    }

    private var entries: [Key: Cooldown] = [:]

    init(_ cooldowns: [Cooldown] = []) {
        for cooldown in cooldowns {
            entries[Key(cooldown.credential, cooldown.model)] = cooldown
        }
    }

    var all: [Cooldown] { entries.values.sorted { $0.until < $1.until } }

    /// The longer of the model's and the credential's rests that are not over at `now`.
    func rest(of credential: String, _ model: ModelReference, at now: Timestamp) -> Cooldown? {
        [entries[Key(credential, model.description)], entries[Key(credential)]]
            .compactMap { $0 }.filter { $0.until > now }.max { $0.until < $1.until }
    }

    mutating func fail(
        _ credential: Credential, _ model: ModelReference, _ reason: Reason, rules: CooldownRules,
        at now: Timestamp
    ) -> Cooldown {
        let key = Key(credential.restID, reason.isForCredential ? nil : model.description)
        let earlier = entries[key].flatMap { $0.until + rules.window > now ? $0.failures : nil } ?? 0
        let failures = min(earlier, 1000) + 1
        let cooldown = Cooldown(
            credential: key.credential, model: key.model,
            until: now + Self.rest(reason, failures, rules, credential.provider), failures: failures,
            reason: reason.text)
        entries[key] = cooldown
        return cooldown
    }

    /// Takes away what a success has disproved, or a person; returns what was there.
    mutating func wake(_ credential: String, _ model: ModelReference) -> [Cooldown] {
        [Key(credential, model.description), Key(credential)].compactMap {
            entries.removeValue(forKey: $0)
        }
    }

    /// What the server asks for counts, within the longest rest.
    private static func rest(
        _ reason: Reason, _ failures: Int, _ rules: CooldownRules, _ provider: String
    ) -> Duration {
        if case .rateLimit(let retryAfter?) = reason {
            return min(max(retryAfter, .seconds(1)), rules.billingLongest)
        }
        var isBilling = false
        if case .billing = reason { isBilling = true }
        return rules.rest(after: failures, isBilling: isBilling, provider: provider)
    }
}
