package import Core
package import Wire

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
    private var made: [Wish: (credential: Credential, provider: any ModelProvider)] = [:]

    /// Providers kept; people use a handful of models.
    private static let mostMade = 64

    package init(web: WebClient, settings: ModelSettings) {
        self.web = web
        self.settings = settings
        catalog = ModelCatalog(settings: settings)
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
