import Core

/// Finds the credentials of a provider: environment, then stored profiles, then the config file.
package struct CredentialSource: Sendable {
    private let settings: ModelSettings

    package init(settings: ModelSettings) {
        self.settings = settings
    }

    /// Every distinct credential, first choice first; empty when the provider needs a key and has none.
    package func credentials(for provider: String) -> [Credential] {
        var found = fromEnvironment(provider) + fromProfiles(provider) + fromConfig(provider)
        var seen: Set<String> = []
        found = found.filter { seen.insert($0.secret.reveal()).inserted }
        if found.isEmpty, needsNoKey(provider) {
            return [Credential(id: "\(provider):none", provider: provider, kind: .none, secret: Secret(""))]
        }
        return found
    }

    /// The providers that could answer now, those of the table first, in its order.
    package var configuredProviders: [String] {
        let known = KnownProvider.all.filter { provider in
            provider.needsKey
                ? !credentials(for: provider.id).isEmpty : settings.providers[provider.id] != nil
        }
        let own = settings.providers.keys.filter {
            KnownProvider.named($0) == nil && !credentials(for: $0).isEmpty
        }
        return known.map(\.id) + own.sorted()
    }

    /// One sentence for each key in the file that an environment variable with another value overrules.
    package func shadowed() -> [String] {
        settings.providers.keys.sorted().compactMap { provider in
            guard let key = settings.providers[provider]?.apiKey, !key.isEmpty,
                let winner = keyVariables(of: provider).first(where: { settings.variable($0.name) != nil }),
                settings.variable(winner.name) != String(key.reveal().trimmed)
            else { return nil }
            return
                "`models.providers.\(provider).apiKey` differs from `\(winner.name)`; the environment wins."
        }
    }

    private func fromEnvironment(_ provider: String) -> [Credential] {
        keyVariables(of: provider).enumerated().compactMap { place, variable in
            guard let value = settings.variable(variable.name) else { return nil }
            let id = place == 0 ? "\(provider):env" : "\(provider):env:\(variable.name)"
            return credential(id, provider, variable.kind, value)
        }
    }

    private func fromProfiles(_ provider: String) -> [Credential] {
        let stored = settings.profiles.filter { $0.provider == provider }
        let order = settings.order[provider] ?? []
        let first = order.compactMap { id in stored.first { $0.id == id } }
        let rest = stored.filter { !order.contains($0.id) }
        return (first + rest).map { credential($0.id, provider, $0.kind, $0.secret.reveal()) }
    }

    private func fromConfig(_ provider: String) -> [Credential] {
        guard let key = settings.providers[provider]?.apiKey?.reveal().trimmed, !key.isEmpty else {
            return []
        }
        return [credential("\(provider):config", provider, .apiKey, String(key))]
    }

    /// A pasted setup token works only as a bearer token, wherever it was put.
    private func credential(_ id: String, _ provider: String, _ kind: Credential.Kind, _ secret: String)
        -> Credential
    {
        let isSetupToken = provider == "anthropic" && secret.hasPrefix("sk-ant-oat")
        return Credential(
            id: id, provider: provider, kind: isSetupToken ? .token : kind, secret: Secret(secret))
    }

    private func keyVariables(of provider: String) -> [KnownProvider.KeyVariable] {
        KnownProvider.named(provider)?.keyVariables ?? []
    }

    /// A server of one's own, named with its address, may do without.
    private func needsNoKey(_ provider: String) -> Bool {
        if let known = KnownProvider.named(provider) {
            return !known.needsKey
                || settings.providers[provider]?.baseURL != nil && !known.isAtHome(settings)
        }
        return settings.providers[provider]?.baseURL != nil
    }
}

extension KnownProvider {
    /// Whether requests go to the vendor itself, which always wants a key.
    fileprivate func isAtHome(_ settings: ModelSettings) -> Bool {
        guard let address = settings.providers[id]?.baseURL else { return true }
        return BaseURL.host(of: address) == BaseURL.host(of: baseURL)
    }
}
