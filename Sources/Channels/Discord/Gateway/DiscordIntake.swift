import Core

/// What is done with the gateway's events: messages, reactions and interactions go to the house, the rest is remembered.
@MainActor
final class DiscordIntake {
    let order = IntakeLanes()
    let seen = SeenLog()
    let rivals: RivalWatch
    private let context: IntakeContext
    private let presences: KnownPresences
    private let interactions: InteractionIntake
    private let messages: MessageIntake
    private let missed: MissedMessages
    /// Called when it is known whose bot we are, with the application's id.
    var onReady: @MainActor (_ application: Snowflake?) -> Void = { _ in }

    init(
        _ context: IntakeContext, presences: KnownPresences, answers: InteractionAnswers,
        files: IncomingFiles,
        rivals: RivalWatch
    ) {
        self.context = context
        self.presences = presences
        self.rivals = rivals
        messages = MessageIntake(context, seen: seen, files: files, rivals: rivals)
        missed = MissedMessages(context, order: order, seen: seen, rivals: rivals, messages: messages)
        interactions = InteractionIntake(context, order: order, answers: answers, rivals: rivals)
    }

    func begin(_ session: GatewaySession, _ house: ChannelHouse) async {
        context.house = house
        seen.load(await house.memory.load("seen"))
        know(session)
    }

    /// Learns who we are and since when we may have missed something.
    func know(_ session: GatewaySession) {
        guard context.know(session) else { return }
        // The application of a session that is not gone on with may be another bot's.
        onReady(session.canResume ? context.settings.applicationID ?? session.applicationID : nil)
    }

    // MARK: Events

    /// Takes an event; `finish` is called once when that is done.
    func take(_ name: String, _ data: JSON, _ finish: @escaping IntakeLanes.Finish) {
        switch name {
        case "MESSAGE_CREATE":
            guard let message = DiscordMessage(json: data) else { return finish(.taken) }
            if message.author.id == context.bot.id { rivals.saw(message) }
            let kind = data["channel_type"]?.intValue.flatMap { DiscordPlace.Kind(rawValue: $0) }
            order.work(in: message.channelID, finish, stop: { await self.takeStop(message, kind: kind) }) {
                () async throws(IntakeFailure) in
                try await self.take(message, kind: kind)
            }
        case "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
            guard let reaction = DiscordReaction(json: data, isAdded: name.hasSuffix("ADD")) else {
                return finish(.taken)
            }
            order.work(in: reaction.channelID, finish) { () async throws(IntakeFailure) in
                try await self.take(reaction)
            }
        case "INTERACTION_CREATE":
            guard let interaction = DiscordInteraction(json: data) else { return finish(.taken) }
            interactions.take(interaction, finish)
        case "PRESENCE_UPDATE":
            presences.take(data)
            finish(.taken)
        case "READY":
            context.places.sessionBegan()
            missed.readDirectChats(finish)
        case "GUILD_CREATE": missed.readGuild(data, finish)
        default:
            context.places.take(name, data)
            finish(.taken)
        }
    }

    // MARK: Messages

    private func take(_ message: DiscordMessage, kind: DiscordPlace.Kind?) async throws(IntakeFailure) {
        do throws(IntakeFailure) {
            guard let whereabouts = try await whereabouts(of: message, kind: kind) else { return }
            try await missed.readBeginning(of: whereabouts)
            try await missed.readArchived(whereabouts)
            try await messages.take(message, at: whereabouts)
        } catch {
            // Should the session be lost, nothing else would lead to it.
            if message.guildID == nil { seen.missed(message.id, inDirect: message.channelID) }
            throw error
        }
    }

    private func takeStop(_ message: DiscordMessage, kind: DiscordPlace.Kind?) async {
        // A place that Discord does not tell of now: the message comes again.
        guard let whereabouts = try? await whereabouts(of: message, kind: kind) else { return }
        await messages.takeStop(message, at: whereabouts)
    }

    private func whereabouts(
        of message: DiscordMessage, kind: DiscordPlace.Kind?
    ) async throws(IntakeFailure) -> Whereabouts? {
        try await context.reader.whereabouts(
            message.channelID, guild: message.guildID,
            kind: kind ?? (message.guildID == nil ? .direct : nil))
    }

    // MARK: Beside another gateway

    /// Takes in what the other has left unanswered in a place.
    func takeUp(_ messages: [Snowflake], in place: Snowflake) {
        order.lanes.add(place) {
            do throws(IntakeFailure) {
                try await self.read(messages, in: place)
                await self.rivals.tookUp(self.rivals.isStandingDown ? [] : messages, in: place)
            } catch {
                self.context.setup.log.debug("what has waited could not be read", ["reason": error.reason])
                await self.rivals.tookUp([], in: place)
            }
        }
    }

    private func read(_ messages: [Snowflake], in place: Snowflake) async throws(IntakeFailure) {
        guard let first = messages.first, let last = messages.last,
            let whereabouts = try await context.reader.whereabouts(place, guild: nil, kind: nil)
        else { return }
        var mark = Snowflake(rawValue: max(first.rawValue, 1) - 1)
        while mark < last {
            let page = try await context.reader.page(of: place, after: mark)
            for message in page where rivals.stillWaiting(in: place).contains(message.id) {
                try await self.messages.take(context.completed(message, at: whereabouts), at: whereabouts)
            }
            guard let newest = page.last?.id, page.count >= DiscordAPI.mostMessages else { return }
            mark = newest
        }
    }

    // MARK: Reactions

    private func take(_ reaction: DiscordReaction) async throws(IntakeFailure) {
        guard reaction.userID != context.bot.id,
            let whereabouts = try await context.reader.whereabouts(
                reaction.channelID, guild: reaction.guildID, kind: reaction.guildID == nil ? .direct : nil)
        else { return }
        var author = reaction.messageAuthorID
        if author == nil, context.settings.rules.reactions(in: whereabouts.guild) == .own,
            context.isListenedTo(whereabouts)
        {
            author = await context.reader.author(of: reaction)
        }
        // Discord is asked only for somebody who may be of interest.
        guard
            context.settings.rules.reactions(in: whereabouts.guild) == .allowlist
                || context.mapping.notice(reaction, author: author, at: whereabouts) != nil
        else { return }
        var named = reaction
        named.user = await context.reader.person(of: reaction)
        if let notice = context.mapping.notice(named, author: author, at: whereabouts) {
            await context.house?.inbox.notice(notice)
        }
    }
}
