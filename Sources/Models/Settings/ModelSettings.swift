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
    /// What `auth-profiles.json` holds.
    package var profiles: [StoredCredential]
    /// `auth.order`: profile ids by provider, first choice first.
    package var order: [String: [String]]
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

    /// An environment variable that is set to something.
    func variable(_ name: String) -> String? {
        guard let value = environment[name]?.trimmed, !value.isEmpty else { return nil }
        return String(value)
    }
}

/// One entry of `models.providers`.
package struct ProviderSettings: Sendable {
    package var baseURL: String?
    package var apiKey: Secret?
    package var api: ModelAPI?
    /// Sent with every request; they may hold secrets.
    package var headers: [String: String]
    /// Whether the key goes out as `Authorization: Bearer` instead of the vendor's own header.
    package var authHeader: Bool?
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
