import Core

/// One model at one address, asked with one credential.
struct Endpoint: Sendable {
    var model: ModelInfo
    var api: ModelAPI
    var baseURL: String
    var credential: Credential
    /// From the config file; they overrule ours.
    var headers: [String: String] = [:]
    var usesBearer = false
    var dialect = ChatDialect()
    var idleTimeout: Duration = .seconds(120)
    /// The provider's own proxy, `""` for none; nil: the environment's.
    var proxy: String?
    /// The setting or variable that `baseURL` comes from; nil: it is the vendor's own.
    var addressSetting: String?
    /// Hides this provider's secrets, and all others, in what it says.
    var mask = SecretMask()
    /// Is given each event of a stream as the vendor sent it.
    var record: StreamRecorder?

    var reference: ModelReference { model.reference }

    /// The id as the vendor knows it.
    var modelID: String {
        let isRouterOwn = reference.provider == "openrouter" && !reference.model.contains("/")
        return isRouterOwn ? "openrouter/\(reference.model)" : reference.model
    }

    /// Longest answer to ask for.
    ///
    /// A larger wish counts against some vendors' rate limits even when it is not used.
    static let largestDefaultMaxTokens = 32_000

    func maxTokens(for request: ModelRequest) -> Int {
        max(
            request.maxTokens.map { min($0, model.maxTokens) }
                ?? min(model.maxTokens, Self.largestDefaultMaxTokens), 1)
    }

    /// `vendor` with the key in the vendor's own way, then the config file's headers.
    func headerList(vendor: [(name: String, value: String)]) -> [(name: String, value: String)] {
        let own = Set(headers.keys.map { $0.lowercased() })
        let common = [
            (name: "content-type", value: "application/json"), (name: "accept", value: "text/event-stream"),
        ]
        return (common + vendor).filter { !own.contains($0.name.lowercased()) }
            + headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// The key, and what the vendor wants with every request, in its own way.
    var keyHeaders: [(name: String, value: String)] {
        switch api {
        case .anthropicMessages:
            [("anthropic-version", "2023-06-01")] + (keyHeader("x-api-key") ?? bearer)
        case .googleGenerativeAI: keyHeader("x-goog-api-key") ?? bearer
        case .openAICompletions, .openAIResponses: bearer + account
        }
    }

    private var account: [(name: String, value: String)] {
        guard dialect.isChatGPT,
            let id = ChatGPTAccount.id(in: credential.secret.reveal()) ?? credential.account
        else { return [] }
        return [
            ("chatgpt-account-id", id), ("openai-beta", "responses=experimental"), ("originator", "openclaw"),
        ]
    }

    private func keyHeader(_ name: String) -> [(name: String, value: String)]? {
        guard credential.kind == .apiKey, !usesBearer else { return nil }
        return [(name, credential.secret.reveal())]
    }

    private var bearer: [(name: String, value: String)] {
        credential.kind == .none ? [] : [("authorization", "Bearer \(credential.secret.reveal())")]
    }
}
