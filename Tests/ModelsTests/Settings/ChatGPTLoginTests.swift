import Core
import Testing
import Wire

@testable import Models

struct ChatGPTLoginTests {
    /// An access token as OpenAI's server writes it.
    private func token(_ account: String) -> String {
        func part(_ text: String) -> String { Base64.encodeURL(Array(text.utf8)) }
        let claims = #"{"https://api.openai.com/auth":{"chatgpt_account_id":"\#(account)"}}"#
        return part(#"{"alg":"none"}"#) + "." + part(claims) + ".x"
    }

    private func settings(_ profiles: String, _ more: ModelSettings = ModelSettings()) throws -> ModelSettings
    {
        var settings = more
        settings.profiles = StoredCredential.profiles(
            LoginStore(agent: .main, json: ["profiles": try json(profiles)]))
        return settings
    }

    private func endpoint(_ model: String, _ settings: ModelSettings) throws -> Endpoint {
        let reference = try #require(ModelReference(model))
        let credential = try #require(
            CredentialSource(settings: settings).credentials(for: reference.provider).first)
        return try ProviderFactory.endpoint(
            reference, credential, settings, ModelCatalog(settings: settings))
    }

    @Test(arguments: ["openai", "openai-codex"], ["openai/gpt-5.5", "openai-codex/gpt-5.5"])
    func `a login goes to its own server for its account, under either of its names`(
        provider: String, model: String
    ) throws {
        let settings = try settings(
            #"{"\#(provider):me":{"type":"oauth","provider":"\#(provider)","access":"\#(token("acc-1"))"}}"#)
        let endpoint = try endpoint(model, settings)
        #expect(endpoint.baseURL == "https://chatgpt.com/backend-api/codex")
        #expect(endpoint.api == .openAIResponses && endpoint.dialect.isChatGPT)
        #expect(endpoint.keyHeaders.contains { $0 == ("authorization", "Bearer \(token("acc-1"))") })
        #expect(endpoint.keyHeaders.contains { $0 == ("chatgpt-account-id", "acc-1") })
    }

    @Test func `the account may stand beside a token that does not tell it`() throws {
        let settings = try settings(
            #"{"openai:me":{"type":"oauth","provider":"openai","access":"opaque","accountId":"acc-2"}}"#)
        #expect(
            try endpoint("openai/gpt-5.5", settings).keyHeaders.contains {
                $0 == ("chatgpt-account-id", "acc-2")
            })
    }

    @Test func `a key of OpenAI's goes where keys go, also beside a login`() throws {
        let settings = try settings(
            #"""
            {"openai:key":{"type":"api_key","provider":"openai","key":"k"},
             "openai:me":{"type":"oauth","provider":"openai","access":"\#(token("acc-1"))"}}
            """#, ModelSettings(order: ["openai": ["openai:key"]]))
        let endpoint = try endpoint("openai/gpt-5.5", settings)
        #expect(endpoint.baseURL == "https://api.openai.com/v1" && !endpoint.dialect.isChatGPT)
        #expect(
            CredentialSource(settings: settings).credentials(for: "openai").map(\.isChatGPT) == [false, true])
        #expect(
            CredentialSource(settings: settings).credentials(for: "openai-codex").map(\.id) == ["openai:me"])
    }

    @Test func `the order of either name counts`() throws {
        let profiles = ["a", "b"].map {
            #""openai:\#($0)":{"type":"oauth","provider":"openai","access":"\#(token($0))"}"#
        }.joined(separator: ",")
        let settings = try settings("{\(profiles)}", ModelSettings(order: ["openai-codex": ["openai:b"]]))
        #expect(
            CredentialSource(settings: settings).credentials(for: "openai").map(\.id) == [
                "openai:b", "openai:a",
            ])
    }

    @Test(arguments: ["openai-codex-responses", "openai-chatgpt-responses"])
    func `OpenClaw's names of this API are known`(api: String) throws {
        var provider = ProviderSettings(baseURL: "http://127.0.0.1:1/codex", apiKey: Secret("k"))
        provider.foreignAPI = api
        let endpoint = try endpoint("mine/x", ModelSettings(providers: ["mine": provider]))
        #expect(endpoint.dialect.isChatGPT && endpoint.api == .openAIResponses)
        #expect(endpoint.baseURL == "http://127.0.0.1:1/codex")
    }

    @Test func `every secret of the settings is known`() throws {
        var provider = ProviderSettings(
            apiKey: Secret("file-key"), headers: ["x": "header-secret", "y": "short"])
        provider.proxy = Secret("http://me:pw@proxy")
        let settings = try settings(
            #"{"a:b":{"type":"oauth","provider":"anthropic","access":"access","refresh":"refresh"}}"#,
            ModelSettings(
                providers: ["p": provider], environment: ["ANTHROPIC_API_KEY": "env-key", "HOME": "/h"]))
        #expect(
            Set(settings.secrets)
                == ["file-key", "header-secret", "http://me:pw@proxy", "access", "refresh", "env-key"])
    }
}
