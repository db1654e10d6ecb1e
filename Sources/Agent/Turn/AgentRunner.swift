import Core
import Store

/// Runs one turn: transcript → model → tools → … → answer.
///
/// Keeps nothing between turns.
@MainActor
struct AgentRunner {
    let stores: Stores
    let models: any ModelProvider
    let directory: ModelDirectory
    let tools: ToolBox
    let settings: AgentSettings
    let workspaces: Workspaces
    let contexts: ContextCache
    let limits: LearnedLimits
    let replies: ReplyDesk?
    let deadlines: Deadlines
    let clock: any Clock<Duration>
    let log: Log

    /// A turn that has gone down with the process so often does not get another try.
    static let mostAttempts = 10

    /// The outcome, stored and told.
    ///
    /// Nil when the process is going down: the turn is then run again at the next start.
    func run(_ order: TurnOrder) async -> RunOutcome? {
        let startedAt = order.beginning?.at ?? .now
        order.live.publish(.status(.preparingWorkspace))
        workspaces.prepare(order.profile)
        order.live.publish(.status(.preparingContext))
        do {
            var turn = try await begin(order, at: startedAt)
            do throws(TurnStop) {
                try await loadContext(&turn)
                try await settleInterruptedTools(&turn)
                try await recallWhatWasTold(&turn)
                turn.live.publish(.started(at: startedAt), at: startedAt)
                let answer = try await converse(&turn)
                return await finish(turn, with: answer)
            } catch {
                return await end(turn, error)
            }
        } catch {
            return await endBeforeItBegan(order, startedAt: startedAt, error)
        }
    }

    // MARK: Steps

    /// From here on the message is in the transcript and the turn in the journal.
    private func begin(_ order: TurnOrder, at startedAt: Timestamp) async throws -> Turn {
        let begun: BegunTurn
        if let beginning = order.beginning {
            begun = beginning.turn
        } else {
            var turn = NewTurn(
                run: order.live.run, session: order.live.session, inbox: order.live.inbox,
                message: order.userMessage, startedAt: startedAt)
            turn.joined = order.joined
            turn.expiry = settings.resets.expiry(of: order.message, at: startedAt, settings.clock)
            begun = try await stores.journal.begin(turn)
        }
        order.live.found(begun.entry.sessionID)
        guard begun.attempt <= Self.mostAttempts else {
            throw TooManyAttempts(count: begun.attempt, partCount: begun.partCount)
        }
        announce(order.userMessages, at: begun.positions, on: order.live)
        return makeTurn(order, begun, at: startedAt)
    }

    private func makeTurn(_ order: TurnOrder, _ begun: BegunTurn, at startedAt: Timestamp) -> Turn {
        let options = order.message.options
        let choice = ModelChoice(
            profile: order.profile, entry: begun.entry, options: options,
            hasImages: order.hasImages,
            directory: directory)
        let files = workspaces.files(of: order.profile, mostBytes: settings.bootstrapMaxChars)
        let identity = workspaces.identity(of: order.profile, among: files)
        let system = PromptBuilder(settings: settings, profile: order.profile, identity: identity)
            .system(files: files, extra: options.extraSystemPrompt, now: startedAt)
        let offer = tools.offer(order.toolPolicy)
        var turn = Turn(
            order: order, startedAt: startedAt, entry: begun.entry, choice: choice, system: system,
            tools: offer,
            contextBytes: ContextWindow.bytes(
                window: choice.window(order.profile), reserve: settings.compaction.reserveTokens,
                otherBytes: system.utf8.count + offer.byteCount),
            transcript: begun.transcript)
        if let learned = limits.bytes(of: choice.model, in: begun.entry.sessionID) {
            turn.contextBytes = min(turn.contextBytes, learned)
            turn.hasBeenTooLong = true
        }
        turn.partCount = begun.partCount
        if options.delivers {
            replies?.show(
                order.live, for: order.message, from: begun.partCount, answer: prefixAnswer(turn),
                delay: order.profile.humanDelay)
        }
        return turn
    }

    // MARK: The channel

    /// What a channel is to post of the turn's words.
    func parts(of text: String, _ turn: Turn) -> [NewOutboxPart] {
        guard let replies, turn.order.message.options.delivers else { return [] }
        return replies.parts(
            of: turn.hasTold(text) ? ReplyDirectives.silence : text, for: turn.order.message,
            run: turn.live.run,
            from: turn.partCount + turn.unsavedParts.count, answer: prefixAnswer(turn),
            workspace: turn.order.sendableFolder)
    }

    private func prefixAnswer(_ turn: Turn) -> ResponsePrefix.Answer {
        ResponsePrefix.Answer(
            model: (turn.model ?? turn.choice.model).description,
            thinkingLevel: turn.choice.thinking.rawValue, name: turn.order.profile.name)
    }

