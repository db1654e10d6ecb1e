import Core
import Testing

@testable import Models

struct CredentialSourceTests {
    private func found(_ settings: ModelSettings, _ provider: String) -> [String] {
        CredentialSource(settings: settings).credentials(for: provider).map {
            "\($0.id)=\($0.secret.reveal())/\($0.kind)"
        }
    }

    @Test func `an order goes before the environment, that before other profiles, those before the file`() {
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
                "openai:a=a/token", "openai:env=env/apiKey", "openai:b=b/apiKey", "openai:config=file/apiKey",
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
             "google:oauth":{"type":"oauth","provider":"google","access":"at","refresh":"rt","expires":1700000000000},
             "xai:ref":{"type":"api_key","provider":"xai","keyRef":{"source":"env","id":"MY_XAI"}},
             "groq:ref":{"type":"api_key","provider":"groq","keyRef":{"source":"exec","id":"x"}},
             "anthropic:gone":{"type":"oauth","provider":"anthropic","refresh":"only"},
             "empty:x":{"type":"api_key","provider":"empty","key":""},"bad":3}}
            """)
        let stored = StoredCredential.profiles(
            LoginStore(agent: .main, json: file), environment: ["MY_XAI": "xk"])
        #expect(
            stored.map(\.id) == [
                "anthropic:default", "openai:work", "google:oauth", "xai:ref", "anthropic:gone",
            ])
        #expect(stored.map(\.kind) == [.token, .apiKey, .token, .apiKey, .token])
        #expect(stored.map { $0.secret.reveal() } == ["sk-ant-oat01-a", "k", "at", "xk", ""])
        #expect(
            stored.map { $0.expires?.milliseconds } == [nil, nil, 1_700_000_000_000, nil, 0],
            "what has only a refresh token has ended")
        #expect(StoredCredential.profiles(LoginStore(agent: .main, json: .null)).isEmpty)
    }

    @Test func `of two logins with one id the one that lasts longer counts, of equals the first`() {
        func login(_ secret: String, _ id: String, ends: Int64?) -> StoredCredential {
            StoredCredential(
                id: id, provider: "anthropic", kind: .token, secret: Secret(secret),
                expires: ends.map { Timestamp(milliseconds: $0) })
        }
        let merged = StoredCredential.merged([
            login("old", "a", ends: 1), login("first", "b", ends: nil), login("new", "a", ends: 2),
            login("second", "b", ends: nil), login("ends", "b", ends: 9),
        ])
        #expect(merged.map { $0.secret.reveal() } == ["new", "first"])
    }

    @Test
    func
        `without an order the config file's profiles go first, logins before keys, and only as listed`()
    {
        var settings = ModelSettings(
            profiles: [
                StoredCredential(id: "k", provider: "openai", kind: .apiKey, secret: Secret("k")),
                StoredCredential(
                    id: "o", provider: "openai", kind: .token, secret: Secret(""), refreshToken: Secret("r")),
                StoredCredential(id: "t", provider: "openai", kind: .token, secret: Secret("t")),
                StoredCredential(id: "l", provider: "openai", kind: .apiKey, secret: Secret("l")),
            ], environment: ["OPENAI_API_KEY": "e"])
        settings.listedProfiles = [
            ListedProfile(id: "gone", provider: "openai", isKey: true),
            ListedProfile(id: "l", provider: "openai", isKey: true),
            ListedProfile(id: "k", provider: "openai", isKey: false),
            ListedProfile(id: "t", provider: "xai", isKey: false),
        ]
        #expect(
            found(settings, "openai") == [
                "openai:env=e/apiKey", "l=l/apiKey", "o=/token",
            ])
    }
}
