import Core
import Testing

@testable import Store

struct TurnJournalTests {
    private let key: SessionKey = "agent:main:main"

    private func user(_ text: String, key: String? = nil) -> UserMessage {
        UserMessage(content: [.text(text)], timestamp: Timestamp(milliseconds: 1_000), idempotencyKey: key)
    }

    private func call(_ id: String) -> ToolCall {
        ToolCall(id: id, name: "exec", arguments: ["command": "ls"])
    }

    @Test func `a turn that has begun is found after a crash`() async throws {
        let world = try TestStores()
        let entry = try await world.stores.inbox.record(.sample("r", "milk")).entry
        let begun = try await world.stores.journal.begin(
            NewTurn(
                run: "r", session: key, inbox: entry.id, message: user("milk", key: "r:user"),
                model: ModelReference("fake/fake-1")))
        #expect(begun.attempt == 1 && begun.positions.first?.sequence == 1)

        let after = try world.crashed().opened()
        let turn = try #require(try await after.stores.journal.interrupted().first)
        #expect(turn.run == "r" && turn.session == key && turn.sessionID == begun.entry.sessionID)
        #expect(turn.inbox?.message?.text == "milk" && turn.inbox?.state == .running)
        #expect(turn.steps == [.modelRequest(ModelReference("fake/fake-1"))])
        #expect(turn.openTools.isEmpty && turn.firstSequence == 1)
        await after.database.close()
        await world.database.close()
    }

    @Test func `a message and its turn can be one step, and a repeat begins nothing`() async throws {
        let world = try TestStores()
        let turn = NewTurn(run: "r", session: key, message: user("milk"))
        let first = try await world.stores.journal.accept(.sample("r", "milk"), beginning: turn)
        let second = try await world.stores.journal.accept(.sample("r", "milk"), beginning: turn)
        guard case .new(let entry) = first.recorded, case .repeated(let known) = second.recorded else {
            Issue.record("The message is not new first and known then.")
            return
        }
        #expect(known.id == entry.id && known.state == .running && second.begun == nil)
        let interrupted = try #require(try await world.stores.journal.interrupted().first)
        #expect(interrupted.inbox?.id == entry.id && interrupted.attempt == 1)
        #expect(first.begun?.positions.first?.sequence == 1)
        await world.database.close()
    }

    @Test func `behind a conversation that is too long a message begins nothing, and is kept`() async throws {
        let world = try TestStores()
        let entry = try await world.stores.sessions.ensure(key)
        _ = try await world.stores.sessions.append(
            [.person(String(repeating: "x", count: 5_000))], to: entry.sessionID)
        for (number, (most, begins)) in [(5_000, false), (50_000, true)].enumerated() {
            let run = RunID("r\(number)")
            let accepted = try await world.stores.journal.accept(
                .sample("r\(number)", "milk"),
                beginning: NewTurn(run: run, session: key, message: user("milk")),
                behind: most)
            #expect((accepted.begun != nil) == begins)
            #expect(accepted.recorded.entry.state == (begins ? .running : .queued))
            #expect(accepted.session?.sessionID == (begins ? nil : entry.sessionID))
        }
        #expect(try await world.stores.journal.interrupted().map(\.run) == ["r1"])
        #expect(try await world.stores.inbox.unansweredCount() == 2)
        await world.database.close()
    }

    @Test(arguments: [
        (SessionExpiry(), true), (SessionExpiry(begunBefore: Timestamp(milliseconds: 5_000)), true),
        (SessionExpiry(begunBefore: Timestamp(milliseconds: 5_001)), false),
        (SessionExpiry(usedBefore: Timestamp(milliseconds: 7_000)), true),
        (SessionExpiry(usedBefore: Timestamp(milliseconds: 7_001)), false),
    ])
    func `a conversation that is over is followed by a new one, and stays readable`(
        expiry: SessionExpiry, goesOn: Bool
    ) async throws {
        let world = try TestStores()
        let journal = world.stores.journal
        func turn(_ run: RunID, at time: Int64, _ expiry: SessionExpiry? = nil) -> NewTurn {
            let time = Timestamp(milliseconds: time)
            var turn = NewTurn(
                run: run, session: key,
                message: UserMessage(content: [.text("\(run)")], timestamp: time, idempotencyKey: nil),
                startedAt: time)
            turn.expiry = expiry
            return turn
        }
        let first = try await journal.begin(turn("r1", at: 5_000, SessionExpiry(begunBefore: .now)))
        _ = try await journal.begin(turn("r2", at: 7_000))

        let third = try await journal.accept(.sample("r3", "milk"), beginning: turn("r3", at: 9_000, expiry))
        let again = try await journal.begin(turn("r3", at: 9_500, SessionExpiry(begunBefore: .now)))

        let old = first.entry.sessionID
        #expect((third.begun?.entry.sessionID == old) == goesOn)
        #expect(again.entry.sessionID == third.begun?.entry.sessionID, "a turn stays where it began")
        #expect(try await world.stores.sessions.history(old, limit: 9).total == (goesOn ? 3 : 2))
        #expect(try await world.stores.sessions.entry(key)?.sessionID == third.begun?.entry.sessionID)
        await world.database.close()
    }

