import Core
import Testing

@testable import Store

struct UsageStoreTests {
    private func record(_ source: String, at milliseconds: Int64, cost: Double? = nil) -> UsageRecord {
        UsageRecord(
            at: Timestamp(milliseconds: milliseconds), provider: "p", model: "m", source: source,
            agent: "main",
            usage: Usage(
                input: 10, output: 2, cacheRead: 3, cacheWrite: 1, cost: cost.map { Usage.Cost(output: $0) }))
    }

    @Test func `requests add up by day and source`() async throws {
        let world = try TestStores()
        let day: Int64 = 86_400_000
        try await world.stores.usage.add([
            record("chat", at: 0, cost: 0.5), record("chat", at: day - 1, cost: 0.25), record("cron", at: 5),
            record("chat", at: day),
        ])
        let days = try await world.stores.usage.days(from: "1970-01-01", to: "1970-01-02")
        #expect(days.map(\.day) == ["1970-01-01", "1970-01-01", "1970-01-02"])
        #expect(days.map(\.source) == ["chat", "cron", "chat"] && days.map(\.requests) == [2, 1, 1])
        #expect(
            days[0].usage
                == Usage(input: 20, output: 4, cacheRead: 6, cacheWrite: 2, cost: .init(output: 0.75)))
        #expect(days[1].usage.cost == nil && days[1].agent == "main")
        let now = Timestamp(milliseconds: 100)
        #expect(try await world.stores.usage.today(now: now).input == 30)
        #expect(try await world.stores.usage.today(source: "cron", now: now).input == 10)
        await world.database.close()
    }

    @Test(
        arguments: [
            (0, "1970-01-01"), (-1, "1969-12-31"), (951_782_399_999, "2000-02-28"),
            (951_782_400_000, "2000-02-29"),
            (951_868_800_000, "2000-03-01"), (1_709_164_800_000, "2024-02-29"),
            (1_795_359_642_000, "2026-11-22"),
            (4_107_542_399_999, "2100-02-28"), (4_107_542_400_000, "2100-03-01"),
            (253_402_300_799_999, "9999-12-31"),
        ] as [(Int64, String)])
    func `a moment has its date in UTC`(milliseconds: Int64, day: String) {
        #expect(Timestamp(milliseconds: milliseconds).utcDay == day)
    }

    @Test(arguments: [Int64.min, Int64.max]) func `no moment traps`(milliseconds: Int64) {
        #expect(!Timestamp(milliseconds: milliseconds).utcDay.isEmpty)
    }
}

@MainActor
struct CooldownStoreTests {
    @Test func `rests are kept until their time has come`() async throws {
        let world = try TestStores()
        let book: any CooldownBook = CooldownStore(world.database)
        func rest(_ model: String?, until: Timestamp, _ failures: Int = 1) -> Cooldown {
            Cooldown(
                credential: "anthropic:env", model: model, until: until, failures: failures, reason: "429")
        }
        let later = Timestamp.now + .seconds(86_400)
        try await book.save(rest("opus", until: later))
        try await book.save(rest("opus", until: later, 2))
        try await book.save(rest(nil, until: later))
        try await book.save(rest("old", until: Timestamp(milliseconds: 1)))
        #expect(Set(try await book.all()) == [rest("opus", until: later, 2), rest(nil, until: later)])
        try await book.remove(credential: "anthropic:env", model: nil)
        #expect(try await book.all() == [rest("opus", until: later, 2)])
        await world.database.close()
    }
}

struct CronStoreTests {
    @Test func `jobs keep their order and their document`() async throws {
        let world = try TestStores()
        let cron = world.stores.cron
        let moment = Timestamp(milliseconds: 7)
        let second = CronRow(id: "b", name: "B", isEnabled: false, document: ["x": 1], updatedAt: moment)
        var first = CronRow(
            id: "z", name: "Z", isEnabled: true, agent: "main", document: ["y": 2], updatedAt: moment)
        try await cron.save(first)
        try await cron.save(second)
        first.state = ["lastStatus": "ok"]
        try await cron.save(first)
        #expect(try await cron.jobs() == [first, second])
        #expect(try await cron.remove("b"))
        #expect(try await !cron.remove("b"))
        for time in 1...3 {
            try await cron.addRun(CronRun(job: "z", at: Timestamp(milliseconds: Int64(time)), document: [:]))
        }
        #expect(try await cron.runs(job: "z", limit: 2).map(\.at.milliseconds) == [3, 2])
        #expect(try await cron.runs(job: "b").isEmpty)
        #expect(try await cron.runs().count == 3)
        await world.database.close()
    }
}

struct PruneTests {
    @Test func `what is old goes and what waits stays`() async throws {
        let world = try TestStores()
        let stores = world.stores
        let now = Timestamp(milliseconds: 100 * 86_400_000)
        func ago(days: Int) -> Timestamp {
            Timestamp(milliseconds: now.milliseconds - Int64(days) * 86_400_000)
        }
        for (id, days) in [("old", 15), ("new", 13)] {
            let entry = try await stores.inbox.record(.sample(id)).entry
            try await stores.inbox.finish(entry.id, state: .done, outcome: [:], at: ago(days: days))
        }
        _ = try await stores.inbox.record(.sample("waiting"))
        let longOver = ago(days: 2)
        try await world.database.write { try Self.rest("1", until: longOver, on: $0) }
        #expect(try await world.database.prune(now: now).removed == 2)
        #expect(try await stores.inbox.entry(run: "old") == nil)
        #expect(try await stores.inbox.entry(run: "new") != nil)
        #expect(try await stores.inbox.unansweredCount() == 1)
        #expect(try await world.database.prune(now: now).removed == 0)
        await world.database.close()
    }

