import Core
import Testing

@testable import Models

struct OpenAIResponsesRequestTests {
    @Test func `nothing is stored, thoughts come encrypted, the session names the cache`() throws {
        let endpoint = Endpoint.sample(
            .openAIResponses, reasoning: true, efforts: ["minimal", "low", "medium", "high"])
        let request = ModelRequest.sample(
            system: "Be brief.", tools: [.write], thinking: .medium, cacheKey: "session-1")

        #expect(
            OpenAIResponsesRequest(request, for: endpoint).json
                == (try json(
                    """
                    {"model":"fake-1","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]}],"stream":true,"store":false,
                     "max_output_tokens":8192,"instructions":"Be brief.",
                     "tools":[{"type":"function","name":"write","description":"Writes a file.","parameters":{"type":"object","properties":{}},"strict":false}],
                     "prompt_cache_key":"session-1","reasoning":{"effort":"medium","summary":"auto"},"include":["reasoning.encrypted_content"]}
                    """)))
    }

    @Test func `off is the least effort there is, without a summary`() {
        let endpoint = Endpoint.sample(.openAIResponses, reasoning: true, efforts: ["minimal", "low"])
        #expect(OpenAIResponsesRequest(.sample(), for: endpoint).json["reasoning"] == ["effort": "minimal"])
        #expect(OpenAIResponsesRequest(.sample(), for: .sample(.openAIResponses)).json["reasoning"] == nil)
    }

    @Test func `a tool loop goes back with items as they came`() throws {
        let endpoint = Endpoint.sample(.openAIResponses)
        let item = #"{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"ZW4="}"#
        let request = ModelRequest.sample([
            .person([.text("look"), .image(.png)]),
            .model(
                [
                    .thinking("hm", signature: item), .text("I look."), .call("call_1", signature: "fc_1"),
                    .thinking("left over", signature: item),
                ], endpoint),
            .result("call_1", "text", images: [.png]),
        ])

        #expect(
            OpenAIResponsesRequest(request, for: endpoint).json["input"]
                == (try json(
                    """
                    [{"role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_image","detail":"auto","image_url":"data:image/png;base64,iVBORw0KGgo="}]},
                     \(item),{"role":"assistant","content":"I look."},
                     {"type":"function_call","call_id":"call_1","name":"read","arguments":"{\\"path\\":\\"a\\"}","id":"fc_1"},
                     {"type":"function_call_output","call_id":"call_1","output":[{"type":"input_text","text":"text"},
                      {"type":"input_image","detail":"auto","image_url":"data:image/png;base64,iVBORw0KGgo="}]}]
                    """)))
    }

    @Test func `another model gets neither thoughts nor item ids`() throws {
        let history: [Message] = [
            .person("a"),
            .model(
                [.thinking("hm", signature: "{}"), .call("call_1", signature: "fc_1")],
                .sample(.openAIResponses)),
            .result("call_1", ""),
        ]
        let other = Endpoint.sample(.openAIResponses, model: "fake-2")

        #expect(
            OpenAIResponsesRequest(.sample(history), for: other).json["input"]
                == (try json(
                    """
                    [{"role":"user","content":[{"type":"input_text","text":"a"}]},
                     {"type":"function_call","call_id":"call_1","name":"read","arguments":"{\\"path\\":\\"a\\"}"},
                     {"type":"function_call_output","call_id":"call_1","output":"(no output)"}]
                    """)))
    }
}

struct ChatGPTTests {
    /// `{"https://api.openai.com/auth":{"chatgpt_account_id":"acc-1"}}` between a head and a signature.
    private static let token =
        "e30.eyJodHRwczovL2FwaS5vcGVuYWkuY29tL2F1dGgiOnsiY2hhdGdwdF9hY2NvdW50X2lkIjoiYWNjLTEifX0.sig"

    @Test(
        arguments: [
            (token, "acc-1"), ("sk-proj-key", nil), ("a.b.c", nil), ("e30.e30.x", nil), ("", nil),
        ] as [(String, String?)])
    func `a login tells its account`(token: String, account: String?) {
        #expect(ChatGPTAccount.id(in: token) == account)
    }

    @Test func `a subscription is asked with its account and without a limit`() {
        var endpoint = Endpoint.sample(.openAIResponses, dialect: .chatGPT)
        endpoint.credential.kind = .token
        endpoint.credential.secret = Secret(Self.token)

        let body = OpenAIResponsesRequest(.sample(), for: endpoint).json

        #expect(body["max_output_tokens"] == nil && body["store"] == false)
        #expect(body["instructions"]?.stringValue?.isEmpty == false, "the server wants some")
        #expect(
            endpoint.keyHeaders.map(\.name) == [
                "authorization", "chatgpt-account-id", "openai-beta", "originator",
            ])
    }
}
