package import Core
package import Store

extension Switchboard {
    // MARK: Stopping

    /// Stops the session's running turn and drops what waits there, or only `run`, whatever its session.
    ///
    /// Returns when what was said so far is stored and `.aborted` has been told.
    package func abort(session: SessionKey, run: RunID? = nil, reason: AbortReason) async -> [RunID] {
        // What runs need not wait until what is still coming is there.
        for live in book.active.values where run.map(live.answers) ?? (live.session == session) {
            live.stop(reason)
        }
        guard let run else { return await obeying(session) { await stopAll(of: session, reason) } }
        let late = await waitForArrivals(in: session, run, toStop: reason)
        var one = Unfinished()
        one.running = book.active.values.filter { $0.answers(run) }
        one.starting = book.starting.values.filter { $0.item.entries.contains { $0.run == run } }
        one.waiting = queue.remove(run)
        return await stop(one, reason) + late
    }

    private func stopAll(of session: SessionKey, _ reason: AbortReason) async -> [RunID] {
        let late = await waitForArrivals(in: session, toStop: reason)
        return await stop(takeOut(of: session) { _ in true }, reason) + late
    }

    /// Does `stop`: what is said from now on begins when that is done, and when earlier stops are.
    private func obeying<T, E: Error>(
        _ session: SessionKey, _ stop: () async throws(E) -> T
    ) async throws(E) -> T {
        let (done, earlier) = (Gate(), stopsArriving[session])
        stopsArriving[session] = done
        defer {
            done.open()
            if stopsArriving[session] === done { stopsArriving[session] = nil }
        }
        let stopped = try await stop()
        await earlier?.wait()
        return stopped
    }

    /// What is to be stopped: it runs, is about to, or waits.
    struct Unfinished {
        var running: [ActiveRun] = []
        var starting: [StartingTurn] = []
        var waiting: [TurnQueue.Item] = []
    }

    /// A session's messages that match; those that wait are out of the queue, so nothing that is said later may share
    /// their turn.
    private func takeOut(of session: SessionKey, where matches: (InboxID?) -> Bool) -> Unfinished {
        Unfinished(
            running: book.active.values.filter { $0.session == session && matches($0.inbox) },
            starting: book.starting.values.filter {
                $0.item.entry.session == session && matches($0.item.entry.id)
            },
            waiting: queue.remove { $0.entry.session == session && matches($0.entry.id) })
    }

    /// What was said before a stop word in its session.
    func takeOut(before stop: InboxEntry) -> Unfinished {
        takeOut(of: stop.session) { $0.map { $0 < stop.id } ?? true }
    }

    func isStop(_ message: InboundMessage) -> Bool {
        message.mayCommand && message.images.isEmpty && isStop(message.words)
    }

    package func isStop(_ text: String) -> Bool {
        StopWords.contains(text) || commands.find(text)?.command.name == SessionCommands.stop.name
    }

    /// A stop word is kept as any message is: told again it stops nothing, and a crash does not undo it.
    func stop(by message: InboundMessage, _ obeysSendPolicy: Bool) async throws(SubmitError) -> Submission {
        try await obeying(message.session) { () throws(SubmitError) in
            try await obey(message, obeysSendPolicy)
        }
    }

    private func obey(
        _ message: InboundMessage, _ obeysSendPolicy: Bool
    ) async throws(SubmitError) -> Submission {
        let late = await waitForArrivals(in: message.session, toStop: .stop)
        let recorded: Recorded
        do throws(SubmitError) {
            recorded = try await accepting {
                try await stores.inbox.record(message, obeysSendPolicy: obeysSendPolicy)
            }
        } catch {
            if error == .denied { throw error }
            // A disk that refuses is no reason to go on.
            return .stopped(await stopAll(of: message.session, .stop))
        }
        switch recorded {
        case .new(let entry):
            held.insert(entry.id)
            return .stopped(await carryOut(stop: entry, of: takeOut(before: entry)) + late)
        case .repeated(let entry): return try repeated(entry, message)
        }
    }

    /// Stops what was said before it.
    @discardableResult
    func carryOut(stop entry: InboxEntry, of before: Unfinished) async -> [RunID] {
        let runs = await stop(before, .stop)
        do {
            let outcome = RunOutcome(status: .ok, startedAt: entry.receivedAt)
            try await stores.inbox.finish(entry.id, state: .done, outcome: outcome.json)
        } catch {
            log.error("What was stopped could not be noted.", ["reason": "\(error)"])
        }
        letGo(of: [entry])
        return runs
    }

