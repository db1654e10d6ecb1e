import Core
import Wire

/// What the config says of one Telegram account, beside what all platforms share.
struct TelegramSettings {
    /// The Bot API's root, without `/bot` and without a slash at its end.
    var apiRoot: String
    var proxy: String?
    /// Whether addresses of both families may be tried side by side.
    var racesAddresses: Bool
    /// Whether IPv4 comes first.
    var prefersIPv4: Bool
    /// Longest silence of the server in one call.
    var timeout: Duration
    /// The address that Telegram shall call; nil: we ask for updates.
    var webhookURL: String?
    var webhookSecret: Secret?
    /// Where Telegram's calls arrive on our own port.
    var webhookPath: String
    var groups: JSONObject?
    var showsLinkPreviews: Bool
    var reactionNotices: ReactionNotices
    /// Whether the agent may put reactions on messages.
    var allowsReactions: Bool
    var buttons: ButtonScope
    var tables: TableStyle
    var customCommands: [ChannelCommand]
    private var gates: [String: Bool]

    /// Of which reactions the agent hears.
    enum ReactionNotices: String { case off, own, all }

    /// In which chats buttons are put below messages.
    enum ButtonScope: String { case off, dm, group, all, allowlist }

    /// What becomes of a table, as there are none on Telegram.
    enum TableStyle: String { case off, bullets, code, block }

    /// The keys of Telegram's own that are read.
    static let keys = """
        botToken tokenFile apiRoot proxy network.autoSelectFamily network.dnsResultOrder timeoutSeconds webhookUrl
        webhookSecret webhookPath linkPreview reactionNotifications reactionLevel capabilities markdown.tables
        customCommands groups.*.groupPolicy groups.*.enabled groups.*.requireMention groups.*.allowFrom
        groups.*.systemPrompt groups.*.topics.*.groupPolicy groups.*.topics.*.enabled
        groups.*.tools groups.*.toolsBySender groups.*.topics.*.requireMention groups.*.topics.*.allowFrom groups.*.topics.*.systemPrompt
        """ + gateNames.map { " actions.\($0)" }.joined()

    /// The keys of `actions` that switch something.
    private static let gateNames = [
        "reactions", "sendMessage", "poll", "deleteMessage", "editMessage", "sticker", "createForumTopic",
        "editForumTopic",
    ]

    static let defaultRoot = "https://api.telegram.org"

    init(_ section: JSON, account: String = "default") {
        apiRoot = Self.root(section["apiRoot"]?.stringValue)
        proxy = section["proxy"]?.stringValue
        racesAddresses = section["network"]?["autoSelectFamily"]?.boolValue ?? true
        prefersIPv4 = section["network"]?["dnsResultOrder"]?.stringValue == "ipv4first"
        timeout = .seconds(max(1, min(section["timeoutSeconds"]?.intValue ?? 60, 3600)))
        webhookURL = section["webhookUrl"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        webhookSecret = section["webhookSecret"]?.stringValue.map { Secret($0) }
        webhookPath = Self.path(section["webhookPath"]?.stringValue, account: account)
        groups = section["groups"]?.objectValue
        showsLinkPreviews = section["linkPreview"]?.boolValue ?? true
        reactionNotices = section["reactionNotifications"].flatMap(Self.word) ?? .own
        let level = section["reactionLevel"]?.stringValue ?? "minimal"
        allowsReactions = level == "minimal" || level == "extensive"
        buttons = Self.buttonScope(section["capabilities"])
        tables = section["markdown"]?["tables"].flatMap(Self.word) ?? .code
        customCommands = (section["customCommands"]?.arrayValue ?? []).compactMap { json in
            json["command"]?.stringValue.map {
                ChannelCommand(name: $0, help: json["description"]?.stringValue ?? "")
            }
        }
        gates = [:]
        for name in Self.gateNames { gates[name] = section["actions"]?[name]?.boolValue }
    }

    /// Whether an action of `channels.telegram.actions` is on; all but stickers are, unless told otherwise.
    func allows(_ action: String) -> Bool { gates[action] ?? (action != "sticker") }

    /// Whether buttons are put below messages of a chat; people have positive ids.
    func showsButtons(in chat: Int) -> Bool {
        switch buttons {
        case .off: false
        case .dm: chat > 0
        case .group: chat < 0
        case .all, .allowlist: true
        }
    }

    private static func word<Word: RawRepresentable<String>>(_ json: JSON) -> Word? {
        json.stringValue.flatMap { Word(rawValue: $0) }
    }

    /// People who copied an address from a call give it with `/bot<token>`; that part is ours to add.
    private static func root(_ text: String?) -> String {
        var root = text.map { String($0.trimmed) } ?? ""
        if root.isEmpty { root = defaultRoot }
        while root.last == "/" { root.removeLast() }
        if let slash = root.lastIndex(of: "/"), root[slash...].hasPrefix("/bot") {
            root = String(root[..<slash])
        }
        return root
    }

    private static func path(_ text: String?, account: String) -> String {
        let path = text.map { String($0.trimmed) } ?? ""
        if !path.isEmpty { return path.hasPrefix("/") ? path : "/" + path }
        return account == "default" ? "/telegram-webhook" : "/telegram-webhook/\(account)"
    }

    private static func buttonScope(_ capabilities: JSON?) -> ButtonScope {
        if let names = capabilities?.arrayValue { return names.contains("inlineButtons") ? .all : .off }
        return capabilities?["inlineButtons"].flatMap(word) ?? .allowlist
    }
}

extension TelegramSettings {
    /// What Telegram's calls for a bot carry: it tells bots apart that have one address and one secret, also one that the
    /// account had before. A token begins with its bot's id.
    func callSecret(of token: Secret) -> Secret? {
        guard let webhookSecret, !webhookSecret.isEmpty else { return webhookSecret }
        let bot = token.reveal().prefix { $0 != ":" }
        return Secret(Digest.hex(Digest.sha256(Array("\(bot)/\(webhookSecret.reveal())".utf8))))
    }

    /// The public address; one without a path leads to ours.
    var webhookAddress: String {
        guard let webhookURL else { return "" }
        if ownPath(of: webhookURL) != nil { return webhookURL }
        let path = webhookPath.split(separator: "/", omittingEmptySubsequences: false).map(\.percentEncoded)
        return (webhookURL.last == "/" ? String(webhookURL.dropLast()) : webhookURL)
            + path.joined(separator: "/")
    }

    /// Where calls come in: at our path, or at the address's own when nothing before the gateway changes it.
    var webhookPaths: [String] {
        guard let webhookURL else { return [] }
        return [webhookPath] + [ownPath(of: webhookURL)?.percentDecoded].compactMap(\.self)
    }

    private func ownPath(of url: String) -> String? {
        let afterScheme = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let path = afterScheme.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
        return path.count > 1 ? String(path) : nil
    }
}
