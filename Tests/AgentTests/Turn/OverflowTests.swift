import Core
import Store
import Testing

@testable import Agent

/// A model whose window is smaller than it was thought to be.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct OverflowTests {
    private let refusal = ScriptedModels.Script.fail(
        .contextTooLong(of: ScriptedModels.name, message: "Too long."))

    private func talk(_ house: TestHouse, _ count: Int, bytes: Int) async throws {
        for number in 1...count {
            try await house.ask("question \(number) " + String(repeating: "x", count: bytes))
        }
    }

    private func calls(_ count: Int) -> [ScriptedModels.Script] {
        (1...count).map { .call([.sample("exec", id: "c\($0)")]) }
    }

    private func size(_ request: ModelRequest) -> Int { ContextWindow.bytes(of: request.messages) }

    private func results(_ request: ModelRequest) -> [(call: String, text: String)] {
        request.messages.compactMap { message in
            if case .toolResult(let result) = message {
                (result.toolCallID, result.content.text)
            } else {
                nil
            }
        }
    }

    @Test
    func `in the middle of a turn old results are shortened, and what was called stays`() async throws {
        let models = ScriptedModels(calls(6) + [refusal, .say(["Done."])])
        let result = String(repeating: "z", count: 29_000)
        let tool = ScriptedTool("exec", .answer(result))
        try await TestHouse.run(models: models, tools: [tool]) { house in
            let outcome = try await house.ask("read them all")

            #expect(outcome.text == "Done.")
            #expect(tool.calls.arguments.count == 6 && models.requests.count == 8)
            let (refused, taken) = (models.requests[6], models.requests[7])
            #expect(size(taken) <= size(refused) / 2)
            let results = results(taken)
            #expect(results.map(\.call) == (1...6).map { "c\($0)" })
            #expect(results[0].text.contains("bytes left out") && results[0].text.utf8.count < 2_100)
            #expect(results[5].text == result)
        }
    }

    @Test
    func `a result that does not fit at all has a line in its place`() async throws {
        let models = ScriptedModels(calls(3) + [refusal, .say(["Done."])])
        let tool = ScriptedTool("exec", .answer(String(repeating: "z", count: 2_500)))
        try await TestHouse.run(models: models, tools: [tool]) { house in
            let outcome = try await house.ask("go")

            #expect(outcome.text == "Done.")
            let texts = results(try #require(models.requests.last)).map(\.text)
            #expect(texts.count == 3 && texts[0] == ContextWindow.leftOutResult)
            #expect(texts[2].contains("bytes left out"))
        }
    }

    @Test
    func `what was said before is summarised, and the turn's own calls and results are kept`() async throws {
        let models = ScriptedModels()
        let result = String(repeating: "z", count: 3_000)
        let tool = ScriptedTool("exec", .answer(result))
        try await TestHouse.run(models: models, tools: [tool]) { house in
            try await talk(house, 3, bytes: 10_000)
            for script in calls(3) + [refusal, .say(["SUMMARY"]), .say(["Done."])] { models.add(script) }
            let outcome = try await house.ask("go")

            #expect(outcome.text == "Done.")
            #expect(tool.calls.arguments.count == 3 && models.requests.count == 9)
            let sent = try #require(models.requests.last)
            #expect(sent.messages[0].line.contains("SUMMARY") && sent.messages[1].line == "user: go")
            #expect(results(sent).map(\.text) == [result, result, result])
            #expect(!models.requests[7].messages[0].line.contains("Tool exec"))
        }
    }

    @Test
    func `what a model takes is remembered until the settings change`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 5, bytes: 6_000)
            for script in [refusal, .say(["SUMMARY"])] { house.models.add(script) }
            try await house.ask("And now?")
            let most = try #require(house.switchboard.limits.bytes(of: ScriptedModels.name, in: nil))
            let before = house.models.requests.count
            try await talk(house, 6, bytes: 6_000)

            #expect((14_000...16_000).contains(most))
            #expect(
                house.models.requests[before...].allSatisfy { $0.tools.schemas.isEmpty || size($0) <= most })
            #expect(house.models.requests.count > before + 6)
            house.switchboard.settings.maxConcurrent = 3
            #expect(house.switchboard.limits.bytes(of: ScriptedModels.name, in: nil) == nil)
        }
    }

    @Test
    func `images say nothing about the window`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 3, bytes: 4_000)
            for script in [refusal, .say(["SUMMARY"])] { house.models.add(script) }
            try await house.ask("look", images: [ImageContent(mimeType: "image/png", base64: "iVBO")])

            #expect(house.switchboard.limits.bytes(of: ScriptedModels.name, in: nil) == nil)
        }
    }

    @Test
    func `of images that are too large together the newest stay, and none is held against the model`()
        async throws
    {
        let images = (0..<4).map { number in
            ImageContent(mimeType: "image/png", base64: String(repeating: "\(number)", count: 1_000))
        }
        try await TestHouse.run { house in
            try await house.ask("look", images: [images[0]])
            try await house.ask("and here", images: [images[1]])
            house.models.add(refusal)
            let outcome = try await house.ask("and these", images: Array(images[2...]))

            #expect(outcome.text == "Hello.")
            #expect(house.models.requests.suffix(2).map { $0.messages.flatMap(\.images).count } == [4, 2])
            #expect(house.models.requests.last?.messages.last?.imageCount == 2)
            try await house.ask("this one again", in: "agent:main:other", images: [images[0]])
            #expect(house.models.requests.last?.messages.last?.imageCount == 1)
        }
    }

    @Test
    func `a paste that is too long in one conversation shortens no other`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 5, bytes: 6_000)
            house.models.add(refusal)
            let failed = try await house.ask(
                String(repeating: "x", count: 40_000), in: "agent:main:other")
            #expect(failed.failure?.kind == .contextTooLong)
            let before = size(try #require(house.models.requests.dropLast().last))
            try await house.ask("And now?")

            #expect(size(try #require(house.models.requests.last)) > before)
        }
    }

    @Test
    func `texts that fill a window with fewer bytes than others do say nothing of others`() async throws {
        let facts = ModelFacts(contextWindow: 150)
        try await TestHouse.run(facts: facts, { $0.compaction.isAutomatic = false }) { house in
            try await talk(house, 2, bytes: 3_000)
            house.models.add(refusal)
            #expect(try await house.ask("And now?").text == "Hello.")

            let limits = house.switchboard.limits
            let session = try await house.stores.sessions.entry(TestHouse.main)?.sessionID
            #expect(limits.bytes(of: ScriptedModels.name, in: nil) == nil)
            #expect(limits.bytes(of: ScriptedModels.name, in: session) == ContextWindow.leastBytes)
        }
    }

    @Test
    func `a message that is too long by itself fails, and the next one is answered`() async throws {
        let models = ScriptedModels()
        try await TestHouse.run(models: models) { house in
            models.add(refusal)
            let failed = try await house.ask(String(repeating: "x", count: 50_000))
            models.add(.say(["SUMMARY"]))
            let answered = try await house.ask("hello?")

            #expect(failed.failure?.kind == .contextTooLong)
            #expect(answered.text == "Hello.")
            #expect(models.requests.count == 3)
        }
    }

    @Test
    func `a summary is written from smaller pieces when they are too long`() async throws {
        try await TestHouse.run { house in
            try await talk(house, 4, bytes: 10_000)
            for script in [refusal, .say(["FIRST"]), .say(["SECOND"])] { house.models.add(script) }
            let outcome = try await house.ask("/compact")

            #expect(outcome.text?.hasPrefix("⚙️ Compacted (") == true, "\(outcome.text ?? "")")
            let asked = house.models.requests.suffix(3).map(size)
            #expect(asked[1] < asked[0] * 3 / 4 && asked[2] < asked[0] * 3 / 4)
        }
    }

    @Test
    func `the largest numbers of the config are only large`() async throws {
        let facts = ModelFacts(contextWindow: .max)
        let largest: (inout Agent.AgentSettings) -> Void = {
            $0.compaction.keepRecentTokens = .max
            $0.compaction.reserveTokens = .max
        }
        try await TestHouse.run(facts: facts, largest) { house in
            try await talk(house, 3, bytes: 4_000)
            for script in [refusal, .say(["SUMMARY"])] { house.models.add(script) }
            #expect(try await house.ask("And now?").text == "Hello.")
            #expect(try await house.ask("/compact").status == .ok)
        }
    }
}
