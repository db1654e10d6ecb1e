import Core
import Testing

@testable import Models

struct CredentialSourceTests {
    private func found(_ settings: ModelSettings, _ provider: String) -> [String] {
        CredentialSource(settings: settings).credentials(for: provider).map {
            "\($0.id)=\($0.secret.reveal())/\($0.kind)"
        }
    }

    @Test func `environment goes before profiles, profiles before the file`() {
        let settings = ModelSettings(
            providers: ["openai": ProviderSettings(apiKey: Secret("file"))],
            profiles: [
                StoredCredential(id: "openai:b", provider: "openai", kind: .apiKey, secret: Secret("b")),
                StoredCredential(id: "openai:a", provider: "openai", kind: .token, secret: Secret("a")),
                StoredCredential(id: "google:x", provider: "google", kind: .apiKey, secret: Secret("x")),
            ],
            order: ["openai": ["openai:a", "openai:gone"]], environment: ["OPENAI_API_KEY": " env\n"])

        #expect(
            found(settings, "openai") == [
                "openai:env=env/apiKey", "openai:a=a/token", "openai:b=b/apiKey", "openai:config=file/apiKey",
            ])
    }

    @Test func `the same key is one credential, whatever number of places it stands in`() {
        let settings = ModelSettings(
            providers: ["openai": ProviderSettings(apiKey: Secret("k"))],
            profiles: [StoredCredential(id: "p", provider: "openai", kind: .apiKey, secret: Secret("k"))],
            environment: ["OPENAI_API_KEY": "k"])
        #expect(found(settings, "openai") == ["openai:env=k/apiKey"])
    }

    @Test func `both of Google's names and both of Anthropic's are read`() {
        #expect(
            found(ModelSettings(environment: ["GOOGLE_API_KEY": "g"]), "google") == [
                "google:env:GOOGLE_API_KEY=g/apiKey"
            ])
        #expect(
            found(
                ModelSettings(environment: ["GEMINI_API_KEY": "a", "GOOGLE_API_KEY": "b"]), "google")
                == ["google:env=a/apiKey", "google:env:GOOGLE_API_KEY=b/apiKey"])
        #expect(
            found(
                ModelSettings(environment: ["ANTHROPIC_API_KEY": "k", "ANTHROPIC_OAUTH_TOKEN": "t"]),
                "anthropic")
                == ["anthropic:env=t/token", "anthropic:env:ANTHROPIC_API_KEY=k/apiKey"])
    }

    @Test func `a setup token is a bearer token wherever it stands`() {
        let settings = ModelSettings(environment: ["ANTHROPIC_API_KEY": "sk-ant-oat01-x"])
        #expect(found(settings, "anthropic") == ["anthropic:env:ANTHROPIC_API_KEY=sk-ant-oat01-x/token"])
    }

    @Test func `a server of one's own needs no key, a vendor does`() {
        let settings = ModelSettings(providers: [
            "mine": ProviderSettings(baseURL: "http://10.0.0.2:8000/v1"),
            "ollama": ProviderSettings(),
            "openai": ProviderSettings(baseURL: "https://api.openai.com/v1"),
            "anthropic": ProviderSettings(baseURL: "http://127.0.0.1:9"),
        ])
        #expect(found(settings, "mine") == ["mine:none=/none"])
        #expect(found(settings, "ollama") == ["ollama:none=/none"])
        #expect(found(settings, "anthropic") == ["anthropic:none=/none"])
        #expect(found(settings, "openai").isEmpty)
        #expect(found(settings, "unheard-of").isEmpty)
        #expect(CredentialSource(settings: settings).configuredProviders == ["anthropic", "ollama", "mine"])
    }

    @Test func `a key in the file that the environment overrules is named`() {
        let settings = ModelSettings(
            providers: [
                "openai": ProviderSettings(apiKey: Secret("old")),
                "google": ProviderSettings(apiKey: Secret("g")),
            ],
            environment: ["OPENAI_API_KEY": "new", "GEMINI_API_KEY": "g"])
        #expect(
            CredentialSource(settings: settings).shadowedKeys == [
                "models.providers.openai.apiKey: shadowed by the environment variable `OPENAI_API_KEY`, which has "
                    + "another value; remove one of the two"
            ])
    }

    @Test func `an auth-profiles file gives its entries that hold a secret`() throws {
        let file = try json(
            """
            {"version":1,"profiles":{
             "anthropic:default":{"type":"token","provider":"anthropic","token":"sk-ant-oat01-a"},
             "openai:work":{"type":"api_key","provider":"openai","key":" k "},
             "google:oauth":{"type":"oauth","provider":"google","access":"at","refresh":"rt"},
             "empty:x":{"type":"api_key","provider":"empty","key":""},"bad":3}}
            """)
        let stored = StoredCredential.profiles(json: file)
        #expect(stored.map(\.id) == ["anthropic:default", "openai:work", "google:oauth"])
        #expect(stored.map(\.kind) == [.token, .apiKey, .token])
        #expect(stored.map { $0.secret.reveal() } == ["sk-ant-oat01-a", "k", "at"])
        #expect(StoredCredential.profiles(json: .null).isEmpty)
    }
}