    func loadContext(_ turn: inout Turn, mayCompact: Bool = true) async throws(TurnStop) {
        // What the turn itself has done so far may be more than fits.
        let bytes = turn.isUnderWay ? ContextWindow.mostBytes : turn.contextBytes
        var tail = try await tail(of: turn, maxBytes: bytes)
        turn.transcript = nil
        if mayCompact, isCompactionDue(tail, turn), try await compact(&turn) {
            tail = try await self.tail(of: turn, maxBytes: bytes)
        }
        let part = turn.part(of: tail)
        let window = ContextWindow(
            acceptsImages: turn.choice.facts.acceptsImages, isCut: part.isCut,
            summary: tail.summary, mostTurns: turn.order.message.options.historyTurns)
        turn.messages = limits.acceptable(window.messages(from: part.turns), for: turn.choice.model)
        if turn.order.hasImages { turn.messages = turn.messages.map(turn.order.sharingImages) }
        if turn.messages.isEmpty { turn.messages = turn.order.userMessages }
    }

    func tail(of turn: Turn, maxBytes bytes: Int) async throws(TurnStop) -> TranscriptTail {
        let session = turn.sessionID
        if let transcript = turn.transcript,
            let tail = contexts.tail(of: session, transcript, maxBytes: bytes)
        {
            return tail
        }
        let tail = try await storing {
            try await stores.sessions.tail(session, maxBytes: bytes, turn: turn.live.run)
        }
        contexts.keep(tail, of: session, maxBytes: bytes)
        return tail
    }

    /// Asks the model until it answers without calling a tool.
    private func converse(_ turn: inout Turn) async throws(TurnStop) -> AssistantMessage {
        turn.live.publish(.status(.startingModel))
        while true {
            let answer = try await ask(&turn)
            if answer.stopReason == .error { throw declined(answer, turn) }
            guard !answer.toolCalls.isEmpty else { return try visible(answer, turn) }
            turn.rounds += 1
            guard turn.rounds <= settings.maxToolRounds else {
                throw .failed(.toolLoop(settings.maxToolRounds), partial: nil)
            }
            try await runTools(of: answer, &turn)
        }
    }

    /// After tools a model may have nothing to add; as an answer to a question, nothing is a failure.
    private func visible(_ answer: AssistantMessage, _ turn: Turn) throws(TurnStop) -> AssistantMessage {
        guard turn.rounds == 0 else { return answer }
        let isEmpty =
            turn.order.message.options.delivers
            ? ReplyDirectives(answer.text).saysNothing : answer.text.trimmed.isEmpty
        guard isEmpty else { return answer }
        let model = turn.model ?? turn.choice.model
        throw .failed(answer.stopReason == .length ? .cutAnswer(model) : .emptyAnswer(model), partial: nil)
    }

    /// A filter of the vendor's ended the answer after it had begun.
    private func declined(_ answer: AssistantMessage, _ turn: Turn) -> TurnStop {
        let model = turn.model ?? turn.choice.model
        let failure = TurnFailure(
            kind: .rejected, message: "`\(model)`: \(answer.errorMessage ?? "The answer was broken off.")",
            provider: model.provider, model: model.model)
        return .failed(failure, partial: answer.text.isEmpty ? nil : answer.textAlone)
    }

    // MARK: Store

    /// A store that fails ends the turn: what is not on disk must not be told.
    func storing<T>(_ work: () async throws -> T) async throws(TurnStop) -> T {
        do { return try await work() } catch { throw .failed(.store(error), partial: nil) }
    }

    func announce(_ messages: [Message], at positions: [StoredPosition], on live: ActiveRun) {
        if let session = live.state.sessionID {
            contexts.append(messages, at: positions, of: live.run, to: session)
        }
        let appended = Switchboard.appended(messages, positions)
        if !appended.isEmpty { live.publish(.appended(appended)) }
    }
}

/// The turn was begun and interrupted too often to be the process's bad luck.
struct TooManyAttempts: Error {
    let count: Int
    let partCount: Int
}

extension TurnFailure {
    static func store(_ error: any Error) -> TurnFailure {
        TurnFailure(
            kind: .store,
            message:
                "The conversation could not be stored, so the turn was ended: \(error). Check the disk that holds the "
                + "state directory; `openclaw doctor` looks for more.")
    }

    static let tookTooLong = TurnFailure(
        kind: .timeout,
        message:
            "The answer took too long and was stopped. `agents.defaults.timeoutSeconds` sets the limit.")

    static func toolLoop(_ rounds: Int) -> TurnFailure {
        TurnFailure(
            kind: .toolLoop,
            message:
                "The model asked for tools \(rounds) times without coming to an answer, so the turn was ended. What the "
                + "tools did is done. Ask for a smaller step.")
    }

    static func emptyAnswer(_ model: ModelReference) -> TurnFailure {
        TurnFailure(
            kind: .unknown,
            message:
                "\(model) gave an empty answer. Send the message again, or choose another model with `/model`.",
            provider: model.provider, model: model.model)
    }

    static func cutAnswer(_ model: ModelReference) -> TurnFailure {
        TurnFailure(
            kind: .unknown,
            message:
                "\(model) used up its output limit before it came to an answer. Think less (`/think low`), or raise "
                + "`maxTokens` of the model.",
            provider: model.provider, model: model.model)
    }

    static func crashed(_ attempts: Int) -> TurnFailure {
        TurnFailure(
            kind: .crashed,
            message:
                "The process ended \(attempts) times while it worked on this message, so it was given up. "
                + "`openclaw logs` may show why. Send it again to try once more.")
    }
}
