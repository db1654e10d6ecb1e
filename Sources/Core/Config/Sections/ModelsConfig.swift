/// `models`: vendors and models beside those of the catalogue.
package struct ModelsConfig: ConfigSection {
    /// `merge` adds to the catalogue, `replace` takes its place.
    package var mode = "merge"
    package var providers: [String: ProviderConfig] = [:]

    package init() {}

    package static let spec = ObjectSpec<ModelsConfig>(
        Field("mode", \.mode, .choice("merge", "replace")).label("Catalogue Mode"),
        Field("providers", \.providers, .map(.object)).label("Model Providers"))
}

/// `models.providers.<id>`.
package struct ProviderConfig: ConfigSection {
    package var baseUrl: String?
    package var apiKey: Secret?
    /// `openai-completions`, `openai-responses`, `anthropic-messages` or `google-generative-ai`, or one not
    /// spoken yet.
    package var api: String?
    package var headers: [String: String] = [:]
    /// Whether the key goes into `Authorization: Bearer`.
    package var authHeader: Bool?
    /// Longest silence of the provider, in seconds.
    package var timeoutSeconds: Int?
    package var request = Request()
    package var models: [ModelConfig] = []

    package init() {}

    package static let spec = ObjectSpec<ProviderConfig>(
        Field("baseUrl", \.baseUrl, .text).label("Base URL"),
        Field("apiKey", \.apiKey, .secret).sensitive.label("API Key"),
        Field("api", \.api, .api).label("API"),
        Field("headers", \.headers, .map(.secretText)).sensitive.label("Headers"),
        Field("authHeader", \.authHeader, .bool).label("Key As Bearer Token"),
        Field("timeoutSeconds", \.timeoutSeconds, .integer(1...86_400)).label("Timeout (seconds)"),
        Field("request", \.request, .object).label("Request"),
        Field("models", \.models, .list(.object)).label("Models"))

    /// `models.providers.<id>.request`: how its requests travel.
    package struct Request: ConfigSection {
        package var proxy: Proxy?

        package init() {}

        package static let spec = ObjectSpec<Request>(
            Field("proxy", \.proxy, .object).label("Proxy"))
    }

    /// `models.providers.<id>.request.proxy`.
    package struct Proxy: ConfigSection {
        /// `explicit-proxy`, or `env-proxy` for the environment's in spite of `url`.
        package var mode: String?
        /// The proxy's address; it may hold a password.
        package var url: Secret?

        package init() {}

        package static let spec = ObjectSpec<Proxy>(
            Field("mode", \.mode, .choice("env-proxy", "explicit-proxy")).label("Mode"),
            Field("url", \.url, .secret).sensitive.label("URL"))
    }
}

/// `models.providers.<id>.models[]`.
package struct ModelConfig: ConfigSection {
    package var id = ""
    package var name: String?
    package var api: String?
    package var reasoning: Bool?
    /// `text`, `image`, `video`, `audio`.
    package var input: [String]?
    package var cost: Cost?
    /// In tokens.
    package var contextWindow: Int?
    /// Longest answer in tokens.
    package var maxTokens: Int?

    package init() {}

    package static let spec = ObjectSpec<ModelConfig>(
        Field("id", \.id, .text).required.label("Id"),
        Field("name", \.name, .text).label("Name"),
        Field("api", \.api, .api).label("API"),
        Field("reasoning", \.reasoning, .bool).label("Reasons"),
        Field("input", \.input, .list(.choice("text", "image", "video", "audio"))).label("Input"),
        Field("cost", \.cost, .object).label("Cost"),
        Field("contextWindow", \.contextWindow, .integer(1...Int.max)).label("Context Window (tokens)"),
        Field("maxTokens", \.maxTokens, .integer(1...Int.max)).label("Longest Answer (tokens)"))

    /// US dollars for a million tokens.
    package struct Cost: ConfigSection {
        package var input = 0.0
        package var output = 0.0
        package var cacheRead = 0.0
        package var cacheWrite = 0.0

        package init() {}

        package static let spec = ObjectSpec<Cost>(
            Field("input", \.input, .number()).label("Input"),
            Field("output", \.output, .number()).label("Output"),
            Field("cacheRead", \.cacheRead, .number()).label("Cache Read"),
            Field("cacheWrite", \.cacheWrite, .number()).label("Cache Write"))
    }
}

extension ValueSpec where Value == String {
    /// Names of vendor protocols; those we do not speak are accepted, and the provider says so when it is
    /// used.
    fileprivate static var api: Self {
        .choice(
            "openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai",
            "github-copilot", "bedrock-converse-stream", "openai-chatgpt-responses", "google-vertex",
            "ollama",
            "pi-messages", "azure-openai-responses")
    }
}
