import Core

/// Somebody's reaction to a message (message reaction add and remove events).
struct DiscordReaction: Sendable {
    var userID: Snowflake
    /// Only when it was added, in a guild.
    var member: DiscordMember?
    var user: DiscordUser?
    var channelID: Snowflake
    var messageID: Snowflake
    var guildID: Snowflake?
    /// Only when it was added.
    var messageAuthorID: Snowflake?
    /// A Unicode emoji, or a name between colons.
    var emoji: String
    var isAdded: Bool

    init?(json: JSON, isAdded: Bool) {
        guard let userID = Snowflake(json["user_id"]), let channelID = Snowflake(json["channel_id"]),
            let messageID = Snowflake(json["message_id"]), let name = json["emoji"]?["name"]?.nonEmptyString
        else { return nil }
        self.userID = userID
        self.channelID = channelID
        self.messageID = messageID
        self.isAdded = isAdded
        member = DiscordMember(json: json["member"])
        user = DiscordUser(json: json["member"]?["user"])
        guildID = Snowflake(json["guild_id"])
        messageAuthorID = Snowflake(json["message_author_id"])
        emoji = json["emoji"]?["id"]?.nonEmptyString == nil ? name : ":\(name):"
    }
}

extension IncomingMapping {
    /// What the agent hears of a reaction; nil when it is not to hear of it.
    ///
    /// `author` wrote the message, as far as it is known.
    func notice(_ reaction: DiscordReaction, author: Snowflake?, at whereabouts: Whereabouts)
        -> ChannelNotice?
    {
        guard reaction.userID != bot.id, reaction.user?.isBot != true else { return nil }
        let rule = rule(at: whereabouts)
        guard rule?.isEnabled ?? true else { return nil }
        let from =
            reaction.user.map { sender($0, reaction.member) } ?? Sender(id: reaction.userID.description)
        switch rules.reactions(in: whereabouts.guild) {
        case .off: return nil
        case .own where author != bot.id: return nil
        case .allowlist where !SenderMatch.contains(from, rule?.users ?? []): return nil
        case .own, .all, .allowlist: break
        }
        let place = Self.title(whereabouts).map { " in \($0)" } ?? ""
        let what =
            reaction.isAdded
            ? "reacted with \(reaction.emoji) to" : "took back the reaction \(reaction.emoji) to"
        var notice = ChannelNotice(
            address: address(whereabouts.place.id), kind: Self.kind(whereabouts),
            text:
                "\(from.title) \(what) \(author == bot.id ? "your message" : "message") \(reaction.messageID)\(place) on Discord.",
            key: "reaction:\(reaction.messageID):\(reaction.userID):\(reaction.emoji):\(reaction.isAdded)")
        notice.sender = from
        notice.place = rule == nil ? nil : chatPlace(whereabouts)
        return notice
    }
}
