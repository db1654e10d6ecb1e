import Core

/// Finds the credentials of a provider: profiles that `auth.order` names, then the environment, then the other stored
/// profiles, then the config file.
package struct CredentialSource: Sendable {
    private let settings: ModelSettings

    package init(settings: ModelSettings) {
        self.settings = settings
    }

    /// Every distinct credential, first choice first; empty when the provider needs a key and has none.
    package func credentials(for provider: String) -> [Credential] {
        let (ordered, others) = fromProfiles(provider)
        var found = ordered + fromEnvironment(provider) + others + fromConfig(provider)
        var seen: Set<String> = []
        found = found.filter { credential in
            let secret = credential.secret.reveal()
            return seen.insert(secret.isEmpty ? credential.id : secret).inserted
        }
        if found.isEmpty, needsNoKey(provider) {
            return [Credential(id: "\(provider):none", provider: provider, kind: .none, secret: Secret(""))]
        }
        return found
    }

    /// Whether a provider is in the table, or described in the config.
    package func knows(_ provider: String) -> Bool {
        KnownProvider.named(provider) != nil || settings.providers[provider] != nil
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
    package var shadowedKeys: [String] {
        settings.providers.keys.sorted().compactMap { provider in
            guard let key = settings.providers[provider]?.apiKey, !key.isEmpty,
                let winner = keyVariables(of: provider).first(where: { settings.variable($0.name) != nil }),
                settings.variable(winner.name) != String(key.reveal().trimmed)
            else { return nil }
            return
                "models.providers.\(provider).apiKey: shadowed by the environment variable `\(winner.name)`, which has "
                + "another value; remove one of the two"
        }
    }

    private func fromEnvironment(_ provider: String) -> [Credential] {
        keyVariables(of: provider).enumerated().compactMap { place, variable in
            guard let value = settings.variable(variable.name) else { return nil }
            let id = place == 0 ? "\(provider):env" : "\(provider):env:\(variable.name)"
            return credential(id, provider, variable.kind, value)
        }
    }

    /// Those that are named in an order, and the rest: the config file's before others, logins before keys.
    private func fromProfiles(_ provider: String) -> (ordered: [Credential], others: [Credential]) {
        let stored = settings.profiles.filter { $0.serves(provider) && isAsListed($0) }
        let order = ChatGPTAccount.names(of: provider).flatMap { settings.order[$0] ?? [] }
        let first = order.compactMap { id in stored.first { $0.id == id } }
        let rest = stored.filter { !order.contains($0.id) }.enumerated().sorted { a, b in
            let (left, right) = (rank(a.element), rank(b.element))
            return left == right ? a.offset < b.offset : left < right
        }
        func credentials(_ profiles: [StoredCredential]) -> [Credential] {
            profiles.map { profile in
                var found = credential(profile.id, provider, profile.kind, profile.secret.reveal())
                found.isChatGPT = profile.isChatGPT
                found.account = profile.json["accountId"]?.stringValue
                // A login's secret is another one every few hours, and still the same account's.
                if profile.refreshToken != nil { found.restID = profile.id }
                return found
            }
        }
        return (credentials(first), credentials(rest.map(\.element)))
    }

    /// A login is left out when the config says that it is another provider's or of another kind.
    private func isAsListed(_ profile: StoredCredential) -> Bool {
        guard let listed = settings.listedProfiles.first(where: { $0.id == profile.id }) else { return true }
        return listed.provider == profile.provider && listed.isKey == (profile.kind == .apiKey)
    }

    private func rank(_ profile: StoredCredential) -> Int {
        let place =
            settings.listedProfiles.firstIndex { $0.id == profile.id } ?? settings.listedProfiles.count
        return place * 3 + (profile.refreshToken != nil ? 0 : profile.kind == .token ? 1 : 2)
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
        var credential = Credential(
            id: id, provider: provider, kind: isSetupToken ? .token : kind, secret: Secret(secret))
        credential.restID = Credential.restID(id, secret)
        return credential
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
