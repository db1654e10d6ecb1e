import Agent
import Channels
import Core
import Gateway
import Wire

/// The chat platforms that the config or the environment sets up.
@MainActor
struct ChannelSections {
    @Boxed var config: Config
    let environment: Environment

    private var sections: [String: JSON] { config.channels }

    /// A platform that people know by a name.
    private struct Platform {
        var id: String
        var label: String
        /// Keys of its section, one of which holds what it logs in with; none: the section alone sets it up.
        var secrets: [String]
        /// The variable that logs in the default account.
        var variable: String?

        init(id: String, label: String, secrets: [String] = [], variable: String? = nil) {
            self.id = id
            self.label = label
            self.secrets = secrets
            self.variable = variable
        }

        @MainActor
        init(_ factory: ChannelFactory) {
            self.init(
                id: factory.id.rawValue, label: factory.label, secrets: factory.allSecretKeys,
                variable: factory.secretVariable)
        }
    }

    /// In the order in which the original lists them.
    private static let platforms = [
        Platform(ChannelCatalog.telegram), Platform(id: "whatsapp", label: "WhatsApp"),
        Platform(ChannelCatalog.discord),
        Platform(
            id: "googlechat", label: "Google Chat", secrets: ["serviceAccount", "serviceAccountFile"],
            variable: "GOOGLE_CHAT_SERVICE_ACCOUNT"),
        Platform(id: "slack", label: "Slack", secrets: ["botToken"], variable: "SLACK_BOT_TOKEN"),
        Platform(id: "signal", label: "Signal"), Platform(id: "imessage", label: "iMessage"),
        Platform(id: "msteams", label: "Microsoft Teams"), Platform(id: "matrix", label: "Matrix"),
        Platform(id: "mattermost", label: "Mattermost"), Platform(id: "line", label: "LINE"),
    ]

    /// Members of `channels` that are no platform.
    private static let shared: Set<String> = ["defaults", "modelByChannel"]

    /// Known platforms first, then others by name; without those that nothing sets up.
    var facts: [ChannelFacts] {
        let known = Self.platforms.filter { platform in
            sections[platform.id] != nil || platform.variable.map { environment[$0] != nil } == true
        }
        let others = sections.keys.filter { id in
            !Self.shared.contains(id) && !Self.platforms.contains { $0.id == id }
        }
        return (known + others.sorted().map { Platform(id: $0, label: $0) }).map(facts)
    }

    private func facts(_ platform: Platform) -> ChannelFacts {
        let section = sections[platform.id] ?? [:]
        let isOn = section["enabled"]?.boolValue ?? true
        let own = (section["accounts"]?.objectValue ?? [:]).map { $0 }.sorted { $0.key < $1.key }
        var accounts = own.map { id, account in
            self.account(id, account, section: section, platform, isOn: isOn)
        }
        let hasOwnSecret = source(of: [section], platform, isDefault: true) != "none"
        if accounts.isEmpty
            || hasOwnSecret && !platform.secrets.isEmpty && section["accounts"]?["default"] == nil
        {
            accounts.insert(account("default", [:], section: section, platform, isOn: isOn), at: 0)
        }
        let named = section["defaultAccount"]?.stringValue ?? "default"
        let isThere = accounts.contains { $0.id == named }
        return ChannelFacts(
            id: ChannelID(platform.id), label: platform.label, accounts: accounts,
            defaultAccount: isThere ? named : accounts.first?.id ?? "default",
            secretKeys: ChannelCatalog.factory(ChannelID(platform.id))?.allSecretKeys ?? [])
    }

    private func account(
        _ id: String, _ account: JSON, section: JSON, _ platform: Platform, isOn: Bool
    ) -> ChannelFacts.Account {
        let isEnabled = isOn && account["enabled"]?.boolValue ?? true
        let isDefault = id == "default"
        let source = source(of: isDefault ? [account, section] : [account], platform, isDefault: isDefault)
        return ChannelFacts.Account(
            id: id, name: (account["name"] ?? (isDefault ? section["name"] : nil))?.stringValue,
            isEnabled: isEnabled, tokenSource: source,
            reason: isEnabled ? Self.obstacle(id, platform, hasSecret: source != "none") : nil)
    }

