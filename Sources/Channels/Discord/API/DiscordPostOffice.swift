import Core
import Wire

/// The way out: posts parts of replies, each once.
@MainActor
final class DiscordPostOffice {
    /// How wrong our clock may be when something that was posted is looked for.
    private static let clockMargin = Duration.seconds(120)
    /// Pages of 100 messages in which it is looked for: what was posted stands in the first, or among the newest.
    private static let mostPages = 20
    /// UTF-16 units of a note on what could not be posted.
    private static let longestNote = 1000
    /// Commands whose answer came too late that are remembered.
    private static let mostLate = 500

    private let api: DiscordAPI
    private let mapping: OutgoingMapping
    private let answers: InteractionAnswers
    private let buttons: LongCommands
    private let files: OutgoingFiles
    private let places: KnownPlaces
    private let rivals: RivalWatch
    private let posts: ForumPosts
    /// Where a command's person was told that the answer came too late, by interaction.
    private var late = RecentNotes(most: mostLate)
    /// Our own id, once it is known.
    var bot: Snowflake?
    /// Where a message stands that the outbox has posted.
    var known: (MessageID) async -> Address? = { _ in nil }

    init(
        api: DiscordAPI, mapping: OutgoingMapping, answers: InteractionAnswers, buttons: LongCommands,
        files: OutgoingFiles, places: KnownPlaces, rivals: RivalWatch
    ) {
        self.api = api
        self.mapping = mapping
        self.answers = answers
        self.buttons = buttons
        self.files = files
        self.places = places
        self.rivals = rivals
        posts = ForumPosts(api: api, places: places, mapping: mapping, files: files)
    }

    /// Why files were not posted, by the marks of parts that are posted without them.
    var leftBehind: [String: String] = [:]

    /// An answer that another gateway may give.
    private static let standingDownPause = Duration.seconds(30)

