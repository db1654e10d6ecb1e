package import Core
package import Wire

/// Is given each event of a model's stream as the vendor sent it, before anything is made of it.
package typealias StreamRecorder = @MainActor @Sendable (ModelReference, SSEEvent) -> Void

/// Makes the provider that asks one model with one credential, once for many requests.
@MainActor
package final class ProviderFactory {
    private struct Wish: Hashable {
        var model: ModelReference
        var credentialID: String
    }

    private let web: WebClient
    private let settings: ModelSettings
    private let catalog: ModelCatalog
    private let mask: SecretMask
    private let record: StreamRecorder?
    private var made: [Wish: (credential: Credential, provider: any ModelProvider)] = [:]

    /// Providers kept; people use a handful of models.
    private static let mostMade = 64

    package init(web: WebClient, settings: ModelSettings, record: StreamRecorder? = nil) {
        self.web = web
        self.record = record
        self.settings = settings
        catalog = ModelCatalog(settings: settings)
        mask = SecretMask(settings.secrets)
    }

    /// Throws `.notConfigured` for a provider that nobody knows and that has no address.
    package func provider(
        _ reference: ModelReference, _ credential: Credential
    ) throws(ModelError) -> any ModelProvider {
        let wish = Wish(model: reference, credentialID: credential.id)
        if let known = made[wish], known.credential.kind == credential.kind,
            known.credential.secret.matches(credential.secret.reveal())
        {
            return known.provider
        }
        let provider = try make(reference, credential)
        if made.count >= Self.mostMade { made = [:] }
        made[wish] = (credential, provider)
        return provider
    }

    private func make(
        _ reference: ModelReference, _ credential: Credential
    ) throws(ModelError) -> any ModelProvider {
        var endpoint = try Self.endpoint(reference, credential, settings, catalog)
        endpoint.mask = mask
        endpoint.record = record
        return switch endpoint.api {
        case .anthropicMessages: AnthropicProvider(web: web, endpoint: endpoint)
        case .openAICompletions: OpenAIChatProvider(web: web, endpoint: endpoint)
        case .openAIResponses: OpenAIResponsesProvider(web: web, endpoint: endpoint)
        case .googleGenerativeAI: GeminiProvider(web: web, endpoint: endpoint)
        }
    }

    /// What OpenClaw's releases call the API of the ChatGPT subscriptions.
    private nonisolated static let chatGPTNames: Set<String> = [
        "openai-codex-responses", "openai-chatgpt-responses",
    ]

    nonisolated static func endpoint(
        _ reference: ModelReference, _ credential: Credential, _ settings: ModelSettings,
        _ catalog: ModelCatalog
    ) throws(ModelError) -> Endpoint {
        let own = settings.providers[reference.provider]
        let isChatGPT = credential.isChatGPT || chatGPTNames.contains(own?.foreignAPI ?? "")
        if let api = own?.foreignAPI, api != "ollama", !isChatGPT {
            throw .notConfigured(message: MissingKey.foreignAPI(api, of: reference.provider))
        }
        // A login is taken by one server only, whatever address the provider's keys go to.
        let server = credential.isChatGPT ? ChatGPTAccount.service : reference.provider
        guard let baseURL = BaseURL.of(server, settings) else {
            throw .notConfigured(message: MissingKey.unknownProvider(reference.provider))
        }
        let known = KnownProvider.named(server) ?? KnownProvider.serving(baseURL)
        let info = catalog.info(reference)
        let usual = info.api ?? own?.api ?? known?.api ?? .openAICompletions
        var endpoint = Endpoint(
            model: info, api: isChatGPT ? .openAIResponses : usual, baseURL: baseURL,
            credential: credential, headers: own?.headers ?? [:], usesBearer: own?.authHeader ?? false,
            dialect: isChatGPT ? .chatGPT : known?.dialect ?? ChatDialect())
        endpoint.addressSetting = BaseURL.setting(of: server, settings)
        endpoint.proxy = own?.proxy?.reveal()
        endpoint.idleTimeout = own?.timeout ?? endpoint.idleTimeout
        return endpoint
    }
}
