import Core

/// Why something could not be taken in, and has to come again.
struct IntakeFailure: Error { var reason: String }

/// Reads by REST what events do not tell: places, older messages, and what a read message lacks.
@MainActor
struct DiscordReader {
    let api: DiscordAPI
    let places: KnownPlaces
    let rules: GuildRules
    let log: Log

    /// The moment by Discord's clock, as far as it is known.
    var now: Timestamp { api.now ?? .now }

    /// Nil where the bot may not look: nothing can be said there either.
    func whereabouts(_ id: Snowflake, guild: Snowflake?, kind: DiscordPlace.Kind?)
        async throws(IntakeFailure) -> Whereabouts?
    {
        do throws(DiscordFailure) {
            return try await places.whereabouts(of: id, guild: guild, kind: kind)
        } catch {
            if case .refused = error {
                log.debug("a place cannot be seen", ["channel": id.description, "reason": error.reason])
                return nil
            }
            throw IntakeFailure(reason: error.reason)
        }
    }

    /// Up to `DiscordAPI.mostMessages` messages of a place, oldest first; none where the bot may not read.
    func page(of place: Snowflake, after mark: Snowflake) async throws(IntakeFailure) -> [DiscordMessage] {
        do throws(DiscordFailure) {
            return try await api.messages(in: place, after: mark)
        } catch {
            if case .refused = error { return [] }
            throw IntakeFailure(reason: error.reason)
        }
    }

    /// Threads of a channel that no event tells of; none where the bot may not read.
    func archivedThreads(of place: Snowflake) async throws(IntakeFailure) -> [DiscordPlace] {
        do throws(DiscordFailure) {
            return try await api.archivedThreads(of: place, most: Self.mostArchived)
        } catch {
            if case .refused = error { return [] }
            throw IntakeFailure(reason: error.reason)
        }
    }

    /// Threads that are looked at in one channel: those that were put away last.
    private static let mostArchived = 50

    /// What an event has and a message that is read has not: the guild, and the roles where `rule` asks for some.
    func completed(_ message: DiscordMessage, at whereabouts: Whereabouts, _ rule: PlaceRule?)
        async throws(IntakeFailure) -> DiscordMessage
    {
        guard let guild = whereabouts.guild else { return message }
        var message = message
        message.guildID = guild.id
        if rule?.roles.isEmpty == false, !message.author.isBot, message.webhookID == nil {
            message.member = try await member(message.author.id, of: guild.id)
        }
        return message
    }

    /// Nil for who is in the guild no more, and so has no roles there.
    private func member(_ user: Snowflake, of guild: Snowflake) async throws(IntakeFailure)
        -> DiscordMember?
    {
        do throws(DiscordFailure) {
            return try await api.member(user, of: guild)
        } catch {
            if case .refused = error { return nil }
            throw IntakeFailure(reason: error.reason)
        }
    }

    /// The message that a thread hangs on, which is in no message of the thread; nil where there is none or the config does
    /// not want it.
    func starter(of whereabouts: Whereabouts) async -> DiscordMessage? {
        let thread = whereabouts.place
        guard thread.isThread, thread.kind != .privateThread, let parent = whereabouts.parent,
            let guild = whereabouts.guild, rules.showsStarter(of: thread, parent: parent, in: guild)
        else { return nil }
        // A post of a forum begins with its own message.
        return try? await api.message(thread.id, in: parent.holdsPosts ? thread.id : parent.id)
    }

    /// Whose message a reaction is for; nil also when it cannot be read, which is told to nobody.
    func author(of reaction: DiscordReaction) async -> Snowflake? {
        try? await api.message(reaction.messageID, in: reaction.channelID)?.author.id
    }

    /// Who reacted, which Discord says only of reactions that are added in a guild; nil when it cannot be had.
    func person(of reaction: DiscordReaction) async -> DiscordUser? {
        if let user = reaction.user { return user }
        return try? await api.user(reaction.userID)
    }
}