    func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        guard let place = Snowflake(part.address.chat) else {
            throw .refused("`\(part.address.chat)` is no channel of Discord's.")
        }
        await buttons.keep(part.content.buttons)
        do throws(DiscordFailure) {
            let id = try await postWhatCanBe(part, in: place)
            return MessageID(id.description)
        } catch {
            throw error.delivery
        }
    }

    /// A file that cannot be sent is named, with the reason, and never takes the words with it; words that Discord will not
    /// have are answered for in ours.
    private func postWhatCanBe(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure)
        -> Snowflake
    {
        do throws(DiscordFailure) {
            return try await post(part, in: place)
        } catch {
            var rest = part
            if part.content.replyTo != nil, error.isMissing(DiscordCode.mayNotReply) {
                rest.content.replyTo = nil
                return try await postWhatCanBe(rest, in: place)
            }
            if !part.content.files.isEmpty, error.isAboutFiles {
                let names = part.content.files.map { "`\(OutgoingFiles.name(of: $0))`" }
                rest.content.files = []
                let note = Cut.head(
                    "⚠️ \(names.joined(separator: ", ")): \(error.reason)", Self.longestNote)
                let id = try await post(rest, and: note, in: place)
                leftBehind[part.nonce] = "\(names.joined(separator: ", ")): \(error.reason)"
                return id
            }
            guard error.isAboutWords else { throw error }
            rest.content = OutgoingPart.Content(
                text: Cut.head("⚠️ The answer could not be posted: \(error.reason)", Self.longestNote),
                replyTo: part.content.replyTo, handle: part.content.handle)
            return try await post(rest, in: place)
        }
    }

    /// The note goes below the words, or behind them where there is no room.
    private func post(_ part: OutgoingPart, and note: String, in place: Snowflake)
        async throws(DiscordFailure) -> Snowflake
    {
        let whole = part.content.text.isEmpty ? note : "\(part.content.text)\n\(note)"
        if whole.utf16.count <= OutgoingMapping.longestMessage {
            var part = part
            part.content.text = whole
            return try await post(part, in: place)
        }
        let id = try await post(part, in: place)
        let nonce = String(
            Digest.hex(Digest.sha256(Array((part.nonce + note).utf8))).prefix(part.nonce.count))
        let more = OutgoingPart(
            address: part.address, content: OutgoingPart.Content(text: note, handle: part.content.handle),
            nonce: nonce, beginning: part.beginning ?? MessageID(id.description))
        _ = try await post(more, in: place)
        return id
    }

    func post(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure) -> Snowflake {
        var part = part
        part.nonce = await rivals.nonce(of: part)
        if let handle = InteractionHandle(part.content.handle) {
            if !handle.isEphemeral, let id = try await earlierAnswer(part, to: handle, in: place) {
                return id
            }
            if let id = try await answers.deliver(part, to: handle) { return id }
            // In a channel it would be shown to all.
            if handle.isEphemeral, try await places.place(place).guildID != nil {
                return try await tellTooLate(part, handle, in: place)
            }
        }
        if let posted = part.posted.flatMap({ Snowflake($0.rawValue) }) {
            return try await change(posted, to: part.content, in: thread(of: part, in: place))
        }
        switch try await rivals.verdict(on: part, in: place, bot: bot) {
        case .say: break
        case .answered(let other): return other
        case .wait: throw .limited("Another gateway may answer this.", after: Self.standingDownPause)
        }
        let id = try await postAnew(part, in: place)
        rivals.posted(part)
        return id
    }

    /// Once, however many parts the answer has.
    private func tellTooLate(
        _ part: OutgoingPart, _ handle: InteractionHandle, in place: Snowflake
    ) async throws(DiscordFailure) -> Snowflake {
        if let note = late[handle.id].flatMap({ Snowflake($0) }) { return note }
        var part = part
        part.content = OutgoingPart.Content(text: InteractionWords.tooLate)
        let note = try await postAnew(part, in: place)
        late.note(note.description, for: handle.id)
        return note
    }

    /// Answers to commands have no nonce: what an earlier attempt has left is looked for.
    ///
    /// One that only the person sees cannot be looked for, nor one where the bot may not read.
    private func earlierAnswer(
        _ part: OutgoingPart, to handle: InteractionHandle, in place: Snowflake
    ) async throws(DiscordFailure) -> Snowflake? {
        guard part.triedAt != nil, part.posted == nil else { return nil }
        let text = part.content.text.trimmed
        do throws(DiscordFailure) {
            return try await messages(in: place, since: handle.id).first {
                $0.interactionID == handle.id && $0.content.trimmed == text
            }?.id
        } catch {
            if case .refused = error { return nil }
            throw error
        }
    }

    private func postAnew(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure) -> Snowflake
    {
        if try await isForum(place, isRetry: part.triedAt != nil) {
            return try await post(part, inForum: place)
        }
        do throws(DiscordFailure) {
            return try await postMessage(part, in: place)
        } catch {
            guard error.isMissing(DiscordCode.forumTakesPosts) else { throw error }
            return try await post(part, inForum: place)
        }
    }

    /// Discord says by itself that a place is a forum, except where an earlier attempt is looked for.
    private func isForum(_ place: Snowflake, isRetry: Bool) async throws(DiscordFailure) -> Bool {
        if isRetry { return try await places.place(place).holdsPosts }
        return places.known(place)?.holdsPosts == true
    }

    private func postMessage(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure)
        -> Snowflake
    {
        if let found = try await find(part, in: place, isForum: false) {
            return try await upToDate(found.id, saying: found.content, part, in: place)
        }
        let message = try await api.create(body(part), in: place)
        guard part.triedAt != nil else { return message.id }
        return try await upToDate(message.id, saying: message.content, part, in: place)
    }

    /// A message in a forum is a post of its own, and what follows it is said there.
    private func post(_ part: OutgoingPart, inForum forum: Snowflake) async throws(DiscordFailure)
        -> Snowflake
    {
        if let thread = part.beginning.flatMap({ Snowflake($0.rawValue) }) {
            return try await postMessage(part, in: thread)
        }
        if let found = try await find(part, in: forum, isForum: true) {
            return try await upToDate(found.id, saying: found.content, part, in: found.id)
        }
        return try await posts.open(part, in: forum)
    }

    /// Where a part was posted: in a forum in the thread that the first one became.
    private func thread(of part: OutgoingPart, in place: Snowflake) -> Snowflake {
        guard places.known(place)?.holdsPosts == true, let first = part.beginning ?? part.posted else {
            return place
        }
        return Snowflake(first.rawValue) ?? place
    }

    private func body(_ part: OutgoingPart) async throws(DiscordFailure) -> DiscordBody {
        let content = part.content
        if let file = content.files.first, content.files.count == 1, file.isVoice, content.text.isEmpty,
            content.buttons.isEmpty,
            let form = try await files.voiceBody(mapping.creation(part, isVoice: true), file)
        {
            return form
        }
        return try await files.body(mapping.creation(part), content.files)
    }

    /// What an earlier attempt has left may say less: an answer that could be read while it was written.
    private func upToDate(_ id: Snowflake, saying content: String, _ part: OutgoingPart, in place: Snowflake)
        async throws(DiscordFailure) -> Snowflake
    {
        guard content.trimmed != mapping.words(part.content) else { return id }
        return try await change(id, to: part.content, in: place)
    }

    private func change(_ posted: Snowflake, to content: OutgoingPart.Content, in place: Snowflake)
        async throws(DiscordFailure) -> Snowflake
    {
        try await api.change(posted, in: place, files.body(mapping.change(content), content.files))
    }

    // MARK: Earlier attempts

    /// The message that an earlier attempt has left, if there was one and it did.
    ///
    /// Where nothing may be read there is none to be found.
    private func find(_ part: OutgoingPart, in place: Snowflake, isForum: Bool)
        async throws(DiscordFailure) -> DiscordMessage?
    {
        guard let triedAt = part.triedAt else { return nil }
        let earliest = Snowflake(at: triedAt + (.zero - Self.clockMargin))
        do throws(DiscordFailure) {
            return isForum
                ? try await post(of: part, since: earliest, in: place)
                : try await message(of: part, since: earliest, in: place)
        } catch {
            if case .refused = error { return nil }
            throw error
        }
    }

    /// Discord gives a nonce back only for a while; after that our own words, said no earlier, are taken for it.
    private func message(of part: OutgoingPart, since earliest: Snowflake, in place: Snowflake)
        async throws(DiscordFailure) -> DiscordMessage?
    {
        let said = try await messages(in: place, since: earliest)
        if let exact = said.first(where: { $0.nonce == part.nonce }) { return exact }
        let words = mapping.words(part.content)
        guard !words.isEmpty else { return nil }
        return await said.first(ofNoOtherPart: known) {
            $0.nonce == nil && $0.author.id == bot && $0.id >= earliest && $0.content.trimmed == words
        }
    }

    /// What was said in a place from a message on, oldest first, and the newest whatever our clock says of them.
    private func messages(in place: Snowflake, since earliest: Snowflake)
        async throws(DiscordFailure) -> [DiscordMessage]
    {
        let newest = try await api.messages(in: place)
        guard let end = newest.first?.id, newest.count >= DiscordAPI.mostMessages, end > earliest else {
            return newest
        }
        var said: [DiscordMessage] = []
        var mark = Snowflake(rawValue: max(earliest.rawValue, 1) - 1)
        for _ in 0..<Self.mostPages {
            let page = try await api.messages(in: place, after: mark)
            said += page.prefix { $0.id < end }
            guard let last = page.last?.id, last < end else { break }
            mark = last
        }
        return said + newest
    }

    private func post(of part: OutgoingPart, since earliest: Snowflake, in forum: Snowflake)
        async throws(DiscordFailure) -> DiscordMessage?
    {
        try await posts.begun(with: part.content, by: bot, since: earliest, in: forum)
            .first(ofNoOtherPart: known) { _ in true }
    }
}

extension [DiscordMessage] {
    /// The first that fits and that the outbox does not know for something else it has said in the same words.
    fileprivate func first(
        ofNoOtherPart known: (MessageID) async -> Address?, where fits: (DiscordMessage) -> Bool
    ) async -> DiscordMessage? {
        for message in self where fits(message) {
            if await known(MessageID(message.id.description)) == nil { return message }
        }
        return nil
    }
}