    /// What keeps an account from running that is on.
    private static func obstacle(_ id: String, _ platform: Platform, hasSecret: Bool) -> String? {
        guard let factory = ChannelCatalog.factory(ChannelID(platform.id)) else {
            return "\(platform.label) is not built into this gateway yet: nothing is read or sent there."
        }
        if hasSecret { return nil }
        let account = id == "default" ? "" : " (account `\(id)`)"
        return "\(platform.label)\(account) is on and has no token, so nothing is read or sent there: set "
            + "\(secretPlaces(id, factory))"
    }

    private func source(of holders: [JSON], _ platform: Platform, isDefault: Bool) -> String {
        if isDefault, let variable = platform.variable, environment[variable] != nil { return "env" }
        if platform.secrets.isEmpty { return "config" }
        let isSet = holders.contains { holder in
            platform.secrets.contains { key in holder[key].map { $0 != "" && !$0.isNull } ?? false }
        }
        return isSet ? "config" : "none"
    }

    /// Of `listed`, which has whole sections, those that nothing reads: a platform that is built in reads most of its keys.
    func withoutEffect(_ listed: [ConfigPath]) -> [ConfigPath] {
        listed.flatMap { path -> [ConfigPath] in
            guard path.steps.count == 2, path.steps[0] == .key("channels"), case .key(let id) = path.steps[1]
            else { return [path] }
            if id == "defaults" { return Self.unread(in: sections[id], Self.sharedKeys, at: path) }
            if id == "modelByChannel" { return Self.unread(in: sections[id], Self.builtIn, at: path) }
            guard let factory = ChannelCatalog.factory(ChannelID(id)) else { return [path] }
            return Self.unread(in: sections[id], factory.keys, at: path)
        }
    }

    private static let sharedKeys = ChannelKeys(ChannelRules.sharedKeys)
    private static let builtIn = ChannelKeys(
        ChannelCatalog.all.map(\.id.rawValue).joined(separator: " "))

    private static func unread(in section: JSON?, _ keys: ChannelKeys, at path: ConfigPath) -> [ConfigPath] {
        keys.withoutEffect(in: section ?? [:]).map { ConfigPath(path.steps + $0.map { .key($0) }) }
    }

    // MARK: Accounts to run

    /// Whether any account is on and can log in.
    var hasAccounts: Bool { !usable.isEmpty }

    /// The accounts that are on and can log in.
    func accounts(web: WebClient, log: Log, assistantName: String) -> [ChannelAccount] {
        var first: [Login: String] = [:]
        return usable.map { id, factory in
            let settings = settings(of: id, factory)
            let secret = secret(of: id, settings, factory)
            let login = Login(factory, settings, secret)
            let twin = login.flatMap { first[$0] }
            if let login, twin == nil { first[login] = id }
            return account(
                id, factory, settings, secret, twin: twin, web: web, log: log, assistantName: assistantName)
        }
    }

    /// What two accounts must not have in common: each would answer every message.
    private struct Login: Hashable {
        let channel: ChannelID
        let secretHash: String
        let parting: [JSON]

        /// Nil for an account whose secret cannot be had.
        @MainActor init?(_ factory: ChannelFactory, _ settings: JSON, _ secret: Secret?) {
            guard let secret, !secret.isEmpty else { return nil }
            channel = factory.id
            secretHash = ChannelSections.hash(secret)
            parting = factory.partingKeys.map { settings[$0] ?? .null }
        }
    }

    private static func hash(_ secret: Secret) -> String {
        Digest.hex(Digest.sha256(Array(secret.reveal().utf8)))
    }

    private var usable: [(account: String, factory: ChannelFactory)] {
        facts.flatMap { channel -> [(account: String, factory: ChannelFactory)] in
            guard let factory = ChannelCatalog.factory(channel.id) else { return [] }
            return channel.accounts.filter { $0.isEnabled && $0.tokenSource != "none" }.map {
                ($0.id, factory)
            }
        }
    }

