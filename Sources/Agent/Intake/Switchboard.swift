package import Core
package import Store

/// Admits messages, keeps them until they are answered, and gives each session one turn at a time.
///
/// `submit` returns once the message is on disk; `run` does the work. Every accepted message ends in exactly one of
/// `.ended`, `.failed`, `.aborted` or `.replied`, also over restarts.
@MainActor
package final class Switchboard {
    package let events: EventHub
    /// Used by every turn that starts from now on.
    package var settings: AgentSettings {
        didSet {
            // Who sets a model's window knows better.
            limits.forget()
            workspaces.staysInside = settings.fileToolsStayInWorkspace
            // More turns may run now.
            startNext()
        }
    }
    package var directory: ModelDirectory
    package var tools: ToolBox
    /// Restarts the gateway, when a person has asked for it in a chat and has been answered.
    package var restart: @MainActor () -> Void = {}

    let stores: Stores
    let models: any ModelProvider
    let log: Log
    let clock: any Clock<Duration>
    let facts: HouseFacts
    let workspaces: Workspaces
    let commands = SlashCommands.standard
    /// Nil where no channel can wait for an answer.
    package var replies: ReplyDesk?
    /// Nil where nobody can ask to be let in.
    package var pairing: PairingDesk?
    /// Nil where no command waits for approval.
    package var approvals: ApprovalDesk?
    /// Nil where no chat can be asked.
    package var chatApprovals: ChatApprovals?
    /// Nil where nobody watches the volume.
    package var volume: VolumeWatch?

    let book = RunBook()
    let deadlines = Deadlines()
    let contexts: ContextCache
    let limits = LearnedLimits()
    let work = TaskPool()
    var queue = TurnQueue()
    var counts = AgentMetrics()
    /// Inbox messages that somebody here will answer.
    var held: Set<InboxID> = []
    /// Messages of each session that are being written down: none that comes after them may begin before them. Those whose
    /// session is still being looked up have none.
    var arriving: [SessionKey?: [Arrival]] = [:]
    var arrivalCount = 0
    /// The last stop word of each session that is being obeyed: what comes after it waits until it has been.
    var stopsArriving: [SessionKey: Gate] = [:]
    /// Commands of each session that are under way beside its turns.
    private var commandsBeside: [SessionKey: Int] = [:]
    /// Between two attempts at those whose outcome could not be stored.
    var storePauses = Backoff(first: .seconds(1), longest: .seconds(10))
    var isPausing = false
    /// Chats from which something was left out since the last turn of their session began.
    private var leftOut: [SessionKey: Set<Address>] = [:]
    /// The last command of each session, while there is one.
    private var lastCommands: [SessionKey: CommandPlace.End] = [:]
    /// Opens when nothing of the last process is left in the inbox that nobody has taken up.
    let recovered = Gate()
    var isDraining = false

    /// Turns of one session that wait, messages that are being written down, and commands that are under way.
    nonisolated static let mostQueued = 2 * QueueRule.largestMost
    /// Messages of one session that wait, with those that share a turn; the words of most are in memory.
    nonisolated static let mostMessages = 2000

    package init(
        stores: Stores, models: any ModelProvider, directory: ModelDirectory, tools: ToolBox,
        settings: AgentSettings,
        events: EventHub, log: Log, clock: any Clock<Duration> = ContinuousClock(),
        facts: HouseFacts = HouseFacts()
    ) {
        self.stores = stores
        self.models = models
        self.directory = directory
        self.tools = tools
        self.settings = settings
        self.events = events
        self.log = log
        self.clock = clock
        self.facts = facts
        workspaces = Workspaces(log: log)
        workspaces.staysInside = settings.fileToolsStayInWorkspace
        contexts = ContextCache(deadlines: deadlines)
    }

    // MARK: The door

    /// Gets ready for a first message before it is there; costs nothing after the first time.
    package func expectMessage() { models.prepare() }

    /// Lets go of what is kept for speed and stands in the store too.
    package func releaseMemory() {
        contexts.letGo()
        book.releaseMemory()
    }

    /// Returns once the message is durable, or says why it was turned away.
    ///
    /// With `obeysSendPolicy` a session whose `sendPolicy` is `deny` takes nothing, not even a stop word.
    package func submit(
        _ message: InboundMessage, at place: Arrival? = nil, obeysSendPolicy: Bool = false
    ) async throws(SubmitError) -> Submission {
        let arrival = place ?? newArrival(as: message.newRun)
        defer { leave(arrival) }
        guard !isDraining else { throw .stopping }
        if isStop(message) {
            leave(arrival)
            return try await stop(by: message, obeysSendPolicy)
        }
        if let refusal = volume?.refusal { throw .shut(refusal) }
        // While the disk works, so that the model's first request need not wait for more than that.
        let command = command(in: message)?.command
        if command == nil { models.prepare() }
        let agent = settings.agent(of: message.session)
        guard settings.profile(agent) != nil else { throw .unknownAgent(agent) }
        // A command that is answered at once takes nobody's place.
        let waits = command?.takesTurn ?? true
        let count =
            (waits ? queue.waiting(in: message.session).count : 0)
            + arriving[message.session, default: []].count + commandsBeside[message.session, default: 0]
        let messages = waits ? queue.messageCount(in: message.session) : 0
        guard count < Self.mostQueued, messages < Self.mostMessages else {
            return try await turnAway(message, arrival, .queueFull(max(count, messages)))
        }
        move(arrival, to: message.session)
        name(arrival, after: message)
        if command?.goesFirst != true { await waitForEarlier(than: arrival) }
        if command == nil, mayBeginAtOnce(message, arrival) {
            return try await begin(message, arrival, obeysSendPolicy)
        }
        await arrival.stopsBefore[message.session]?.wait()
        let rule = try await accepting { try await self.rule(for: message) }
        // Those that are being recorded wait as well.
        let waiting =
            queue.waiting(in: message.session).count
            + arriving[message.session, default: []].count(where: \.willWait)
        guard rule.overflow != .new || waiting < rule.most || !waits else {
            return try await turnAway(message, arrival, .queueFull(waiting))
        }
        arrival.willWait = command == nil
        arrival.isWritten.open()
        let recorded = try await accepting {
            try await stores.inbox.record(message, obeysSendPolicy: obeysSendPolicy)
        }
        switch recorded {
        case .new(let entry):
            // What the last process has left of its session was said before it.
            await recovered.wait()
            return await take(entry, rule, arrival)
        case .repeated(let entry):
            return try repeated(entry, message, arrival)
        }
    }

    /// A message that was recorded waits for its turn, or is dropped for who stopped its session meanwhile.
    private func take(_ entry: InboxEntry, _ rule: QueueRule, _ arrival: Arrival) async -> Submission {
        counts.submitted += 1
        if let reason = arrival.abortReason {
            held.insert(entry.id)
            await drop(newItem(entry, interrupted: nil), reason)
        } else {
            admit(entry, rule)
        }
        return .started(entry.run)
    }

    /// Nothing that is no command has to wait: no turn of the session, no place among the turns.
    private func mayBeginAtOnce(_ message: InboundMessage, _ arrival: Arrival) -> Bool {
        recovered.isOpen && arriving[message.session]?.count == 1 && arrival.abortReason == nil
            && arrival.stopsBefore[message.session]?.isOpen != false
            && !waitsForMore(message) && !TurnLoads.isHeavy(message.weight)
            && queue.startAtOnce(message.session, mostTurns: mostTurns)
    }

    private static func countDown(_ counts: inout [SessionKey: Int], _ session: SessionKey) {
        let left = (counts[session] ?? 1) - 1
        counts[session] = left > 0 ? left : nil
    }

    private var mostTurns: Int { max(settings.maxConcurrent, 1) }

    /// The message and its turn's beginning go to the disk together: one wait for it instead of two.
    private func begin(
        _ message: InboundMessage, _ arrival: Arrival, _ obeysSendPolicy: Bool
    ) async throws(SubmitError) -> Submission {
        let startedAt = Timestamp.now
        var turn = NewTurn(
            run: message.newRun, session: message.session, message: asked(message).asUserMessage,
            startedAt: startedAt)
        turn.expiry = settings.resets.expiry(of: message, at: startedAt, settings.clock)
        arrival.isWritten.open()
        let accepted: AcceptedTurn
        do throws(SubmitError) {
            accepted = try await accepting {
                try await stores.journal.accept(
                    message, beginning: turn, behind: TurnLoads.lightBytes - message.weight,
                    obeysSendPolicy: obeysSendPolicy)
            }
        } catch {
            leave(message.session)
            throw error
        }
        let entry = accepted.recorded.entry
        guard let begun = accepted.begun else {
            leave(message.session)
            guard case .new = accepted.recorded else { return try repeated(entry, message, arrival) }
            return await take(entry, rule(for: message, in: accepted.session), arrival)
        }
        counts.submitted += 1
        held.insert(entry.id)
        var item = newItem(entry, interrupted: nil)
        item.beginning = Beginning(turn: begun, at: startedAt)
        // While the house closes the journal keeps it for the next start.
        if !isDraining { start(item) }
        if let reason = arrival.abortReason { book.stop(entry.run, reason) }
        return .started(entry.run)
    }

    func accepting<T>(_ store: () async throws -> T) async throws(SubmitError) -> T {
        do {
            return try await store()
        } catch StoreError.sendingDenied {
            throw .denied
        } catch {
            log.error("A message was not accepted.", ["reason": "\(error)"])
            if let refusal = volume?.refusal { throw .shut(refusal) }
            throw .store("\(error)")
        }
    }

    /// What was accepted before is not turned away when it is told again.
    private func turnAway(
        _ message: InboundMessage, _ arrival: Arrival, _ reason: SubmitError
    ) async throws(SubmitError) -> Submission {
        let address = message.address
        let known = try await accepting {
            try await stores.inbox.entry(channel: address.channel, account: address.account, id: message.id)
        }
        guard let known else { throw reason }
        return try repeated(known, message, arrival)
    }

    /// Whether nothing else that its chat wrote has been left out since the session's last turn began.
    ///
    /// A chat is told of it once, however many messages there are.
    package func isFirstLeftOut(_ message: InboundMessage) -> Bool {
        leftOut[message.session, default: []].insert(message.address).inserted
    }

    func repeated(
        _ entry: InboxEntry, _ message: InboundMessage, _ arrival: Arrival? = nil
    ) throws(SubmitError) -> Submission {
        guard entry.fingerprint == message.fingerprint else { throw .conflict }
        if let outcome = book.outcome(of: entry.run) { return .finished(entry.run, outcome) }
        switch entry.state {
        case .done, .failed:
            let outcome = entry.outcome.flatMap { RunOutcome(json: $0) }
            return .finished(entry.run, outcome ?? RunOutcome(status: .ok, startedAt: entry.receivedAt))
        case .queued, .running:
            let isNobodys = !held.contains(entry.id) && !isArriving(entry, besides: arrival)
            if recovered.isOpen, isNobodys { takeUp(entry, QueueWish()) }
            return .inFlight(entry.run)
        }
    }

    /// Takes a stored message into the house: from here on it will get its outcome.
    func admit(_ entry: InboxEntry, _ rule: QueueRule, interrupted: InterruptedTurn? = nil) {
        guard held.insert(entry.id).inserted else { return }
        var item = newItem(entry, interrupted: interrupted)
        item.rule = rule
        item.rule.mode = item.entry.message?.options.queueMode ?? rule.mode
        for joined in item.joined { held.insert(joined.entry.id) }
        if let command = item.command?.command {
            if !command.takesTurn { item.place = placeOfCommand(in: entry.session) }
            if command.startsOver {
                item.before = clear(entry.session)
            } else if queue.isBusy(entry.session) && !queue.isHeld(entry.session) && !command.takesTurn {
                return performBeside(item)
            }
        }
        enqueue(item)
    }

    /// A command need not wait for what its session does.
    private func performBeside(_ item: TurnQueue.Item) {
        let session = item.entry.session
        commandsBeside[session, default: 0] += 1
        let turn = book.starts(item)
        work.add {
            await self.perform(turn.item)
            self.book.left(turn)
            Self.countDown(&self.commandsBeside, session)
        }
    }

    func newItem(_ entry: InboxEntry, interrupted: InterruptedTurn?) -> TurnQueue.Item {
        var item = TurnQueue.Item(entry: entry, interrupted: interrupted)
        item.joined = interrupted?.joined.map { TurnQueue.Joined(entry: $0) } ?? []
        if let message = entry.message { understand(message, as: &item) }
        return item
    }

    /// Gives an item the message that it has in the inbox: for the house to answer, or as a model is asked it.
    func understand(_ message: InboundMessage, as item: inout TurnQueue.Item) {
        if item.interrupted == nil, item.command == nil, item.text == nil {
            item.command = command(in: message)
        }
        var asked = asked(message)
        asked.text = item.text ?? asked.text
        item.entry.message = asked
    }

    private func placeOfCommand(in session: SessionKey) -> CommandPlace {
        lastCommands = lastCommands.filter { !$0.value.hasCome }
        let place = CommandPlace(behind: lastCommands[session])
        lastCommands[session] = place.ending
        return place
    }

    /// The command that a message is; one in front of a question is none.
    func command(in message: InboundMessage) -> CommandMatch? {
        match(message).flatMap { $0.question == nil ? $0 : nil }
    }

    /// Under a picture a word is what it shows, unless it begins as only a command does.
    private func match(_ message: InboundMessage) -> CommandMatch? {
        guard message.mayCommand, message.images.isEmpty || message.words.trimmed.hasPrefix("/") else {
            return nil
        }
        return find(message.words)
    }

    /// A message from the inbox as a model is asked it: a command in front says how.
    func asked(_ message: InboundMessage) -> InboundMessage {
        guard let question = match(message)?.question else { return message }
        var message = message
        message.text = question.text
        message.options.thinking = question.thinking ?? message.options.thinking
        message.options.queueMode = question.mode ?? message.options.queueMode
        return message
    }

    private func find(_ text: String) -> CommandMatch? {
        commands.find(text) ?? settings.newConversation(in: text).flatMap { commands.find($0) }
    }

    /// The name of the command that a text gives, also by a word of `resetTriggers`; nil for other words.
    package func commandName(of text: String) -> String? { find(text)?.command.name }

    /// Whether a text is one of our commands.
    func isSlashCommand(_ text: String) -> Bool { find(text) != nil }

    /// Whether a text is one of our commands or a word that stops what runs.
    package func isCommand(_ text: String) -> Bool { isStop(text) || isSlashCommand(text) }

    /// Whether a text is one of our commands also where nobody is addressed: a word that people say to each other is none.
    package func isCommandAnywhere(_ text: String) -> Bool { text.trimmed.hasPrefix("/") && isCommand(text) }

    /// What runs or waits in a session is stopped, because a message begins it anew; the gate opens when what waited stands
    /// in the old conversation.
    private func clear(_ session: SessionKey) -> Gate {
        let older = queue.remove { $0.entry.session == session }
        book.stop(in: session, .reset)
        let cleared = Gate()
        work.add {
            for item in older { await self.drop(item, .reset) }
            cleared.open()
        }
        return cleared
    }

    /// Starts what may start now.
    func startNext() {
        guard !isDraining, volume?.isShut != true else { return }
        while let item = queue.next(mostTurns: mostTurns) { start(item) }
    }

    private func start(_ item: TurnQueue.Item) {
        if item.command == nil { leftOut[item.entry.session] = nil }
        let turn = book.starts(item)
        work.add {
            if await self.mayGoOn(turn) { await self.perform(turn.item) }
            self.book.left(turn)
            self.leave(item.entry.session)
        }
    }

    /// Gives the session's place up.
    private func leave(_ session: SessionKey) {
        queue.finished(session)
        rest(session)
        startNext()
    }
}
