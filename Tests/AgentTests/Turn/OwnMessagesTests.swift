import Core
import Foundation
import Testing

@testable import Agent

/// What a turn is sent of a transcript in which others have written meanwhile.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct OwnMessagesTests {
    /// A second message that is taken back, and a note, while the turn's tool runs.
    private func interfere(with house: TestHouse, after tool: ScriptedTool) async throws {
        try await house.say("go", id: "r1")
        await tool.calls.started.wait()
        try await house.say("ORDER 100 PIZZAS", id: "r2")
        #expect(await house.switchboard.abort(session: TestHouse.main, run: "r2", reason: .rpc) == ["r2"])
        _ = try await house.switchboard.inject("A note.", into: TestHouse.main)
    }

    @Test
    func `a turn that reads again what was said reads its own question, calls and results`() async throws {
        let gate = Gate()
        let tool = ScriptedTool("exec", .hang(gate))
        let models = ScriptedModels()
        try await TestHouse.run(models: models, tools: [tool]) { house in
            for number in 1...3 {
                try await house.ask("question \(number) " + String(repeating: "x", count: 10_000))
            }
            let tooLong = ModelError.contextTooLong(of: ScriptedModels.name, message: "Too long.")
            for script: ScriptedModels.Script in [
                .call([.sample("exec")]), .fail(tooLong), .say(["SUMMARY"]), .say(["Done."]),
            ] { models.add(script) }
            try await interfere(with: house, after: tool)
            gate.open()

            #expect(try await house.outcome(of: "r1").text == "Done.")
            let turn = ["user: go", "assistant: → exec", "tool exec: done at last"]
            #expect(models.requests.last?.messages.suffix(3).map(\.line) == turn)
            try await house.ask("And now?")
            let later = ["assistant: Done.", "assistant (injected): A note.", "user: And now?"]
            #expect(models.requests.last?.messages.suffix(6).map(\.line) == turn + later)
            #expect(
                try await house.lines().dropFirst(6).prefix(5) == [
                    "user: go", "assistant: → exec", "user: ORDER 100 PIZZAS",
                    "assistant (injected): A note.", "tool exec: done at last",
                ], "people see everything, in the order in which it was said")
        }
    }

    @Test
    func `a turn that goes on after a crash is asked what it was asked before`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tool = ScriptedTool("exec", .hang(Gate()))
        let first = ScriptedModels([.call([.sample("exec")])])
        try await TestHouse.run(in: folder, models: first, tools: [tool]) { house in
            try await interfere(with: house, after: tool)
        }

        let models = ScriptedModels([.say(["I am not sure."])])
        try await TestHouse.run(in: folder, models: models, tools: [tool]) { house in
            #expect(try await house.outcome(of: "r1").text == "I am not sure.")
            let sent = try #require(models.requests.first).messages.map(\.line)
            #expect(sent.count == 3 && sent[0] == "user: go" && sent[2].contains("is unknown"))
            try await house.ask("And now?")
            let later = models.requests[1].messages.map(\.line)
            #expect(
                later == sent + [
                    "assistant: I am not sure.", "assistant (injected): A note.", "user: And now?",
                ])
        }
    }

    @Test
    func `a note that came before the first word is not what a model goes on from`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = ScriptedModels([.hang(Gate())])
        try await TestHouse.run(in: folder, models: first) { house in
            try await house.say("hi", id: "r1")
            await first.sawRequests(1)
            _ = try await house.switchboard.inject("A note.", into: TestHouse.main)
        }

        let models = ScriptedModels()
        try await TestHouse.run(in: folder, models: models) { house in
            _ = try await house.outcome(of: "r1")
            #expect(models.requests.map { $0.messages.map(\.line) } == [["user: hi"]])
        }
    }

    @Test
    func `what was said in the middle of a turn belongs to it, however few turns are shown`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var options = TurnOptions(queueMode: .steer)
        options.historyTurns = 1
        let gate = Gate()
        let tools = [ScriptedTool("look", .hang(gate)), ScriptedTool("buy", .hang(Gate()))]
        let first = ScriptedModels([.say(["Hello."]), .call([.sample("look")]), .call([.sample("buy")])])
        try await TestHouse.run(in: folder, models: first, tools: tools) { house in
            try await house.ask("hi")
            try await house.say("look here", id: "r1", options: options)
            await tools[0].calls.started.wait()
            try await house.say("in euro please", id: "r2", options: options)
            gate.open()
            await tools[1].calls.started.wait()
        }

        let models = ScriptedModels()
        try await TestHouse.run(in: folder, models: models, tools: tools) { house in
            _ = try await house.outcome(of: "r1")
            let turn = try #require(models.requests.first).messages.map(\.line)
            #expect(turn[0] == "user: \(ContextWindow.cutNote)look here" && turn.count == 6)
            #expect(turn[2] == "tool look: done at last" && turn[3] == "user: in euro please")
            options.historyTurns = 2
            try await house.say("And now?", id: "r3", options: options)
            _ = try await house.outcome(of: "r3")
            let later = models.requests[1].messages.map(\.line)
            #expect(later == turn + ["assistant: Hello.", "user: And now?"])
        }
    }
}
