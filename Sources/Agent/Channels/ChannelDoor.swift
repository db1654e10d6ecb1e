package import Core
package import Store

/// Takes what people write on channels: who is answered, in which session, and with what around their words.
@MainActor
package final class ChannelDoor {
    private let board: ChannelBoard
    private let switchboard: Switchboard
    private let replies: ReplyDesk
    private let pairing: PairingDesk
    private let stores: Stores
    private let files: IncomingFiles
    private let stickers: StickerBook
    private let log: Log
    /// Nil where no command has to be approved.
    package var approvals: ChatApprovals?
    private var notices: [SessionKey: [ChannelNotice]] = [:]
    private var turnedAway = Recent<String>(most: 5_000)
    private var botLoops = BotLoops()
    /// The last message of each chat that is being taken.
    private var lines: [Address: Gate] = [:]

    /// Where files that people send are kept, under the agent's workspace.
    nonisolated static let mediaFolder = "media/inbound"
    private static let mostNotices = 20
    /// Owners who are told that somebody asks to be let in.
    private static let mostOwnersTold = 3
    private static let mostSessionsWithNotices = 500

    package init(
        board: ChannelBoard, switchboard: Switchboard, replies: ReplyDesk, pairing: PairingDesk,
        stores: Stores,
        files: IncomingFiles, stickers: StickerBook, log: Log
    ) {
        self.board = board
        self.switchboard = switchboard
        self.replies = replies
        self.pairing = pairing
        self.stores = stores
        self.files = files
        self.stickers = stickers
        self.log = log
    }

    /// Returns once the message is durable or turned away; messages of one chat keep their order.
    package func receive(_ message: ChannelMessage) async throws(InboxError) {
        let message = message.withPlainNames
        // A disk that refuses is no reason to go on with what is to be stopped.
        if let refusal = switchboard.volume?.refusal, !switchboard.isStop(message.text) {
            throw InboxError(refusal)
        }
        let mine = Gate()
        let before = lines.updateValue(mine, forKey: message.address)
        defer {
            mine.open()
            if lines[message.address] === mine { lines[message.address] = nil }
        }
        await before?.waitUntilOpen()
        // What was said before it may have been given up then, and comes again: so does this.
        if before != nil, Task.isCancelled { throw InboxError("the channel stops") }
        do {
            try await take(message)
        } catch let error as InboxError {
            throw error
        } catch {
            throw InboxError("\(error)")
        }
    }

    /// Takes what was said before a conversation began, for the next message in it that is answered; words of people who are
    /// not listened to are left out.
    package func overhear(_ message: ChannelMessage, isOurs: Bool) async {
        let message = message.withPlainNames
        guard let rules = board.rules(message.address.key) else { return }
        do {
            if isOurs { return try await keep(message, rules) }
            let session = switchboard.settings.session(of: SessionPlace(message))
            switch try await decision(on: message, session, rules, isCommand: false) {
            case .admit, .ignore(_, isContext: true): try await keep(message, rules)
            case .ignore, .pair: break
            }
        } catch {
            log.warning("What began a conversation could not be kept.", ["reason": "\(error)"])
        }
    }

    /// Keeps what was said without being meant for the assistant, for the message that it answers next there.
    private func keep(_ message: ChannelMessage, _ rules: ChannelRules) async throws {
        guard let line = OverheardStore.Line(message) else { return }
        try await stores.overheard.note(
            line, id: message.id, in: message.address, limit: rules.historyLimit)
    }

    /// A button is pressed: an answer about a command is taken at once, anything else as if it had been written.
    package func press(_ message: ChannelMessage) async throws(InboxError) -> PressAnswer? {
        guard let approvals, let words = ApproveCommand.words(of: message.text) else {
            try await receive(message)
            return nil
        }
        return await approvals.decide(words, by: message.withPlainNames.sender, on: message.address.key)
    }

    /// Something happened; the session hears of it with its next message, unless a stranger did it.
    package func note(_ notice: ChannelNotice) async {
        guard let rules = board.rules(notice.address.key), await mayBeHeard(notice, rules) else { return }
        let session = switchboard.settings.session(of: SessionPlace(notice))
        var known = notices[session] ?? []
        guard !known.contains(where: { $0.key == notice.key }) else { return }
        known.append(notice)
        if known.count > Self.mostNotices { known.removeFirst() }
        if notices.count >= Self.mostSessionsWithNotices && notices[session] == nil { notices = [:] }
        notices[session] = known
    }

    private func mayBeHeard(_ notice: ChannelNotice, _ rules: ChannelRules) async -> Bool {
        guard let sender = notice.sender else { return true }
        // Who may be heard is not known while the store cannot be read.
        guard let paired = try? await pairing.allowed(notice.address.key) else { return false }
        var message = ChannelMessage(
            id: MessageID(notice.key), address: notice.address, kind: notice.kind, sender: sender, text: "")
        message.place = notice.place
        message.mention = .named
        let decision = AccessPolicy(rules: rules, paired: paired)
            .decision(for: message, isNamed: true, hasPatterns: false)
        if case .admit = decision { return true }
        return false
    }

    // MARK: One message

    private func take(_ message: ChannelMessage) async throws {
        guard !turnedAway.contains(message.recentID) else { return }
        guard let rules = board.rules(message.address.key) else { throw InboxError("the account is going") }
        let session = switchboard.settings.session(of: SessionPlace(message))
        let isCommand = switchboard.isCommand(message.text)
        let isForUs = switchboard.isCommandAnywhere(message.text)
        switch try await decision(on: message, session, rules, isCommand: isForUs) {
        case .ignore(let reason, let isContext):
            // Who has chosen a command from the platform's menu waits for a word.
            if message.handle != nil { return await denyCommand(message, reason) }
            if isContext { try await keep(message, rules) }
            turnAway(message, reason)
        case .admit
        where message.sender.isBot
            && !botLoops.admits(message.sender.id, in: message.address, rules.botLoops):
            turnAway(message, "two bots answer each other (`botLoopProtection`)")
        case .pair:
            try await invite(message, rules)
        case .admit(let standing) where !standing.isAuthorized && switchboard.isSlashCommand(message.text):
            await denyCommand(
                message, "neither the config nor pairing names the sender, who used a command")
        case .admit(let standing):
            try await admit(message, standing, session, rules, isCommand: isCommand)
        }
    }

    private func turnAway(_ message: ChannelMessage, _ reason: String) {
        turnedAway.insert(message.recentID)
        board.change(message.address.key) { $0.turnAway(message, because: reason) }
        log.named(message.address.channel.rawValue).debug(
            "a message was not answered: \(reason)",
            ["sender": message.sender.id, "chat": message.address.chat])
    }

    private func decision(
        on message: ChannelMessage, _ session: SessionKey, _ rules: ChannelRules, isCommand: Bool
    ) async throws -> AccessPolicy.Decision {
        let policy = AccessPolicy(
            rules: rules, paired: try await pairing.allowed(message.address.key),
            owners: PairingDesk.owners(among: switchboard.settings.owners, on: message.address.channel))
        let agent = switchboard.settings.agent(of: session)
        let mentions = switchboard.settings.profile(agent)?.mentions ?? MentionPatterns()
        return policy.decision(
            for: message, isNamed: mentions.match(message.text), hasPatterns: !mentions.isEmpty,
            activation: try await activation(message, session),
            isCommand: isCommand)
    }

    /// Whether a message would be answered if it came through the door; what cannot be found out counts as yes.
    package func admits(_ message: ChannelMessage) async -> Bool {
        guard let rules = board.rules(message.address.key) else { return false }
        let session = switchboard.settings.session(of: SessionPlace(message))
        do {
            let decision = try await decision(
                on: message, session, rules, isCommand: switchboard.isCommandAnywhere(message.text))
            guard case .admit(let standing) = decision else { return false }
            return standing.isAuthorized || !switchboard.isSlashCommand(message.text)
        } catch {
            log.warning("Who may speak could not be read.", ["reason": "\(error)"])
            return true
        }
    }

    private func activation(_ message: ChannelMessage, _ session: SessionKey) async throws -> Activation? {
        guard message.kind != .direct else { return nil }
        return try await stores.sessions.entry(session).flatMap { Activation(of: $0) }
    }

    // MARK: Pairing

    private func invite(_ message: ChannelMessage, _ rules: ChannelRules) async throws {
        let label = board.label(message.address.key)
        var invitation: [NewOutboxPart] = []
        let code = try await pairing.newCode(for: message) { code in
            invitation = replies.aside(
                PairingDesk.invitation(code, to: message, label: label), to: message,
                run: RunID("pairing-\(code)"))
            return invitation
        }
        turnedAway.insert(message.recentID)
        board.change(message.address.key) {
            $0.turnAway(message, because: "the sender is not paired (`openclaw pairing list`)")
        }
        guard let code else { return }
        replies.stored(invitation)
        log.named(message.address.channel.rawValue).info(
            "\(message.sender.title) asks to be let in: openclaw pairing approve \(message.address.channel) \(code)",
            ["sender": message.sender.id])
        replies.tell(
            try await owners(message, rules).prefix(Self.mostOwnersTold), on: message.address.key,
            PairingDesk.notice(code, of: message), buttons: PairingDesk.buttons(code),
            run: RunID("pairing-\(code)-owner"))
    }

    /// A command is for no model to answer; who has chosen it from the platform's menu, or names us, waits for a word.
    private func denyCommand(_ message: ChannelMessage, _ reason: String) async {
        if message.isCommand || message.mention == .named {
            await replies.post(
                "⚠️ Only people whom the config or pairing names may use commands here: in `allowFrom`, or in `users` of "
                    + "the place.", to: message, run: RunID("denied-\(message.recentID)"))
        }
        turnAway(message, reason)
    }

    // MARK: Admission

    private func admit(
        _ message: ChannelMessage, _ standing: AccessPolicy.Standing, _ session: SessionKey,
        _ rules: ChannelRules, isCommand: Bool
    ) async throws {
        let agent = switchboard.settings.profile(switchboard.settings.agent(of: session))
        let reaction = replies.acknowledge(
            message, standing: standing, rules: rules, agentEmoji: agent?.emoji)
        let workspace = agent?.workspace
        let key = message.address.key
        let files = try await self.files.fetch(
            isCommand ? message.files.filter { !$0.isQuoted } : message.files,
            into: workspace.map { "\($0)/\(Self.mediaFolder)" }, most: rules.mostFileBytes,
            words: { await self.stickers.words(for: $0, on: key) })
        if let agent { learn(files.stickers, on: key, agent) }
        var origin = MessageOrigin(
            kind: message.kind, sender: message.sender, words: message.text, place: message.place?.title)
        origin.isAuthorized = standing.isAuthorized
        origin.isAddressed = standing.isAddressed
        origin.isOwner = try await isOwner(message, rules)
        origin.requiresMention = message.place?.rule.requiresMention
        origin.handle = message.handle
        origin.passingReaction = rules.removesAckAfterReply ? reaction : nil
        origin.tools = message.place?.rule.tools(for: message.sender, on: message.address.channel)
        let sendsFiles = agent?.tools.and(ofPlace: origin.tools).sendsFiles ?? false
        let words = InboundWords(message: message, files: files, sendsFiles: sendsFiles)
        let excerpt =
            isCommand
            ? nil : try await stores.overheard.excerpt(of: message.address, limit: rules.historyLimit)
        let news = isCommand ? [] : notices[session] ?? []
        let text =
            isCommand ? message.text : words.text(history: excerpt?.words, notices: news.map(\.text))
        var options = TurnOptions(
            extraSystemPrompt: words.systemPrompt(label: board.label(message.address.key)), delivers: true)
        options.model = switchboard.settings.channelModels.model(for: message)
        if message.kind == .direct { options.historyTurns = rules.directHistory(of: message.sender) }
        var inbound = InboundMessage(
            id: message.id, address: message.address, session: session, text: text, images: files.images,
            receivedAt: .now, options: options, origin: origin)
        inbound.bot = message.bot
        inbound.whereabouts = SessionWhereabouts(message)
        inbound.hasFiles = message.files.contains { !$0.isQuoted }
        // What a message brings along has been told when that message is new and kept.
        guard try await submit(inbound, message) else { return }
        if let excerpt { try? await stores.overheard.forget(excerpt, of: message.address) }
        forget(news, of: session)
    }

    private func learn(
        _ new: [(id: String, image: ImageContent)], on key: ChannelKey, _ agent: AgentProfile
    ) {
        guard !new.isEmpty else { return }
        let choice = ModelChoice(
            profile: agent, entry: SessionEntry(key: SessionKey("")), options: TurnOptions(),
            hasImages: true, directory: switchboard.directory)
        for sticker in new { stickers.learn(sticker.id, sticker.image, on: key, by: choice, agent.id) }
    }

    private func isOwner(_ message: ChannelMessage, _ rules: ChannelRules) async throws -> Bool {
        SenderMatch.contains(message.sender, try await owners(message, rules))
    }

    private func owners(_ message: ChannelMessage, _ rules: ChannelRules) async throws -> [String] {
        try await pairing.owners(message.address.key, named: switchboard.settings.owners, rules: rules)
    }

    /// Whether the message is a new one that will be answered.
    private func submit(_ inbound: InboundMessage, _ message: ChannelMessage) async throws -> Bool {
        do throws(SubmitError) {
            switch try await switchboard.submit(inbound) {
            case .started: return true
            case .inFlight, .finished: return false
            case .stopped(let runs):
                let text = runs.isEmpty ? "Nothing was running." : "⏹️ Stopped."
                await replies.post(text, to: message, run: RunID("stop-\(message.recentID)"))
                return false
            }
        } catch {
            switch error {
            case .conflict: break  // the same message again, with another history around it
            case .stopping: throw InboxError("the gateway is stopping")
            case .store(let reason), .shut(let reason): throw InboxError(reason)
            case .queueFull where inbound.origin?.handle == nil && !switchboard.isFirstLeftOut(inbound): break
            case .unknownAgent, .queueFull, .denied:
                await replies.post(
                    "⚠️ \(error.message)", to: message, run: RunID("refused-\(message.recentID)"))
            }
            return false
        }
    }

    private func forget(_ told: [ChannelNotice], of session: SessionKey) {
        let keys = Set(told.map(\.key))
        notices[session]?.removeAll { keys.contains($0.key) }
        if notices[session]?.isEmpty == true { notices[session] = nil }
    }
}

extension ChannelMessage {
    /// People choose names, also ones that look like what the house writes around their words.
    fileprivate var withPlainNames: ChannelMessage {
        var message = self
        message.sender.name = sender.name?.singleLine
        message.place?.title = place?.title?.singleLine
        message.place?.space = place?.space?.singleLine
        message.place?.parentTitle = place?.parentTitle?.singleLine
        message.place?.topic = place?.topic?.singleLine
        message.quoted?.sender = quoted?.sender?.singleLine
        return message
    }

    /// Ids are unique among the messages of one bot, which may have been written to by another account before.
    fileprivate var recentID: String { "\(address.channel)/\(bot ?? address.account)/\(id)" }
}