    @Test func `a table never holds more than its number`() async throws {
        let world = try TestStores()
        let now = Timestamp(milliseconds: 1_000_000)
        try await world.database.write { connection in
            for number in 0..<1_010 {
                try Self.rest("\(number)", until: now + .milliseconds(1_000 + number), on: connection)
            }
        }
        #expect(try await world.database.prune(now: now).removed == 10)
        let oldest = try await world.database.read {
            try $0.first("SELECT credential FROM cooldowns ORDER BY until LIMIT 1") { $0.text(0) }
        }
        #expect(oldest == "10")
        await world.database.close()
    }

    @Test func `the messages that came first go when there are more than its number`() async throws {
        let world = try TestStores()
        let now = Timestamp(milliseconds: 100 * 86_400_000)
        try await world.database.write { connection in
            for number in 1...51_200 { try Self.finish(number, at: now, on: connection) }
        }

        #expect(try await world.database.prune(now: now).removed == 1_200)
        let first = try await world.database.read {
            try $0.first("SELECT min(id) FROM inbox") { $0.int(0) }
        }
        #expect(first == 1_201)
        await world.database.close()
    }

    @Test func `others are served between two pieces of what is removed`() async throws {
        let world = try TestStores()
        let now = Timestamp(milliseconds: 100 * 86_400_000)
        try await world.database.write { connection in
            for number in 1...10_000 {
                try Self.finish(number, at: Timestamp(milliseconds: 0), on: connection)
            }
        }

        async let removed = world.database.prune(now: now).removed
        var left = 10_000
        while left == 10_000 {
            left = try await world.database.read {
                try $0.first("SELECT count(*) FROM inbox") { $0.int(0) } ?? 0
            }
        }

        #expect(left > 0)
        #expect(try await removed == 10_000)
        await world.database.close()
    }

    private static func finish(_ number: Int, at moment: Timestamp, on connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO inbox (id, channel, account, message_id, session_key, run, state, fingerprint, received_at,
                finished_at) VALUES (?, 'discord', 'default', ?, 'main', ?, 'done', '', 0, ?)
            """, number, "\(number)", "\(number)", moment)
    }

    private static func rest(_ credential: String, until: Timestamp, on connection: Connection) throws {
        try connection.run(
            "INSERT INTO cooldowns (credential, model, until, failures, reason) VALUES (?, '', ?, 1, '')",
            credential, until)
    }
}

@MainActor
struct LoginTableTests {
    @Test func `a login is added to its agent's others, and read with them`() async throws {
        let world = try TestStores()
        try await world.stores.meta.set(
            "auth.profiles.main",
            #"{"version":1,"profiles":{"a:x":{"type":"api_key","key":"k"}},"order":{"a":["a:x"]}}"#)
        try await world.stores.meta.set("auth.other", "{}")
        let table = LoginTable(world.database)

        try await table.save(["type": "oauth", "access": "1"], id: "b:y", agent: .main)
        try await table.save(["type": "oauth", "access": "2"], id: "b:y", agent: .main)
        try await table.save(["type": "token"], id: "c:z", agent: "work")

        let stores = try await table.all()
        #expect(stores.map(\.agent) == [.main, "work"])
        #expect(
            stores[0].json == [
                "version": 1,
                "profiles": [
                    "a:x": ["type": "api_key", "key": "k"], "b:y": ["type": "oauth", "access": "2"],
                ], "order": ["a": ["a:x"]],
            ])
        #expect(stores[1].json == ["version": 1, "profiles": ["c:z": ["type": "token"]]])
        await world.database.close()
    }
}

extension LoginTableTests {
    @Test func `logins that cannot be read are not written over`() async throws {
        let world = try TestStores()
        let damaged = #"{"profiles":{"a:x":{"#
        try await world.stores.meta.set("auth.profiles.main", damaged)
        await #expect(throws: StoreError.self) {
            try await LoginTable(world.database).save(["type": "token"], id: "b:y", agent: .main)
        }
        #expect(try await world.stores.meta.value("auth.profiles.main") == damaged)
        await world.database.close()
    }
}

struct OverheardStoreTests {
    @Test func `a chat keeps its newest lines, each once, until they are told`() async throws {
        let world = try TestStores()
        let heard = world.stores.overheard
        let room = Address(channel: "test", chat: "room")
        let topic = Address(channel: "test", chat: "room", thread: "7")
        func hear(_ number: Int, in address: Address, limit: Int = 2) async throws {
            try await heard.note(
                .init(sender: "Bob", text: "\(number)"), id: MessageID("m\(number)"), in: address,
                limit: limit)
        }
        for number in [1, 2, 2, 3] { try await hear(number, in: room) }
        try await hear(1, in: topic)
        try await hear(2, in: topic, limit: 0)
        let shown = try #require(try await heard.excerpt(of: room, limit: 2))
        #expect(shown.lines == ["2", "3"].map { .init(sender: "Bob", text: $0) })
        #expect(try await heard.excerpt(of: room, limit: 1)?.lines.map(\.text) == ["3"])
        #expect(try await heard.excerpt(of: topic, limit: 9)?.lines.map(\.text) == ["1"])

        try await hear(4, in: room)
        try await heard.forget(shown, of: room)
        #expect(try await heard.excerpt(of: room, limit: 9)?.lines.map(\.text) == ["4"])
        try await hear(3, in: room)
        #expect(try await heard.excerpt(of: room, limit: 9)?.lines.map(\.text) == ["4"], "it was told")
        #expect(try await heard.excerpt(of: topic, limit: 9) != nil)
        await world.database.close()
    }
}
