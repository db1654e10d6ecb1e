import Core
import Wire

/// Locks an address out for a while after too many wrong passwords.
struct FailedLoginLimiter {
    private let rules: LoginRules
    private var entries: [AddressBlock: Entry] = [:]

    private struct Entry {
        var failures: Int
        var windowStart: Timestamp
        var lockedUntil: Timestamp?
    }

    init(rules: LoginRules) { self.rules = rules }

    /// Addresses remembered now.
    var count: Int { entries.count }

    /// How long this address must still wait; nil: it may try.
    func wait(_ key: AddressBlock, isLoopback: Bool, now: Timestamp) -> Duration? {
        if isLoopback && rules.exemptLoopback { return nil }
        guard let until = entries[key]?.lockedUntil, until > now else { return nil }
        return until - now
    }

    mutating func failed(_ key: AddressBlock, isLoopback: Bool, now: Timestamp) {
        if isLoopback && rules.exemptLoopback { return }
        var entry = entries[key] ?? Entry(failures: 0, windowStart: now)
        if now - entry.windowStart > rules.window || entry.lockedUntil.map({ $0 <= now }) == true {
            entry = Entry(failures: 0, windowStart: now)
        }
        entry.failures += 1
        if entry.failures >= rules.maxAttempts { entry.lockedUntil = now + rules.lockout }
        if entries[key] == nil && entries.count >= Self.mostEntries { makeRoom(now: now) }
        entries[key] = entry
    }

    mutating func succeeded(_ key: AddressBlock) { entries.removeValue(forKey: key) }

    /// Forgets what is over, or else the addresses that failed longest ago: many at once, so that an attack from many
    /// addresses does not cost a search each time.
    private mutating func makeRoom(now: Timestamp) {
        entries = entries.filter { _, entry in
            (entry.lockedUntil ?? entry.windowStart + rules.window) > now
        }
        guard entries.count > Self.mostEntries * 7 / 8 else { return }
        let byAge = entries.sorted { $0.value.windowStart < $1.value.windowStart }
        for (key, _) in byAge.prefix(Self.mostEntries / 8) { entries.removeValue(forKey: key) }
    }

    /// Addresses remembered at once, about 100 bytes each.
    ///
    /// An attacker with more networks than this is not stopped by counting addresses.
    private static let mostEntries = 4096
}

/// `gateway.auth.rateLimit`.
package struct LoginRules: Sendable, Hashable {
    package var maxAttempts = 10
    package var window: Duration = .seconds(60)
    package var lockout: Duration = .seconds(300)
    package var exemptLoopback = true

    package init() {}
}
