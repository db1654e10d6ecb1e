import Core
import Wire

/// The way out: posts parts of replies, each once.
@MainActor
final class DiscordPostOffice {
    /// Discord remembers nonces for "a few minutes"; what is older is looked up before it is posted again.
    private static let nonceWindow = Duration.seconds(120)
    /// How wrong our clock may be when something that was posted is looked for.
    private static let clockMargin = Duration.seconds(120)
    /// UTF-16 units of a note on what could not be posted.
    private static let longestNote = 1000
    /// Longest title of a post in a forum.
    private static let longestTitle = 100

    private let api: DiscordAPI
    private let mapping: OutgoingMapping
    private let answers: InteractionAnswers
    private let buttons: LongCommands
    private let files: OutgoingFiles
    private let places: KnownPlaces
    private let rivals: RivalWatch
    /// Our own id, once it is known.
    var bot: Snowflake?

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
    }

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
                return try await post(rest, and: note, in: place)
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
            nonce: nonce)
        _ = try await post(more, in: place)
        return id
    }

    func post(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure) -> Snowflake {
        var part = part
        part.nonce = await rivals.nonce(of: part)
        if let handle = InteractionHandle(part.content.handle),
            let id = try await answers.deliver(part, to: handle)
        {
            return id
        }
        if let posted = part.posted.flatMap({ Snowflake($0.rawValue) }) {
            return try await change(posted, to: part.content, in: place)
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

    private func postAnew(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure) -> Snowflake
    {
        if let triedAt = part.triedAt, Timestamp.now - triedAt > Self.nonceWindow,
            let found = try await find(part, triedAt, in: place)
        {
            return try await upToDate(found.id, saying: found.content, part, in: place)
        }
        if places.known(place)?.holdsPosts == true { return try await openPost(part, in: place) }
        let body = try await body(part)
        do throws(DiscordFailure) {
            let message = try await api.create(body, in: place)
            guard part.triedAt != nil else { return message.id }
            return try await upToDate(message.id, saying: message.content, part, in: place)
        } catch {
            guard error.isMissing(DiscordCode.forumTakesPosts) else { throw error }
            return try await openPost(part, in: place)
        }
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
        let wanted = mapping.change(part.content)["content"]?.stringValue ?? ""
        guard content.trimmed != wanted.trimmed else { return id }
        return try await change(id, to: part.content, in: place)
    }

    private func change(_ posted: Snowflake, to content: OutgoingPart.Content, in place: Snowflake)
        async throws(DiscordFailure) -> Snowflake
    {
        try await api.change(posted, in: place, files.body(mapping.change(content), content.files))
    }

    /// The message that an earlier attempt has left, if it did.
    ///
    /// Discord gives a nonce back only for a while; after that our own words, said no earlier, are taken for it.
    private func find(_ part: OutgoingPart, _ triedAt: Timestamp, in place: Snowflake)
        async throws(DiscordFailure) -> DiscordMessage?
    {
        let newest = try await api.messages(in: place)
        if let exact = newest.first(where: { $0.nonce == part.nonce }) { return exact }
        let text = part.content.text.trimmed
        let earliest = Snowflake(at: triedAt + (.zero - Self.clockMargin))
        return newest.first { message in
            message.nonce == nil && message.author.id == bot && message.id >= earliest && !text.isEmpty
                && message.content.trimmed == text
        }
    }

    /// In a forum a message is a post: a thread whose name is the first line.
    private func openPost(_ part: OutgoingPart, in forum: Snowflake) async throws(DiscordFailure) -> Snowflake
    {
        let line = part.content.text.split(separator: "\n").first.map { $0.drop { $0 == "#" }.trimmed } ?? ""
        let title = line.isEmpty ? "Post" : Cut.head(String(line), Self.longestTitle)
        let json = try await api.send(
            .channel("POST", forum, "/threads"),
            .json([
                "name": .string(title),
                "message": [
                    "content": .string(part.content.text),
                    "allowed_mentions": OutgoingMapping.allowedMentions,
                ],
            ]))
        guard let id = Snowflake(json["message"]?["id"]) ?? Snowflake(json["id"]) else {
            throw .unknown("Discord did not name the post.")
        }
        return id
    }
}
