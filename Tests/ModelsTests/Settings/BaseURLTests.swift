import Core
import Testing
import Wire

@testable import Models

struct BaseURLTests {
    @Test(arguments: [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
        ("http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/messages"),
        ("https://api.minimax.io/anthropic", "https://api.minimax.io/anthropic/v1/messages"),
        ("https://h/v1beta", "https://h/v1beta/messages"),
    ])
    func `a version is added where there is none`(base: String, url: String) {
        #expect(BaseURL.join(base, version: "v1", "messages") == url)
    }

    @Test func `the file goes before the vendor's variable, the variable before the vendor`() {
        let environment = ["ANTHROPIC_BASE_URL": "https://proxy/", "GOOGLE_GEMINI_BASE_URL": "https://g"]
        let settings = ModelSettings(
            providers: ["google": ProviderSettings(baseURL: "https://file/v1beta//")],
            environment: environment)

        #expect(BaseURL.of("anthropic", settings) == "https://proxy")
        #expect(BaseURL.of("google", settings) == "https://file/v1beta")
        #expect(BaseURL.of("openai", settings) == "https://api.openai.com/v1")
        #expect(BaseURL.of("nobody", settings) == nil)
    }

    @Test(
        arguments: [
            ("ollama", nil, "http://box:11434/", "http://box:11434/v1"),
            ("ollama", nil, "http://box:11434/v1", "http://box:11434/v1"),
            ("mine", "ollama", "http://box:11434", "http://box:11434/v1"),
            ("mine", nil, "http://box:8080", "http://box:8080"),
        ] as [(String, String?, String, String)])
    func `an Ollama is asked through its OpenAI-compatible side`(
        id: String, api: String?, address: String, base: String
    ) {
        var provider = ProviderSettings(baseURL: address)
        provider.foreignAPI = api
        #expect(BaseURL.of(id, ModelSettings(providers: [id: provider])) == base)
    }

    @Test func `an API that is not spoken is named, with those that are`() {
        var provider = ProviderSettings(baseURL: "https://x")
        provider.foreignAPI = "bedrock-converse-stream"
        let settings = ModelSettings(providers: ["mine": provider])
        let error = #expect(throws: ModelError.self) {
            try ProviderFactory.endpoint(
                ModelReference(provider: "mine", model: "x"),
                Credential(id: "mine:none", provider: "mine", kind: .none, secret: Secret("")), settings,
                ModelCatalog(settings: settings))
        }
        #expect(
            error?.explanation
                == "`models.providers.mine.api` is `bedrock-converse-stream`, which is not spoken here. Use one of "
                + "`anthropic-messages`, `openai-completions`, `openai-responses`, `google-generative-ai`.")
    }

    @Test func `an id cannot leave its place in the path`() {
        #expect("gemini-3.1_pro~x".percentEncoded == "gemini-3.1_pro~x")
        #expect("../x?y#z é".percentEncoded == "..%2Fx%3Fy%23z%20%C3%A9")
    }

    @Test func `every known provider has a sound entry`() {
        #expect(Set(KnownProvider.all.map(\.id)).count == KnownProvider.all.count)
        for provider in KnownProvider.all {
            #expect(provider.baseURL.hasPrefix("http") && provider.baseURL.last != "/", "\(provider.id)")
            #expect(provider.keyVariables.isEmpty == provider.dialect.isChatGPT, "\(provider.id)")
            #expect(provider.needsKey == !provider.baseURL.contains("127.0.0.1"), "\(provider.id)")
        }
    }

    @Test func `a vendor behind a name of one's own is known by its address`() throws {
        let settings = ModelSettings(providers: [
            "mine": ProviderSettings(baseURL: "https://openrouter.ai/api/v1", apiKey: Secret("k"))
        ])
        let endpoint = try ProviderFactory.endpoint(
            ModelReference(provider: "mine", model: "x"),
            Credential(id: "mine:config", provider: "mine", kind: .apiKey, secret: Secret("k")), settings,
            ModelCatalog(settings: settings))
        #expect(endpoint.dialect == .openRouter)
        #expect(endpoint.api == .openAICompletions)
    }

    @Test func `headers of the file overrule ours`() {
        var endpoint = Endpoint.sample(.openAICompletions)
        endpoint.headers = ["Authorization": "Basic x", "X-Title": "me"]
        let headers = endpoint.headerList(vendor: endpoint.keyHeaders).map { "\($0.name): \($0.value)" }
        #expect(
            headers == [
                "content-type: application/json", "accept: text/event-stream", "Authorization: Basic x",
                "X-Title: me",
            ])
    }
}
