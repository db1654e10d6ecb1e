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
