import Core
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct SwitchboardTests {
    @Test
    func `commands beside a turn are bounded as messages are`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("go on", id: "r1")
            await house.models.sawRequests(1)
            var refused = 0
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<(3 * Switchboard.mostQueued) {
                    group.addTask { (try? await house.say("/status", id: "c\(number)")) == nil }
                }
                for await isRefused in group where isRefused { refused += 1 }
            }
            #expect(refused > 0)
            try await eventually("all are answered") { try await house.stores.inbox.unansweredCount() == 1 }
            #expect(try await house.say("/status") != .stopped([]))
        }
    }

    @Test
    func `a plain turn tells its events in the golden order`() async throws {
        try await TestHouse.run(models: ScriptedModels([.say(["Hello", " from", " here."])])) { house in
            let outcome = try await house.ask("hi", id: "r1")

            #expect(outcome.status == .ok)
            #expect(outcome.text == "Hello from here.")
            #expect(
                house.kinds(of: "r1") == [
                    "preparing_workspace", "preparing_context", "appended user", "started", "starting_model",
                    "model",
                    "text", "text", "text", "usage", "finishing", "appended assistant", "ended",
                ])
            #expect(try await house.lines() == ["user: hi", "assistant: Hello from here."])
        }
    }

    @Test
    func `sequence numbers count from 1 without a gap`() async throws {
        try await TestHouse.run { house in
            try await house.ask("hi", id: "r1")

            let numbers = house.events.filter { if case .appended = $0.kind { false } else { true } }.map(
                \.sequence)
            #expect(numbers == Array(1...numbers.count))
        }
    }

    @Test
    func `text events carry the whole message so far`() async throws {
        try await TestHouse.run(models: ScriptedModels([.say(["a", "b", "c"])])) { house in
            try await house.ask("hi")

            var texts: [String] = []
            for case .assistantText(let text) in house.events.map(\.kind) { texts.append(text.text) }
            #expect(texts == ["a", "ab", "abc"])
        }
    }

    @Test
    func `the same message twice is one turn`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate, after: ["Once."])])) { house in
            #expect(try await house.say("hi", id: "same") == .started("same"))
            #expect(try await house.say("hi", id: "same") == .inFlight("same"))
            gate.open()
            let outcome = try await house.outcome(of: "same")

            #expect(try await house.say("hi", id: "same") == .finished("same", outcome))
            #expect(house.models.requests.count == 1)
            #expect(try await house.lines() == ["user: hi", "assistant: Once."])
        }
    }

    @Test
    func `the same id with other content is a conflict`() async throws {
        try await TestHouse.run { house in
            try await house.ask("hi", id: "same")

            await #expect(throws: SubmitError.conflict) { try await house.say("other", id: "same") }
        }
    }

    @Test
    func `messages sent while a turn runs get turns of their own, in order`() async throws {
        let gate = Gate()
        let models = ScriptedModels([.hang(gate, after: ["1"]), .say(["2"]), .say(["3"])])
        try await TestHouse.run(models: models) { house in
            for id in ["a", "b", "c"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            #expect(house.switchboard.queued(in: TestHouse.main) == 2)
            gate.open()

            for (id, text) in [("a", "1"), ("b", "2"), ("c", "3")] {
                #expect(try await house.outcome(of: RunID(id)).text == text)
            }
            #expect(
                try await house.lines() == [
                    "user: say a", "assistant: 1", "user: say b", "assistant: 2", "user: say c",
                    "assistant: 3",
                ])
        }
    }

    @Test
    func `no more turns run at once than maxConcurrent, and all get one`() async throws {
        try await TestHouse.run({ $0.maxConcurrent = 2 }) { house in
            let keys = (0..<12).map { SessionKey("agent:main:s\($0)") }
            for key in keys { try await house.say("hi", id: key.rawValue, in: key) }
            for key in keys { #expect(try await house.outcome(of: RunID(key.rawValue)).status == .ok) }

            #expect(house.models.mostRunning <= 2)
            #expect(house.switchboard.metrics.completed == 12)
        }
    }

    @Test
    func `who waits for a place begins when there are more of them`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate)]), { $0.maxConcurrent = 1 }) { house in
            try await house.say("hi", id: "a", in: "agent:main:a")
            await house.models.sawRequests(1)
            try await house.say("hi", id: "b", in: "agent:main:b")
            house.switchboard.settings.maxConcurrent = 2

            #expect(try await house.outcome(of: "b").text == "Hello.")
            gate.open()
        }
    }

    @Test
    func `an agent that is not configured is refused by name`() async throws {
        try await TestHouse.run { house in
            let error = await #expect(throws: SubmitError.self) {
                try await house.say("hi", in: "agent:nope:main")
            }
            #expect(error?.message == "Agent \"nope\" no longer exists in configuration")
        }
    }

    @Test
    func `a draining house finishes what runs and takes nothing new`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate, after: ["Done."])])) { house in
            try await house.say("hi", id: "r1")
            await house.models.sawRequests(1)
            async let drained: Void = house.switchboard.drain(timeout: .seconds(20))
            await Task.yield()
            gate.open()
            await drained

            #expect(house.switchboard.outcome(of: "r1")?.text == "Done.")
            await #expect(throws: SubmitError.stopping) { try await house.say("more") }
        }
    }

    @Test
    func `a running turn can be looked at in the middle`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(gate, before: ["so far"])])) { house in
            try await house.say("hi", id: "r1")
            await house.models.sawRequests(1)
            while house.switchboard.activeRun(in: TestHouse.main)?.text != "so far" {
                try await Task.sleep(for: .milliseconds(1))
            }

            let state = try #require(house.switchboard.activeRun(in: TestHouse.main))
            #expect(state.run == "r1")
            #expect(state.model == ScriptedModels.name)
            #expect(!state.isQueued)
            gate.open()
            _ = try await house.outcome(of: "r1")
            #expect(house.switchboard.activeRun(in: TestHouse.main) == nil)
        }
    }

    @Test
    func `waiting for a run that nobody knows ends when the time is up`() async throws {
        try await TestHouse.run { house in
            #expect(await house.switchboard.wait(for: "nothing", timeout: .milliseconds(10)) == nil)
        }
    }

    @Test
    func `an injected note stands in the transcript and is told`() async throws {
        try await TestHouse.run { house in
            await #expect(throws: InjectError.noSession) {
                try await house.switchboard.inject("x", into: TestHouse.main)
            }
            try await house.ask("hi")
            let note = try await house.switchboard.inject("A note.", label: "System", into: TestHouse.main)

            #expect(note.messageID.count == 8)
            #expect(note.text == "[System]\n\nA note.")
            #expect(house.kinds(of: note.run) == ["appended assistant", "replied"])
            #expect(try await house.lines().last == "assistant (injected): [System]\n\nA note.")
        }
    }

    @Test
    func `nothing is left unanswered`() async throws {
        try await TestHouse.run { house in
            for index in 0..<5 { try await house.ask("hi \(index)") }

            #expect(try await house.stores.inbox.unansweredCount() == 0)
            #expect(await house.switchboard.unanswered() == 0)
        }
    }

    @Test
    func `usage is written with its source and the session's counters are the last turn's`() async throws {
        try await TestHouse.run { house in
            try await house.ask("hi")
            try await house.ask("again")

            let today = try await house.stores.usage.today(source: "chat")
            #expect(today.input == 200)
            #expect(today.output == 12)
            let entry = try #require(try await house.stores.sessions.entry(TestHouse.main))
            #expect(entry.inputTokens == 100)
            #expect(entry.totalTokens == 100)
            #expect(entry.model == "fake-1")
            #expect(entry.contextTokens == 200_000)
        }
    }

    @Test
    func `a message that is told twice at the same time is answered once`() async throws {
        let models = ScriptedModels(Array(repeating: .say(["Once."]), count: 600))
        try await TestHouse.run(models: models) { house in
            for number in 0..<300 {
                let id = "m\(number)"
                async let first = house.say("hello", id: id)
                async let second = house.say("hello", id: id)
                _ = try await (first, second)
                #expect(try await house.outcome(of: RunID(id)).text == "Once.")
            }
            #expect(models.requests.count == 300)
        }
    }
}
