import Core

/// What is done with the gateway's events: messages, reactions and interactions go to the house, the rest is remembered.
@MainActor
final class DiscordIntake {
    /// What became of an event.
    enum Outcome: Sendable {
        case taken
        case sawGuild(Snowflake)
        /// It has to come again.
        case failed(String)
    }

    typealias Finish = @MainActor @Sendable (Outcome) -> Void

    let lanes = Lanes()
    let places: KnownPlaces
    private let reader: DiscordReader
    private let setup: ChannelSetup
    private let settings: DiscordSettings
    private let presences: KnownPresences
    private let answers: InteractionAnswers
    private let files: IncomingFiles
    let rivals: RivalWatch
    private var house: ChannelHouse?
    private(set) var mapping: IncomingMapping
    private var since: Snowflake?
    private var seen = SeenMessages()
    private var isSeenUnsaved = false
    /// Whether a direct chat is known that was not before.
    private(set) var hasUnsavedDirect = false
    /// Open once the archived threads of a guild are read; none while there is nothing to read.
    private var archives: [Snowflake: Gate] = [:]
    /// Counts the connections.
    private(set) var attempt = 0
    /// Places in which a message could not be taken in, and on which connection: what came after it has to wait for it, for
    /// `seen` knows of each place only how far it has been taken in.
    private var stuck: [Snowflake: Int] = [:]
    /// Called when it is known whose bot we are, with the application's id.
    var onReady: @MainActor (_ application: Snowflake?) -> Void = { _ in }

    /// Messages older than this are not answered any more: Telegram forgets them then, too.
    private static let oldest = Duration.seconds(24 * 3600)
    /// Pages of 100 that are read of one channel.
    private static let mostPages = 10
    /// Channels of a guild whose archived threads are looked at when a session was lost.
    private static let mostParents = 50
    /// Direct chats that are looked at when a session was lost.
    private static let mostDirect = 50
    /// So long another gateway has to acknowledge an interaction.
    private static let interactionPatience = Duration.seconds(2)
    /// The lane of what belongs to no channel.
    private static let ownLane = Snowflake(rawValue: 0)

    init(
        setup: ChannelSetup, settings: DiscordSettings, api: DiscordAPI, places: KnownPlaces,
        presences: KnownPresences, answers: InteractionAnswers, files: IncomingFiles,
        rivals: RivalWatch
    ) {
        self.setup = setup
        self.settings = settings
        reader = DiscordReader(api: api, places: places, rules: settings.rules, log: setup.log)
        self.places = places
        self.presences = presences
        self.answers = answers
        self.files = files
        self.rivals = rivals
        mapping = IncomingMapping(
            account: setup.account, bot: DiscordUser(id: Snowflake(rawValue: 0), username: ""),
            rules: settings.rules)
    }

    func begin(_ session: GatewaySession, _ house: ChannelHouse) async {
        self.house = house
        seen = SeenMessages(json: await house.memory.load("seen"))
        know(session)
    }

    /// Learns who we are and since when we may have missed something.
    func know(_ session: GatewaySession) {
        since = session.since
        guard let bot = session.bot else { return }
        places.bot = bot.id
        mapping = IncomingMapping(account: setup.account, bot: bot, rules: settings.rules)
        onReady(settings.applicationID ?? session.applicationID)
    }

    /// What has been seen, if that has changed since the last call.
    func unsavedSeen() -> JSON? {
        guard isSeenUnsaved else { return nil }
        (isSeenUnsaved, hasUnsavedDirect) = (false, false)
        return seen.json
    }

    // MARK: Events

