import Core
import Wire

/// Whose subscription a ChatGPT login stands for: it is written in the login itself.
enum ChatGPTAccount {
    /// The names under which these logins are stored: the newer one, and the one of the server that takes them.
    static let providers = ["openai", service]
    /// The provider whose address they go to.
    static let service = "openai-codex"

    /// The name and, for one of the two, the other.
    static func names(of provider: String) -> [String] {
        providers.contains(provider) ? [provider] + providers.filter { $0 != provider } : [provider]
    }

    /// The account's id in the claims of an access token (RFC 7519), which its server checks; nil for other texts.
    static func id(in token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let bytes = Base64.decodeURL(parts[1]) else { return nil }
        // A key that is no such token has no account, which is all that is asked here.
        guard let claims = try? JSON.parse(bytes) else { return nil }
        return claims["https://api.openai.com/auth"]?["chatgpt_account_id"]?.stringValue
    }
}
