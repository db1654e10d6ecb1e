import Core
import Testing

@testable import Store

struct SessionListTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var filter: SessionFilter
        var keys: [SessionKey]
        var total: Int
        var testDescription: String { name }

        init(_ name: String, _ filter: SessionFilter, _ keys: [SessionKey], total: Int? = nil) {
            self.name = name
            self.filter = filter
            self.keys = keys
            self.total = total ?? keys.count
        }
    }

    private static let ada: SessionKey = "agent:main:ada"
    private static let bo: SessionKey = "agent:main:bo"
    private static let cleo: SessionKey = "agent:work:cleo"

    private static let cases = [
        Case("all, newest first", SessionFilter(), [cleo, bo, ada]),
        Case("one agent", SessionFilter(agent: "main"), [bo, ada]),
        Case("a page", SessionFilter(limit: 1, offset: 1), [bo], total: 3),
        Case("an offset past the end", SessionFilter(limit: 5, offset: 9), [], total: 3),
        Case("an odd limit", SessionFilter(limit: -1, offset: -1), [], total: 3),
        Case("a label", SessionFilter(label: "Arbete"), [bo]),
        Case("part of a name in another case", SessionFilter(search: "ÖSTER"), [ada]),
        Case("part of a key", SessionFilter(search: "cleo"), [cleo]),
        Case("a wildcard is a letter", SessionFilter(search: "100%"), [bo]),
        Case("a wildcard that nobody has", SessionFilter(search: "_"), []),
        Case("who made it", SessionFilter(spawnedBy: "agent:main:ada"), [cleo]),
        Case("recently active", SessionFilter(activeSince: Timestamp(milliseconds: 2_000)), [cleo, bo]),
        Case("with global", SessionFilter(includeGlobal: true), [.global, cleo, bo, ada]),
        Case(
            "with both", SessionFilter(includeGlobal: true, includeUnknown: true),
            [.unknown, .global, cleo, bo, ada]),
        Case("global has no agent", SessionFilter(agent: "main", includeGlobal: true), [bo, ada]),
    ]

    private func filled() async throws -> TestStores {
        let world = try TestStores()
        try await world.database.write { connection in
            func add(_ key: SessionKey, at time: Int64, _ change: (inout SessionEntry) -> Void = { _ in })
                throws
            {
                var entry = SessionEntry(key: key, updatedAt: Timestamp(milliseconds: time))
                change(&entry)
                try SessionTable(connection: connection).save(entry)
            }
            try add(Self.ada, at: 1_000) { $0.displayName = "Östersund" }
            try add(Self.bo, at: 2_000) {
                $0.label = "Arbete"
                $0.subject = "100% klart"
            }
            try add(Self.cleo, at: 3_000) { $0.spawnedBy = "agent:main:ada" }
            try add(.global, at: 4_000)
            try add(.unknown, at: 5_000)
        }
        return world
    }

    @Test(arguments: cases) private func `a filter finds what it names`(_ example: Case) async throws {
        let world = try await filled()
        let list = try await world.stores.sessions.list(example.filter)
        #expect(list.rows.map(\.entry.key) == example.keys)
        #expect(list.total == example.total)
        await world.database.close()
    }

    @Test func `a row shows the first words and the last`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let entry = try await sessions.ensure(Self.ada)
        let question = "What is the weather like in Östersund today, and will it rain tomorrow morning?"
        _ = try await sessions.append(
            [.person(question), .call("1"), .result("1", "sunny"), .answer("Sunny,\n 21 degrees.")],
            to: entry.sessionID)
        let row = try #require(try await sessions.row(Self.ada))
        #expect(row.firstUserText == "What is the weather like in Östersund today, and will it…")
        #expect(row.lastText == "Sunny, 21 degrees.")
        #expect(row.messageCount == 4)
        _ = try await sessions.append([.person("Thanks"), .result("1", "never shown")], to: entry.sessionID)
        let later = try #require(try await sessions.list().rows.first)
        #expect(later.firstUserText == row.firstUserText && later.lastText == "Thanks")
        await world.database.close()
    }

    @Test func `a session without messages has no words`() async throws {
        let world = try TestStores()
        _ = try await world.stores.sessions.ensure(Self.ada)
        let row = try #require(try await world.stores.sessions.row(Self.ada))
        #expect(row.firstUserText == nil && row.lastText == nil && row.messageCount == 0)
        await world.database.close()
    }
}
