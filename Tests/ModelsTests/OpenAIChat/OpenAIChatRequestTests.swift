import Core
import Testing

@testable import Models

struct OpenAIChatRequestTests {
    @Test func `a first request has system, text and tools`() throws {
        let request = ModelRequest.sample(system: "Be brief.", tools: [.read], cacheKey: "session-1")

        let body = OpenAIChatRequest(request, for: .sample(.openAICompletions)).json

        #expect(
            body
                == (try json(
                    """
                    {"model":"fake-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}],
                     "stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":8192,
                     "tools":[{"type":"function","function":{"name":"read","description":"Reads a file.",
                      "parameters":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}}]}
                    """)))
    }

    @Test func `OpenAI itself keeps nothing and caches by session`() {
        let body = OpenAIChatRequest(
            .sample(cacheKey: "s"), for: .sample(.openAICompletions, dialect: .openAI)
        ).json
        #expect(body["store"] == false && body["prompt_cache_key"] == "s")
    }

    @Test func `a tool loop goes back, with images behind the results`() throws {
        let request = ModelRequest.sample([
            .person([.text("look"), .image(.png)]),
            .model([.text("I look."), .call("call_1"), .call("call_2", .string("{bad"))]),
            .result("call_1", "text", images: [.png]),
            .result("call_2", ""), .person("and?"),
        ])

        let messages = OpenAIChatRequest(request, for: .sample(.openAICompletions)).json["messages"]

        #expect(
            messages
                == (try json(
                    """
                    [{"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},
                     {"role":"assistant","content":"I look.","tool_calls":[
                      {"id":"call_1","type":"function","function":{"name":"read","arguments":"{\\"path\\":\\"a\\"}"}},
                      {"id":"call_2","type":"function","function":{"name":"read","arguments":"{\\"INVALID_JSON\\":\\"{bad\\"}"}}]},
                     {"role":"tool","tool_call_id":"call_1","content":"text"},{"role":"tool","tool_call_id":"call_2","content":"(no output)"},
                     {"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}},{"type":"text","text":"and?"}]}]
                    """)))
    }

    @Test func `an answer of calls alone has no content`() {
        let request = ModelRequest.sample([.person("a"), .model([.call("1")]), .result("1", "x")])
        let message = OpenAIChatRequest(request, for: .sample(.openAICompletions)).json["messages"]?
            .arrayValue?[1]
        #expect(message?["content"] == .null)
    }

    @Test func `thoughts go back in the dialect's own way`() {
        func message(_ dialect: ChatDialect, signature: String?) -> JSON? {
            let endpoint = Endpoint.sample(.openAICompletions, dialect: dialect)
            let history: [Message] = [
                .person("a"), .model([.thinking("t", signature: signature), .text("b")], endpoint),
                .person("c"),
            ]
            return OpenAIChatRequest(.sample(history), for: endpoint).json["messages"]?.arrayValue?[1]
        }

        #expect(message(.openAI, signature: nil)?.objectValue?.map(\.key) == ["role", "content"])
        #expect(message(.thinkingToggle, signature: nil)?["reasoning_content"] == "t")
        #expect(message(.openRouter, signature: #"[{"type":"x"}]"#)?["reasoning_details"] == [["type": "x"]])
        #expect(message(.openRouter, signature: nil)?["reasoning_details"] == nil)
    }

    @Test func `Mistral's ids match between call and result`() {
        let endpoint = Endpoint.sample(.openAICompletions, dialect: .mistral)
        let request = ModelRequest.sample([
            .person("a"), .model([.call("toolu_01")]), .result("toolu_01", "x"),
        ])
        let messages = OpenAIChatRequest(request, for: endpoint).json["messages"]?.arrayValue
        let id = messages?[1]["tool_calls"]?.arrayValue?[0]["id"]?.stringValue

        #expect(id?.count == 9)
        #expect(messages?[2]["tool_call_id"]?.stringValue == id)
    }

    @Test(arguments: [
        (ChatDialect(), ["none", "low", "high"], ThinkingLevel.off, #"{"reasoning_effort":"none"}"#),
        (ChatDialect(), ["none", "low", "high"], .medium, #"{"reasoning_effort":"low"}"#),
        (ChatDialect(), ["none", "low", "high"], .xhigh, #"{"reasoning_effort":"high"}"#),
        (ChatDialect(), [], .off, "{}"), (ChatDialect(), [], .xhigh, #"{"reasoning_effort":"high"}"#),
        (.thinkingToggle, [], .off, #"{"thinking":{"type":"disabled"}}"#),
        (
            .thinkingToggle, ["high", "max"], .low,
            #"{"thinking":{"type":"enabled"},"reasoning_effort":"high"}"#
        ),
        (.openRouter, [], .off, "{}"), (.openRouter, [], .medium, #"{"reasoning":{"effort":"medium"}}"#),
    ])
    func `thinking is asked for as the server wants it`(
        dialect: ChatDialect, efforts: [String], level: ThinkingLevel, fields: String
    ) throws {
        let endpoint = Endpoint.sample(
            .openAICompletions, reasoning: true, efforts: efforts, dialect: dialect)
        let body = OpenAIChatRequest(.sample(thinking: level), for: endpoint).json.objectValue ?? [:]
        let found = JSONObject(
            body.filter { ["reasoning_effort", "thinking", "reasoning"].contains($0.key) }.map {
                ($0.key, $0.value)
            })
        #expect(try JSON.object(found) == json(fields))
    }
}
