import Core

/// What an agent's avatar comes to.
enum Avatar: Hashable {
    /// An emoji or a letter.
    case text(String)
    /// `https://…` or `http://…`.
    case remote(String)
    /// `data:image/…`.
    case data(String)
    case local(AvatarFile)
    /// A file that cannot be shown.
    case unusable(AvatarFile.Refusal)

    /// `workspace` is where paths begin, and what they must not lead out of.
    init(_ value: String, workspace: String?) {
        let lower = value.prefix(11).lowercased()
        if lower.hasPrefix("http://") || lower.hasPrefix("https://") {
            self = .remote(value)
        } else if lower.hasPrefix("data:image/") {
            self = .data(value)
        } else if !Self.looksLikePath(value) {
            self = .text(value)
        } else {
            do throws(AvatarFile.Refusal) {
                self = .local(try AvatarFile(value, in: workspace ?? ""))
            } catch {
                self = .unusable(error)
            }
        }
    }

    private static func looksLikePath(_ value: String) -> Bool {
        value.contains("/") || value.contains("\\") || AvatarFile.type(of: value) != nil
    }
}

/// An agent's avatar as clients are told of it.
struct AvatarAnswer {
    private let source: String?
    private let avatar: Avatar
    private let fallback: String
    private let address: String

    init(of id: AgentID, in settings: GatewaySetup) {
        let agent = settings.agent(id)
        let usual = settings.assistantAvatar
        let emoji = agent?.emoji
        source = agent?.avatar
        avatar = Avatar(agent?.avatar ?? emoji ?? usual, workspace: agent?.workspace)
        if let emoji {
            fallback = emoji
        } else if case .text(let letter) = Avatar(usual, workspace: nil) {
            fallback = letter
        } else {
            fallback = GatewaySetup.plainAvatar
        }
        address = "\(settings.controlUI.basePath)/avatar/\(id)"
    }

    /// The file to serve, if the avatar is one.
    var file: AvatarFile? { if case .local(let file) = avatar { file } else { nil } }

    /// An address that a page can show; nil for an emoji or a letter.
    var url: String? {
        switch avatar {
        case .local: address
        case .remote(let url), .data(let url): url
        case .text, .unusable: nil
        }
    }

    /// Always something that can be shown: an address, an emoji or a letter.
    var shown: String {
        if let url { return url }
        if case .text(let text) = avatar { return text }
        return fallback
    }

    /// `avatarSource`, `avatarStatus` and `avatarReason`; nil when the config names no avatar.
    var facts: JSONObject? {
        guard let source else { return nil }
        var facts = JSONObject()
        switch avatar {
        case .text: return nil
        case .remote: (facts["avatarSource"], facts["avatarStatus"]) = ("remote URL", "remote")
        case .data(let url):
            facts["avatarSource"] = .string(String(url.prefix { $0 != "," }.prefix(Self.mostHeader)) + ",...")
            facts["avatarStatus"] = "data"
        case .local:
            facts["avatarSource"] = Self.publicPath(source).map { .string($0) }
            facts["avatarStatus"] = "local"
        case .unusable(let refusal):
            facts["avatarSource"] = Self.publicPath(source).map { .string($0) }
            facts["avatarStatus"] = "none"
            facts["avatarReason"] = .string(refusal.rawValue)
        }
        return facts
    }

    /// Characters of a data URL that say what it holds.
    private static let mostHeader = 64

    /// A path inside the workspace; others say how this machine is laid out.
    private static func publicPath(_ path: String) -> String? {
        let isInside =
            !path.hasPrefix("/") && !path.hasPrefix("~") && !path.split(separator: "/").contains("..")
        return isInside ? path : nil
    }
}
