package import Core
package import Wire

/// Asks a vendor whether it takes a key, by its list of models, which costs nothing.
@MainActor
package struct KeyCheck {
    /// What the vendor said.
    package enum Verdict: Sendable {
        /// It takes the key, and has these models for it.
        case taken(models: [String])
        /// It does not: its words, and what to do.
        case refused(String)
        /// It could not be asked, or gives its list to anybody.
        case unknown(String)
    }

    private let web: WebClient
    private let settings: ModelSettings

    package init(web: WebClient, settings: ModelSettings) {
        self.web = web
        self.settings = settings
    }

    /// Those whose list is open to everyone, so that it says nothing of a key.
    private static let openLists: Set<String> = [
        "openrouter", "huggingface", "nvidia", "venice", "opencode", "vercel-ai-gateway",
    ]

    /// Asks with the credential that would be taken first.
    package func verdict(on provider: String) async -> Verdict {
        guard let credential = CredentialSource(settings: settings).credentials(for: provider).first else {
            return .refused(MissingKey.of(provider, others: []))
        }
        guard !Self.openLists.contains(provider) || settings.providers[provider]?.baseURL != nil else {
            return .unknown("\(provider) tells only in an answer whether a key is good.")
        }
        let usual = KnownProvider.named(provider)?.defaultModel ?? "models"
        do throws(ModelError) {
            var endpoint = try ProviderFactory.endpoint(
                ModelReference(provider: provider, model: usual), credential, settings,
                ModelCatalog(settings: settings))
            endpoint.mask = SecretMask(settings.secrets)
            return .taken(models: try await ModelList(web: web, endpoint: endpoint).asked())
        } catch {
            switch error {
            case .unauthorized, .billing, .notConfigured: return .refused(error.explanation)
            // A key that may not see the list may be good for answers.
            default: return .unknown(error.explanation)
            }
        }
    }

    /// Asks with a key that is not stored yet, as if `variable` held it.
    package func verdict(on vendor: Vendor, key: Secret) async -> Verdict {
        var settings = settings
        for name in vendor.variables { settings.environment[name] = nil }
        if let variable = vendor.keyVariable { settings.environment[variable] = key.reveal() }
        settings.order[vendor.id] = nil
        return await KeyCheck(web: web, settings: settings).verdict(on: vendor.id)
    }
}
