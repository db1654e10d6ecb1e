import Core
import Wire

/// Locks guessers out for a while after too many wrong passwords.
///
/// Hearsay addresses cost nothing to invent, so each is counted as any other, and they are also counted together: once
/// as many of them have failed as one may fail by itself, all are locked out but those that have logged in before. So a
/// guesser behind a proxy that tells the truth locks out himself alone, one who invents addresses gets no endless
/// number of tries, and neither keeps out people who are known already.
struct FailedLoginLimiter {
    private let rules: LoginRules
    private var entries: [Guesser: Entry] = [:]
    /// Hearsay addresses that failed lately, counted as if they were one guesser.
    private var hearsay: Entry?
    /// Hearsay addresses that have logged in, the latest last.
    private var proven: [Guesser] = []

    private struct Entry {
        var failures = 0
        var windowStart: Timestamp
        var lockedUntil: Timestamp?

        func lock(at now: Timestamp) -> Duration? { lockedUntil.flatMap { $0 > now ? $0 - now : nil } }

        func isOver(_ rules: LoginRules, at now: Timestamp) -> Bool {
            now - windowStart > rules.window || lockedUntil.map { $0 <= now } == true
        }

        /// One more failure; a window or lockout that is over begins anew.
        mutating func count(_ rules: LoginRules, at now: Timestamp) {
            if isOver(rules, at: now) { self = Entry(windowStart: now) }
            failures += 1
            if failures >= rules.maxAttempts { lockedUntil = now + rules.lockout }
        }
    }

    init(rules: LoginRules) { self.rules = rules }

    /// Guessers remembered now.
    var count: Int { entries.count }

    /// How long this guesser must still wait; nil: it may try.
    func wait(_ guesser: Guesser, isLoopback: Bool, now: Timestamp) -> Duration? {
        if isExempt(isLoopback: isLoopback) { return nil }
        if let own = entries[guesser]?.lock(at: now) { return own }
        guard guesser.isHearsay, !proven.contains(guesser) else { return nil }
        return hearsay?.lock(at: now)
    }

    private func isExempt(isLoopback: Bool) -> Bool { isLoopback && rules.exemptLoopback }

    mutating func failed(_ guesser: Guesser, isLoopback: Bool, now: Timestamp) {
        if isExempt(isLoopback: isLoopback) { return }
        if entries[guesser] == nil && entries.count >= Self.mostEntries { makeRoom(now: now) }
        var entry = entries[guesser] ?? Entry(windowStart: now)
        entry.count(rules, at: now)
        entries[guesser] = entry
        if guesser.isHearsay, entry.failures == 1 {
            var all = hearsay ?? Entry(windowStart: now)
            all.count(rules, at: now)
            hearsay = all
        }
    }

    /// Only who knows the secret does not guess it: a device's own token takes back nothing that was counted.
    mutating func succeeded(_ guesser: Guesser, bySecret: Bool) {
        if bySecret { entries.removeValue(forKey: guesser) }
        guard guesser.isHearsay, proven.last != guesser else { return }
        proven.removeAll { $0 == guesser }
        proven.append(guesser)
        if proven.count > Self.mostProven { proven.removeFirst() }
    }

    /// Forgets what is over, or else the guessers that failed longest ago: many at once, so that an attack from many
    /// addresses does not cost a search each time.
    private mutating func makeRoom(now: Timestamp) {
        entries = entries.filter { _, entry in
            (entry.lockedUntil ?? entry.windowStart + rules.window) > now
        }
        guard entries.count > Self.mostEntries * 7 / 8 else { return }
        let byAge = entries.sorted { $0.value.windowStart < $1.value.windowStart }
        for (key, _) in byAge.prefix(Self.mostEntries / 8) { entries.removeValue(forKey: key) }
    }

    /// Guessers remembered at once, about 100 bytes each.
    ///
    /// An attacker with more networks than this is not stopped by counting addresses.
    private static let mostEntries = 4096

    /// Hearsay addresses that are let in during an attack: the people of one household or office.
    ///
    /// Each gives an attacker who knows it another `maxAttempts` tries.
    private static let mostProven = 64
}

/// `gateway.auth.rateLimit`.
package struct LoginRules: Sendable, Hashable {
    package var maxAttempts = 10
    package var window: Duration = .seconds(60)
    package var lockout: Duration = .seconds(300)
    package var exemptLoopback = true

    package init() {}
}
