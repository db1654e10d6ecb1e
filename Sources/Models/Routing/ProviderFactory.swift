package import Core
package import Wire

/// Makes the provider that asks one model with one credential.
@MainActor
package struct ProviderFactory {
    private let web: WebClient
    private let settings: ModelSettings
    private let catalog: ModelCatalog

    package init(web: WebClient, settings: ModelSettings) {
        self.web = web
        self.settings = settings
        catalog = ModelCatalog(settings: settings)
    }

    /// Throws `.notConfigured` for a provider that nobody knows and that has no address.
    package func provider(
        _ reference: ModelReference, _ credential: Credential
    ) throws(ModelError) -> any ModelProvider {
        let endpoint = try Self.endpoint(reference, credential, settings, catalog)
        return switch endpoint.api {
        case .anthropicMessages: AnthropicProvider(web: web, endpoint: endpoint)
        case .openAICompletions: OpenAIChatProvider(web: web, endpoint: endpoint)
        case .openAIResponses: OpenAIResponsesProvider(web: web, endpoint: endpoint)
        case .googleGenerativeAI: GeminiProvider(web: web, endpoint: endpoint)
        }
    }

    nonisolated static func endpoint(
        _ reference: ModelReference, _ credential: Credential, _ settings: ModelSettings,
        _ catalog: ModelCatalog
    ) throws(ModelError) -> Endpoint {
        let own = settings.providers[reference.provider]
        if let api = own?.foreignAPI, api != "ollama" {
            throw .notConfigured(message: MissingKey.foreignAPI(api, of: reference.provider))
        }
        guard let baseURL = BaseURL.of(reference.provider, settings) else {
            throw .notConfigured(message: MissingKey.unknownProvider(reference.provider))
        }
        let known = KnownProvider.named(reference.provider) ?? KnownProvider.serving(baseURL)
        let info = catalog.info(reference)
        var endpoint = Endpoint(
            model: info, api: info.api ?? own?.api ?? known?.api ?? .openAICompletions, baseURL: baseURL,
            credential: credential, headers: own?.headers ?? [:], usesBearer: own?.authHeader ?? false,
            dialect: known?.dialect ?? ChatDialect())
        endpoint.proxy = own?.proxy?.reveal()
        endpoint.idleTimeout = own?.timeout ?? endpoint.idleTimeout
        return endpoint
    }
}
