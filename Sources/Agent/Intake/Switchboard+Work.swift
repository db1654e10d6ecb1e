import Core
import Store

extension Switchboard {
    /// Answers one message, from start to outcome.
    func perform(_ item: TurnQueue.Item) async {
        await Log.$turn.withValue(item.entry.run.rawValue) {
            await item.before?.wait()
            guard let item = await readBack(item), let message = item.entry.message else { return }
            guard let profile = settings.profile(settings.agent(of: item.entry.session)) else {
                return await refuse(item, .unknownAgent(settings.agent(of: item.entry.session)))
            }
            if let command = item.command {
                await answer(command, message, profile, item)
            } else {
                await runTurn(message, profile, item)
            }
        }
    }

    // MARK: Room

    /// Whether there is room for what a turn holds; else it waits for some in its session's first place, without its
    /// pictures, or ends when it has been stopped meanwhile.
    func mayGoOn(_ turn: StartingTurn) async -> Bool {
        // What has begun at once was found to be light.
        guard turn.item.takesTurn, turn.item.beginning == nil else { return true }
        let load = await self.load(of: turn.item)
        guard !queue.holds(load, in: turn.item.entry.session) else { return true }
        if let reason = turn.abortReason {
            await drop(turn.item, reason)
            return false
        }
        turn.item.load = load
        turn.item.letGo(large: true)
        queue.giveBack([turn.item])
        tellThatItWaits(turn.item)
        return false
    }

    private func load(of item: TurnQueue.Item) async -> Int {
        if let known = item.load { return known }
        // What has begun stands in the transcript.
        let isBegun = item.interrupted?.firstSequence != nil
        do {
            return try await stores.journal.load(
                of: isBegun ? [] : item.entries.map(\.id), in: item.entry.session)
        } catch {
            log.warning("A turn could not be weighed.", ["reason": "\(error)"])
            return item.weight
        }
    }

    private func tellThatItWaits(_ item: TurnQueue.Item) {
        events.publish(
            TurnEvent(
                run: item.entry.run, session: item.entry.session,
                agent: settings.agent(of: item.entry.session), sequence: 0, at: .now, kind: .waits))
    }

    // MARK: Turns

    private func runTurn(_ message: InboundMessage, _ profile: AgentProfile, _ item: TurnQueue.Item) async {
        let live = newRun(item, profile.id)
        replies?.began(item.entry.run, for: message)
        defer { replies?.ended(item.entry.run, for: message) }
        var order = TurnOrder(
            live: live, message: message, profile: profile, interrupted: item.interrupted,
            beginning: item.beginning)
        order.joined = item.joinedMessages
        order.latecomers = Latecomers(of: live, message, at: self)
        let outcome = await inTime(message.options.timeout ?? settings.timeout, live) {
            await self.makeRunner().run(order)
        }
        settle(item, outcome)
    }

    func newRun(_ item: TurnQueue.Item, _ agent: AgentID) -> ActiveRun {
        let live = ActiveRun(
            run: item.entry.run, session: item.entry.session, agent: agent, inbox: item.entry.id,
            events: events)
        live.joined = item.joined.map(\.entry)
        book.began(live)
        return live
    }

    private func makeRunner() -> AgentRunner {
        AgentRunner(
            stores: stores, models: models, directory: directory, tools: tools, settings: settings,
            workspaces: workspaces, contexts: contexts, limits: limits, replies: replies,
            deadlines: deadlines,
            clock: clock, log: log)
    }