    /// Takes an event; `finish` is called once when that is done.
    func take(_ name: String, _ data: JSON, _ finish: @escaping Finish) {
        switch name {
        case "MESSAGE_CREATE":
            guard let message = DiscordMessage(json: data) else { return finish(.taken) }
            if message.author.id == mapping.bot.id { rivals.saw(message, isLive: true) }
            let kind = data["channel_type"]?.intValue.flatMap { DiscordPlace.Kind(rawValue: $0) }
            work(in: message.channelID, finish) { () async throws(IntakeFailure) in
                try await self.take(message, kind: kind)
            }
        case "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE":
            guard let reaction = DiscordReaction(json: data, isAdded: name.hasSuffix("ADD")) else {
                return finish(.taken)
            }
            work(in: reaction.channelID, finish) { () async throws(IntakeFailure) in
                try await self.take(reaction)
            }
        case "INTERACTION_CREATE":
            guard let interaction = DiscordInteraction(json: data) else { return finish(.taken) }
            take(interaction, finish)
        case "PRESENCE_UPDATE":
            presences.take(data)
            finish(.taken)
        case "READY": catchUpDirect(finish)
        case "GUILD_CREATE": catchUp(data, finish)
        default:
            places.take(name, data)
            finish(.taken)
        }
    }

    private func work(
        in lane: Snowflake, _ finish: @escaping Finish,
        _ action: @escaping @MainActor @Sendable () async throws(IntakeFailure) -> Void
    ) {
        let attempt = attempt
        lanes.add(lane) {
            guard self.stuck[lane] != attempt else {
                return finish(.failed("What came before it could not be kept."))
            }
            do throws(IntakeFailure) {
                try await action()
                self.stuck[lane] = nil
                finish(.taken)
            } catch {
                self.stuck[lane] = attempt
                finish(.failed(error.reason))
            }
        }
    }

    /// From here on events come again that could not be taken in before.
    func beginAttempt() { attempt += 1 }

    // MARK: Messages

    private func take(_ message: DiscordMessage, kind: DiscordPlace.Kind?) async throws(IntakeFailure) {
        do throws(IntakeFailure) {
            guard
                let whereabouts = try await reader.whereabouts(
                    message.channelID, guild: message.guildID,
                    kind: kind ?? (message.guildID == nil ? .direct : nil))
            else { return }
            try await readBeginning(of: whereabouts)
            try await waitForArchive(of: whereabouts)
            try await take(message, at: whereabouts)
        } catch {
            // Should the session be lost, nothing else would lead to it.
            if message.guildID == nil, seen.missed(message.id, inDirect: message.channelID) {
                (isSeenUnsaved, hasUnsavedDirect) = (true, true)
            }
            throw error
        }
    }

    /// A direct chat may have begun while there was no session: then this message is the first that tells of it.
    private func readBeginning(of whereabouts: Whereabouts) async throws(IntakeFailure) {
        let place = whereabouts.place.id
        guard whereabouts.guild == nil, let since, seen[place] == nil else { return }
        try await catchUp(place, after: max(since, Self.horizon), guild: nil, kind: .direct)
    }

    /// What is said in a thread now was said after what stood in it when it was put away.
    private func waitForArchive(of whereabouts: Whereabouts) async throws(IntakeFailure) {
        guard whereabouts.place.isThread, let guild = whereabouts.guild, let gate = archives[guild.id] else {
            return
        }
        await gate.wait()
        if !gate.isOpen { throw IntakeFailure(reason: "The threads that were put away could not be read.") }
        // The message has taken the thread out of the archive, perhaps before it was looked for there.
        let place = whereabouts.place
        guard let known = seen[place.id] ?? since else { return }
        try await catchUp(place.id, after: max(known, Self.horizon), guild: guild.id, kind: place.kind)
    }

    private func take(_ message: DiscordMessage, at whereabouts: Whereabouts) async throws(IntakeFailure) {
        if var incoming = mapping.message(message, at: whereabouts), let house,
            !rivals.isAnswered(message.id, in: message.channelID)
        {
            incoming.files = files.of(message)
            if rivals.isStandingDown {
                try await hold(incoming, message, house)
            } else {
                await tellStarter(of: whereabouts, before: message, house)
                try await receive(incoming, house)
            }
        }
        saw(message.id, at: whereabouts)
    }

