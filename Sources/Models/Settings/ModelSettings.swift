package import Core

/// The four ways to talk to a model; the raw value is what config files and transcripts say.
package enum ModelAPI: String, Sendable, CaseIterable {
    case anthropicMessages = "anthropic-messages"
    case openAICompletions = "openai-completions"
    case openAIResponses = "openai-responses"
    case googleGenerativeAI = "google-generative-ai"
}

/// Everything outside this room that decides which models can be used, and how.
package struct ModelSettings: Sendable {
    /// `models.providers`, by id.
    package var providers: [String: ProviderSettings]
    /// `models.mode: "replace"`: only the models named in the config file are listed.
    package var replacesCatalog: Bool
    /// The logins that are stored, each id once.
    package var profiles: [StoredCredential]
    /// `auth.order`: profile ids by provider, first choice first; they go before the environment.
    package var order: [String: [String]]
    /// `auth.profiles`, which go before logins that are only stored.
    package var listedProfiles: [ListedProfile] = []
    /// Whose logins go first.
    package var defaultAgent = AgentID.main
    package var environment: [String: String]
    package var cooldowns: CooldownRules

    package init(
        providers: [String: ProviderSettings] = [:], replacesCatalog: Bool = false,
        profiles: [StoredCredential] = [], order: [String: [String]] = [:],
        environment: [String: String] = [:], cooldowns: CooldownRules = CooldownRules()
    ) {
        self.providers = providers
        self.replacesCatalog = replacesCatalog
        self.profiles = profiles
        self.order = order
        self.environment = environment
        self.cooldowns = cooldowns
    }

    /// A shorter value of a header is no secret.
    private static let leastHeaderBytes = 8

    /// Every secret in them, so that what others say can be shown without.
    var secrets: [String] {
        let ofProviders = providers.values.flatMap { provider in
            [provider.apiKey?.reveal(), provider.proxy?.reveal()].compactMap { $0 }
                + provider.headers.values.filter { $0.utf8.count >= Self.leastHeaderBytes }
        }
        let ofLogins = profiles.flatMap { [$0.secret, $0.refreshToken].compactMap { $0?.reveal() } }
        return ofProviders + ofLogins
            + KnownProvider.all.flatMap(\.keyVariables).compactMap { variable($0.name) }
    }

    /// An environment variable that is set to something.
    func variable(_ name: String) -> String? {
        guard let value = environment[name]?.trimmed, !value.isEmpty else { return nil }
        return String(value)
    }
}

/// An entry of `auth.profiles`: whose login it is and of which kind, without its secret.
package struct ListedProfile: Sendable, Hashable {
    package var id: String
    package var provider: String
    /// False for tokens and logins.
    package var isKey: Bool

    package init(id: String, provider: String, isKey: Bool) {
        self.id = id
        self.provider = provider
        self.isKey = isKey
    }
}

/// One entry of `models.providers`.
package struct ProviderSettings: Sendable {
    package var baseURL: String?
    package var apiKey: Secret?
    package var api: ModelAPI?
    /// An `api` of OpenClaw's that is not spoken here.
    ///
    /// `ollama` is asked through its OpenAI-compatible side.
    package var foreignAPI: String?
    /// Sent with every request; they may hold secrets.
    package var headers: [String: String]
    /// Whether the key goes out as `Authorization: Bearer` instead of the vendor's own header.
    package var authHeader: Bool?
    /// Its own proxy's URL; nil: the environment's.
    package var proxy: Secret?
    /// Longest silence before a request is given up; nil: two minutes.
    package var timeout: Duration?
    package var models: [ModelInfo]

    package init(
        baseURL: String? = nil, apiKey: Secret? = nil, api: ModelAPI? = nil, headers: [String: String] = [:],
        authHeader: Bool? = nil, models: [ModelInfo] = []
    ) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.api = api
        self.headers = headers
        self.authHeader = authHeader
        self.models = models
    }
}