    /// Cancels `work` when the run is stopped or has taken too long.
    ///
    /// Zero means no limit but a day.
    func inTime(
        _ limit: Duration, _ live: ActiveRun, _ work: @escaping @MainActor @Sendable () async -> RunOutcome?
    ) async -> RunOutcome? {
        let seconds =
            limit > .zero ? min(limit.components.seconds, Self.longestTurnSeconds) : Self.longestTurnSeconds
        let watch = deadlines.watch(seconds: Int(seconds), isHeld: { live.isAsking }) {
            live.stop(.timeout)
        }
        defer { deadlines.cancel(watch) }
        return await withTaskGroup(of: RunOutcome?.self) { group in
            group.addTask {
                let outcome = await work()
                live.stopping.open()
                return outcome
            }
            await live.stopping.wait()
            if live.abortReason != nil { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// No turn takes longer than a day, whatever a client asks for.
    private static var longestTurnSeconds: Int64 { 86_400 }

    /// The message has its outcome.
    ///
    /// Without one it waits for the next start. With one that is not on disk it is tried again, before what was said after it.
    func settle(_ item: TurnQueue.Item, _ outcome: RunOutcome?) {
        let joined = book.active[item.entry.run]?.joined ?? item.joined.map(\.entry)
        if let outcome {
            if outcome.isStored {
                letGo(of: joined + [item.entry])
                storePauses.succeeded()
            } else if let reason = book.active[item.entry.run]?.abortReason, reason != .timeout {
                // Whoever stopped it does not want it tried again.
                finishLater(
                    item,
                    RunOutcome(status: .aborted, startedAt: outcome.startedAt, stopReason: reason.rawValue))
            } else {
                queue.putBack(item)
                takeUpLater()
            }
            counts.count(outcome)
            for entry in joined { end(entry, with: outcome) }
        }
        book.ended(item.entry.run, outcome)
    }

    /// Their outcome is on disk.
    func letGo(of entries: [InboxEntry]) {
        for entry in entries {
            held.remove(entry.id)
            entry.message.map { replies?.settled($0) }
        }
    }

    // MARK: Commands

    private func answer(
        _ match: CommandMatch, _ message: InboundMessage, _ profile: AgentProfile, _ item: TurnQueue.Item
    ) async {
        counts.commands += 1
        await item.place?.begin()
        defer { item.place?.end() }
        let call = CommandCall(
            arguments: match.arguments, message: message, profile: profile, settings: settings,
            stores: stores,
            directory: directory, tools: tools, workspaces: workspaces, facts: facts,
            pairing: pairing, approvals: approvals, chatApprovals: chatApprovals,
            activity: (activeCount(in: message.session), queue.waiting(in: message.session).count))
        do {
            switch try await match.command.run(call) {
            case .reply(let text, let choices):
                try await reply(
                    text, buttons: ReplyButton.rows(for: match.command.name, choices),
                    keepsQuestion: !match.command.startsOver, message, newRun(item, profile.id), item)
            case .turn(let text): await becomeTurn(item, text)
            case .compact(let instructions):
                await compact(instructions, message, profile, item)
            case .restart(let text):
                try await reply(text, keepsQuestion: true, message, newRun(item, profile.id), item)
                restart()
            }
        } catch {
            await refuse(item, .store(error))
        }
    }

    /// From here on it waits and starts as any turn of its session does, before what was said after it.
    private func becomeTurn(_ item: TurnQueue.Item, _ text: String) async {
        var item = item
        (item.command, item.place, item.before, item.load) = (nil, nil, nil, nil)
        item.text = text
        item.entry.message?.text = text
        if let reason = book.starting[item.entry.run]?.abortReason { return await drop(item, reason) }
        queue.giveBack([item])
    }

    private func activeCount(in session: SessionKey) -> Int {
        book.active.values.count { $0.session == session }
    }

    /// Stores a command's answer with the command, and tells it.
    func reply(
        _ text: String, buttons: [[ReplyButton]] = [], keepsQuestion: Bool, _ message: InboundMessage,
        _ live: ActiveRun,
        _ item: TurnQueue.Item
    ) async throws {
        let entry = try await stores.sessions.ensure(message.session)
        live.found(entry.sessionID)
        let outcome = RunOutcome(
            status: .ok, startedAt: .now, sessionID: entry.sessionID, text: text,
            stopReason: StopReason.injected.rawValue)
        var messages: [Message] = [
            .assistant(AssistantMessage(content: [.text(text)], timestamp: .now, stopReason: .injected))
        ]
        if keepsQuestion {
            messages.insert(.user(message.asUserMessage), at: 0)
        }
        let parts =
            replies?.parts(
                of: text, for: message, run: item.entry.run, from: 0, buttons: buttons, aside: true) ?? []
        let completion = try await stores.sessions.complete(
            CompletedTurn(
                run: item.entry.run, session: message.session, sessionID: entry.sessionID,
                inbox: item.entry.id,
                outcome: outcome.json, messages: messages, outbox: parts))
        replies?.stored(parts)
        live.publish(.appended(Self.appended(messages, completion.positions)))
        live.publish(.replied(text: text))
        settle(item, outcome)
    }

    static func appended(_ messages: [Message], _ positions: [StoredPosition]) -> [AppendedMessage] {
        zip(messages, positions).filter { $0.1.isNew }
            .map { AppendedMessage(sequence: $0.1.sequence, id: $0.1.id, message: $0.0) }
    }

    // MARK: What cannot be answered

    /// The item with its large messages, which are read when their turn comes; nil when that has failed, and was told.
    private func readBack(_ item: TurnQueue.Item) async -> TurnQueue.Item? {
        do {
            let whole = try await withMessages(item)
            if whole.entry.message != nil { return whole }
            await refuse(item, .lost)
            return nil
        } catch {
            await refuse(item, .store(error))
            return nil
        }
    }

    func withMessages(_ item: TurnQueue.Item) async throws -> TurnQueue.Item {
        var item = item
        if item.entry.message == nil, let message = try await stores.inbox.message(item.entry.id) {
            understand(message, as: &item)
        }
        for place in item.joined.indices where item.joined[place].isOnDiskOnly {
            item.joined[place].entry.message = try await stores.inbox.message(item.joined[place].entry.id)
                .map(asked)
        }
        return item
    }

    /// Ends a message that no turn can be made of.
    ///
    /// On a chat platform that is said only where `isTold`.
    func refuse(_ item: TurnQueue.Item, _ failure: TurnFailure, isTold: Bool = true) async {
        let live = book.active[item.entry.run] ?? newRun(item, settings.agent(of: item.entry.session))
        var outcome = RunOutcome(status: .error, startedAt: .now, failure: failure, stopReason: "error")
        let parts =
            (isTold ? item.entry.message : nil).flatMap {
                replies?.parts(
                    of: "⚠️ \(failure.message)", for: $0, run: item.entry.run, from: 0, aside: true)
            } ?? []
        do {
            try await stores.inbox.finish(
                item.entry.id, joined: item.joined.map(\.entry.id), state: .failed, outcome: outcome.json,
                outbox: parts)
            replies?.stored(parts)
        } catch {
            outcome.isStored = false
            log.error(
                "An outcome could not be stored.", ["run.id": item.entry.run.rawValue, "reason": "\(error)"])
        }
        live.publish(.failed(failure, startedAt: nil, endedAt: outcome.endedAt, partialText: nil))
        settle(item, outcome)
    }
}

extension TurnFailure {
    static func unknownAgent(_ agent: AgentID) -> TurnFailure {
        TurnFailure(kind: .rejected, message: SubmitError.unknownAgent(agent).message)
    }

    static let lost = TurnFailure(
        kind: .store, message: "The message could not be read back from the store. Send it again.")
}