    /// How an account answers, whether it is on or not; nil for platforms that are not built in.
    func rules(of key: ChannelKey) -> ChannelRules? {
        ChannelCatalog.factory(key.channel).map { rules(settings(of: key.account, $0), $0) }
    }

    private func rules(_ settings: JSON, _ factory: ChannelFactory) -> ChannelRules {
        ChannelRules(
            section: settings, shared: sections["defaults"] ?? [:], messages: config.raw["messages"] ?? [:],
            commands: config.raw["commands"] ?? [:], defaults: factory.defaults)
    }

    /// What comes to something else than was meant.
    var warnings: [String] { obstacles + directs + placeholders }

    private var obstacles: [String] { facts.flatMap { Set($0.accounts.compactMap(\.reason)).sorted() } }

    private var placeholders: [String] {
        sections.sorted { $0.key < $1.key }.flatMap { Self.placeholders(in: $1, at: "channels.\($0)") }
    }

    /// Keys that an example has for a person to replace.
    private static func placeholders(in json: JSON, at place: String) -> [String] {
        (json.objectValue ?? [:]).flatMap { key, value -> [String] in
            let own = "\(place).\(key)"
            guard !key.hasPrefix("YOUR_") else {
                return ["`\(own)` still has the example's words: put yours there"]
            }
            return placeholders(in: value, at: own)
        }
    }

    /// People who are let in by nobody's word: `dmPolicy: "open"` that names nobody is for nobody.
    private var directs: [String] {
        usable.flatMap { account, factory -> [String] in
            let rules = rules(settings(of: account, factory), factory)
            guard rules.directPolicy == .open, !rules.allowFrom.contains("*") else { return [] }
            let place =
                account == "default" ? "channels.\(factory.id)" : "channels.\(factory.id).accounts.\(account)"
            return [
                "`\(place)`: `dmPolicy` is \"open\" without \"*\" in `allowFrom`: only those named there are answered directly"
            ]
        }
    }

    /// `twin` is an account before it that logs in as the same bot.
    private func account(
        _ id: String, _ factory: ChannelFactory, _ settings: JSON, _ secret: Secret?, twin: String?,
        web: WebClient, log: Log, assistantName: String
    ) -> ChannelAccount {
        let messages = config.raw["messages"] ?? [:]
        let commands = config.raw["commands"] ?? [:]
        let owners = config.commands.ownerAllowFrom
        let shared = sections["defaults"] ?? [:]
        let rules = rules(settings, factory)
        let mistake = config.closed.first {
            $0.closes?.covers(channel: factory.id.rawValue, account: id) ?? false
        }?.withConsequence
        let log = log.named(factory.id.rawValue)
        return ChannelAccount(
            channel: factory.id, account: id, label: factory.label, rules: rules,
            fingerprint: [
                "settings": settings, "messages": messages, "shared": shared, "commands": commands,
                "secret": .string(Self.hash(secret ?? Secret(""))), "name": .string(assistantName),
                "twin": twin.map { .string($0) } ?? .null,
                "mistake": mistake.map { .string($0.description) } ?? .null,
            ]
        ) { () throws(ChannelError) in
            if let mistake { throw .refused("\(mistake)") }
            if let twin {
                throw .refused(
                    "its token is that of the account `\(twin)`, and one bot answers in one account only. Give "
                        + "`channels.\(factory.id).accounts.\(id)` the token of another bot, or take it away."
                )
            }
            // A file may have another one by now.
            guard let secret = self.secret(of: id, settings, factory), !secret.isEmpty else {
                throw .refused(
                    failure(of: id, settings, factory)
                        ?? "there is no token: set \(Self.secretPlaces(id, factory))")
            }
            return try factory.make(
                ChannelSetup(
                    channel: factory.id, account: id, settings: settings, rules: rules, owners: owners,
                    secret: secret, web: web, log: log, assistantName: assistantName,
                    machineAdvice: environment.machineAdvice, machine: environment["FLY_MACHINE_ID"]))
        }
    }