    /// What a thread hangs on is shown with the first message that is seen there.
    private func tellStarter(
        of whereabouts: Whereabouts, before message: DiscordMessage, _ house: ChannelHouse
    )
        async
    {
        let thread = whereabouts.place.id
        guard seen[thread] == nil, message.id != thread, isListenedTo(whereabouts),
            let starter = await reader.starter(of: whereabouts),
            let words = await mapping.words(completed(starter, at: whereabouts), at: whereabouts)
        else { return }
        await house.inbox.overhear(words, mapping.isOurs(starter))
    }

    private func receive(_ incoming: ChannelMessage, _ house: ChannelHouse) async throws(IntakeFailure) {
        do throws(InboxError) {
            try await house.inbox.receive(incoming)
        } catch {
            throw IntakeFailure(reason: "A message could not be kept: \(error.reason)")
        }
    }

    // MARK: Beside another gateway

    /// The other answers this, if anybody would; if it does not, it is ours.
    private func hold(_ incoming: ChannelMessage, _ message: DiscordMessage, _ house: ChannelHouse)
        async throws(IntakeFailure)
    {
        guard await house.inbox.admits(incoming) else { return }
        guard await rivals.hold(message.id, in: message.channelID) else {
            throw IntakeFailure(reason: "A message could not be kept for later.")
        }
    }

    /// Takes in what the other has left unanswered in a place.
    func takeUp(_ messages: [Snowflake], in place: Snowflake) {
        lanes.add(place) {
            do throws(IntakeFailure) {
                try await self.read(messages, in: place)
                await self.rivals.tookUp(self.rivals.isStandingDown ? [] : messages, in: place)
            } catch {
                self.setup.log.debug("what has waited could not be read", ["reason": error.reason])
                await self.rivals.tookUp([], in: place)
            }
        }
    }

    private func read(_ messages: [Snowflake], in place: Snowflake) async throws(IntakeFailure) {
        guard let first = messages.first, let last = messages.last,
            let whereabouts = try await reader.whereabouts(place, guild: nil, kind: nil)
        else { return }
        var mark = Snowflake(rawValue: max(first.rawValue, 1) - 1)
        while mark < last {
            let page = try await reader.page(of: place, after: mark)
            for message in page where rivals.stillWaiting(in: place).contains(message.id) {
                try await take(completed(message, at: whereabouts), at: whereabouts)
            }
            guard let newest = page.last?.id, page.count >= DiscordAPI.mostMessages else { return }
            mark = newest
        }
    }

    private func saw(_ message: Snowflake, at whereabouts: Whereabouts) {
        guard isListenedTo(whereabouts) else { return }
        let isDirect = whereabouts.guild == nil
        if isDirect && seen[whereabouts.place.id] == nil { hasUnsavedDirect = true }
        if seen.saw(message, in: whereabouts.place.id, isDirect: isDirect) { isSeenUnsaved = true }
    }

    private func isListenedTo(_ whereabouts: Whereabouts) -> Bool {
        guard let rule = mapping.rule(at: whereabouts) else { return true }
        return rule.isEnabled && setup.rules.groupPolicy != .disabled
            && (rule.isListed || setup.rules.groupPolicy == .open)
    }

    // MARK: Reactions

    private func take(_ reaction: DiscordReaction) async throws(IntakeFailure) {
        guard reaction.userID != mapping.bot.id,
            let whereabouts = try await reader.whereabouts(
                reaction.channelID, guild: reaction.guildID, kind: reaction.guildID == nil ? .direct : nil)
        else { return }
        var author = reaction.messageAuthorID
        if author == nil, settings.rules.reactions(in: whereabouts.guild) == .own, isListenedTo(whereabouts) {
            author = await reader.author(of: reaction)
        }
        // Discord is asked only for somebody who may be of interest.
        guard
            settings.rules.reactions(in: whereabouts.guild) == .allowlist
                || mapping.notice(reaction, author: author, at: whereabouts) != nil
        else { return }
        var named = reaction
        named.user = await reader.person(of: reaction)
        if let notice = mapping.notice(named, author: author, at: whereabouts) {
            await house?.inbox.notice(notice)
        }
    }

