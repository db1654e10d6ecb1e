import Core

/// What somebody may do in a channel (permissions, "Permission Hierarchy").
enum DiscordPermissions {
    /// By bit; gaps are what Discord has not named.
    private static let byBit: [Int: String] = [
        0: "CreateInstantInvite", 1: "KickMembers", 2: "BanMembers", 3: "Administrator", 4: "ManageChannels",
        5: "ManageGuild", 6: "AddReactions", 7: "ViewAuditLog", 8: "PrioritySpeaker", 9: "Stream",
        10: "ViewChannel", 11: "SendMessages", 12: "SendTTSMessages", 13: "ManageMessages", 14: "EmbedLinks",
        15: "AttachFiles", 16: "ReadMessageHistory", 17: "MentionEveryone", 18: "UseExternalEmojis",
        19: "ViewGuildInsights", 20: "Connect", 21: "Speak", 22: "MuteMembers", 23: "DeafenMembers",
        24: "MoveMembers", 25: "UseVAD", 26: "ChangeNickname", 27: "ManageNicknames", 28: "ManageRoles",
        29: "ManageWebhooks", 30: "ManageGuildExpressions", 31: "UseApplicationCommands",
        32: "RequestToSpeak",
        33: "ManageEvents", 34: "ManageThreads", 35: "CreatePublicThreads", 36: "CreatePrivateThreads",
        37: "UseExternalStickers", 38: "SendMessagesInThreads", 39: "UseEmbeddedActivities",
        40: "ModerateMembers",
        42: "UseSoundboard", 43: "CreateGuildExpressions", 44: "CreateEvents", 45: "UseExternalSounds",
        46: "SendVoiceMessages", 49: "SendPolls", 50: "UseExternalApps", 51: "PinMessages",
        52: "BypassSlowmode",
    ]
    private static let administrator: UInt64 = 1 << 3

    static func names(_ bits: UInt64) -> [String] {
        byBit.keys.sorted().filter { bits >> UInt64($0) & 1 == 1 }.compactMap { byBit[$0] }
    }

    /// The guild's rules, then the channel's: for everybody, for roles, for the person.
    static func of(_ user: Snowflake, roles: [Snowflake], guild: JSON, channel: JSON) -> UInt64 {
        guard let guildID = Snowflake(guild["id"]), Snowflake(guild["owner_id"]) != user else { return .max }
        var bits: UInt64 = 0
        for role in guild["roles"]?.arrayValue ?? [] {
            guard let id = Snowflake(role["id"]), id == guildID || roles.contains(id) else { continue }
            bits |= number(role["permissions"])
        }
        guard bits & administrator == 0 else { return .max }
        let overwrites = channel["permission_overwrites"]?.arrayValue ?? []
        apply(overwrites.filter { Snowflake($0["id"]) == guildID }, to: &bits)
        apply(overwrites.filter { entry in roles.contains { $0 == Snowflake(entry["id"]) } }, to: &bits)
        apply(overwrites.filter { Snowflake($0["id"]) == user }, to: &bits)
        return bits
    }

    private static func apply(_ overwrites: [JSON], to bits: inout UInt64) {
        let denied = overwrites.reduce(0) { $0 | number($1["deny"]) }
        let allowed = overwrites.reduce(0) { $0 | number($1["allow"]) }
        bits = bits & ~denied | allowed
    }

    private static func number(_ json: JSON?) -> UInt64 { json?.stringValue.flatMap { UInt64($0) } ?? 0 }
}
