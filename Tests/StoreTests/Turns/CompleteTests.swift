import Core
import Testing

@testable import Store

struct CompleteTests {
    private let key: SessionKey = "agent:main:main"

    private func begun(_ world: TestStores, run: RunID = "r") async throws -> (InboxEntry, BegunTurn) {
        let entry = try await world.stores.inbox.record(.sample(run.rawValue, "milk")).entry
        let message = UserMessage(content: [.text("milk")], timestamp: Timestamp(milliseconds: 1_000))
        let turn = try await world.stores.journal.begin(
            NewTurn(run: run, session: key, inbox: entry.id, message: message))
        return (entry, turn)
    }

    private func completed(_ entry: InboxEntry, _ turn: BegunTurn, run: RunID = "r") -> CompletedTurn {
        let usage = Usage(input: 100, output: 6, cost: Usage.Cost(input: 0.5, output: 0.25))
        return CompletedTurn(
            run: run, session: key, sessionID: turn.entry.sessionID, inbox: entry.id,
            outcome: ["status": "ok"], messages: [.answer("Noted.")],
            outbox: [
                NewOutboxPart(
                    run: run, part: 0, address: Address(channel: "telegram", chat: "7"),
                    content: OutgoingPart.Content(text: "Noted."))
            ],
            usage: [
                UsageRecord(
                    at: Timestamp(milliseconds: 1_771_286_400_000), provider: "fake", model: "fake-1",
                    source: "chat",
                    usage: usage)
            ],
            entry: EntryUpdate(modelProvider: "fake", model: "fake-1", inputTokens: 100, totalTokens: 106),
            finishedAt: Timestamp(milliseconds: 9_000))
    }

    @Test func `all that a turn changes becomes true together`() async throws {
        let world = try TestStores()
        let (entry, turn) = try await begun(world)
        _ = try await world.stores.sessions.patch(key) { $0.label = "Arbete" }
        let completion = try await world.stores.sessions.complete(completed(entry, turn))
        #expect(completion.positions.map(\.sequence) == [2] && completion.outbox.count == 1)

        let after = try world.crashed().opened()
        let page = try await after.stores.sessions.history(turn.entry.sessionID, limit: 9)
        #expect(
            page.messages.map(\.role) == ["user", "assistant"] && page.messages.map(\.run) == ["r", "r"])
        #expect(try await after.stores.inbox.entry(run: "r")?.outcome == ["status": "ok"])
        #expect(try await after.stores.journal.interrupted().isEmpty)
        #expect(
            try await [after.stores.outbox.next(in: Address(channel: "telegram", chat: "7"))?.id]
                == completion.outbox)
        let session = try #require(try await after.stores.sessions.entry(key))
        #expect(session.model == "fake-1" && session.totalTokens == 106 && session.outputTokens == nil)
        #expect(session.label == "Arbete" && session.updatedAt == Timestamp(milliseconds: 9_000))
        let day = try #require(try await after.stores.usage.days(from: "2026-02-17", to: "2026-02-17").first)
        #expect(day.requests == 1 && day.usage.input == 100 && day.usage.cost?.total == 0.75)
        await after.database.close()
        await world.database.close()
    }

    @Test func `a completion that fails changes nothing`() async throws {
        let world = try TestStores()
        let (entry, turn) = try await begun(world)
        var broken = completed(entry, turn)
        broken.outbox += broken.outbox  // the same part twice
        await #expect(throws: StoreError.self) { try await world.stores.sessions.complete(broken) }
        #expect(try await world.stores.sessions.history(turn.entry.sessionID, limit: 9).total == 1)
        #expect(try await world.stores.inbox.unansweredCount() == 1)
        #expect(try await world.stores.journal.interrupted().count == 1)
        #expect(try await world.stores.usage.days(from: "0000", to: "9999").isEmpty)
        await world.database.close()
    }

    @Test func `a session that was deleted meanwhile stays deleted`() async throws {
        let world = try TestStores()
        let (entry, turn) = try await begun(world)
        #expect(try await world.stores.sessions.delete(key))
        try await world.stores.sessions.complete(completed(entry, turn))
        #expect(try await world.stores.sessions.entry(key) == nil)
        #expect(try await world.stores.inbox.entry(run: "r")?.state == .done)
        await world.database.close()
    }
}
