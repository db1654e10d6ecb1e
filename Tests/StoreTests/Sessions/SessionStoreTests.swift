import Core
import Testing

@testable import Store

struct SessionStoreTests {
    private let key: SessionKey = "agent:main:main"

    @Test func `a session is made when it is first needed and stays the same`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        #expect(try await sessions.entry(key) == nil)
        let made = try await sessions.ensure(key)
        #expect(try await sessions.ensure(key) == made)
        #expect(try await sessions.entry(key) == made)
        #expect(try await sessions.entries(sessionID: made.sessionID) == [made])
        #expect(try await sessions.count() == 1)
        await world.database.close()
    }

    @Test func `a patch keeps every field`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let json: JSON = [
            "label": "Arbete", "displayName": "Jobbet", "thinkingLevel": "high", "verboseLevel": "full",
            "reasoningLevel": "stream", "sendPolicy": "deny", "providerOverride": "anthropic",
            "modelOverride": "claude-opus-4-6", "modelProvider": "openai", "model": "gpt-5",
            "inputTokens": 12,
            "outputTokens": 3, "totalTokens": 15, "contextTokens": 200_000, "systemSent": true,
            "abortedLastRun": true, "chatType": "direct", "channel": "telegram", "subject": "Möte",
            "spawnedBy": "agent:main:main", "elevatedLevel": "ask", "origin": ["provider": "telegram"],
        ]
        let wanted = SessionEntry(key: key, json: json)
        let stored = try await sessions.patch(key) { entry in
            let (id, created) = (entry.sessionID, entry.createdAt)
            entry = wanted
            entry.sessionID = id
            entry.createdAt = created
        }
        #expect(try await sessions.entry(key) == stored)
        for (name, value) in json.objectValue ?? [:] { #expect(stored.json[name] == value, "\(name)") }
        #expect(stored.extra == ["elevatedLevel": "ask", "origin": ["provider": "telegram"]])
        await world.database.close()
    }

    @Test func `a label belongs to one session`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        _ = try await sessions.patch(key) { $0.label = "Arbete" }
        _ = try await sessions.patch(key) { $0.label = "Arbete" }
        await #expect(throws: StoreError.labelInUse("Arbete")) {
            try await sessions.patch("agent:main:other") { $0.label = "Arbete" }
        }
        #expect(try await sessions.entry("agent:main:other") == nil)
        await world.database.close()
    }

    @Test func `a change of a session that does not exist makes none`() async throws {
        let world = try TestStores()
        #expect(try await world.stores.sessions.update(key) { $0.label = "x" } == nil)
        #expect(try await world.stores.sessions.count() == 0)
        await world.database.close()
    }

    @Test func `a reset gives an empty transcript and keeps what the person chose`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let before = try await sessions.patch(key) {
            $0.label = "Arbete"
            $0.thinkingLevel = "high"
            $0.totalTokens = 900
            $0.systemSent = true
        }
        _ = try await sessions.append([.person("hi")], to: before.sessionID)
        let after = try await sessions.reset(key)
        #expect(after.sessionID != before.sessionID)
        #expect(after.label == "Arbete" && after.thinkingLevel == "high")
        #expect(after.totalTokens == 0 && !after.systemSent)
        #expect(try await sessions.history(after.sessionID, limit: 10).total == 0)
        #expect(try await sessions.history(before.sessionID, limit: 10).total == 1)
        await world.database.close()
    }

    @Test func `a deleted session is gone with all its messages`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let entry = try await sessions.ensure(key)
        _ = try await sessions.append((0..<1_200).map { .person("message \($0)") }, to: entry.sessionID)
        #expect(try await sessions.delete(key))
        #expect(try await !sessions.delete(key))
        #expect(try await sessions.entry(key) == nil)
        #expect(try await sessions.history(entry.sessionID, limit: 10).total == 0)
        let left = try await world.database.read {
            try $0.first("SELECT count(*) FROM messages") { $0.int(0) }
        }
        #expect(left == 0)
        await world.database.close()
    }

    @Test func `a patch that changes nothing leaves the time of the last change`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let old = Timestamp(milliseconds: 1_000)
        var entry = SessionEntry(key: key, updatedAt: old)
        entry.label = "mine"
        let saved = entry
        try await world.database.write { try SessionTable(connection: $0).save(saved) }

        #expect(try await sessions.patch(key) { $0.label = "mine" }.updatedAt == old)
        #expect(try await sessions.entry(key)?.updatedAt == old)
        #expect(try await sessions.patch(key) { $0.label = "yours" }.updatedAt > old)
        await world.database.close()
    }

    @Test(arguments: [
        ("/status", true), (" /new hello", true), ("/think: high", true), ("/export-session", true),
        ("/etc/hosts is odd", false), ("hi /status", false), ("/", false), ("//", false), ("", false),
    ])
    func `a word after a slash is a command`(text: String, isOne: Bool) {
        #expect(isCommand(text) == isOne)
    }

    @Test func `a command is no title`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        #expect(try await sessions.append([.person("/status")], session: key) == nil)
        _ = try await sessions.ensure(key)
        _ = try await sessions.append([.person("/status")], session: key)
        #expect(try await sessions.row(key)?.firstUserText == nil)
        _ = try await sessions.append([.person("What is new?")], session: key)
        #expect(try await sessions.row(key)?.firstUserText == "What is new?")
        await world.database.close()
    }

    @Test func `compacting keeps the newest and their numbers`() async throws {
        let world = try TestStores()
        let sessions = world.stores.sessions
        let entry = try await sessions.ensure(key)
        _ = try await sessions.append((1...10).map { .person("message \($0)") }, to: entry.sessionID)
        #expect(
            try await sessions.compact(entry.sessionID, keeping: 3)
                == CompactedTranscript(kept: 3, removed: 7))
        let page = try await sessions.history(entry.sessionID, limit: 10)
        #expect(page.messages.map(\.sequence) == [8, 9, 10])
        #expect(page.total == 3 && !page.hasMore)
        #expect(try await sessions.compact(entry.sessionID, keeping: 3)?.removed == 0)
        #expect(try await sessions.compact("nobody", keeping: 3) == nil)
        let more = try await sessions.append([.person("message 11")], to: entry.sessionID)
        #expect(more.map(\.sequence) == [11])
        await world.database.close()
    }

    @Test(arguments: [("", nil), ("  \n ", nil), ("hi", "hi"), ("a\n  b", "a b")] as [(String, String?)])
    func `an excerpt is one line`(text: String, line: String?) {
        #expect(excerpt(text, characters: 60) == line)
    }

    @Test func `an excerpt is cut at a word`() {
        let text = "Please remember that the milk has to be bought before the shop closes at nine"
        #expect(excerpt(text, characters: 60) == "Please remember that the milk has to be bought before the…")
        #expect(
            excerpt(String(repeating: "å", count: 100), characters: 60) == String(repeating: "å", count: 59)
                + "…")
    }

}
