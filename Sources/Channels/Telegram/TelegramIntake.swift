import Core

/// Hands what Telegram tells to the house, each thing once; what `take` has returned for is on disk.
@MainActor
final class TelegramIntake {
    /// Groups of pieces waiting to be whole, and pieces that are part of a message already.
    private static let mostHeld = 64
    private static let mostJoined = 256
    /// How long the next attempt waits when the house could not keep a message.
    private static let retryDelay = Duration.seconds(1)
    /// When Telegram cannot be asked for so long, pieces are handed in without the rest.
    private static let longestSilence = Duration.seconds(60)
    private static let memoryName = "pieces"
    private static let movesName = "moves"

    /// Pieces that wait for their next, and then for the house to take them.
    @MainActor
    private final class Held {
        var pieces: TelegramPieces
        /// When the last piece came.
        private(set) var since = ContinuousClock.now
        var until: ContinuousClock.Instant
        /// Closed while the house takes them: nothing is added then.
        var entry: Gate?

        init(_ pieces: TelegramPieces) {
            self.pieces = pieces
            until = since + pieces.gap
        }

        func waitForNext() {
            since = .now
            until = since + pieces.gap
        }
    }

    private let house: ChannelHouse
    private let settings: TelegramSettings
    private let rules: ChannelRules
    private let api: TelegramAPI
    private let buttons: TelegramButtons
    private let people: TelegramPeople
    private let log: Log
    private let save: TelegramFileSaver
    /// Where a message stands, if it is ours.
    private let ours: (TelegramMessageID) -> TelegramPlace?
    private(set) var mapping: TelegramMapping

    private var held: [Held] = []
    /// Another intake may be in its place: what a request of Telegram's still brings here has to come again.
    private var isOver = false
    /// When the last request for updates began of which everything has come in.
    private var askedAt: ContinuousClock.Instant?
    /// Pieces that came after the first of their message, by their ids: told again they are no message.
    private var joined = Recent<String>(most: TelegramIntake.mostJoined)
    private var events = Recent<Int>(most: 256)
    private var polls: [(id: String, address: Address, question: String, options: [String])] = []
    private var bell = Gate()
    /// What nobody has to wait for.
    private let beside = TaskPool()

    init(
        mapping: TelegramMapping, house: ChannelHouse, settings: TelegramSettings, rules: ChannelRules,
        api: TelegramAPI, buttons: TelegramButtons, people: TelegramPeople, log: Log,
        save: @escaping TelegramFileSaver,
        ours: @escaping (TelegramMessageID) -> TelegramPlace?
    ) {
        self.mapping = mapping
        self.house = house
        self.settings = settings
        self.rules = rules
        self.api = api
        self.buttons = buttons
        self.people = people
        self.log = log
        self.save = save
        self.ours = ours
    }

    /// Takes up what was held when the process ended.
    func restore() async {
        mapping.moves = await Self.moves(in: house.memory)
        // Another bot's are not for this one to answer.
        guard let kept = await house.memory.load(Self.memoryName),
            kept["bot"].map({ $0.intValue == mapping.bot.user.id }) ?? true
        else { return }
        for group in kept["held"]?.arrayValue ?? [] {
            if let pieces = TelegramPieces(kept: group.arrayValue ?? []) { held.append(Held(pieces)) }
        }
        for id in kept["joined"]?.arrayValue ?? [] { id.stringValue.map { _ = joined.insert($0) } }
    }

    /// What groups had become before the process ended.
    static func moves(in memory: ChannelMemory) async -> TelegramMoves {
        TelegramMoves(json: await memory.load(movesName))
    }

    func setMenu(_ menu: [String: ChannelCommand]) { mapping.menu = menu }

    // MARK: Taking

    /// Returns once whatever the update brings is on disk; when it throws, the update has to come again.
    func take(_ update: TelegramUpdate) async throws(InboxError) {
        switch update.event {
        case .message(let message): try await take(message, update.json)
        case .callback(let callback): try await take(callback)
        case .reaction(let change): await take(change, update.id)
        case .membership(let change): take(change, update.id)
        case .vote(let vote): await take(vote, update.id)
        case .other: break
        }
    }

    /// Takes what waits behind an update that could not be taken, if it stops what runs.
    func takeStop(_ update: TelegramUpdate) async {
        guard case .message(let piece) = update.event,
            let message = mapping.message([piece], mostFileBytes: rules.mostFileBytes, save: save)
        else { return }
        await house.inbox.takeStop(message)
    }