    /// Stops everything of a session, then does `work`; what is said meanwhile begins after it.
    package func clear<T, E: Error>(
        _ session: SessionKey, for work: () async throws(E) -> T
    ) async throws(E) -> T {
        queue.hold(session)
        defer {
            queue.release(session)
            startNext()
        }
        _ = await stopAll(of: session, .reset)
        return try await work()
    }

    /// A tool has two seconds to end before it is killed; whoever stops a run does not wait much longer.
    static let patience: Duration = .seconds(5)

    private func stop(_ unfinished: Unfinished, _ reason: AbortReason) async -> [RunID] {
        var running = unfinished.running
        for run in running { run.stop(reason) }
        for turn in unfinished.starting { turn.stop(reason) }
        for turn in unfinished.starting {
            await turn.gone.wait(atMost: Self.patience, on: clock)
            guard let run = turn.run else { continue }
            run.stop(reason)
            running.append(run)
        }
        // The transcript keeps the order in which things were said: first what runs, then what waited.
        for run in running { await run.ended.wait(atMost: Self.patience, on: clock) }
        for item in unfinished.waiting { await drop(item, reason) }
        return running.map(\.run) + unfinished.waiting.map(\.entry.run)
    }

    /// The message stays in the transcript, without an answer; no model is asked it, unless a newer one took its place.
    func drop(_ item: TurnQueue.Item, _ reason: AbortReason) async {
        let agent = settings.agent(of: item.entry.session)
        let live = ActiveRun(
            run: item.entry.run, session: item.entry.session, agent: agent, inbox: item.entry.id,
            events: events)
        var outcome = RunOutcome(status: .aborted, startedAt: .now, stopReason: reason.rawValue)
        do {
            let entry = try await stores.sessions.ensure(item.entry.session)
            live.found(entry.sessionID)
            outcome.sessionID = entry.sessionID
            let item = try await withMessages(item)
            let messages = item.messages.map { message in
                var message = message.asUserMessage
                message.isWithdrawn = reason != .interrupt
                return Message.user(message)
            }
            var turn = CompletedTurn(
                run: item.entry.run, session: item.entry.session, sessionID: entry.sessionID,
                inbox: item.entry.id, outcome: outcome.json, messages: messages)
            turn.joined = item.joined.map(\.entry.id)
            let completion = try await stores.sessions.complete(turn)
            let appended = Self.appended(messages, completion.positions)
            if !appended.isEmpty { live.publish(.appended(appended)) }
            letGo(of: item.entries)
        } catch {
            log.error("A dropped message's outcome could not be stored.", ["reason": "\(error)"])
            finishLater(item, outcome)
        }
        live.publish(.aborted(reason, startedAt: nil, endedAt: outcome.endedAt, partialText: nil))
        counts.count(outcome)
        for joined in item.joined { end(joined.entry, with: outcome) }
        book.ended(item.entry.run, outcome)
    }

    /// The disk refused the outcome of a message that is not to be answered any more: it is tried until it is kept.
    func finishLater(_ item: TurnQueue.Item, _ outcome: RunOutcome) {
        let joined = book.active[item.entry.run]?.joined ?? item.joined.map(\.entry)
        work.add {
            var pauses = Backoff(first: .seconds(1), longest: .seconds(10))
            while !self.isDraining {
                do { try await self.clock.sleep(for: pauses.next()) } catch { return }
                do {
                    try await self.stores.inbox.finish(
                        item.entry.id, joined: joined.map(\.id), state: .done, outcome: outcome.json)
                    self.letGo(of: joined + [item.entry])
                    return
                } catch {
                    self.log.debug("An outcome is still refused.", ["reason": "\(error)"])
                }
            }
        }
    }

    // MARK: Notes

    /// Appends a note to a session's transcript as the assistant's, and tells it.
    package func inject(
        _ text: String, label: String? = nil, into session: SessionKey
    ) async throws(InjectError) -> InjectedNote {
        let whole = label.map { "[\($0)]\n\n\(text)" } ?? text
        let note = InjectedNote(messageID: Self.shortID(), text: whole, at: .now)
        let message = Message.assistant(
            AssistantMessage(content: [.text(whole)], timestamp: note.at, stopReason: .injected))
        do {
            let stored = try await stores.sessions.append([message], session: session, run: note.run)
            guard let stored else { throw InjectError.noSession }
            publish(note, stored.entry.sessionID, session, Self.appended([message], stored.positions))
            return note
        } catch let error as InjectError {
            throw error
        } catch {
            throw .store("\(error)")
        }
    }

