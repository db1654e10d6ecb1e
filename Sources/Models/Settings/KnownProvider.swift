/// A vendor or a local server that needs no more than its name in the config file.
struct KnownProvider: Sendable {
    struct KeyVariable: Sendable {
        var name: String
        var kind: Credential.Kind = .apiKey
    }

    var id: String
    var api: ModelAPI
    var baseURL: String
    /// The variable by which the vendor's own tools take another address.
    var baseURLVariable: String?
    /// First choice first.
    var keyVariables: [KeyVariable]
    /// False for servers on this machine.
    var needsKey = true
    /// The model when nothing is configured but a key.
    var defaultModel: String?
    var dialect = ChatDialect()
    /// Where its accounts are paid.
    var billingPage: String? { Self.billingPages[id] }

    init(
        _ id: String, _ api: ModelAPI, _ baseURL: String, keys: [String], model: String? = nil,
        dialect: ChatDialect = ChatDialect(), baseURLVariable: String? = nil, needsKey: Bool = true
    ) {
        self.id = id
        self.api = api
        self.baseURL = baseURL
        self.baseURLVariable = baseURLVariable
        self.needsKey = needsKey
        self.dialect = dialect
        defaultModel = model
        keyVariables = keys.map {
            KeyVariable(name: $0, kind: $0.hasSuffix("OAUTH_TOKEN") ? .token : .apiKey)
        }
    }

    static func named(_ id: String) -> KnownProvider? { byID[id] }

    /// The vendor behind an address, for a provider that the config file calls by a name of its own.
    static func serving(_ address: String) -> KnownProvider? { byHost[BaseURL.host(of: address)] }

    private static let byHost = Dictionary(
        all.filter(\.needsKey).map { (BaseURL.host(of: $0.baseURL), $0) },
        uniquingKeysWith: { first, _ in first })
    private static let byID = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
}

extension KnownProvider {
    private static let billingPages = [
        "anthropic": "https://platform.claude.com/settings/billing",
        "openai": "https://platform.openai.com/settings/organization/billing",
        "google": "https://console.cloud.google.com/billing",
        "openrouter": "https://openrouter.ai/settings/credits",
        "xai": "https://console.x.ai",
        "deepseek": "https://platform.deepseek.com/top_up",
        "mistral": "https://admin.mistral.ai/organization/billing",
        "groq": "https://console.groq.com/settings/billing",
        "together": "https://api.together.ai/settings/billing",
        "huggingface": "https://huggingface.co/settings/billing",
    ]