    private func take(_ message: TelegramMessage, _ update: JSON) async throws(InboxError) {
        if message.movedTo != nil || message.movedFrom != nil { return await noteMove(of: message) }
        let name = name(message)
        guard !joined.contains(name), !held.contains(where: { $0.pieces.has(message) }) else { return }
        let key = TelegramPieces.Key(message)
        if let group = waiting.first(where: { $0.pieces.key == key }) {
            let before = group.pieces
            if group.pieces.append(message, update) {
                group.waitForNext()
                joined.insert(name)
                guard await keep() else {
                    joined.remove(name)
                    group.pieces = before
                    throw Self.notKept
                }
                if group.pieces.isWhole { try await release(group) }
                return ring()
            }
            try await release(group)
        }
        // Its sender goes on writing: what was said before is whole then.
        for other in waiting where other.pieces.key != key && other.pieces.key.isOfSender(of: key) {
            try await release(other)
        }
        guard let pieces = TelegramPieces(message, update) else { return try await receive([message]) }
        if held.count >= Self.mostHeld, let oldest = held.first {
            try await release(oldest)
            await oldest.entry?.wait()
        }
        let group = Held(pieces)
        held.append(group)
        guard await keep() else {
            held.removeAll { $0 === group }
            throw Self.notKept
        }
        ring()
    }

    private static let notKept = InboxError("the pieces of a message could not be written down")

    private func receive(_ pieces: [TelegramMessage]) async throws(InboxError) {
        guard let message = mapping.message(pieces, mostFileBytes: rules.mostFileBytes, save: save) else {
            return
        }
        await note(message)
        try await house.inbox.receive(message)
    }

    /// Before the house has the message, whose answer may have to ask its sender something.
    private func note(_ message: ChannelMessage) async {
        guard let name = message.sender.username, !message.sender.isBot, let id = Int(message.sender.id),
            id > 0, !people.knows(name, is: id), await house.inbox.admits(message)
        else { return }
        await people.note(name, is: id)
    }

    private func name(_ message: TelegramMessage) -> String { mapping.id(of: message).rawValue }

    // MARK: Pieces

    /// Hands groups of pieces in when they are whole, until cancelled.
    func run() async {
        async let others: Void = beside.run()
        await handInPieces()
        await others
        isOver = true
    }

    private func handInPieces() async {
        while !Task.isCancelled {
            bell = Gate()
            let due = waiting.map { (group: $0, moment: moment(for: $0)) }
            for (group, _) in due.filter({ $0.moment <= .now }) { beside.add { await self.handIn(group) } }
            if let next = due.map(\.moment).filter({ $0 > .now }).min() {
                await bell.wait(atMost: next - .now)
            } else {
                await bell.wait()
            }
        }
    }

    private func handIn(_ group: Held) async {
        do throws(InboxError) {
            try await release(group)
        } catch {
            log.warning("a message could not be kept yet", ["reason": error.reason])
        }
    }

    private func ring() { bell.open() }

    /// Groups that the house is not taking yet.
    private var waiting: [Held] { held.filter { $0.entry == nil } }

    /// When a group is whole: a piece may be at Telegram still while nobody asks for it.
    private func moment(for group: Held) -> ContinuousClock.Instant {
        let isAskedFor = settings.webhookURL != nil || askedAt.map { $0 > group.since } == true
        return isAskedFor ? group.until : group.until + Self.longestSilence
    }

    /// Whether a next piece may be at Telegram.
    var waitsForPieces: Bool { !waiting.isEmpty }

    /// All is taken that Telegram had when it was asked.
    func asked(at moment: ContinuousClock.Instant) {
        askedAt = moment
        ring()
    }

    /// Hands in a group as it is; it is held, also on disk, until the house has it.
    private func release(_ group: Held) async throws(InboxError) {
        guard group.entry == nil, held.contains(where: { $0 === group }) else { return }
        let entry = Gate()
        group.entry = entry
        defer { entry.open() }
        do throws(InboxError) {
            try await receive(group.pieces.messages)
        } catch {
            group.entry = nil
            group.until = .now + Self.retryDelay
            ring()
            throw error
        }
        held.removeAll { $0 === group }
        await keep()
    }

    /// False when a crash would lose them: Telegram must not hear that we have them.
    @discardableResult
    private func keep() async -> Bool {
        guard !isOver else { return false }
        let isKept = await house.memory.save(
            Self.memoryName,
            [
                "bot": JSON(mapping.bot.user.id), "held": .array(held.map { .array($0.pieces.updates) }),
                "joined": JSON(joined.order),
            ])
        return isKept && !isOver
    }

    // MARK: Presses, reactions, votes, places

    /// core.telegram.org/bots/api#answercallbackquery.
    private static let mostAnswerCharacters = 200