    // MARK: Interactions

    private func take(_ interaction: DiscordInteraction, _ finish: @escaping Finish) {
        if interaction.kind == .autocomplete {
            if rivals.isStandingDown { return finish(.taken) }
            let data = CommandMapping.completions(interaction, house?.commands() ?? [])
            lanes.add(interaction.id) { await self.answers.complete(interaction, data) }
            return finish(.taken)
        }
        if rivals.isStandingDown { return takeLate(interaction, finish) }
        // Discord waits three seconds: the answer that all is well does not wait for what came before it.
        let begun = answers.begin(interaction)
        lanes.add(interaction.id) { await self.answers.acknowledge(interaction, begun) }
        work(in: interaction.channelID, finish) { () async throws(IntakeFailure) in
            try await self.takeUp(interaction)
        }
    }

    /// Discord waits three seconds, and lets one acknowledge it: if the other is gone, this one can.
    private func takeLate(_ interaction: DiscordInteraction, _ finish: @escaping Finish) {
        lanes.add(interaction.id) {
            // Cancelled: it comes again with the session.
            try? await Task.sleep(for: Self.interactionPatience)
            guard await self.answers.acknowledge(interaction, self.answers.begin(interaction)) else {
                return finish(.taken)
            }
            await self.rivals.takeOver()
            self.work(in: interaction.channelID, finish) { () async throws(IntakeFailure) in
                try await self.takeUp(interaction)
            }
        }
    }

    private func takeUp(_ interaction: DiscordInteraction) async throws(IntakeFailure) {
        let kind = interaction.guildID == nil ? interaction.channelKind ?? .direct : nil
        guard
            let whereabouts = try await reader.whereabouts(
                interaction.channelID, guild: interaction.guildID, kind: kind),
            let house
        else { return }
        guard isListenedTo(whereabouts) else {
            return await answers.say(InteractionWords.notHere, to: interaction)
        }
        guard let text = answers.text(interaction) else {
            return await answers.say(InteractionWords.tooOld, to: interaction)
        }
        let message = mapping.message(
            interaction, saying: text, at: whereabouts, handle: answers.handle(interaction))
        do throws(InboxError) {
            guard interaction.kind == .component else { return try await house.inbox.receive(message) }
            // That something has come of it can be seen below the button.
            if let told = try await house.inbox.press(message), told.isRefusal {
                await answers.say(told.text, to: interaction)
            }
        } catch {
            throw IntakeFailure(reason: "A command could not be kept: \(error.reason)")
        }
    }

    // MARK: Catching up

    /// Reads in a guild's channels what came while there was no session.
    private func catchUp(_ data: JSON, _ finish: @escaping Finish) {
        guard let guildID = Snowflake(data["id"]), data["unavailable"]?.boolValue != true else {
            return finish(.taken)
        }
        let joined = data["joined_at"]?.stringValue.flatMap(DiscordTime.parse).map { Snowflake(at: $0) }
        let behind = places.take(guild: data).compactMap { place in
            mark(place, joined: joined).map { (place: place, mark: $0) }
        }
        // While nobody was here threads may have been written in and put away.
        let parents = since == nil ? [] : places.threadParents(in: guildID).prefix(Self.mostParents)
        if !parents.isEmpty, archives[guildID] == nil { archives[guildID] = Gate() }
        let countdown = Countdown(behind.count + parents.count) { [weak self] failure in
            // After a failure all of it comes again.
            if failure == nil { self?.archives.removeValue(forKey: guildID)?.open() }
            finish(failure.map { .failed($0) } ?? .sawGuild(guildID))
        }
        for parent in parents {
            work(in: parent.id, countdown.finish) { () async throws(IntakeFailure) in
                try await self.catchUpArchived(of: parent, joined: joined, guild: guildID)
            }
        }
        for (place, mark) in behind {
            work(in: place.id, countdown.finish) { () async throws(IntakeFailure) in
                try await self.catchUp(place.id, after: mark, guild: guildID, kind: place.kind)
            }
        }
    }