    @Test func `a turn that is run again does not say the question twice`() async throws {
        let world = try TestStores()
        let turn = NewTurn(run: "r", session: key, message: user("milk"))
        let first = try await world.stores.journal.begin(turn)
        let second = try await world.stores.journal.begin(turn)
        #expect(second.attempt == 2)
        #expect(
            second.positions.map(\.id) == first.positions.map(\.id) && second.positions.first?.isNew == false)
        #expect(try await world.stores.sessions.history(first.entry.sessionID, limit: 9).total == 1)
        #expect(try await world.stores.journal.interrupted().first?.attempt == 2)
        await world.database.close()
    }

    @Test func `a turn goes on in its transcript although the session was reset`() async throws {
        let world = try TestStores()
        let turn = NewTurn(run: "r", session: key, message: user("milk"))
        let first = try await world.stores.journal.begin(turn)
        _ = try await world.stores.sessions.reset(key)
        #expect(try await world.stores.journal.begin(turn).entry.sessionID == first.entry.sessionID)
        await world.database.close()
    }

    @Test func `tools without a result are known, with what they may have done`() async throws {
        let world = try TestStores()
        let journal = world.stores.journal
        let begun = try await journal.begin(NewTurn(run: "r", session: key, message: user("go")))
        try await journal.advance(
            "r", appending: [.call("a")],
            steps: [
                .toolStarted(call("a"), changesTheWorld: true),
                .toolStarted(call("b"), changesTheWorld: false),
            ])
        try await journal.advance(
            "r", appending: [.result("a")],
            steps: [.toolFinished(callID: "a", isError: false), .modelRequest(nil), .note("waited")])
        try await journal.advance("r", steps: [.toolStarted(call("c"), changesTheWorld: true)])

        let turn = try #require(try await journal.interrupted().first)
        #expect(
            turn.openTools == [
                .init(call: call("b"), changesTheWorld: false), .init(call: call("c"), changesTheWorld: true),
            ])
        #expect(turn.steps.count == 7 && turn.steps[5] == .note("waited"))
        #expect(try await world.stores.sessions.history(begun.entry.sessionID, limit: 9).total == 3)
        await world.database.close()
    }

    @Test func `several turns come oldest first, and abandoned ones do not come`() async throws {
        let world = try TestStores()
        for (run, start) in [("late", 3), ("early", 1), ("middle", 2)] {
            _ = try await world.stores.journal.begin(
                NewTurn(
                    run: RunID(run), session: SessionKey("agent:main:\(run)"),
                    startedAt: Timestamp(milliseconds: Int64(start))))
        }
        try await world.stores.journal.advance("middle", steps: [.note("x")])
        try await world.stores.journal.abandon("middle")
        #expect(try await world.stores.journal.interrupted().map(\.run) == ["early", "late"])
        let left = try await world.database.read {
            try $0.first("SELECT count(*) FROM turn_steps") { $0.int(0) }
        }
        #expect(left == 0)
        await world.database.close()
    }

    @Test func `a step of a turn that has ended is not written`() async throws {
        let world = try TestStores()
        #expect(
            try await world.stores.journal.advance("gone", appending: [.answer("x")], steps: [.note("x")])
                == [])
        #expect(try await world.stores.journal.interrupted().isEmpty)
        await world.database.close()
    }

    @Test(arguments: [
        TurnStep.modelRequest(nil), .modelRequest(ModelReference("a/b/c")),
        .toolFinished(callID: "x", isError: true),
        .toolStarted(
            ToolCall(id: "1", name: "exec", arguments: ["a": [1, .null]], signature: "s"),
            changesTheWorld: true
        ),
        .note("räksmörgås"),
    ]) func `a step comes back as it was written`(step: TurnStep) {
        #expect(TurnStep(json: step.json) == step)
    }

    @Test(arguments: [
        "null", "{}", #"{"kind":"later"}"#, #"{"kind":"toolStarted"}"#, #"{"kind":"toolStarted","call":7}"#,
    ])
    func `a step that is not understood is left out`(text: String) throws {
        #expect(try TurnStep(json: JSON.parse(text)) == nil)
    }

    @Test func `a tool of which nothing is known is taken to change the world`() throws {
        let json = try JSON.parse(#"{"kind":"toolStarted","call":{"type":"toolCall","id":"1","name":"x"}}"#)
        guard case .toolStarted(_, changesTheWorld: true)? = TurnStep(json: json) else {
            Issue.record("It is taken to be harmless.")
            return
        }
    }
}