    /// A channel that is only asked whether the secret is good.
    func trial(
        of secret: Secret, _ account: String, _ factory: ChannelFactory, web: WebClient
    ) throws(ChannelError) -> any Channel {
        let settings = settings(of: account, factory)
        let rules = ChannelRules(
            section: settings, shared: [:], messages: [:], defaults: factory.defaults)
        return try factory.make(
            ChannelSetup(
                channel: factory.id, account: account, settings: settings, rules: rules, secret: secret,
                web: web, log: Log(factory.id.rawValue, to: SinkGroup([])), assistantName: "OpenClaw"))
    }

    /// Why the secret that the config refers to cannot be had.
    private func failure(of account: String, _ settings: JSON, _ factory: ChannelFactory) -> String? {
        let section = ConfigPath([.key("channels"), .key(factory.id.rawValue)])
        let own = section.appending("accounts").appending(account)
        let places = factory.secretKeys.flatMap { key in
            [own.appending(key)] + (account == "default" ? [section.appending(key)] : [])
        }
        if let failure = config.secrets.failures.first(where: { places.contains($0.path) }) {
            return "\(failure)"
        }
        return fileFailure(of: account, settings, factory)
    }

    /// Where an account's secret can be put: only the default one has a variable.
    private static func secretPlaces(_ account: String, _ factory: ChannelFactory) -> String {
        let key = factory.secretKeys.first ?? "token"
        return account == "default"
            ? "`\(factory.secretVariable)` or `channels.\(factory.id).\(key)`"
            : "`channels.\(factory.id).accounts.\(account).\(key)`"
    }

    /// The account's section over the channel's; another account than the default never takes the channel's own secret.
    private func settings(of id: String, _ factory: ChannelFactory) -> JSON {
        var settings = ChannelRules.plainSpelling(of: sections[factory.id.rawValue]?.objectValue ?? [:])
        let own = ChannelRules.plainSpelling(of: settings["accounts"]?[id]?.objectValue ?? [:])
        for key in ["accounts", "defaultAccount"] { settings[key] = nil }
        if id != "default" {
            for key in factory.allSecretKeys { settings[key] = nil }
        }
        for (key, value) in own {
            settings[key] = key == "dm" ? settings[key]?.applying(mergePatch: value) ?? value : value
        }
        return .object(settings)
    }

    /// A token is short; whatever is longer is not one.
    static let mostSecretBytes = 4_096

    private func secret(of id: String, _ settings: JSON, _ factory: ChannelFactory) -> Secret? {
        if id == "default", let variable = environment[factory.secretVariable], !variable.isEmpty {
            return Secret(variable)
        }
        for key in factory.secretKeys {
            if let value = settings[key]?.stringValue, !value.isEmpty { return Secret(value) }
        }
        guard let path = secretFile(settings, factory),
            let bytes = try? PrivateFile.read(path, limit: Self.mostSecretBytes)  // `fileFailure` tells why
        else { return nil }
        return Secret(String(String(decoding: bytes, as: UTF8.self).trimmed))
    }

    private func secretFile(_ settings: JSON, _ factory: ChannelFactory) -> String? {
        guard let path = factory.secretFileKey.flatMap({ settings[$0]?.stringValue }), !path.isEmpty else {
            return nil
        }
        return path.hasPrefix("~/") ? environment.home + path.dropFirst() : path
    }

    /// Why the file that the config names for an account's secret gives none.
    private func fileFailure(of id: String, _ settings: JSON, _ factory: ChannelFactory) -> String? {
        guard let path = secretFile(settings, factory), let key = factory.secretFileKey else { return nil }
        let account = id == "default" ? "" : " of the account `\(id)`"
        let said = "`channels.\(factory.id).\(key)`\(account)"
        do throws(FileError) {
            let isThere = try PrivateFile.read(path, limit: Self.mostSecretBytes) != nil
            return "\(said) is `\(path)`, "
                + (isThere ? "which is empty" : "and there is no such file: put it there, or name another")
        } catch {
            return "\(said): \(error)"
        }
    }

    /// Accounts that are on, and whose secret is in a file that gives none.
    var unreadableFiles: [String] {
        usable.compactMap { id, factory in
            let settings = settings(of: id, factory)
            let secret = secret(of: id, settings, factory)
            return secret?.isEmpty ?? true ? fileFailure(of: id, settings, factory) : nil
        }
    }
}
