/// Remembers, over restarts, which credential or (credential, model) must rest until when.
@MainActor
package protocol CooldownBook: Sendable {
    /// All entries whose time has not come, read once at start.
    func all() async throws -> [Cooldown]
    /// Adds or replaces the entry with the same credential and model.
    func save(_ cooldown: Cooldown) async throws
    func remove(credential: String, model: String?) async throws
}

/// One rest. `model` is nil when the whole credential rests (billing, authentication).
package struct Cooldown: Sendable, Hashable {
    /// The auth profile's id or `<provider>:env`; never the key itself.
    package var credential: String
    package var model: String?
    package var until: Timestamp
    /// Failures in a row; the rest grows with it.
    package var failures: Int
    package var reason: String

    package init(credential: String, model: String?, until: Timestamp, failures: Int, reason: String) {
        self.credential = credential
        self.model = model
        self.until = until
        self.failures = failures
        self.reason = reason
    }
}
