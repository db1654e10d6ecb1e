import Core

/// The keys of `channels.discord` that are Discord's own (features.md 2.12); what all platforms share is in `ChannelRules`.
struct DiscordSettings: Sendable {
    /// The keys of Discord's own that are read.
    static let keys = """
        token apiRoot proxy intents.messageContent intents.presence intents.guildMembers intents.voiceStates shard
        applicationId slashCommand.ephemeral suppressEmbeds mentionAliases activity activityType activityUrl
        status dm.groupEnabled dm.groupChannels guilds.*.requireMention guilds.*.ignoreOtherMentions guilds.*.roles
        guilds.*.users guilds.*.reactionNotifications guilds.*.channels.*.allow guilds.*.channels.*.enabled
        guilds.*.channels.*.requireMention guilds.*.channels.*.ignoreOtherMentions guilds.*.channels.*.roles
        guilds.*.channels.*.users guilds.*.channels.*.systemPrompt guilds.*.channels.*.includeThreadStarter
        guilds.*.tools guilds.*.toolsBySender
        guilds.*.channels.*.tools guilds.*.channels.*.toolsBySender execApprovals.cleanupAfterResolve
        """ + ActionGates.names.map { " actions.\($0)" }.joined()

    static let defaultRoot = "https://discord.com/api/v10"

    /// Of the REST API, with its version and without a slash at the end.
    var apiRoot = DiscordSettings.defaultRoot
    /// The proxy's URL; nil: as the environment says.
    var proxy: String?
    var rules = GuildRules()
    var intents: Int
    /// This connection's number and how many there are; nil for one alone.
    var shard: (number: Int, count: Int)?
    /// What people see below our name, as Identify wants it.
    var presence: JSON?
    /// Overrides what Discord says.
    var applicationID: Snowflake?
    /// Whether only the one who ran a command sees its answer.
    var commandsAreEphemeral = true
    var suppressesEmbeds = false
    /// Names that the model may write after `@`, and whom they mean.
    var mentionAliases: [String: Snowflake] = [:]
    var actions = ActionGates()

    init(_ settings: JSON) {
        if let root = settings["apiRoot"]?.nonEmptyString {
            apiRoot = String(root.reversed().drop { $0 == "/" }.reversed())
        }
        proxy = settings["proxy"]?.nonEmptyString
        rules = GuildRules(settings)
        intents = Self.intents(settings["intents"] ?? [:])
        if let shard = settings["shard"]?.arrayValue?.compactMap(\.intValue), shard.count == 2 {
            self.shard = (shard[0], shard[1])
        }
        presence = Self.presence(settings)
        applicationID = Snowflake(settings["applicationId"])
        commandsAreEphemeral = settings["slashCommand"]?["ephemeral"]?.boolValue ?? true
        suppressesEmbeds = settings["suppressEmbeds"]?.boolValue ?? false
        for (name, id) in settings["mentionAliases"]?.objectValue ?? [:] {
            mentionAliases[name.lowercased()] = Snowflake(id)
        }
        actions = ActionGates(settings["actions"] ?? [:])
    }

    /// The number of this connection; 0 is the one that gets direct messages.
    var shardNumber: Int { shard?.number ?? 0 }

    private static func intents(_ keys: JSON) -> Int {
        var intents =
            GatewayIntent.guilds | GatewayIntent.guildMessages | GatewayIntent.guildMessageReactions
            | GatewayIntent.directMessages | GatewayIntent.directMessageReactions
        if keys["messageContent"]?.boolValue ?? true { intents |= GatewayIntent.messageContent }
        if keys["presence"]?.boolValue == true { intents |= GatewayIntent.guildPresences }
        if keys["guildMembers"]?.boolValue == true { intents |= GatewayIntent.guildMembers }
        if keys["voiceStates"]?.boolValue == true { intents |= GatewayIntent.guildVoiceStates }
        return intents
    }

    /// `status`, `activity`, `activityType` and `activityUrl` (update presence structure).
    private static func presence(_ settings: JSON) -> JSON? {
        let activity = settings["activity"]?.nonEmptyString
        guard activity != nil || settings["status"] != nil else { return nil }
        var activities: [JSON] = []
        if let activity {
            let type = settings["activityType"]?.intValue ?? customActivity
            var object: JSONObject = ["name": .string(activity), "type": JSON(type)]
            if type == customActivity {
                object = ["name": "Custom Status", "type": 4, "state": .string(activity)]
            }
            if type == streamingActivity { object["url"] = settings["activityUrl"] }
            activities = [.object(object)]
        }
        return [
            "since": .null, "activities": .array(activities), "status": settings["status"] ?? "online",
            "afk": false,
        ]
    }

    private static let streamingActivity = 1
    private static let customActivity = 4
}

/// Which actions the config allows: `channels.discord.actions`.
struct ActionGates: Sendable {
    private var switches: [String: Bool] = [:]

    /// The keys that switch an action of ours.
    static let names = [
        "messages", "reactions", "polls", "stickers", "pins", "threads", "search", "permissions",
        "memberInfo",
        "roleInfo", "roles", "channelInfo", "voiceStatus", "events",
    ]

    init() {}

    init(_ json: JSON) {
        for name in Self.names { switches[name] = json[name]?.boolValue }
    }

    /// All are on but `roles`, unless told otherwise.
    func allows(_ gate: String) -> Bool { switches[gate] ?? (gate != "roles") }
}