    private func publish(
        _ note: InjectedNote, _ sessionID: SessionID, _ session: SessionKey, _ appended: [AppendedMessage]
    ) {
        for kind in [TurnEvent.Kind.appended(appended), .replied(text: note.text)] {
            events.publish(
                TurnEvent(
                    run: note.run, session: session, sessionID: sessionID, agent: settings.agent(of: session),
                    sequence: 0,
                    at: note.at, kind: kind))
        }
    }

    /// 8 hexadecimal digits.
    private static func shortID() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    // MARK: Looking

    /// The run's outcome; nil when it has none in time.
    package func wait(for run: RunID, timeout: Duration) async -> RunOutcome? {
        if let outcome = book.outcome(of: run) { return outcome }
        if book.active[run] == nil, !queue.contains(run), let known = await storedOutcome(of: run) {
            return known
        }
        return await book.wait(for: run, atMost: timeout, on: clock)
    }

    /// The run's outcome, if it ended in the last ten minutes.
    package func outcome(of run: RunID) -> RunOutcome? { book.outcome(of: run) }

    private func storedOutcome(of run: RunID) async -> RunOutcome? {
        do {
            return try await stores.inbox.entry(run: run)?.outcome.flatMap { RunOutcome(json: $0) }
        } catch {
            log.warning("An outcome could not be looked up.", ["run.id": run.rawValue, "reason": "\(error)"])
            return nil
        }
    }

    /// The session's running turn, or the first that waits.
    package func activeRun(in session: SessionKey) -> ActiveRunState? {
        runningTurn(in: session) ?? queue.waiting(in: session).first.map(waitingState)
    }

    package func runningTurn(in session: SessionKey) -> ActiveRunState? {
        book.active.values.first { $0.session == session && !$0.state.isOver }?.state
    }

    package var activeRuns: [ActiveRunState] {
        book.active.values.map(\.state).filter { !$0.isOver }.sorted { $0.startedAt < $1.startedAt }
    }

    package func queued(in session: SessionKey) -> Int { queue.waiting(in: session).count }

    /// The messages of a session that wait for their turn, oldest first; what has begun before stands in the transcript.
    package func waiting(in session: SessionKey) -> [InboxEntry] {
        queue.waiting(in: session).filter { $0.interrupted == nil }.flatMap(\.entries)
    }

    private func waitingState(_ item: TurnQueue.Item) -> ActiveRunState {
        var state = ActiveRunState(
            run: item.entry.run, session: item.entry.session, agent: settings.agent(of: item.entry.session))
        state.isQueued = true
        state.startedAt = item.entry.receivedAt
        return state
    }

    /// What the agent's own file says of it now; nothing for an agent that the config does not know.
    package func identity(of agent: AgentID) -> AgentIdentity {
        settings.profile(agent).map { workspaces.identity(of: $0) } ?? AgentIdentity()
    }

    package var metrics: AgentMetrics {
        var metrics = counts
        metrics.running = book.active.count
        metrics.queued = queue.waitingCount
        return metrics
    }
}

extension InboundMessage {
    /// What the person wrote, without what was added for the model.
    var words: String { origin?.words ?? text }

    /// Whether its words may be a command: people of a group who are not named in the config only talk.
    var mayCommand: Bool { origin?.isAuthorized != false }

    /// Whether whoever owns the assistant wrote it: its own clients, and owners on channels.
    var isOwners: Bool { origin?.isOwner != false }

    /// As the transcript keeps it.
    var asUserMessage: UserMessage {
        UserMessage(
            content: (text.isEmpty ? [] : [.text(text)]) + images.map { .image($0) }, timestamp: receivedAt,
            idempotencyKey: transcriptKey)
    }

    /// What its transcript knows it by. Clients know theirs by the id alone; two bots of one platform may count the
    /// messages of one person alike, also in one account.
    var transcriptKey: String {
        address.channel == .webchat
            ? "\(id):user" : "\(address.channel)/\(bot ?? address.account)/\(id):user"
    }
}
