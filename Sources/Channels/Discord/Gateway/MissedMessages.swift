import Core

/// Reads what came while there was no session: in a guild's channels and threads, in direct chats, in threads that were put away.
@MainActor
final class MissedMessages {
    private let context: IntakeContext
    private let order: IntakeLanes
    private let seen: SeenLog
    private let rivals: RivalWatch
    private let messages: MessageIntake
    /// Channels whose threads that were put away have still to be read.
    private var unreadArchives: Set<Snowflake> = []

    /// Messages older than this are not answered any more: Telegram forgets them then, too.
    private static let oldest = Duration.seconds(24 * 3600)
    /// Pages of 100 that are read of one channel.
    private static let mostPages = 100
    /// How often threads that were put away are asked for.
    private static let archiveAttempts = 10

    init(
        _ context: IntakeContext, order: IntakeLanes, seen: SeenLog, rivals: RivalWatch,
        messages: MessageIntake
    ) {
        self.context = context
        self.order = order
        self.seen = seen
        self.rivals = rivals
        self.messages = messages
    }

    /// A direct chat may have begun while there was no session: then this message is the first that tells of it.
    func readBeginning(of whereabouts: Whereabouts) async throws(IntakeFailure) {
        let place = whereabouts.place.id
        guard whereabouts.guild == nil, let since = context.since, seen[place] == nil else { return }
        try await read(place, after: max(since, horizon), guild: nil, kind: .direct)
    }

    /// What is said in a thread now was said after what stood in it when it was put away.
    func readArchived(_ whereabouts: Whereabouts) async throws(IntakeFailure) {
        let place = whereabouts.place
        guard place.isThread, let guild = whereabouts.guild, let parent = place.parentID,
            unreadArchives.contains(parent), let known = seen[place.id] ?? context.since
        else { return }
        try await read(place.id, after: max(known, horizon), guild: guild.id, kind: place.kind)
    }

    /// Reads in a guild's channels what came while there was no session.
    func readGuild(_ data: JSON, _ finish: @escaping IntakeLanes.Finish) {
        guard let guildID = Snowflake(data["id"]), data["unavailable"]?.boolValue != true else {
            return finish(.taken)
        }
        let joined = data["joined_at"]?.stringValue.flatMap(DiscordTime.parse).map { Snowflake(at: $0) }
        let behind = context.places.take(guild: data).compactMap { place in
            mark(place, joined: joined).map { (place: place, mark: $0) }
        }
        // While nobody was here threads may have been written in and put away.
        context.logNames(in: guildID)
        let parents = context.since == nil ? [] : context.places.threadParents(in: guildID)
        unreadArchives.formUnion(parents.map(\.id))
        let countdown = Countdown(behind.count + parents.count) { failure in
            finish(failure.map { .failed($0) } ?? .sawGuild(guildID))
        }
        for parent in parents {
            order.lanes.addBeside {
                countdown.finish(await self.readArchivePatiently(of: parent, joined: joined, guild: guildID))
            }
        }
        for (place, mark) in behind {
            order.work(in: place.id, countdown.finish) { () async throws(IntakeFailure) in
                try await self.read(place.id, after: mark, guild: guildID, kind: place.kind)
            }
        }
    }

    /// A channel whose threads cannot be listed holds up nothing else; what is said in one of them meanwhile reads it first.
    private func readArchivePatiently(of parent: DiscordPlace, joined: Snowflake?, guild: Snowflake) async
        -> IntakeOutcome
    {
        let attempt = order.attempt
        var pauses = Backoff(first: .seconds(1), longest: .seconds(60))
        var reason = ""
        for _ in 0..<Self.archiveAttempts {
            do throws(IntakeFailure) {
                try await readArchive(of: parent, joined: joined, guild: guild)
                unreadArchives.remove(parent.id)
                return .taken
            } catch {
                reason = error.reason
            }
            // Cancelled, or with another connection: the event comes again.
            guard (try? await Task.sleep(for: pauses.next())) != nil, attempt == order.attempt else {
                return .failed(reason)
            }
        }
        unreadArchives.remove(parent.id)
        context.setup.log.warning(
            "the threads of a channel that were put away while Discord was away could not be read",
            ["channel": parent.id.description, "reason": reason])
        return .taken
    }

    private func readArchive(
        of parent: DiscordPlace, joined: Snowflake?, guild: Snowflake
    ) async throws(IntakeFailure) {
        guard
            let whereabouts = try await context.reader.whereabouts(
                parent.id, guild: guild, kind: parent.kind),
            context.isListenedTo(whereabouts)
        else { return }
        for thread in try await context.reader.archivedThreads(of: parent.id) {
            try await order.inLane(thread.id) { () async throws(IntakeFailure) in
                guard let mark = self.mark(thread, joined: joined) else { return }
                try await self.read(thread.id, after: mark, guild: guild, kind: thread.kind)
            }
        }
    }

    /// Direct chats are in no event: those that are known are asked for.
    func readDirectChats(_ finish: @escaping IntakeLanes.Finish) {
        guard context.settings.shardNumber == 0, context.since != nil else { return finish(.taken) }
        let behind = seen.directPlaces.compactMap { id in seen[id].map { (id: id, mark: $0) } }
        let countdown = Countdown(behind.count) { failure in
            finish(failure.map { .failed($0) } ?? .taken)
        }
        for (id, mark) in behind {
            order.work(in: id, countdown.finish) { () async throws(IntakeFailure) in
                try await self.read(id, after: max(mark, self.horizon), guild: nil, kind: .direct)
            }
        }
    }

    /// The message after which a channel has to be read; nil when nothing is there or it does not matter.
    private func mark(_ place: DiscordPlace, joined: Snowflake?) -> Snowflake? {
        guard let last = place.lastMessageID, let known = seen[place.id] ?? context.since else { return nil }
        let mark = max(known, joined ?? known, horizon)
        return last > mark ? mark : nil
    }

    private var horizon: Snowflake { Snowflake(at: context.reader.now + (.zero - Self.oldest)) }

    private func read(_ id: Snowflake, after mark: Snowflake, guild: Snowflake?, kind: DiscordPlace.Kind?)
        async throws(IntakeFailure)
    {
        guard let whereabouts = try await context.reader.whereabouts(id, guild: guild, kind: kind),
            context.isListenedTo(whereabouts)
        else {
            return
        }
        var mark = mark
        for _ in 0..<Self.mostPages {
            let page = try await context.reader.page(of: id, after: mark)
            for message in page where message.author.id == context.bot.id {
                await rivals.found(message)
            }
            for message in page {
                try await messages.take(context.completed(message, at: whereabouts), at: whereabouts)
                mark = message.id
            }
            if page.count < DiscordAPI.mostMessages { return }
        }
        context.setup.log.warning(
            "more messages came while Discord was away than are read at once; the rest is left out",
            ["channel": id.description])
    }
}
