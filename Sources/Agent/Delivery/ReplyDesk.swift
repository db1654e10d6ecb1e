package import Core
package import Store

/// What becomes of a turn on the channel that asked: the parts of its answer, and what people see until they come.
@MainActor
package final class ReplyDesk {
    private let board: ChannelBoard
    private let outbox: Outbox
    private let stores: Stores
    private let clock: any Clock<Duration>
    private let log: Log
    private let work = TaskPool()
    private var typing: [RunID: TypingKeeper] = [:]
    private var lives: [RunID: any EarlyReply] = [:]
    private var lastDraft = 0
    private var subscription: Subscription?

    /// How people are told that an answer is being written.
    package var typingMode: TypingMode?
    /// Whether answers come block by block, where a channel does not say.
    package var blockStreaming = BlockStreaming()

    package init(
        board: ChannelBoard, outbox: Outbox, stores: Stores, events: EventHub, log: Log,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.board = board
        self.outbox = outbox
        self.stores = stores
        self.clock = clock
        self.log = log
        subscription = events.subscribe { [weak self] in self?.hear($0) }
    }

    /// Keeps people told until cancelled.
    package func run() async { await work.run() }

    // MARK: Parts

    /// The parts of `text`, numbered from `first`; none for a message that no channel waits for.
    ///
    /// What a model has said gets the config's prefix; `answer` tells of it. What is said `aside` has not waited for its turn.
    func parts(
        of text: String, for message: InboundMessage, run: RunID, from first: Int,
        answer: ResponsePrefix.Answer? = nil, workspace: String? = nil, buttons: [[ReplyButton]] = [],
        aside: Bool = false
    ) -> [NewOutboxPart] {
        var parts: [NewOutboxPart] = []
        if message.options.delivers, !text.isEmpty, var plan = plan(message, run) {
            plan.isAside = aside
            parts = plan.parts(
                of: text, from: first, answer: first == 0 ? answer : nil, workspace: workspace,
                blocks: lives[run]?.blocks ?? BlockStops())
            if let early = lives[run] {
                for index in parts.indices {
                    parts[index].isShown = early.isShown(parts[index].content, as: first + index)
                }
            }
            if let last = parts.indices.last { parts[last].content.buttons = buttons }
        }
        lives[run]?.close(next: first + parts.count)
        return parts
    }

    private func plan(_ message: InboundMessage, _ run: RunID) -> ReplyPlan? {
        // A client's id may look like one of the platform's.
        let asked = message.deliversTo == nil ? message.id : MessageID("asked-\(message.id)")
        return plan(message.replyAddress, message.replyBot, asked, message.origin?.handle, run)
    }

    /// Nil for what is no chat platform.
    private func plan(
        _ asked: Address, _ bot: String?, _ message: MessageID, _ handle: JSON?, _ run: RunID
    ) -> ReplyPlan? {
        let address = board.address(asked, of: bot)
        return (board.rules(address.key) ?? board.answerRules(asked.key)).map {
            ReplyPlan(
                rules: $0, limits: board.limits(address.key), address: address,
                bot: bot ?? board.bot(address.key), asked: message, handle: handle, run: run)
        }
    }

    /// Where a message came from, by the account that its bot has now.
    func place(of message: InboundMessage) -> Address { board.address(message.address, of: message.bot) }

    private func target(of message: InboundMessage) -> Address {
        board.address(message.replyAddress, of: message.replyBot)
    }

    /// The parts are on disk.
    func stored(_ parts: [NewOutboxPart]) {
        for part in parts where part.isShown { outbox.noteSent(on: part.address.key) }
        for address in Set(parts.map { board.address($0.address, of: $0.bot) }) {
            outbox.wake(address)
            guard ChannelMemoryStore.isAside(address.account) else { continue }
            log.named(address.channel.rawValue).info(
                "an answer waits for its bot, which no account has that runs")
        }
    }

    /// Posts words that belong to no turn, once a run: a message that is told again is answered already.
    ///
    /// Nothing waits for them: those that cannot be kept are left out.
    func post(_ text: String, to message: ChannelMessage, run: RunID) async {
        do {
            try await post(aside(text, to: message, run: run))
        } catch {
            log.named(message.address.channel.rawValue).warning(
                "a notice could not be kept and is left out", ["reason": "\(error)", "run.id": run.rawValue])
        }
    }

    /// Words that belong to no turn, as they are posted.
    func aside(_ text: String, to message: ChannelMessage, run: RunID) -> [NewOutboxPart] {
        aside(text, plan(message.address, message.bot, message.id, message.handle, run))
    }

    private func aside(
        _ text: String, _ plan: ReplyPlan?, buttons: [[ReplyButton]] = []
    ) -> [NewOutboxPart] {
        guard var plan else { return [] }
        plan.isAside = true
        var parts = plan.parts(of: text, from: 0)
        if let last = parts.indices.last { parts[last].content.buttons = buttons }
        return parts
    }

    private func post(_ parts: [NewOutboxPart]) async throws {
        if try await stores.outbox.addOnce(parts) { stored(parts) }
    }

    /// Writes to people directly, in a while; who cannot be reached is left out.
    func tell(
        _ people: some Sequence<String>, on key: ChannelKey, _ text: String, buttons: [[ReplyButton]],
        run: RunID
    ) {
        guard let channel = board.channel(key) as? any TargetResolving else { return }
        for (number, person) in people.enumerated() {
            work.add {
                do {
                    let address = try await channel.address(ofPerson: person)
                    let run = RunID("\(run)-\(number)")
                    let plan = self.plan(address, nil, MessageID(run.rawValue), nil, run)
                    try await self.post(self.aside(text, plan, buttons: buttons))
                } catch {
                    self.log.named(key.channel.rawValue).info(
                        "The owner could not be told: \(error)", ["owner": person])
                }
            }
        }
    }

    // MARK: What people see meanwhile

    /// Shows that a message was seen, where the config wants that: with the reaction that is given back.
    ///
    /// `agentEmoji` is the one of the agent's identity.
    func acknowledge(
        _ message: ChannelMessage, standing: AccessPolicy.Standing, rules: ChannelRules, agentEmoji: String?
    ) -> String? {
        // What was chosen from a menu is no message that could be reacted to.
        guard message.handle == nil,
            let emoji = rules.ackEmoji(
                for: message, isAddressed: standing.isAddressed, agentEmoji: agentEmoji),
            let channel = board.channel(message.address.key) as? any Reacting
        else { return nil }
        work.add { await self.react(emoji, to: message.id, at: message.address, on: channel, removes: false) }
        return emoji
    }

    private func react(
        _ emoji: String, to message: MessageID, at address: Address, on channel: any Reacting, removes: Bool
    ) async {
        do throws(DeliveryError) {
            try await channel.react(emoji, to: message, at: address, removes: removes)
        } catch {
            log.named(address.channel.rawValue).debug("a reaction failed: \(error.reason)")
        }
    }

    /// A turn for this message begins.
    func began(_ run: RunID, for message: InboundMessage) {
        guard message.options.delivers,
            [target(of: message), message.replyAddress].contains(where: { board.rules($0.key) != nil })
        else { return }
        let mode = typingMode ?? (message.origin?.isAddressed == false ? .message : .instant)
        guard mode != .never else { return }
        let keeper = TypingKeeper(
            at: { [weak self] in
                guard let self else { return nil }
                let target = target(of: message)
                return (board.channel(target.key) as? any TypingIndicating).map { (target, $0) }
            }, mode: mode, clock: clock)
        typing[run] = keeper
        work.add { await keeper.run() }
    }

    /// The answer to this message may be seen while it is written; its next part is `first`.
    func show(
        _ live: ActiveRun, for message: InboundMessage, from first: Int, answer: ResponsePrefix.Answer,
        delay: HumanDelay = HumanDelay()
    ) {
        guard let channel = board.channel(target(of: message).key), let plan = plan(message, live.run),
            let reply = early(live, plan, channel, message, from: first, answer, delay)
        else { return }
        lives[live.run] = reply
        work.add { await reply.run() }
    }

    private func early(
        _ live: ActiveRun, _ plan: ReplyPlan, _ channel: any Channel, _ message: InboundMessage,
        from first: Int, _ answer: ResponsePrefix.Answer, _ delay: HumanDelay
    ) -> (any EarlyReply)? {
        if blockStreaming.isOn(for: plan.rules), let channel = channel as? any MessageEditing {
            // What answers a menu of the platform has a place of its own.
            guard !blockStreaming.waitsForEnd, plan.handle == nil else { return nil }
            return BlockReply(
                live, plan: plan, channel: channel, outbox: outbox, from: first, answer: answer,
                streaming: blockStreaming, delay: delay, clock: clock)
        }
        lastDraft += 1
        return LiveReply(
            live, plan: plan, channel: channel, outbox: outbox, draft: lastDraft, from: first,
            isDirect: message.origin?.kind == .direct, answer: answer, clock: clock)
    }

    /// Whether people see something of the answer that is being written.
    func isSeen(_ run: RunID) -> Bool { lives[run]?.isSeen == true }

    /// The turn is over and its answer stored.
    func ended(_ run: RunID, for message: InboundMessage) {
        typing.removeValue(forKey: run)?.stop()
        lives.removeValue(forKey: run)?.end()
        // What was seen may have to be taken away.
        if message.options.delivers { outbox.wake(target(of: message)) }
    }

    /// A message has its outcome, from its own turn or another one's.
    func settled(_ message: InboundMessage) {
        guard let emoji = message.origin?.passingReaction,
            let channel = board.channel(place(of: message).key) as? any Reacting
        else { return }
        work.add { await self.react(emoji, to: message.id, at: message.address, on: channel, removes: true) }
    }

    private func hear(_ event: TurnEvent) {
        if lives.isEmpty && typing.isEmpty { return }
        lives[event.run]?.hear(event.kind)
        guard let keeper = typing[event.run] else { return }
        switch event.kind {
        case .thinking: keeper.heard(.thinking)
        case .assistantText(let text):
            keeper.heard(ReplyDirectives.mayBeSilent(text.text) ? .thinking : .text)
        default: break
        }
    }
}

extension ChannelRules {
    /// Nil where nothing is to be shown.
    fileprivate func ackEmoji(
        for message: ChannelMessage, isAddressed: Bool, agentEmoji: String?
    ) -> String? {
        let emoji =
            ackReaction ?? agentEmoji.map { String($0.trimmed) }.flatMap { $0.isEmpty ? nil : $0 } ?? "👀"
        guard !emoji.isEmpty else { return nil }
        let isWanted = ackScope.includes(
            AckReactionScope.Message(
                kind: message.kind, requiresMention: message.place?.rule.requiresMention ?? false,
                isForUs: isAddressed))
        return isWanted ? emoji : nil
    }
}