    private func catchUpArchived(
        of parent: DiscordPlace, joined: Snowflake?, guild: Snowflake
    ) async throws(IntakeFailure) {
        guard let whereabouts = try await reader.whereabouts(parent.id, guild: guild, kind: parent.kind),
            isListenedTo(whereabouts)
        else { return }
        for thread in try await reader.archivedThreads(of: parent.id) {
            guard let mark = mark(thread, joined: joined) else { continue }
            try await catchUp(thread.id, after: mark, guild: guild, kind: thread.kind)
        }
    }

    /// Direct chats are in no event: those that are known are asked for.
    private func catchUpDirect(_ finish: @escaping Finish) {
        guard settings.shardNumber == 0, since != nil else { return finish(.taken) }
        let behind = seen.directPlaces.prefix(Self.mostDirect).compactMap { id in
            seen[id].map { (id: id, mark: $0) }
        }
        let countdown = Countdown(behind.count) { failure in
            finish(failure.map { .failed($0) } ?? .taken)
        }
        for (id, mark) in behind {
            work(in: id, countdown.finish) { () async throws(IntakeFailure) in
                try await self.catchUp(id, after: max(mark, Self.horizon), guild: nil, kind: .direct)
            }
        }
    }

    /// The message after which a channel has to be read; nil when nothing is there or it does not matter.
    private func mark(_ place: DiscordPlace, joined: Snowflake?) -> Snowflake? {
        guard let last = place.lastMessageID, let known = seen[place.id] ?? since else { return nil }
        let mark = max(known, joined ?? known, Self.horizon)
        return last > mark ? mark : nil
    }

    private static var horizon: Snowflake { Snowflake(at: Timestamp.now + (.zero - oldest)) }

    private func catchUp(_ id: Snowflake, after mark: Snowflake, guild: Snowflake?, kind: DiscordPlace.Kind?)
        async throws(IntakeFailure)
    {
        guard let whereabouts = try await reader.whereabouts(id, guild: guild, kind: kind),
            isListenedTo(whereabouts)
        else {
            return
        }
        var mark = mark
        for _ in 0..<Self.mostPages {
            let messages = try await reader.page(of: id, after: mark)
            for message in messages where message.author.id == mapping.bot.id {
                rivals.saw(message, isLive: false)
            }
            for message in messages {
                try await take(completed(message, at: whereabouts), at: whereabouts)
                mark = message.id
            }
            if messages.count < DiscordAPI.mostMessages { return }
        }
        setup.log.warning(
            "more messages came while Discord was away than are read at once; the rest is left out",
            ["channel": id.description])
    }

    private func completed(_ message: DiscordMessage, at whereabouts: Whereabouts) async -> DiscordMessage {
        await reader.completed(message, at: whereabouts, mapping.rule(at: whereabouts))
    }
}

/// Calls back when as many pieces of work are done as there are.
@MainActor
private final class Countdown {
    private var left: Int
    private var failure: String?
    private let done: @MainActor (String?) -> Void

    init(_ count: Int, _ done: @escaping @MainActor (String?) -> Void) {
        left = count
        self.done = done
        if count == 0 { done(nil) }
    }

    func finish(_ outcome: DiscordIntake.Outcome) {
        if case .failed(let reason) = outcome { failure = reason }
        left -= 1
        if left == 0 { done(failure) }
    }
}
