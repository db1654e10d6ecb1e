import Core
import Testing

@testable import Models

struct AnthropicRequestTests {
    @Test func `a first request marks system, last tool and last block for the cache`() throws {
        let request = ModelRequest.sample(system: "Be brief.", tools: [.read, .write])

        let body = AnthropicRequest(request, for: .sample(.anthropicMessages)).json

        #expect(
            body
                == (try json(
                    """
                    {"model":"fake-1","max_tokens":8192,"stream":true,
                     "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}}],
                     "tools":[
                      {"name":"read","description":"Reads a file.","input_schema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}},
                      {"name":"write","description":"Writes a file.","input_schema":{"type":"object","properties":{}},"cache_control":{"type":"ephemeral"}}],
                     "messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}]}
                    """)))
    }

    @Test func `a tool loop goes back with thoughts, calls, results and images`() throws {
        let endpoint = Endpoint.sample(.anthropicMessages)
        let request = ModelRequest.sample([
            .person([.text("look"), .image(.png)]),
            .model(
                [
                    .thinking("hm", signature: "sig"), .redactedThinking(data: "red"),
                    .thinking("no signature", signature: nil),
                    .text("I look."), .call("toolu_1"), .call("functions.read:0", .string("{bad")),
                ], endpoint, stopReason: .toolUse),
            .result("toolu_1", "text", images: [.png]), .result("functions.read:0", "", isError: true),
        ])

        let messages = AnthropicRequest(request, for: endpoint).json["messages"]

        let id = ToolCallID.word("functions.read:0")
        #expect(
            messages
                == (try json(
                    """
                    [{"role":"user","content":[{"type":"text","text":"look"},
                      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
                     {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"redacted_thinking","data":"red"},
                      {"type":"text","text":"I look."},{"type":"tool_use","id":"toolu_1","name":"read","input":{"path":"a"}},
                      {"type":"tool_use","id":"\(id)","name":"read","input":{"INVALID_JSON":"{bad"}}]},
                     {"role":"user","content":[
                      {"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"text"},
                       {"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}}]},
                      {"type":"tool_result","tool_use_id":"\(id)","content":[{"type":"text","text":"(no output)"}],"is_error":true,
                       "cache_control":{"type":"ephemeral"}}]}]
                    """)))
    }

    @Test(arguments: [
        ("claude-3-5-haiku-latest", ClaudeThinking.none), ("claude-3-7-sonnet-20250219", .budget),
        ("claude-opus-4-20250514", .budget), ("claude-opus-4-1", .budget),
        ("claude-haiku-4-5-20251001", .budget),
        ("claude-opus-4-6", .adaptive(off: .leftOut)), ("claude-opus-4-8", .adaptive(off: .leftOut)),
        ("claude-opus-5", .adaptive(off: .disabled)), ("claude-sonnet-5", .adaptive(off: .disabled)),
        ("claude-fable-5", .adaptive(off: .leastEffort)), ("claude-fable-5-1", .adaptive(off: .leastEffort)),
        ("claude-opus-5-5", .adaptive(off: .leastEffort)), ("claude-opus-7", .adaptive(off: .leastEffort)),
        ("claude-sonnet-5-5", .adaptive(off: .betweenTools)), ("claude-haiku-5-5", .adaptive(off: .disabled)),
        ("claude-sonnet-7", .adaptive(off: .leastEffort)),
        ("MiniMax-M3", .budget),
    ])
    func `the id tells how a model is made to think`(id: String, thinking: ClaudeThinking) {
        let reasons = thinking != .none
        let model = ModelInfo(
            reference: ModelReference(provider: "x", model: id), reasoning: reasons || id.contains("3-5"))
        #expect(ClaudeThinking(model) == thinking)
    }

    @Test func `a model that does not reason is told nothing about it`() {
        let body = AnthropicRequest(
            .sample(thinking: .high), for: .sample(.anthropicMessages, model: "claude-opus-5-5")
        ).json
        #expect(body["thinking"] == nil && body["output_config"] == nil)
    }

    @Test func `a budget is added to the answer and stays below the model's limit`() {
        func fields(_ level: ThinkingLevel, maxTokens: Int, answer: Int? = nil) -> [Int?] {
            let endpoint = Endpoint.sample(
                .anthropicMessages, model: "claude-haiku-4-5", reasoning: true, maxTokens: maxTokens)
            let body = AnthropicRequest(.sample(thinking: level, maxTokens: answer), for: endpoint).json
            return [body["max_tokens"]?.intValue, body["thinking"]?["budget_tokens"]?.intValue]
        }

        #expect(fields(.medium, maxTokens: 64_000, answer: 4096) == [4096 + 8192, 8192])
        #expect(fields(.high, maxTokens: 8192) == [8192, 7168])
        #expect(fields(.low, maxTokens: 1024) == [1024, nil])
        #expect(fields(.off, maxTokens: 64_000) == [32_000, nil])
    }

    @Test func `without its thoughts an open tool call is answered unthinking`() {
        let endpoint = Endpoint.sample(
            .anthropicMessages, model: "claude-haiku-4-5", reasoning: true, maxTokens: 64_000)
        let foreign = ModelRequest.sample(
            [.person("a"), .model([.call("1")]), .result("1", "one")], thinking: .medium)
        let own = ModelRequest.sample(
            [
                .person("a"), .model([.thinking("t", signature: "s"), .call("1")], endpoint),
                .result("1", "one"),
            ],
            thinking: .medium)

        #expect(AnthropicRequest(foreign, for: endpoint).json["thinking"] == nil)
        #expect(AnthropicRequest(own, for: endpoint).json["thinking"] != nil)
        #expect(AnthropicRequest(own, for: endpoint, keepsReasoning: false).json["thinking"] == nil)
    }

    @Test(
        arguments: [
            ("claude-opus-4-6", ThinkingLevel.off, "null", nil),
            ("claude-opus-5", .off, #"{"type":"disabled"}"#, nil),
            ("claude-opus-5-5", .off, "null", "low"),
            ("claude-sonnet-5-5", .off, #"{"type":"between_tools"}"#, nil),
            ("claude-haiku-5-5", .off, #"{"type":"disabled"}"#, nil),
            ("claude-opus-5-5", .minimal, #"{"type":"adaptive","display":"summarized"}"#, "low"),
            ("claude-opus-5-5", .xhigh, #"{"type":"adaptive","display":"summarized"}"#, "xhigh"),
            ("claude-opus-4-6", .xhigh, #"{"type":"adaptive","display":"summarized"}"#, "high"),
        ] as [(String, ThinkingLevel, String, String?)])
    func `newer models get an effort`(id: String, level: ThinkingLevel, thinking: String, effort: String?)
        throws
    {
        var endpoint = Endpoint.sample(.anthropicMessages)
        endpoint.model = ModelCatalog().info(ModelReference(provider: "anthropic", model: id))

        let body = AnthropicRequest(.sample(thinking: level), for: endpoint).json

        #expect(try body["thinking"] ?? .null == json(thinking))
        #expect(body["output_config"]?["effort"]?.stringValue == effort)
    }
}
