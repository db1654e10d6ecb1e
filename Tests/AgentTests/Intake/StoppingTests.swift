import Core
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct StoppingTests {
    @Test(arguments: [AbortReason.rpc, .stop])
    func `an abort keeps what was said and tells it once`(reason: AbortReason) async throws {
        let models = ScriptedModels([.hang(Gate(), before: ["word1", " word2"])])
        try await TestHouse.run(models: models) { house in
            try await house.say("go on", id: "r1")
            while house.switchboard.activeRun(in: TestHouse.main)?.text != "word1 word2" {
                try await Task.sleep(for: .milliseconds(1))
            }
            let runs = await house.switchboard.abort(session: TestHouse.main, reason: reason)

            #expect(runs == ["r1"])
            #expect(house.kinds(of: "r1").suffix(2) == ["appended assistant", "aborted"])
            #expect(try await house.lines() == ["user: go on", "assistant (aborted): word1 word2"])
            #expect(house.switchboard.outcome(of: "r1")?.stopReason == reason.rawValue)
            #expect(try await house.stores.sessions.entry(TestHouse.main)?.abortedLastRun == true)
        }
    }

    @Test
    func `an abort before the first word leaves the question and that it was stopped`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("go on", id: "r1")
            await house.models.sawRequests(1)
            _ = await house.switchboard.abort(session: TestHouse.main, reason: .rpc)

            #expect(try await house.lines() == ["user: go on", "assistant (aborted): "])
        }
    }

    @Test(arguments: ["stop", "/stop", " Stop ", "ESC", "interrupt", "/stop now, please"])
    func `a stop word stops instead of starting a turn`(word: String) async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("go on", id: "r1")
            await house.models.sawRequests(1)

            #expect(try await house.say(word) == .stopped(["r1"]))
            #expect(try await house.say(word) == .stopped([]))
            #expect(house.models.requests.count == 1)
        }
    }

    @Test
    func `what was stopped while the disk refused is not answered when it takes again`() async throws {
        let models = ScriptedModels([.hang(Gate())])
        try await TestHouse.run(models: models) { house in
            for id in ["a", "b"] { try await house.say("say \(id)", id: id) }
            await models.sawRequests(1)
            _ = try await house.database.read { try $0.first("PRAGMA query_only = ON") { $0.int(0) } }
            _ = await house.switchboard.abort(session: TestHouse.main, reason: .stop)
            _ = try await house.database.read { try $0.first("PRAGMA query_only = OFF") { $0.int(0) } }

            try await eventually("nothing waits") {
                try await house.stores.inbox.unansweredCount() == 0
            }
            #expect(try await house.stores.journal.interrupted().isEmpty)
            #expect(models.requests.count == 1)
            try await house.ask("c", id: "c")
            #expect(try await house.lines().last == "assistant: Hello.")
        }
    }

    @Test
    func `a stop word that is told again stops nothing that was said after it`() async throws {
        let gate = Gate()
        try await TestHouse.run(models: ScriptedModels([.hang(Gate()), .hang(gate, after: ["B."])])) {
            house in
            try await house.say("a", id: "a")
            await house.models.sawRequests(1)
            #expect(try await house.say("/stop", id: "s") == .stopped(["a"]))
            try await house.say("b", id: "b")
            await house.models.sawRequests(2)

            let again = try await house.say("/stop", id: "s")
            let isKnown = if case .finished("s", _) = again { true } else { false }
            #expect(isKnown)
            gate.open()
            #expect(try await house.outcome(of: "b").text == "B.")
        }
    }

    @Test
    func `an abort takes waiting messages along, each with its outcome`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            for id in ["a", "b", "c"] { try await house.say("say \(id)", id: id) }
            await house.models.sawRequests(1)
            let runs = await house.switchboard.abort(session: TestHouse.main, reason: .rpc)

            #expect(runs == ["a", "b", "c"])
            for id in ["a", "b", "c"] {
                #expect(house.kinds(of: RunID(id)).last == "aborted")
                #expect(house.switchboard.outcome(of: RunID(id))?.status == .aborted)
            }
            #expect(try await house.stores.inbox.unansweredCount() == 0)
        }
    }

    @Test
    func `an abort keeps the words of what waited outside of memory`() async throws {
        let long = String(repeating: "x", count: 100_000)
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            try await house.say("first", id: "a")
            try await house.say(String(repeating: "y", count: (16 << 20) - long.count / 2), id: "b")
            try await house.say(long, id: "c")
            await house.models.sawRequests(1)
            _ = await house.switchboard.abort(session: TestHouse.main, reason: .stop)

            let last = try await house.lines().last
            #expect(last == "user: \(long)", "\(last?.count ?? 0) characters")
        }
    }

    @Test(arguments: [true, false])
    func `a stop word waits for what came before it and is still being looked up`(isSessionKnown: Bool)
        async throws
    {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate())])) { house in
            let arrival = house.switchboard.arrive(in: isSessionKnown ? TestHouse.main : nil)
            async let stopped = house.say("/stop")
            try await eventually("the stop word has come") { !house.switchboard.stopsArriving.isEmpty }
            _ = try await house.switchboard.submit(
                .sample("go on", id: "r1", in: TestHouse.main), at: arrival)

            #expect(try await stopped == .stopped(["r1"]))
            #expect(try await house.outcome(of: "r1").status == .aborted)
        }
    }

    @Test
    func `one run can be stopped and the next one starts`() async throws {
        try await TestHouse.run(models: ScriptedModels([.hang(Gate()), .say(["Second."])])) { house in
            try await house.say("first", id: "a")
            try await house.say("second", id: "b")
            await house.models.sawRequests(1)

            #expect(await house.switchboard.abort(session: TestHouse.main, run: "a", reason: .rpc) == ["a"])
            #expect(try await house.outcome(of: "b").text == "Second.")
        }
    }

    @Test
    func `an abort reaches a tool and gives every call a result`() async throws {
        let tool = ScriptedTool("exec", .hang(Gate()))
        let models = ScriptedModels([
            .call([.sample("exec", id: "c1"), .sample("exec", id: "c2")], saying: "Wait.")
        ])
        try await TestHouse.run(models: models, tools: [tool]) { house in
            try await house.say("run it", id: "r1")
            await tool.calls.started.wait()
            _ = await house.switchboard.abort(session: TestHouse.main, reason: .rpc)

            let stopped = "tool exec failed: The call was stopped before it ended."
            #expect(
                try await house.lines() == [
                    "user: run it", "assistant: Wait.→ exec, exec", stopped, stopped, "assistant (aborted): ",
                ])
            #expect(tool.calls.arguments.count == 1)
            #expect(house.kinds(of: "r1").last == "aborted")
        }
    }

    @Test
    func `a turn that takes too long fails at its deadline`() async throws {
        let clock = TestClock()
        try await TestHouse.run(models: ScriptedModels([.hang(Gate(), before: ["half"])]), clock: clock) {
            house in
            try await house.say("go on", id: "r1", options: TurnOptions(timeout: .seconds(3)))
            await house.models.sawRequests(1)
            while house.switchboard.outcome(of: "r1") == nil {
                clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(1))
            }

            let outcome = try await house.outcome(of: "r1")
            #expect(outcome.status == .error && outcome.text == "half")
            #expect(outcome.failure == .tookTooLong)
            #expect(house.kinds(of: "r1").last == "failed")
            #expect(try await house.lines() == ["user: go on", "assistant (error): half"])
            let note = try await house.transcript().last?.json
            #expect(note?["errorCode"] == "timeout")
            #expect(note?["errorMessage"]?.stringValue == outcome.failure?.message)
        }
    }

    @Test
    func `what came first is answered first, also when something of it had to be found out`() async throws {
        try await TestHouse.run { house in
            let early = house.switchboard.arrive(in: TestHouse.main)
            async let second = house.ask("second", id: "b")
            try await Task.sleep(for: .milliseconds(20))
            _ = try await house.switchboard.submit(.sample("first", id: "a"), at: early)
            _ = try await second
            _ = try await house.outcome(of: "a")
            let asked = try await house.lines().filter { $0.hasPrefix("user") }
            #expect(asked == ["user: first", "user: second"])
        }
    }

    @Test
    func `a stop word counts for what was sent before it, however late that comes`() async throws {
        let clock = TestClock()
        try await TestHouse.run(clock: clock) { house in
            let early = house.switchboard.arrive(in: TestHouse.main, as: "a")
            let stop = Task { try await house.say("/stop") }
            for _ in 0..<400 {
                clock.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(1))
                if house.switchboard.stopsArriving.isEmpty, early.abortReason != nil { break }
            }
            let stopped = try await stop.value
            #expect(stopped == .stopped(["a"]))

            _ = try await house.switchboard.submit(.sample("first", id: "a"), at: early)
            let outcome = try await house.outcome(of: "a")
            #expect(outcome.status == .aborted)
            #expect(house.models.requests.isEmpty)
            #expect(try await house.stores.inbox.unansweredCount() == 0)
            let next = try await house.ask("second")
            #expect(next.status == .ok)
        }
    }

    @Test
    func `what was said before an abort is part of the next request`() async throws {
        let models = ScriptedModels([.hang(Gate(), before: ["half"]), .say(["Whole."])])
        try await TestHouse.run(models: models) { house in
            try await house.say("go on", id: "r1")
            while house.switchboard.activeRun(in: TestHouse.main)?.text != "half" {
                try await Task.sleep(for: .milliseconds(1))
            }
            _ = await house.switchboard.abort(session: TestHouse.main, reason: .rpc)
            try await house.ask("and now?")

            #expect(
                models.requests.last?.messages.map(\.line) == [
                    "user: go on", "assistant (aborted): half", "user: and now?",
                ])
        }
    }
}
