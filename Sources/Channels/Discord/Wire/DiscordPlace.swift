import Core

/// A channel, thread or direct chat (channel object).
struct DiscordPlace: Sendable, Hashable {
    /// The kinds that can hold messages, and those that hold places.
    enum Kind: Int, Sendable {
        case text = 0
        case direct = 1
        case voice = 2
        case groupDirect = 3
        case category = 4
        case announcement = 5
        case announcementThread = 10
        case publicThread = 11
        case privateThread = 12
        case stage = 13
        case forum = 15
        case media = 16
    }

    var id: Snowflake
    /// Nil for a kind that is newer than this program.
    var kind: Kind?
    var name: String?
    var topic: String?
    var guildID: Snowflake?
    /// A thread's channel; a channel's category.
    var parentID: Snowflake?
    /// Who began a thread.
    var ownerID: Snowflake?
    var lastMessageID: Snowflake?

    init(
        id: Snowflake, kind: Kind?, name: String? = nil, guildID: Snowflake? = nil, parentID: Snowflake? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.guildID = guildID
        self.parentID = parentID
    }

    /// `guild` is where it is, when the object does not say so itself.
    init?(json: JSON?, in guild: Snowflake? = nil) {
        guard let json, let id = Snowflake(json["id"]) else { return nil }
        self.id = id
        kind = json["type"]?.intValue.flatMap { Kind(rawValue: $0) }
        name = json["name"]?.nonEmptyString
        topic = json["topic"]?.nonEmptyString
        guildID = Snowflake(json["guild_id"]) ?? guild
        parentID = Snowflake(json["parent_id"])
        ownerID = Snowflake(json["owner_id"])
        lastMessageID = Snowflake(json["last_message_id"])
    }

    var isThread: Bool {
        switch kind {
        case .announcementThread, .publicThread, .privateThread: true
        default: false
        }
    }

    /// Whether only posts can be made there, each a thread of its own.
    var holdsPosts: Bool { kind == .forum || kind == .media }
}

/// What is kept of a guild (guild object).
struct DiscordGuild: Sendable, Hashable {
    var id: Snowflake
    var name: String
    var roleNames: [Snowflake: String]
    /// The role that Discord made for our bot: people choose it when they mean us.
    var ownRole: Snowflake?

    init(id: Snowflake, name: String, roleNames: [Snowflake: String] = [:], ownRole: Snowflake? = nil) {
        self.id = id
        self.name = name
        self.roleNames = roleNames
        self.ownRole = ownRole
    }

    init?(json: JSON?, bot: Snowflake) {
        guard let json, let id = Snowflake(json["id"]), let name = json["name"]?.stringValue else {
            return nil
        }
        self.init(id: id, name: name)
        for role in json["roles"]?.arrayValue ?? [] { take(role: role, bot: bot) }
    }

    mutating func take(role: JSON, bot: Snowflake) {
        guard let id = Snowflake(role["id"]) else { return }
        roleNames[id] = role["name"]?.stringValue
        if Snowflake(role["tags"]?["bot_id"]) == bot { ownRole = id }
    }
}
