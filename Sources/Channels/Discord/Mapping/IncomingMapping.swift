import Core

/// Where a message was written, with all that is known of the place.
struct Whereabouts: Sendable {
    var place: DiscordPlace
    /// A thread's channel.
    var parent: DiscordPlace?
    var guild: DiscordGuild?
}

/// Turns what Discord tells into what the house understands.
struct IncomingMapping: Sendable {
    let account: String
    let bot: DiscordUser
    let rules: GuildRules

    /// Nil for what nobody wrote to be read: our own messages, and what is not a message of a person or bot.
    func message(_ message: DiscordMessage, at whereabouts: Whereabouts) -> ChannelMessage? {
        isOurs(message) ? nil : words(message, at: whereabouts)
    }

    /// A message, also one of ours; nil for what is not a message of a person or bot.
    func words(_ message: DiscordMessage, at whereabouts: Whereabouts) -> ChannelMessage? {
        guard DiscordMessage.Kind(rawValue: message.type) != nil else { return nil }
        let isDirect = whereabouts.guild == nil && whereabouts.place.kind != .groupDirect
        let names = marks(message, whereabouts)
        var result = ChannelMessage(
            id: MessageID(message.id.description), address: address(whereabouts.place.id),
            kind: Self.kind(whereabouts), sender: sender(message.author, message.member, message.webhookID),
            text: Self.text(message, names, bot: bot.id), sentAt: message.id.timestamp)
        result.target = Self.target(of: result)
        result.quoted = message.referenced.map { target in
            QuotedMessage(
                id: MessageID(target.id.description),
                sender: target.author.id == bot.id
                    ? bot.username : target.author.globalName ?? target.author.username,
                text: names.plain(target.content))
        }
        result.mention = mention(message, whereabouts.guild)
        result.place = isDirect ? nil : chatPlace(whereabouts)
        return result
    }

    /// What the config says of a place; nil for a direct chat.
    func rule(at whereabouts: Whereabouts) -> PlaceRule? {
        if let guild = whereabouts.guild {
            return rules.rule(for: whereabouts.place, parent: whereabouts.parent, in: guild)
        }
        return whereabouts.place.kind == .groupDirect ? rules.rule(forGroup: whereabouts.place) : nil
    }

    func address(_ place: Snowflake) -> Address {
        Address(channel: "discord", account: account, chat: place.description)
    }

    /// `user:7`, `channel:12`: as Discord's people and places are told apart wherever a chat is named.
    static func target(of message: ChannelMessage) -> String {
        message.kind == .direct ? "user:\(message.sender.id)" : "channel:\(message.address.chat)"
    }

    static func kind(_ whereabouts: Whereabouts) -> ChatKind {
        if whereabouts.guild != nil { return .channel }
        return whereabouts.place.kind == .groupDirect ? .group : .direct
    }

    func sender(_ user: DiscordUser, _ member: DiscordMember?, _ webhook: Snowflake? = nil) -> Sender {
        var sender = Sender(
            id: user.id.description, name: member?.nick ?? user.globalName, username: user.username)
        sender.tag = user.tag
        sender.roles = member?.roles.map(\.description) ?? []
        sender.isBot = user.isBot || webhook != nil
        return sender
    }

    func chatPlace(_ whereabouts: Whereabouts) -> ChatPlace {
        var place = ChatPlace(
            title: Self.title(whereabouts), space: whereabouts.guild?.name,
            rule: rule(at: whereabouts) ?? PlaceRule())
        place.spaceID = whereabouts.guild?.id.description
        place.parent = whereabouts.parent?.id.description
        place.parentTitle = whereabouts.parent?.name
        place.topic = whereabouts.place.topic ?? whereabouts.parent?.topic
        return place
    }

    /// `#general`, `#general › A thread`.
    static func title(_ whereabouts: Whereabouts) -> String? {
        guard whereabouts.guild != nil else { return whereabouts.place.name }
        let own = whereabouts.place.name ?? whereabouts.place.id.description
        guard whereabouts.place.isThread else { return "#" + own }
        return whereabouts.parent?.name.map { "#\($0) › \(own)" } ?? own
    }

    func isOurs(_ message: DiscordMessage) -> Bool {
        message.author.id == bot.id || message.webhookID != nil && message.webhookID == message.applicationID
    }

    private func mention(_ message: DiscordMessage, _ guild: DiscordGuild?) -> ChannelMessage.Mention {
        if message.mentions.contains(where: { $0.id == bot.id }) && !isOnlyRepliedTo(message) {
            return .named
        }
        if let role = guild?.ownRole, message.mentionedRoles.contains(role) { return .named }
        if message.referenced?.author.id == bot.id { return .reply }
        let namesOthers =
            !message.mentions.isEmpty || !message.mentionedRoles.isEmpty || message.mentionsEveryone
        return namesOthers ? .others : .none
    }

    /// A reply that rings counts as a mention of the one it answers.
    private func isOnlyRepliedTo(_ message: DiscordMessage) -> Bool {
        message.referenced?.author.id == bot.id
            && !message.content.contains("<@\(bot.id)>") && !message.content.contains("<@!\(bot.id)>")
    }

    private func marks(_ message: DiscordMessage, _ whereabouts: Whereabouts) -> MarkedText {
        MarkedText(
            user: { id in
                if id == bot.id { return bot.username }
                let user = message.mentions.first { $0.id == id }
                return message.nicks[id] ?? user?.globalName ?? user?.username
            },
            role: { whereabouts.guild?.roleNames[$0] },
            channel: { id in [whereabouts.place, whereabouts.parent].first { $0?.id == id }??.name })
    }

    // MARK: Text

    private static func text(_ message: DiscordMessage, _ names: MarkedText, bot: Snowflake) -> String {
        var parts = [names.plain(MarkedText.withoutLeading(bot, message.content))]
        if message.content.isEmpty { parts += message.embeds }
        parts += message.forwarded.map { forwarded($0, names) }
        if let poll = message.poll { parts.append(text(poll)) }
        parts += message.stickers.map { "[sticker: \($0.name)]" }
        return parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func forwarded(_ message: DiscordMessage.Forwarded, _ names: MarkedText) -> String {
        let content =
            message.content.isEmpty ? message.embeds.joined(separator: "\n\n") : names.plain(message.content)
        return content.isEmpty ? "[forwarded message]" : "[forwarded message]\n  " + content.setIn
    }

    private static func text(_ poll: DiscordPoll) -> String {
        "[poll] \(poll.question)" + poll.answers.map { "\n- \($0)" }.joined()
    }
}