    /// In the order in which a default model is looked for.
    static let all: [KnownProvider] = [
        KnownProvider(
            "anthropic", .anthropicMessages, "https://api.anthropic.com",
            keys: ["ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"], model: "claude-opus-5-5",
            baseURLVariable: "ANTHROPIC_BASE_URL"),
        KnownProvider(
            "openai", .openAIResponses, "https://api.openai.com/v1", keys: ["OPENAI_API_KEY"],
            model: "gpt-6.1-sol", dialect: .openAI, baseURLVariable: "OPENAI_BASE_URL"),
        KnownProvider(
            "google", .googleGenerativeAI, "https://generativelanguage.googleapis.com/v1beta",
            keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], model: "gemini-3.8-flash",
            baseURLVariable: "GOOGLE_GEMINI_BASE_URL"),
        KnownProvider(
            "openai-codex", .openAIResponses, "https://chatgpt.com/backend-api/codex", keys: [],
            model: "gpt-6.1-sol", dialect: .chatGPT),
        KnownProvider(
            "openrouter", .openAICompletions, "https://openrouter.ai/api/v1", keys: ["OPENROUTER_API_KEY"],
            model: "auto", dialect: .openRouter),
        KnownProvider(
            "xai", .openAICompletions, "https://api.x.ai/v1", keys: ["XAI_API_KEY"], model: "grok-4.3",
            dialect: ChatDialect(reasoning: .effort)),
        KnownProvider(
            "deepseek", .openAICompletions, "https://api.deepseek.com/v1", keys: ["DEEPSEEK_API_KEY"],
            model: "deepseek-v4-pro", dialect: .thinkingToggle),
        KnownProvider(
            "mistral", .openAICompletions, "https://api.mistral.ai/v1", keys: ["MISTRAL_API_KEY"],
            model: "mistral-large-latest", dialect: .mistral),
        KnownProvider(
            "groq", .openAICompletions, "https://api.groq.com/openai/v1", keys: ["GROQ_API_KEY"],
            model: "openai/gpt-oss-120b", dialect: ChatDialect(reasoning: .effort)),
        KnownProvider(
            "cerebras", .openAICompletions, "https://api.cerebras.ai/v1", keys: ["CEREBRAS_API_KEY"],
            model: "gpt-oss-120b", dialect: ChatDialect(reasoning: .effort)),
        KnownProvider(
            "moonshot", .openAICompletions, "https://api.moonshot.ai/v1",
            keys: ["MOONSHOT_API_KEY", "KIMI_API_KEY"],
            model: "kimi-k2.6", dialect: .thinkingToggle),
        KnownProvider(
            "kimi-code", .openAICompletions, "https://api.kimi.com/coding/v1", keys: ["KIMICODE_API_KEY"],
            model: "kimi-for-coding", dialect: .thinkingToggle),
        KnownProvider(
            "zai", .openAICompletions, "https://api.z.ai/api/paas/v4", keys: ["ZAI_API_KEY", "Z_AI_API_KEY"],
            model: "glm-5.2", dialect: .thinkingToggle),
        KnownProvider(
            "minimax", .anthropicMessages, "https://api.minimax.io/anthropic", keys: ["MINIMAX_API_KEY"],
            model: "MiniMax-M3"),
        KnownProvider(
            "together", .openAICompletions, "https://api.together.xyz/v1", keys: ["TOGETHER_API_KEY"],
            dialect: .local),
        KnownProvider(
            "fireworks", .openAICompletions, "https://api.fireworks.ai/inference/v1",
            keys: ["FIREWORKS_API_KEY"],
            dialect: .local),
        KnownProvider(
            "nvidia", .openAICompletions, "https://integrate.api.nvidia.com/v1", keys: ["NVIDIA_API_KEY"],
            dialect: .local),
        KnownProvider(
            "huggingface", .openAICompletions, "https://router.huggingface.co/v1",
            keys: ["HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"], dialect: .local),
        KnownProvider(
            "qwen", .openAICompletions, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            keys: ["QWEN_API_KEY", "DASHSCOPE_API_KEY"], dialect: .local),
        KnownProvider(
            "venice", .openAICompletions, "https://api.venice.ai/api/v1", keys: ["VENICE_API_KEY"],
            dialect: .local),
        KnownProvider(
            "synthetic", .anthropicMessages, "https://api.synthetic.new/anthropic",
            keys: ["SYNTHETIC_API_KEY"]),
        KnownProvider(
            "opencode", .openAICompletions, "https://opencode.ai/zen/v1",
            keys: ["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"], dialect: .local),
        KnownProvider(
            "vercel-ai-gateway", .openAICompletions, "https://ai-gateway.vercel.sh/v1",
            keys: ["AI_GATEWAY_API_KEY"],
            dialect: .local),
        KnownProvider(
            "ollama", .openAICompletions, "http://127.0.0.1:11434/v1", keys: ["OLLAMA_API_KEY"],
            dialect: .local, needsKey: false),
        KnownProvider(
            "lmstudio", .openAICompletions, "http://127.0.0.1:1234/v1", keys: ["LMSTUDIO_API_KEY"],
            dialect: .local, needsKey: false),
        KnownProvider(
            "vllm", .openAICompletions, "http://127.0.0.1:8000/v1", keys: ["VLLM_API_KEY"], dialect: .local,
            needsKey: false),
        KnownProvider(
            "litellm", .openAICompletions, "http://127.0.0.1:4000/v1", keys: ["LITELLM_API_KEY"],
            dialect: .local, needsKey: false),
    ]
}
