import Core

/// Hands what Telegram tells to the house, each thing once; what `take` has returned for is on disk.
@MainActor
final class TelegramIntake {
    /// Groups of pieces waiting to be whole, and pieces that are part of a message already.
    private static let mostHeld = 64
    private static let mostJoined = 256
    /// How long the next attempt waits when the house could not keep a message.
    private static let retryDelay = Duration.seconds(1)
    private static let memoryName = "pieces"
    private static let movesName = "moves"

    private struct Held {
        var pieces: TelegramPieces
        var until: ContinuousClock.Instant
    }

    private let house: ChannelHouse
    private let settings: TelegramSettings
    private let rules: ChannelRules
    private let api: TelegramAPI
    private let buttons: TelegramButtons
    private let log: Log
    private let save: TelegramFileSaver
    /// Where a message stands, if it is ours.
    private let ours: (TelegramMessageID) -> TelegramPlace?
    private(set) var mapping: TelegramMapping

    private var held: [Held] = []
    /// Pieces that came after the first of their message, as `chat:number`: told again they are no message.
    private var joined = Recent<String>(most: TelegramIntake.mostJoined)
    private var events = Recent<Int>(most: 256)
    private var polls: [(id: String, address: Address, question: String, options: [String])] = []
    private var bell = Gate()

    init(
        mapping: TelegramMapping, house: ChannelHouse, settings: TelegramSettings, rules: ChannelRules,
        api: TelegramAPI, buttons: TelegramButtons, log: Log, save: @escaping TelegramFileSaver,
        ours: @escaping (TelegramMessageID) -> TelegramPlace?
    ) {
        self.mapping = mapping
        self.house = house
        self.settings = settings
        self.rules = rules
        self.api = api
        self.buttons = buttons
        self.log = log
        self.save = save
        self.ours = ours
    }

    /// Takes up what was held when the process ended.
    func restore() async {
        mapping.moves = TelegramMoves(json: await house.memory.load(Self.movesName))
        guard let kept = await house.memory.load(Self.memoryName) else { return }
        for group in kept["held"]?.arrayValue ?? [] {
            var pieces: TelegramPieces?
            for json in group.arrayValue ?? [] {
                guard let update = TelegramUpdate(json: json), case .message(let message) = update.event
                else { continue }
                if pieces?.append(message, json) != true { pieces = pieces ?? TelegramPieces(message, json) }
            }
            if let pieces { held.append(Held(pieces: pieces, until: .now + pieces.gap)) }
        }
        for id in kept["joined"]?.arrayValue ?? [] { id.stringValue.map { _ = joined.insert($0) } }
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

    private func take(_ message: TelegramMessage, _ update: JSON) async throws(InboxError) {
        if message.movedTo != nil || message.movedFrom != nil { return await noteMove(of: message) }
        let name = Self.name(message)
        guard !joined.contains(name), !held.contains(where: { $0.pieces.has(message) }) else { return }
        let key = TelegramPieces.Key(message)
        if let place = held.firstIndex(where: { $0.pieces.key == key }) {
            let before = held[place]
            if held[place].pieces.append(message, update) {
                held[place].until = .now + held[place].pieces.gap
                joined.insert(name)
                guard await keep() else {
                    joined.remove(name)
                    if let place = held.firstIndex(where: { $0.pieces.key == key }) { held[place] = before }
                    throw Self.notKept
                }
                if held.first(where: { $0.pieces.key == key })?.pieces.isWhole == true {
                    try await release(key)
                }
                return ring()
            }
            try await release(key)
        }
        // An album's sender goes on writing: the album is whole then.
        for other in held.map(\.pieces.key) where other.album != nil && other.album != key.album {
            if other.chat == key.chat, other.thread == key.thread, other.sender == key.sender {
                try await release(other)
            }
        }
        guard let pieces = TelegramPieces(message, update) else { return try await receive([message]) }
        if held.count >= Self.mostHeld, let oldest = held.first?.pieces.key { try await release(oldest) }
        held.append(Held(pieces: pieces, until: .now + pieces.gap))
        guard await keep() else {
            held.removeAll { $0.pieces.key == key }
            throw Self.notKept
        }
        ring()
    }

    private static let notKept = InboxError("the pieces of a message could not be written down")

    private func receive(_ pieces: [TelegramMessage]) async throws(InboxError) {
        guard let message = mapping.message(pieces, mostFileBytes: rules.mostFileBytes, save: save) else {
            return
        }
        try await house.inbox.receive(message)
    }

    private static func name(_ message: TelegramMessage) -> String { "\(message.chat.id):\(message.id)" }

    // MARK: Pieces

    /// Hands groups of pieces in when they are whole, until cancelled.
    func run() async {
        while !Task.isCancelled {
            guard let next = held.min(by: { $0.until < $1.until }) else {
                bell = Gate()
                await bell.wait()
                continue
            }
            let left = next.until - .now
            if left > .zero {
                // Cancelled: the loop's condition sees it.
                try? await Task.sleep(for: left)
                continue
            }
            do throws(InboxError) {
                try await release(next.pieces.key)
            } catch {
                log.warning("a message could not be kept yet", ["reason": error.reason])
            }
        }
    }

    private func ring() { bell.open() }

    /// Hands in a group as it is; when the house cannot keep it, it is held on.
    private func release(_ key: TelegramPieces.Key) async throws(InboxError) {
        guard let place = held.firstIndex(where: { $0.pieces.key == key }) else { return }
        let group = held.remove(at: place)
        do throws(InboxError) {
            try await receive(group.pieces.messages)
        } catch {
            held.insert(Held(pieces: group.pieces, until: .now + Self.retryDelay), at: 0)
            ring()
            throw error
        }
        await keep()
    }

    /// False when a crash would lose them: Telegram must not hear that we have them.
    @discardableResult
    private func keep() async -> Bool {
        await house.memory.save(
            Self.memoryName,
            [
                "held": .array(held.map { .array($0.pieces.updates) }), "joined": JSON(joined.order),
            ])
    }

    // MARK: Presses, reactions, votes, places

    /// core.telegram.org/bots/api#answercallbackquery.
    private static let mostAnswerCharacters = 200

    private func take(_ callback: TelegramCallback) async throws(InboxError) {
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
            address: poll.address, kind: (Int(poll.address.chat) ?? 0) > 0 ? .direct : .group,
            text: "\(who.title) \(what) in the poll “\(poll.question)”.",
            key: "vote:\(vote.poll):\(vote.user.id):\(update)")
        notice.sender = who
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