    private func take(_ callback: TelegramCallback) async throws(InboxError) {
        // What its person has written before comes before it.
        if let below = callback.message {
            let key = TelegramPieces.Key(sender: callback.from.id, in: below.place)
            for group in waiting where group.pieces.key.isOfSender(of: key) { try await release(group) }
        }
        var answer: JSONObject = ["callback_query_id": .string(callback.id)]
        if settings.buttons != .off, let data = callback.data, callback.message != nil {
            if let command = buttons.command(of: data), let message = mapping.message(callback, says: command)
            {
                if let told = try await house.inbox.press(message) {
                    answer["text"] = .string(String(told.text.prefix(Self.mostAnswerCharacters)))
                    if told.isRefusal { answer["show_alert"] = true }
                }
            } else {
                answer["text"] = "This button is too old. Please ask again."
            }
        } else if callback.message == nil {
            answer["text"] = "This message is too old. Please ask again."
        }
        beside.add { [answer] in await self.answerPress(answer) }
    }

    private func answerPress(_ answer: JSONObject) async {
        do throws(TelegramError) {
            _ = try await api.call("answerCallbackQuery", answer)
        } catch {
            // The press is taken; only the sign of it is missing on the phone.
            log.debug("a press could not be answered", ["reason": error.sentence()])
        }
    }

    private func take(_ change: TelegramReactionChange, _ update: Int) async {
        guard events.insert(update), settings.reactionNotices != .off else { return }
        let message = TelegramMessageID(chat: change.chat.id, number: change.messageID)
        var own = ours(message)
        // Of before the start: the outbox knows.
        if own == nil, change.chat.kind != .direct {
            own = await house.place(message.id).flatMap { TelegramPlace($0) }
        }
        // In a private chat the other's reactions are on our messages, nearly all of them.
        if settings.reactionNotices == .own, own == nil, change.chat.kind != .direct { return }
        if let notice = mapping.notice(change, at: own) {
            await house.inbox.notice(notice)
        }
    }

    /// Remembers a poll of ours, so that its votes can be told.
    func remember(poll id: String, at address: Address, question: String, options: [String]) {
        polls.append((id, address, question, options))
        if polls.count > 50 { polls.removeFirst() }
    }

    private func take(_ vote: TelegramVote, _ update: Int) async {
        guard events.insert(update), let poll = polls.last(where: { $0.id == vote.poll }) else { return }
        let who = mapping.sender(vote.user)
        let chosen = vote.options.filter { poll.options.indices.contains($0) }.map { poll.options[$0] }
        let what = chosen.isEmpty ? "took their vote back" : "voted for \(chosen.joined(separator: ", "))"
        var notice = ChannelNotice(
            address: poll.address, kind: mapping.isDirect(poll.address) ? .direct : .group,
            text: "\(who.title) \(what) in the poll “\(poll.question)”.",
            key: "vote:\(vote.poll):\(vote.user.id):\(update)")
        notice.sender = who
        notice.place = mapping.place(at: poll.address)
        await house.inbox.notice(notice)
    }

    private func take(_ change: TelegramMembership, _ update: Int) {
        guard events.insert(update) else { return }
        let name = "\(change.chat.name) (\(change.chat.id))"
        if change.chat.kind == .direct {
            if change.wasRemoved {
                log.info("\(mapping.sender(change.by).title) has blocked the bot")
            }
        } else if change.wasRemoved {
            log.warning("the bot was removed from \(name) by \(mapping.sender(change.by).title)")
            house.report(.problem("The bot was removed from the Telegram group \(name)."))
        } else if change.wasAdded {
            let rule = mapping.places.rule(chat: change.chat.id, former: nil, topic: nil)
            let isAnswered = rule.isEnabled && (rule.isListed || (rule.policy ?? rules.groupPolicy) == .open)
            let hint =
                isAnswered
                ? "" : "; to be answered there, put `\(change.chat.id)` into `channels.telegram.groups`"
            log.info("the bot was added to \(name)\(hint)")
        }
    }

    private func noteMove(of message: TelegramMessage) async {
        if let new = message.movedTo { await noteMove(message.chat.id, new) }
        if let old = message.movedFrom { await noteMove(old, message.chat.id) }
    }

    /// A group has another id now.
    func noteMove(_ old: Int, _ new: Int) async {
        guard mapping.moves.note(old, became: new) else { return }
        await house.memory.save(Self.movesName, mapping.moves.json)
        log.warning("the group \(old) has become the supergroup \(new)")
        if settings.groups?[String(old)] != nil {
            house.report(
                .problem(
                    "The Telegram group `\(old)` has become a supergroup: put `\(new)` in its place in "
                        + "`channels.telegram.groups`. Until then its rules go on to hold."))
        }
    }
}
