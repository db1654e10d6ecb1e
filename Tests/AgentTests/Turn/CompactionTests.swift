import Core
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct CompactionTests {
    private func talk(_ house: TestHouse, _ count: Int, bytes: Int = 1_000) async throws {
        for number in 1...count {
            try await house.ask("question \(number) " + String(repeating: "x", count: bytes))
        }
    }

    private func summary(_ house: TestHouse) async throws -> CompactionMessage? {
        for case .compaction(let message) in try await house.transcript() { return message }
        return nil
    }

    // MARK: By hand

    @Test
    func `a summary takes the older part's place, and the transcript keeps everything`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 4)
            house.models.add(.say(["They asked four times."]))
            let outcome = try await house.ask("/compact keep the numbers", id: "c")
            try await house.ask("And now?")

            #expect(outcome.text?.hasPrefix("⚙️ Compacted (") == true, "\(outcome.text ?? "")")
            let asked = try #require(house.models.requests.dropLast().last)
            #expect(asked.tools.schemas.isEmpty)
            #expect(
                asked.messages[0].line.contains("Person: question 1")
                    && asked.messages[0].line.contains("keep the numbers"))
            let sent = try #require(house.models.requests.last).messages.map(\.line)
            #expect(sent.first?.contains("They asked four times.") == true)
            #expect(!sent.contains { $0.contains("question 1 ") } && sent.last == "user: And now?")
            #expect(sent.contains { $0.contains("question 4 ") })
            let lines = try await house.lines()
            #expect(lines.contains { $0.contains("question 1 ") })
            #expect(lines.count == 13)
            let entry = try #require(try await house.stores.sessions.entry(TestHouse.main))
            #expect(entry.compactionCount == 1)
            #expect(
                house.kinds(of: "c") == [
                    "compacting", "compacted", "appended system", "appended user assistant", "replied",
                ])
        }
    }

    @Test
    func `a second summary carries on the first`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 3)
            house.models.add(.say(["FIRST"]))
            try await house.ask("/compact")
            try await talk(house, 3)
            house.models.add(.say(["SECOND"]))
            try await house.ask("/compact")
            try await house.ask("And now?")

            let sent = try #require(house.models.requests.last).messages.map(\.line)
            #expect(sent[0].contains("SECOND") && !sent[0].contains("FIRST"))
            #expect(
                house.models.requests.contains {
                    $0.messages[0].line.contains("FIRST") && $0.messages.count == 1
                })
        }
    }

    @Test
    func `a model that fails is named, and the conversation stays as it is`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 3)
            house.models.add(.fail(.overloaded(retryAfter: nil, message: "Busy.")))
            let outcome = try await house.ask("/compact")

            #expect(outcome.text == "⚙️ Compaction failed: Busy.")
            #expect(try await summary(house) == nil)
        }
    }

    @Test(arguments: [StopReason.error, .length])
    func `what a refusal or a limit cut short is no summary`(ending: StopReason) async throws {
        try await TestHouse.run { house in
            try await talk(house, 3)
            house.models.add(.say(["THE SUMMARY"]))
            try await house.ask("/compact")
            try await talk(house, 3)
            house.models.add(.say(["I am sorry, but"], ending: ending))
            let outcome = try await house.ask("/compact")
            try await house.ask("And now?")

            #expect(
                outcome.text?.hasPrefix("⚙️ Compaction failed: fake/fake-1 did not finish the summary") == true
            )
            let sent = try #require(house.models.requests.last).messages.map(\.line)
            #expect(sent[0].contains("THE SUMMARY") && !sent.contains { $0.contains("I am sorry") })
        }
    }

    @Test
    func `a limit that left as much of a summary as is kept did no harm`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 3)
            house.models.add(.say([String(repeating: "much ", count: 4000)], ending: .length))
            #expect(try await house.ask("/compact").text?.hasPrefix("⚙️ Compacted") == true)
        }
    }

    @Test
    func `it waits for the turn that runs, and can be stopped`() async throws {
        let gate = Gate()
        try await TestHouse.run { house in
            try await talk(house, 3)
            house.models.add(.hang(gate, after: ["Done."]))
            house.models.add(.hang(Gate()))
            try await house.say("go on", id: "r")
            await house.models.sawRequests(4)
            try await house.say("/compact", id: "c")
            #expect(house.models.requests.count == 4)
            gate.open()
            #expect(try await house.outcome(of: "r").text == "Done.")
            await house.models.sawRequests(5)
            try await house.say("/stop")

            #expect(try await house.outcome(of: "c").status == .aborted)
            #expect(house.kinds(of: "c").last == "aborted")
            #expect(try await summary(house) == nil)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    // MARK: By itself

    private nonisolated func small(_ settings: inout Agent.AgentSettings) {
        settings.agents[0].contextTokens = 4_000
        settings.agents[0].skipsBootstrap = true
        settings.compaction.keepRecentTokens = 500
    }

    @Test
    func `a conversation that no longer fits is summarised before the question is asked`() async throws {
        try await TestHouse.run(in: nil, small) { house in
            try await talk(house, 2, bytes: 4_500)
            // More than one request holds: the second carries on what the first one wrote.
            house.models.add(.say(["FIRST"]))
            house.models.add(.say(["SUMMARY"]))
            let outcome = try await house.ask("question 3 " + String(repeating: "y", count: 4_500), id: "r")

            #expect(outcome.text == "Hello.")
            #expect(house.models.requests.count == 5)
            #expect(house.models.requests[3].messages[0].line.contains("FIRST"))
            let sent = try #require(house.models.requests.last).messages.map(\.line)
            #expect(sent.first?.contains("SUMMARY") == true && sent.last?.contains("question 3") == true)
            #expect(!sent.contains { $0.contains("question 1") || $0.contains(ContextWindow.cutNote) })
            #expect(house.kinds(of: "r").contains("compacted"))
        }
    }

    @Test
    func `the vendor's own count of a nearly full window is enough`() async throws {
        try await TestHouse.run(in: nil, { $0.agents[0].contextTokens = 120 }) { house in
            try await talk(house, 1, bytes: 3_000)
            house.models.add(.say(["SUMMARY"]))
            try await talk(house, 1, bytes: 3_000)

            // 100 tokens of a window of 120, of which a quarter stays free.
            #expect(house.models.requests.count == 3)
            #expect(try await summary(house)?.summary == "SUMMARY")
        }
    }

    @Test
    func `a model that finds it too long is asked again with a summary`() async throws {
        try await TestHouse.run(in: nil, { $0.agents[0].contextTokens = 12_000 }) { house in
            try await talk(house, 5, bytes: 4_000)
            house.models.add(.fail(.contextTooLong(of: ScriptedModels.name, message: "Too long.")))
            house.models.add(.say(["SUMMARY"]))
            let outcome = try await house.ask("And now?")

            #expect(outcome.text == "Hello.")
            #expect(house.models.requests.count == 8)
            #expect(house.models.requests.last?.messages.first?.line.contains("SUMMARY") == true)
            #expect(house.models.requests.last?.messages.last?.line == "user: And now?")
        }
    }

    @Test
    func `without a summary older messages are left out and the question is answered`() async throws {
        try await TestHouse.run(in: nil, small) { house in
            try await talk(house, 2, bytes: 4_500)
            house.models.add(.fail(.overloaded(retryAfter: nil, message: "Busy.")))
            let outcome = try await house.ask("question 3 " + String(repeating: "y", count: 4_500))

            #expect(outcome.text == "Hello.")
            #expect(house.models.requests.last?.messages[0].line.contains(ContextWindow.cutNote) == true)
        }
    }

    @Test
    func `switched off, nothing is summarised`() async throws {
        let off: (inout Agent.AgentSettings) -> Void = {
            small(&$0)
            $0.compaction.isAutomatic = false
        }
        try await TestHouse.run(in: nil, off) { house in
            try await talk(house, 4, bytes: 3_500)

            #expect(house.models.requests.count == 4)
            #expect(try await summary(house) == nil)
        }
    }

    @Test
    func `a model of its own writes the summary when the config names one`() async throws {
        let other = ModelReference(provider: "fake", model: "fake-2")
        try await TestHouse.run(in: nil, { $0.compaction.model = other }) { house in
            try await talk(house, 3)
            try await house.ask("/compact")

            #expect(house.models.requests.last?.model == other)
            #expect(house.models.requests.last?.fallbacks == [ScriptedModels.name])
        }
    }

    // MARK: Where to cut

    @Test
    func `a turn longer than what stays is cut between two answers, never before a result`() async throws {
        let folder = TestHouse.makeFolder()
        let database = try Database(path: "\(folder)/openclaw.sqlite")
        let sessions = SessionStore(database)
        let long = String(repeating: "z", count: 2_000)
        var messages: [Message] = [.user("go")]
        for number in 0..<6 {
            messages += [
                .calls([.sample("exec", id: "c\(number)", ["command": .string(long)])]),
                .result("c\(number)"),
            ]
        }
        _ = try await sessions.append(messages, to: "s")
        let tail = try await sessions.tail("s", maxBytes: 1 << 20)

        let cut = try #require(Compactor.cut(tail, keepBytes: 5_000))
        #expect(tail.messages[cut].isFromModel && cut > 1)
        #expect(Compactor.cut(tail, keepBytes: 1 << 20) == nil)
        await database.close()
    }
}
