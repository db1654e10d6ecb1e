import Core
import Testing

@testable import Channels

struct SequenceLedgerTests {
    @Test func `a place moves on only when everything before it is done`() {
        var ledger = SequenceLedger(from: 10)
        for sequence in 11...14 { ledger.begin(sequence) }

        ledger.end(12)
        ledger.end(13)
        #expect(ledger.durable == 10 && ledger.newest == 14)
        ledger.end(11)
        #expect(ledger.durable == 13)
        ledger.end(14)
        #expect(ledger.durable == 14)
    }

    @Test func `a lost connection goes back to what is done`() {
        var ledger = SequenceLedger()
        for sequence in 1...3 { ledger.begin(sequence) }
        ledger.end(1)

        ledger.rewind()

        #expect(ledger.newest == 1 && ledger.durable == 1)
    }
}

struct GatewaySessionTests {
    private let ready: JSON = [
        "session_id": "abc", "resume_gateway_url": "wss://r",
        "user": ["id": "1000", "username": "claw", "bot": true],
        "application": ["id": "1000", "flags": 0],
        "guilds": [["id": "500", "unavailable": true], ["id": "501"]],
    ]

    @Test func `a session is the same after a restart`() {
        var session = GatewaySession(fingerprint: "f", login: "l")
        session.begin(ready)
        session.sequence = 17
        session.seenUntil = 4711

        let restored = GatewaySession(json: session.json, fingerprint: "f", login: "l")

        #expect(restored == session && restored.canResume)
    }

    @Test func `a session of another login is only good for what has been seen`() {
        var session = GatewaySession(fingerprint: "f", login: "l")
        session.begin(ready)
        session.seenUntil = 4711

        let restored = GatewaySession(json: session.json, fingerprint: "other", login: "l")

        #expect(!restored.canResume && restored.sequence == 0 && restored.seenUntil == 4711)
    }

    @Test(arguments: [nil, .null, "x", ["sequence": "many", "bot": 7]] as [JSON?])
    func `what makes no sense is no session`(json: JSON?) {
        #expect(!GatewaySession(json: json, fingerprint: "f", login: "l").canResume)
    }

    @Test
    func `a new session remembers since when something may be missing until all guilds have been looked at`()
    {
        var session = GatewaySession(fingerprint: "f", login: "l")
        session.begin(ready)
        #expect(session.since == nil)
        session.unseenGuilds = []
        session.sawEverything(until: 100)
        session.end()

        session.begin(ready)
        session.sawEverything(until: 200)
        #expect(session.since == 100 && session.seenUntil == 100)
        session.unseenGuilds = []
        session.sawEverything(until: 300)
        #expect(session.seenUntil == 300)
    }

    @Test func `a clock that was ahead and is set back makes nothing seen that is still to come`() {
        var session = GatewaySession(fingerprint: "f", login: "l")
        session.sawEverything(until: 900)
        session.sawEverything(until: 300)
        #expect(session.seenUntil == 300)
    }
}

struct SeenMessagesTests {
    @Test func `the newest message of each place is kept over a restart`() {
        var seen = SeenMessages()
        let new1 = seen.saw(10, in: 600, isDirect: false)
        #expect(new1)
        let new2 = seen.saw(12, in: 800, isDirect: true)
        #expect(new2)
        let new3 = seen.saw(9, in: 600, isDirect: false)
        #expect(!new3)

        let restored = SeenMessages(json: seen.json)

        #expect(restored == seen && restored[600] == 10 && restored.directPlaces == [800])
    }

    @Test func `a direct chat is remembered by what could not be taken in, once`() {
        var seen = SeenMessages()
        let first = seen.missed(12, inDirect: 800)
        let second = seen.missed(15, inDirect: 800)

        #expect(first && !second && seen[800] == 11 && seen.directPlaces == [800])
        _ = seen.saw(12, in: 800, isDirect: true)
        let third = seen.missed(15, inDirect: 800)
        #expect(!third && seen[800] == 12)
    }

    @Test func `places that were quiet longest go first`() {
        var seen = SeenMessages()
        for place in 1...UInt64(SeenMessages.mostPlaces) + 1 {
            _ = seen.saw(Snowflake(rawValue: 10_000 + place), in: Snowflake(rawValue: place), isDirect: false)
        }

        #expect(seen[1] == nil && seen[2] != nil)
    }
}

@MainActor
struct RateLimitsTests {
    private let route = DiscordRoute.channel("POST", 600, "/messages")
    private func headers(left: Int, after: Double) -> LimitHeaders {
        LimitHeaders(bucket: "b", limit: 5, left: left, resetAfter: .seconds(after))
    }

    @Test func `a request into a bucket that is empty for long is told when to come back`() async throws {
        let limits = RateLimits()
        limits.answered(try await limits.admit(route), headers(left: 0, after: 60))

        await #expect(throws: DiscordFailure.self) { _ = try await limits.admit(self.route) }
        _ = try await limits.admit(.channel("POST", 601, "/messages"))
    }

    @Test func `as many go at once as are left`() async throws {
        let limits = RateLimits()
        limits.answered(try await limits.admit(route), headers(left: 2, after: 60))

        _ = try await limits.admit(route)
        _ = try await limits.admit(route)
        await #expect(throws: DiscordFailure.self) { _ = try await limits.admit(self.route) }
    }

    @Test func `routes that share a bucket share what is left of it`() async throws {
        let limits = RateLimits()
        let other = DiscordRoute.channel("PATCH", 600, "/messages/5", template: "/messages/*")
        limits.answered(try await limits.admit(route), headers(left: 1, after: 60))
        limits.answered(try await limits.admit(other), headers(left: 0, after: 60))

        await #expect(throws: DiscordFailure.self) { _ = try await limits.admit(self.route) }
    }

    @Test func `a limit for all holds back everything but interactions`() async throws {
        let limits = RateLimits()
        limits.answered(
            try await limits.admit(route), nil, refusedFor: .seconds(60), isForAll: true, isRefusal: true)

        await #expect(throws: DiscordFailure.self) {
            _ = try await limits.admit(.get("/users/@me", template: "/users/@me"))
        }
        _ = try await limits.admit(.interaction(1, "token"))
    }

    @Test func `a limit for all holds after a new start`() async throws {
        let limits = RateLimits()
        #expect(limits.takeNews() == nil)
        limits.answered(
            try await limits.admit(route), nil, refusedFor: .seconds(60), isForAll: true, isRefusal: true)
        let news = try #require(limits.takeNews())
        let later = RateLimits()
        later.restore(news)

        await #expect(throws: DiscordFailure.self) { _ = try await later.admit(self.route) }
        #expect(limits.takeNews() == nil)
    }

    @Test func `after thousands of refusals nothing more is sent for a while`() async throws {
        let limits = RateLimits()
        let route = DiscordRoute.interaction(1, "token")
        for _ in 0..<RateLimits.mostRefusals {
            limits.answered(try await limits.admit(route), nil, isRefusal: true)
        }

        await #expect(throws: DiscordFailure.self) { _ = try await limits.admit(route) }
    }

    @Test(arguments: [
        [:], ["X-RateLimit-Bucket": "b"],
        [
            "X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "x",
            "X-RateLimit-Reset-After": "1",
        ],
        [
            "X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "1",
            "X-RateLimit-Reset-After": "nan",
        ],
    ])
    func `headers that make no sense are no headers`(headers: [String: String]) {
        #expect(LimitHeaders { headers[$0] } == nil)
    }
}
