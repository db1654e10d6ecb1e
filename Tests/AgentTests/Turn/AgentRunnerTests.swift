import Core
import Foundation
import Store
import Testing

@testable import Agent

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct AgentRunnerTests {
    // MARK: Tools

    @Test
    func `a model is sent the same whether the conversation is in memory or is read`() async throws {
        let folder = TestHouse.makeFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let call = ToolCall(id: "c1", name: "look", arguments: ["b": 1, "a": [true, .null, 2.5, "å"]])
        let models = ScriptedModels([.call([call]), .say(["Seen."]), .say(["In memory."])])
        try await TestHouse.run(in: folder, models: models, tools: [ScriptedTool("look", .answer("all"))]) {
            house in
            try await house.ask("look")
            try await house.ask("and now?", id: "second")
            #expect(house.models.requests.count == 3)
        }
        let kept = try #require(models.requests.last).messages

        try await TestHouse.run(in: folder, models: ScriptedModels([.say(["Read."])])) { house in
            try await house.ask("again")
            let read = try #require(house.models.requests.last).messages
            #expect(read.count == kept.count + 2)
            #expect(Array(read[..<kept.count]) == kept)
        }
    }

    @Test
    func `a tool's result goes back to the model, and all of it is in the transcript`() async throws {
        let tool = ScriptedTool("read", changesTheWorld: false, .answer("contents"))
        let models = ScriptedModels([
            .call([.sample("read", ["path": "a.txt"])], saying: "Let me look."), .say(["Seen."]),
        ])
        try await TestHouse.run(models: models, tools: [tool]) { house in
            let outcome = try await house.ask("look", id: "r1")

            #expect(outcome.text == "Seen.")
            #expect(outcome.toolNames == ["read"])
            #expect(outcome.usage.input == 200)
            #expect(
                try await house.lines() == [
                    "user: look", "assistant: Let me look.→ read", "tool read: contents", "assistant: Seen.",
                ])
            let stored = try await house.lines()
            #expect(models.requests[1].messages.map(\.line) == Array(stored.prefix(3)))
            #expect(
                house.kinds(of: "r1").drop { $0 != "usage" } == [
                    "usage", "appended assistant", "toolStarted read", "toolProgressed", "toolFinished read",
                    "appended toolResult", "model", "text", "usage", "finishing", "appended assistant",
                    "ended",
                ])
        }
    }

    @Test
    func `several calls of one message run one after another`() async throws {
        let tool = ScriptedTool("exec", .answer("ok"))
        let calls = (1...3).map { ToolCall.sample("exec", id: "c\($0)", ["n": JSON($0)]) }
        try await TestHouse.run(models: ScriptedModels([.call(calls), .say(["Done."])]), tools: [tool]) {
            house in
            try await house.ask("three")

            #expect(tool.calls.arguments.map { $0["n"]?.intValue } == [1, 2, 3])
            #expect(try await house.lines().count == 6)
        }
    }

    @Test
    func `a call that cannot be made is a result the model reads`() async throws {
        let models = ScriptedModels([
            .call([
                .sample("no_such_tool", id: "c1"), .sample("exec", id: "c2"),
                .sample("read", id: "c3", "broken"),
            ]),
            .say(["Sorry."]),
        ])
        let tools = [ScriptedTool("exec", .answer("never")), ScriptedTool("read", .answer("never"))]
        try await TestHouse.run(models: models, tools: tools, { $0.agents[0].tools.deny = ["EXEC"] }) {
            house in
            try await house.ask("try")

            let lines = try await house.lines()
            #expect(lines[2] == "tool no_such_tool failed: Tool no_such_tool not found")
            #expect(lines[3].hasPrefix("tool exec failed: Tool exec is not allowed"))
            #expect(lines[4].hasPrefix("tool read failed: The arguments of read are not a JSON object"))
            #expect(tools.allSatisfy { $0.calls.arguments.isEmpty })
            #expect(models.requests[0].tools.schemas.map(\.name) == ["read"])
        }
    }

    @Test
    func `a model that asks for tools without end is stopped`() async throws {
        let scripts = (1...5).map { ScriptedModels.Script.call([.sample("exec", id: "c\($0)")]) }
        let tool = ScriptedTool("exec", .answer("ok"))
        try await TestHouse.run(models: ScriptedModels(scripts), tools: [tool], { $0.maxToolRounds = 3 }) {
            house in
            let outcome = try await house.ask("loop")

            #expect(outcome.failure?.kind == .toolLoop)
            #expect(tool.calls.arguments.count == 3)
        }
    }

    @Test
    func `a result is cut to what a conversation can bear`() async throws {
        let tool = ScriptedTool("exec", .answer(String(repeating: "x", count: 200_000)))
        try await TestHouse.run(
            models: ScriptedModels([.call([.sample("exec")]), .say(["ok"])]), tools: [tool]
        ) { house in
            try await house.ask("much")

            let line = try await house.lines()[2]
            #expect(line.utf8.count < 66_000)
            #expect(line.contains("bytes left out"))
        }
    }

    // MARK: Failures

    @Test(arguments: [
        (ModelError.unauthorized(message: "No."), TurnFailure.Kind.unauthorized),
        (.rateLimited(retryAfter: nil, message: "No."), .rateLimited),
        (.notConfigured(message: "No."), .notConfigured),
        (.timedOut(message: "No."), .timeout), (.rejected(message: "No."), .rejected),
    ])
    func `a model that fails ends the turn once, in words`(error: ModelError, kind: TurnFailure.Kind)
        async throws
    {
        try await TestHouse.run(models: ScriptedModels([.fail(error), .say(["Better."])])) { house in
            let outcome = try await house.ask("hi", id: "r1")

            #expect(outcome.status == .error)
            #expect(outcome.failure?.kind == kind)
            #expect(outcome.failure?.message == "No.")
            #expect(house.kinds(of: "r1").suffix(2) == ["appended assistant", "failed"])
            #expect(house.kinds(of: "r1").count { $0 == "failed" } == 1)
            guard case .assistant(let note)? = try await house.transcript().last else { throw Missing() }
            #expect(note.stopReason == .error)
            #expect(note.errorMessage == "No.")

            try await house.ask("again")
            #expect(house.models.requests[1].messages.map(\.line) == ["user: hi", "user: again"])
        }
    }

    @Test
    func `an empty answer is a failure the person sees, but not after tools`() async throws {
        let tool = ScriptedTool("exec", .answer("ok"))
        let models = ScriptedModels([.say([]), .call([.sample("exec")]), .say([])])
        try await TestHouse.run(models: models, tools: [tool]) { house in
            let first = try await house.ask("hi")
            let second = try await house.ask("do it")

            #expect(first.failure?.message.contains("fake/fake-1 gave an empty answer") == true)
            #expect(second.status == .ok)
        }
    }

    @Test
    func `a stream that breaks off is taken back and asked for again`() async throws {
        let clock = TestClock()
        let models = ScriptedModels([
            .fail(.interrupted(partial: nil, message: "cut"), after: ["Hel"]), .say(["Hello."]),
        ])
        try await TestHouse.run(models: models, clock: clock) { house in
            try await house.say("hi", id: "r1")
            try await pass(clock, until: house, "r1")

            #expect(house.switchboard.outcome(of: "r1")?.text == "Hello.")
            #expect(
                house.kinds(of: "r1").drop { $0 != "text" } == [
                    "text", "retrying", "retracted", "starting_model", "model", "text", "usage", "finishing",
                    "appended assistant", "ended",
                ])
            #expect(try await house.lines() == ["user: hi", "assistant: Hello."])
        }
    }

    @Test
    func `a stream that always breaks off fails and keeps what was said`() async throws {
        let clock = TestClock()
        let cut = ModelError.interrupted(partial: nil, message: "The connection to fake was cut.")
        let models = ScriptedModels(Array(repeating: .fail(cut, after: ["Hel"]), count: 3))
        try await TestHouse.run(models: models, clock: clock) { house in
            try await house.say("hi", id: "r1")
            try await pass(clock, until: house, "r1")

            #expect(house.switchboard.outcome(of: "r1")?.failure?.kind == .interrupted)
            #expect(try await house.lines() == ["user: hi", "assistant (error): Hel"])
            #expect(models.requests.count == 3)
        }
    }

    @Test
    func `a conversation that is too long is asked again with half of it`() async throws {
        let models = ScriptedModels()
        let small: (inout Agent.AgentSettings) -> Void = {
            $0.agents[0].contextTokens = 8_000
            $0.compaction.isAutomatic = false
        }
        try await TestHouse.run(models: models, small) { house in
            for index in 0..<8 { try await house.ask("\(index) " + String(repeating: "long ", count: 500)) }
            models.add(.fail(.contextTooLong(of: ScriptedModels.name, message: "too long")))
            let before = models.requests.count
            let outcome = try await house.ask("now")

            #expect(outcome.status == .ok)
            #expect(models.requests.count == before + 2)
            #expect(models.requests[before + 1].messages.count < models.requests[before].messages.count)
            #expect(models.requests[before + 1].messages[0].line.contains("left out"))
            #expect(models.requests[before + 1].messages.last?.line == "user: now")
        }
    }

    @Test(arguments: [
        ModelError.rejected(message: "the image is broken"),
        .exhausted([
            .init(
                model: ModelReference(provider: "fake", model: "fake-1"), reason: "the image is broken",
                isRejection: true)
        ]),
    ])
    func `a conversation with an image that the model refuses goes on without it`(error: ModelError)
        async throws
    {
        let models = ScriptedModels([.fail(error), .say(["A dog?"])])
        try await TestHouse.run(models: models) { house in
            let image = ImageContent(mimeType: "image/png", base64: "iVBO")
            let outcome = try await house.ask("what is this?", images: [image])
            #expect(outcome.text == "A dog?")
            #expect(models.requests.map { $0.messages.last?.imageCount } == [1, 0])
            #expect(models.requests[1].messages.last?.line.contains("the model did not take it") == true)

            let other = ImageContent(mimeType: "image/png", base64: "iVBP")
            models.add(.say(["A cat."]))
            let second = try await house.ask("and this?", images: [other])
            #expect(second.text == "A cat.")
            #expect(models.requests.count == 3, "what was refused is not sent again")
            #expect(models.requests[2].messages.map(\.imageCount) == [0, 0, 1])

            models.add(.fail(.rejected(message: "no")))
            models.add(.fail(.rejected(message: "still no")))
            let third = try await house.ask("and this?")
            #expect(third.failure?.message.contains("still no") == true, "it is asked twice, not for ever")
        }
    }

    @Test
    func `an image that the model has taken is not held against one that it refuses later`() async throws {
        let (good, broken) = (
            ImageContent(mimeType: "image/png", base64: "iVBO"),
            ImageContent(mimeType: "image/png", base64: "iVBP")
        )
        let refusal = ScriptedModels.Script.fail(.rejected(message: "the image is broken"))
        try await TestHouse.run { house in
            try await house.ask("what is this?", images: [good])
            house.models.add(refusal)
            try await house.ask("and this?", images: [broken])
            try await house.ask("the first again", in: "agent:main:other", images: [good])
            let shown = house.models.requests.map { $0.messages.flatMap(\.images) }
            #expect(shown == [[good], [good, broken], [good], [good]])

            house.models.add(refusal)
            house.models.add(refusal)
            try await house.ask("both", images: [broken, good])
            #expect(house.models.requests.suffix(2).map { $0.messages.last?.imageCount } == [1, 0])
        }
    }

    @Test(arguments: ["[[reply_to_current]]", "[[audio_as_voice]]\n", "  "])
    func `an answer of nothing but a wish is no answer to people on a channel`(text: String) async throws {
        try await ChannelTestHouse.run(models: ScriptedModels([.say([text])])) { test in
            try await test.writes("hi")
            try await eventually("it is said") { test.channel.texts.count == 1 }
            #expect(test.channel.texts[0].contains("gave an empty answer"))
        }
    }

    // MARK: What is asked

    @Test
    func `the session's model and thinking level are asked, and the message's level comes first`()
        async throws
    {
        try await TestHouse.run { house in
            _ = try await house.stores.sessions.patch(TestHouse.main) {
                $0.modelOverride = ModelReference(provider: "fake", model: "fake-2")
                $0.thinkingLevel = "low"
            }
            try await house.ask("hi")
            try await house.say("think", id: "r2", options: TurnOptions(thinking: .high))
            _ = try await house.outcome(of: "r2")

            #expect(house.models.requests[0].model.model == "fake-2")
            #expect(house.models.requests[0].fallbacks == [ScriptedModels.name])
            #expect(house.models.requests.map(\.thinking) == [.low, .high])
        }
    }

    @Test
    func `an image is sent to the model and kept in the transcript`() async throws {
        try await TestHouse.run { house in
            try await house.ask(
                "what is this?", images: [ImageContent(mimeType: "image/png", base64: "iVBO")])

            guard case .user(let message)? = house.models.requests[0].messages.last else { throw Missing() }
            #expect(message.content.count == 2)
            guard case .user(let stored)? = try await house.transcript().first else { throw Missing() }
            #expect(stored.content == message.content)
        }
    }

    private struct Missing: Error {}

    private func pass(_ clock: TestClock, until house: TestHouse, _ run: RunID) async throws {
        while house.switchboard.outcome(of: run) == nil {
            // A pause before another attempt, and not a turn's own time, which real work must not use up.
            if clock.hasSleeper(within: .seconds(10)) { clock.advance(by: .milliseconds(500)) }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
