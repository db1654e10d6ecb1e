import Core
import Testing

@testable import Models

struct GeminiRequestTests {
    @Test func `a first request has system, contents and full JSON Schema`() throws {
        let request = ModelRequest.sample(system: "Be brief.", tools: [.write])
        #expect(
            GeminiRequest(request, for: .sample(.googleGenerativeAI)).json
                == (try json(
                    """
                    {"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"hi"}]}],
                     "tools":[{"functionDeclarations":[{"name":"write","description":"Writes a file.","parametersJsonSchema":{"type":"object","properties":{}}}]}],
                     "generationConfig":{"maxOutputTokens":8192}}
                    """)))
    }

    @Test func `a tool loop goes back with its signatures, without its thoughts`() throws {
        let endpoint = Endpoint.sample(.googleGenerativeAI, model: "gemini-3-pro")
        let request = ModelRequest.sample([
            .person([.text("look"), .image(.png)]),
            .model(
                [
                    .thinking("hm", signature: nil), .text("I look."), .call("1", signature: "c2ln"),
                    .call("2"),
                ], endpoint),
            .result("1", "text", images: [.png]), .result("2", "bad", isError: true),
        ])

        #expect(
            GeminiRequest(request, for: endpoint).json["contents"]
                == (try json(
                    """
                    [{"role":"user","parts":[{"text":"look"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},
                     {"role":"model","parts":[{"text":"I look."},
                      {"functionCall":{"name":"read","args":{"path":"a"},"id":"1"},"thoughtSignature":"c2ln"},
                      {"functionCall":{"name":"read","args":{"path":"a"},"id":"2"}}]},
                     {"role":"user","parts":[{"functionResponse":{"name":"read","response":{"output":"text"},"id":"1"}},
                      {"functionResponse":{"name":"read","response":{"error":"bad"},"id":"2"}},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}]
                    """)))
    }

    @Test
    func `signatures of texts and thoughts go back on their own parts, and only to the model that gave them`()
        throws
    {
        let endpoint = Endpoint.sample(.googleGenerativeAI, model: "gemini-3-pro")
        let said: [Block] = [
            .thinking("hm", signature: "s1"), .thinking("unsigned", signature: nil), .text("Hello"),
            .text("", signature: "s2"),
        ]
        func parts(_ endpoint: Endpoint, _ writer: Endpoint, keeps: Bool = true) -> JSON? {
            let request = ModelRequest.sample([.person("a"), .model(said, writer), .person("b")])
            return GeminiRequest(request, for: endpoint, keepsReasoning: keeps).json["contents"]?.arrayValue?[
                1]["parts"]
        }
        #expect(
            parts(endpoint, endpoint)
                == [
                    ["text": "hm", "thought": true, "thoughtSignature": "s1"], ["text": "Hello"],
                    ["text": "", "thoughtSignature": "s2"],
                ])
        let plain: JSON = [["text": "Hello"]]
        #expect(parts(endpoint, .sample(.googleGenerativeAI, model: "gemini-2.5-pro")) == plain)
        #expect(parts(endpoint, endpoint, keeps: false) == plain)
    }

    @Test(
        arguments: [
            ("gemini-3-pro", "skip_thought_signature_validator"), ("gemini-2.5-pro", nil),
            ("gemma-4-31b-it", nil), ("gemini-flash-latest", "skip_thought_signature_validator"),
        ] as [(String, String?)])
    func `another model's calls are marked as unsigned and have ids where both are checked`(
        id: String, signature: String?
    ) {
        let history: [Message] = [
            .person("a"), .model([.call("toolu_1", signature: "sig"), .call("toolu_2")]),
            .result("toolu_1", "x"), .result("toolu_2", "y"),
        ]
        let body = GeminiRequest(.sample(history), for: .sample(.googleGenerativeAI, model: id)).json
        func parts(_ place: Int) -> [JSON] { body["contents"]?.arrayValue?[place]["parts"]?.arrayValue ?? [] }

        #expect(parts(1).map { $0["thoughtSignature"]?.stringValue } == [signature, nil])
        let ids = signature == nil ? [nil, nil] : ["toolu_1", "toolu_2"]
        #expect(parts(1).map { $0["functionCall"]?["id"]?.stringValue } == ids)
        #expect(parts(2).map { $0["functionResponse"]?["id"]?.stringValue } == ids)
    }

    @Test(arguments: [
        ("gemini-3.5-flash", ThinkingLevel.off, #"{"includeThoughts":false,"thinkingLevel":"minimal"}"#),
        ("gemini-3.8-flash", .off, #"{"includeThoughts":false,"thinkingLevel":"low"}"#),
        ("gemini-3.8-flash", .xhigh, #"{"includeThoughts":true,"thinkingLevel":"high"}"#),
        ("gemini-4-neon", .xhigh, #"{"includeThoughts":true,"thinkingLevel":"xhigh"}"#),
        ("gemini-3.1-pro-preview", .minimal, #"{"includeThoughts":true,"thinkingLevel":"low"}"#),
        ("gemini-2.5-flash", .off, #"{"includeThoughts":false,"thinkingBudget":0}"#),
        ("gemini-2.5-pro", .off, #"{"includeThoughts":false,"thinkingBudget":128}"#),
        ("gemini-2.5-pro", .medium, #"{"includeThoughts":true,"thinkingBudget":8192}"#),
        ("gemini-2.0-flash", .high, "null"),
        ("gemini-9-new", .high, #"{"includeThoughts":true,"thinkingLevel":"high"}"#),
    ])
    func `the id tells how a model is made to think`(id: String, level: ThinkingLevel, config: String) throws
    {
        var endpoint = Endpoint.sample(.googleGenerativeAI)
        endpoint.model = ModelCatalog().info(ModelReference(provider: "google", model: id))
        let body = GeminiRequest(.sample(thinking: level), for: endpoint).json
        #expect(try body["generationConfig"]?["thinkingConfig"] ?? .null == json(config))
    }
}
