import Core

/// `channels.discord.guilds` and `channels.discord.dm`: what the config says of each place.
struct GuildRules: Sendable {
    /// When a reaction is told to the agent.
    enum ReactionRule: String, Sendable {
        case off, own, all, allowlist
    }

    private var guilds: [(key: String, entry: JSON)] = []
    private var groupChats: GroupChats?

    /// Chats of several people without a guild.
    private struct GroupChats: Sendable {
        /// Ids and names; empty for all.
        var names: [String]
    }

    init() {}

    init(_ settings: JSON) {
        guilds = (settings["guilds"]?.objectValue ?? [:]).map { (key: $0.key, entry: $0.value) }
        if settings["dm"]?["groupEnabled"]?.boolValue == true {
            groupChats = GroupChats(names: ChannelRules.names(settings["dm"]?["groupChannels"]))
        }
    }

    /// Whether the config names no server at all.
    var namesNoGuild: Bool { guilds.isEmpty }

    /// The rule of a channel; a thread has its channel's unless it is listed by its own id.
    func rule(for place: DiscordPlace, parent: DiscordPlace?, in guild: DiscordGuild) -> PlaceRule {
        var rule = PlaceRule()
        rule.key = "guilds"
        guard let entry = entry(for: guild) else {
            rule.isEnabled = guilds.isEmpty
            return rule
        }
        let channels = entry["channels"]?.objectValue ?? [:]
        let channel = Self.channel(in: channels, for: place, parent: parent)
        let isOpen = channel.map { $0["allow"]?.boolValue != false && $0["enabled"]?.boolValue != false }
        rule.isListed = isOpen != nil || channels.isEmpty
        rule.isEnabled = isOpen ?? channels.isEmpty
        rule.requiresMention = Self.value("requireMention", channel, entry)?.boolValue ?? true
        rule.ignoresOtherMentions = Self.value("ignoreOtherMentions", channel, entry)?.boolValue ?? false
        let roles = Self.names("roles", channel, entry)
        let users = Self.names("users", channel, entry)
        rule.users = users.isEmpty && roles.isEmpty ? nil : users
        rule.roles = roles.map(Self.roleID)
        rule.systemPrompt = channel?["systemPrompt"]?.nonEmptyString
        rule.tools = [channel, entry].compactMap(\.self).map(SenderTools.init)
        return rule
    }

    /// What the config's names in a guild mean, for the log; nil where all is named by id.
    func meanings(in guild: DiscordGuild, _ places: [DiscordPlace]) -> String? {
        guard let entry = entry(for: guild) else { return nil }
        let names = (entry["channels"]?.objectValue ?? [:]).map(\.key)
            .filter { $0 != "*" && Snowflake($0) == nil }
        let meanings = names.map { name in
            let found = places.filter { $0.name.map(Slug.of) == Slug.of(name) }.map(\.id.description)
            return "\(name) is \(found.isEmpty ? "not there" : found.joined(separator: ", "))"
        }
        return meanings.isEmpty ? nil : meanings.joined(separator: "; ")
    }

    /// Whether the message that a thread hangs on is shown with its first message: `includeThreadStarter`.
    func showsStarter(of thread: DiscordPlace, parent: DiscordPlace?, in guild: DiscordGuild) -> Bool {
        let channels = entry(for: guild)?["channels"]?.objectValue ?? [:]
        let channel = Self.channel(in: channels, for: thread, parent: parent)
        return channel?["includeThreadStarter"]?.boolValue ?? true
    }

    /// The rule of a chat of several people without a guild.
    func rule(forGroup place: DiscordPlace) -> PlaceRule {
        var rule = PlaceRule()
        rule.key = "dm.groupChannels"
        guard let groupChats else {
            rule.isListed = true
            rule.isEnabled = false
            return rule
        }
        let own = [place.id.description, place.name.map(Slug.of) ?? ""]
        rule.isListed =
            groupChats.names.isEmpty || groupChats.names.contains { $0 == "*" || own.contains(Slug.of($0)) }
        rule.isEnabled = rule.isListed
        return rule
    }

    /// Which reactions in a guild are told; nil for a direct chat.
    func reactions(in guild: DiscordGuild?) -> ReactionRule {
        guild.flatMap(entry)?["reactionNotifications"]?.stringValue.flatMap { ReactionRule(rawValue: $0) }
            ?? .own
    }

    /// By id, by name, then `*`.
    private func entry(for guild: DiscordGuild) -> JSON? {
        let id = guild.id.description
        let slug = Slug.of(guild.name)
        return guilds.first { $0.key == id }?.entry
            ?? (slug.isEmpty ? nil : guilds.first { $0.key != "*" && Slug.of($0.key) == slug }?.entry)
            ?? guilds.first { $0.key == "*" }?.entry
    }

    /// The thread's own id, the channel's id, its name, then `*`.
    private static func channel(in channels: JSONObject, for place: DiscordPlace, parent: DiscordPlace?)
        -> JSON?
    {
        let named = place.isThread ? parent : place
        if let entry = channels[place.id.description] { return entry }
        if let id = named?.id.description, let entry = channels[id] { return entry }
        if let slug = named?.name.map(Slug.of), !slug.isEmpty,
            let entry = channels.first(where: { $0.key != "*" && Slug.of($0.key) == slug })
        {
            return entry.value
        }
        return channels["*"]
    }

    private static func value(_ key: String, _ channel: JSON?, _ guild: JSON) -> JSON? {
        channel?[key] ?? guild[key]
    }

    private static func names(_ key: String, _ channel: JSON?, _ guild: JSON) -> [String] {
        let own = ChannelRules.names(channel?[key])
        return own.isEmpty ? ChannelRules.names(guild[key]) : own
    }

    private static func roleID(_ spelling: String) -> String {
        var text = spelling[...]
        if text.hasPrefix("role:") { text = text.dropFirst(5) }
        if text.hasPrefix("<@&"), text.hasSuffix(">") { text = text.dropFirst(3).dropLast() }
        return String(text)
    }
}
