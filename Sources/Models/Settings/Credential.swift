package import Core

/// What one account is asked with.
package struct Credential: Sendable {
    /// How the secret is sent.
    package enum Kind: Sendable, Hashable {
        case apiKey
        /// A bearer token of a subscription or a login.
        case token
        /// A server on this machine that asks for nothing.
        case none
    }

    /// The auth profile's id, `<provider>:env` or `<provider>:config`.
    ///
    /// Cooldowns are kept under it.
    package var id: String
    package var provider: String
    package var kind: Kind
    package var secret: Secret

    package init(id: String, provider: String, kind: Kind, secret: Secret) {
        self.id = id
        self.provider = provider
        self.kind = kind
        self.secret = secret
    }
}

/// An entry of `auth-profiles.json` that holds a secret.
package struct StoredCredential: Sendable {
    package var id: String
    package var provider: String
    package var kind: Credential.Kind
    package var secret: Secret

    package init(id: String, provider: String, kind: Credential.Kind, secret: Secret) {
        self.id = id
        self.provider = provider
        self.kind = kind
        self.secret = secret
    }

    /// The usable entries of an `auth-profiles.json`, in its order; those without a secret are left out.
    package static func profiles(json: JSON) -> [StoredCredential] {
        (json["profiles"]?.objectValue ?? [:]).compactMap { id, entry in
            guard
                let provider = entry["provider"]?.stringValue
                    ?? id.split(separator: ":").first.map(String.init)
            else { return nil }
            let isKey = entry["type"]?.stringValue == "api_key"
            let names = isKey ? ["key"] : ["token", "access", "key"]
            guard
                let secret = names.lazy.compactMap({ (entry[$0]?.stringValue?.trimmed).map { String($0) } }).first(where: {
                    !$0.isEmpty
                })
            else { return nil }
            return StoredCredential(
                id: id, provider: provider, kind: isKey ? .apiKey : .token, secret: Secret(secret))
        }
    }
}
