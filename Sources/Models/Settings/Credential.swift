package import Core
import Wire

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
    package var id: String
    package var provider: String
    package var kind: Kind
    package var secret: Secret
    /// A login at ChatGPT, which has a server of its own.
    var isChatGPT = false
    /// The account of such a login, where it stands beside the secret and not in it.
    var account: String?
    /// What rests are kept under: a key that was changed does not rest for the one before it.
    var restID: String

    package init(id: String, provider: String, kind: Kind, secret: Secret) {
        self.id = id
        restID = id
        self.provider = provider
        self.kind = kind
        self.secret = secret
    }

    /// Whether a request's header can hold it.
    var isOneLine: Bool { secret.reveal().utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

    /// The id with a mark of its secret, which tells nothing about it.
    static func restID(_ id: String, _ secret: String) -> String {
        "\(id)#\(Digest.hex(Digest.sha256(Array(secret.utf8)).prefix(4)))"
    }
}
