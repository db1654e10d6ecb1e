import Core
import TestSupport
import Testing

@testable import Models

struct ConversationTests {
    let endpoint = Endpoint.sample(.anthropicMessages)

    private func turns(_ messages: [Message], _ endpoint: Endpoint? = nil, keepsReasoning: Bool = true)
        -> [String]
    {
        Conversation(messages, for: endpoint ?? self.endpoint, keepsReasoning: keepsReasoning).turns.map {
            turn in
            switch turn {
            case .model(let blocks): "model(\(Self.words(blocks)))"
            case .person(let results, let content):
                "person("
                    + (results.map { "\($0.toolCallID)=\($0.isError ? "!" : "")\(Self.words($0.content))" }
                    + content.map { Self.words([$0]) }).joined(separator: ", ") + ")"
            }
        }
    }

    private static func words(_ blocks: [Block]) -> String {
        blocks.map { block in
            switch block {
            case .text(let text, _): text
            case .thinking(let text, let signature): "~\(text)\(signature.map { "/\($0)" } ?? "")"
            case .redactedThinking(let data): "~~\(data)"
            case .toolCall(let call): "\(call.id)?\(call.signature.map { "/\($0)" } ?? "")"
            case .image: "image"
            }
        }.joined(separator: ", ")
    }

    @Test func `person and model take turns`() {
        #expect(
            turns([.person("a"), .person("b"), .model("c"), .model("d"), .person("e")])
                == ["person(a, b)", "model(c, d)", "person(e)"])
    }

    @Test func `empty and blank messages are left out`() {
        #expect(
            turns([.person(""), .person("a"), .model(" \n"), .model([]), .person([.text(" "), .text("b")])])
                == ["person(a, b)"])
    }

    @Test func `what begins with the model gets a beginning, what ends with it a wish to go on`() {
        #expect(
            turns([.model("a")])
                == ["person(\(Conversation.lostBeginning))", "model(a)", "person(\(Conversation.goOn))"])
        #expect(turns([]) == ["person(\(Conversation.goOn))"])
    }

    @Test func `results stand right behind their calls, in the order of the calls`() {
        #expect(
            turns([
                .person("a"), .model([.text("b"), .call("1"), .call("2")], stopReason: .toolUse),
                .person("meanwhile"),
                .result("2", "two"), .result("1", "one"), .person("c"),
            ]) == ["person(a)", "model(b, 1?, 2?)", "person(1=one, 2=two, meanwhile, c)"])
    }

    @Test func `a call without a result gets one that says so`() {
        #expect(
            turns([.person("a"), .model([.call("1")], stopReason: .toolUse), .person("b")])
                == ["person(a)", "model(1?)", "person(1=!\(Conversation.lostResult), b)"])
    }

    @Test func `a result without a call, or a second one, is left out`() {
        #expect(
            turns([
                .result("0", "lost"), .person("a"), .model([.call("1")]), .result("1", "one"),
                .result("1", "again"),
            ]) == ["person(a)", "model(1?)", "person(1=one)"])
    }

    @Test func `calls that share an id get their own results and ids of their own`() {
        #expect(
            turns([
                .person("a"), .model([.call("c0")]), .result("c0", "one"), .model([.call("c0")]),
                .result("c0", "two"),
            ]) == ["person(a)", "model(c0?)", "person(c0=one)", "model(c0_2?)", "person(c0_2=two)"])
    }

    @Test func `calls of one answer that share an id get a result each`() {
        #expect(
            turns([
                .person("a"), .model([.call("c0"), .call("c0")]), .result("c0", "one"), .result("c0", "two"),
            ]) == ["person(a)", "model(c0?, c0_2?)", "person(c0=one, c0_2=two)"])
    }

    @Test(arguments: [
        ("exec", "exec"), ("functions.exec", "functions_exec"), ("exec<|channel|>x", "exec__channel__x"),
        ("läs", "l_s"), ("", "unnamed"),
        (String(repeating: "a", count: 200), String(repeating: "a", count: 64)),
    ])
    func `a tool that a model made up has a name that every vendor takes`(name: String, sent: String) {
        let call = Block.toolCall(ToolCall(id: "c", name: name, arguments: [:]))
        let result = Message.toolResult(
            ToolResultMessage(
                toolCallID: "c", toolName: name, content: [.text("no such tool")], isError: true,
                timestamp: .now))
        let turns = Conversation([.person("a"), .model([call]), result], for: endpoint).turns

        guard case .model(let blocks) = turns[1], case .toolCall(let named)? = blocks.first,
            case .person(let results, _) = turns[2]
        else {
            Issue.record("the call is gone")
            return
        }
        #expect(named.name == sent && results.map(\.toolName) == [sent])
    }

    @Test func `a repeated call keeps its own loss`() {
        #expect(
            turns([.person("a"), .model([.call("c0")]), .model([.call("c0")]), .result("c0", "two")])
                == [
                    "person(a)", "model(c0?)", "person(c0=!\(Conversation.lostResult))", "model(c0_2?)",
                    "person(c0_2=two)",
                ])
    }

    @Test func `an answer that broke off keeps its text, and its calls only if they were carried out`() {
        #expect(
            turns([
                .person("a"),
                .model(
                    [.thinking("t", signature: "s"), .text("b"), .call("1"), .call("2")], endpoint,
                    stopReason: .aborted),
                .result("1", "one"), .person("c"),
            ]) == ["person(a)", "model(b, 1?)", "person(1=one, c)"])
    }

    @Test func `thoughts go back only to the model that had them`() {
        let thoughts: [Block] = [
            .thinking("t", signature: "s"), .redactedThinking(data: "r"), .call("1", signature: "g"),
        ]
        let history: [Message] = [.person("a"), .model(thoughts, endpoint), .result("1", "one")]
        let other = Endpoint.sample(.anthropicMessages, model: "fake-2")

        #expect(turns(history)[1] == "model(~t/s, ~~r, 1?/g)")
        #expect(turns(history, other)[1] == "model(1?)")
        #expect(turns(history, keepsReasoning: false)[1] == "model(1?)")
        #expect(Conversation(history, for: endpoint).hasReasoning)
        #expect(!Conversation(history, for: other).hasReasoning)
    }

    @Test func `images become words for a model that cannot see`() {
        let blind = Endpoint.sample(.anthropicMessages, images: false)
        let history: [Message] = [
            .person([.text("look"), .image(.png)]), .model([.call("1")]), .result("1", "", images: [.png]),
        ]

        #expect(turns(history)[0] == "person(look, image)")
        #expect(turns(history, blind)[0] == "person(look, \(Conversation.imageLeftOut))")
        #expect(turns(history, blind)[2] == "person(1=\(Conversation.imageLeftOut))")
    }

    @Test func `ids of older transcripts hold the item's id behind a bar`() {
        #expect(
            turns([.person("a"), .model([.call("call_1|fc_2")], endpoint), .result("call_1|fc_2", "one")])
                == ["person(a)", "model(call_1?/fc_2)", "person(call_1=one)"])
    }

    @Test
    func `whatever the history, every vendor's rules hold`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let messages = (0..<Int.random(in: 0..<12, using: &random)).map { _ in randomMessage(&random) }

            let conversation = Conversation(messages, for: endpoint)

            var open: [String] = []
            var seen: Set<String> = []
            for (place, turn) in conversation.turns.enumerated() {
                switch turn {
                case .person(let results, let content):
                    #expect(place % 2 == 0, "seed \(seed)")
                    #expect(results.map(\.toolCallID) == open, "seed \(seed)")
                    #expect(!results.isEmpty || !content.isEmpty, "seed \(seed)")
                    open = []
                case .model(let blocks):
                    #expect(place % 2 == 1 && !blocks.isEmpty, "seed \(seed)")
                    for case .toolCall(let call) in blocks {
                        #expect(seen.insert(call.id).inserted, "seed \(seed): \(call.id) twice")
                        open.append(call.id)
                    }
                }
            }
            #expect(open.isEmpty && conversation.turns.count % 2 == 1, "seed \(seed)")
        }
    }

    private func randomMessage(_ random: inout SeededGenerator) -> Message {
        let ids = ["a", "b", "c", "a|fc_1", "", "|"]
        let id = ids.randomElement(using: &random) ?? ""
        let other = ids.randomElement(using: &random) ?? ""
        let reasons: [StopReason] = [.stop, .toolUse, .error, .aborted, .length, .injected]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .person(["", "x", " "].randomElement(using: &random) ?? "")
        case 1: return .result(id, ["", "y"].randomElement(using: &random) ?? "")
        case 2: return .model([.text(["", "z"].randomElement(using: &random) ?? "")])
        default:
            return .model(
                [.thinking("t", signature: "s"), .call(id), .call(other)].shuffled(using: &random), endpoint,
                stopReason: reasons.randomElement(using: &random) ?? .stop)
        }
    }
}
