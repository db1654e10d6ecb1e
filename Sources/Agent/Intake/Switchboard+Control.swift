package import Core
import Store

extension Switchboard {
    // MARK: Stopping

    /// Stops the session's running turn and drops what waits there, or only `run`, whatever its session.
    ///
    /// Returns when what was said so far is stored and `.aborted` has been told.
    package func abort(session: SessionKey, run: RunID? = nil, reason: AbortReason) async -> [RunID] {
        let running = book.active.values.filter { live in
            run.map { live.answers($0) } ?? (live.session == session)
        }
        let waiting = queue.remove { run == nil ? $0.entry.session == session : $0.entry.run == run }
        return await stop(running, reason: reason, waiting: waiting)
    }

    /// Stops everything of a session before it is reset or deleted.
    package func stopRuns(of session: SessionKey) async {
        _ = await abort(session: session, reason: .reset)
    }

    /// A tool has two seconds to end before it is killed; whoever stops a run does not wait much longer.
    private static let patience: Duration = .seconds(5)

    private func stop(
        _ running: [ActiveRun], reason: AbortReason, waiting: [TurnQueue.Item]
    ) async -> [RunID] {
        for run in running { run.stop(reason) }
        // The transcript keeps the order in which things were said: first what runs, then what waited.
        for run in running { await run.ended.wait(atMost: Self.patience, on: clock) }
        for item in waiting { await drop(item, reason) }
        return running.map(\.run) + waiting.map(\.entry.run)
    }

    /// The message stays in the transcript, without an answer.
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
            let messages = item.entries.compactMap { $0.message.map { Message.user($0.asUserMessage) } }
            var turn = CompletedTurn(
                run: item.entry.run, session: item.entry.session, sessionID: entry.sessionID,
                inbox: item.entry.id, outcome: outcome.json, messages: messages)
            turn.joined = item.joined.map(\.entry.id)
            let completion = try await stores.sessions.complete(turn)
            let appended = Self.appended(messages, completion.positions)
            if !appended.isEmpty { live.publish(.appended(appended)) }
            for entry in item.entries { held.remove(entry.id) }
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
        let ids = book.active[item.entry.run]?.joined.map(\.id) ?? item.joined.map(\.entry.id)
        work.add {
            var pauses = Backoff(first: .seconds(1), longest: .seconds(10))
            while !self.isDraining {
                do { try await self.clock.sleep(for: pauses.next()) } catch { return }
                do {
                    try await self.stores.inbox.finish(
                        item.entry.id, joined: ids, state: .done, outcome: outcome.json)
                    try await self.stores.journal.abandon(item.entry.run)
                    for id in ids + [item.entry.id] { self.held.remove(id) }
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
            guard let entry = try await stores.sessions.entry(session) else { throw InjectError.noSession }
            let positions = try await stores.sessions.append([message], session: session, run: note.run)
                .positions
            publish(note, entry.sessionID, session, Self.appended([message], positions))
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
        if let run = book.active.values.first(where: { $0.session == session }) { return run.state }
        return queue.waiting(in: session).first.map(waitingState)
    }

    package var activeRuns: [ActiveRunState] {
        book.active.values.map(\.state).sorted { $0.startedAt < $1.startedAt }
    }

    package func queued(in session: SessionKey) -> Int { queue.waiting(in: session).count }

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
    var mayCommand: Bool { images.isEmpty && origin?.isAuthorized != false }

    /// Whether whoever owns the assistant wrote it: its own clients, and owners on channels.
    var isOwners: Bool { origin?.isOwner != false }

    /// As the transcript keeps it.
    var asUserMessage: UserMessage {
        UserMessage(
            content: (text.isEmpty ? [] : [.text(text)]) + images.map { .image($0) }, timestamp: receivedAt,
            idempotencyKey: transcriptKey)
    }

    /// What its transcript knows it by. Clients know theirs by the id alone; two bots of one platform may count the
    /// messages of one person alike.
    var transcriptKey: String {
        address.channel == .webchat
            ? "\(id):user" : "\(address.channel)/\(address.account)/\(id):user"
    }
}
