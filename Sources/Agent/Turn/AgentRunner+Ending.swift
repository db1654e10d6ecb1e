import Core
import Store

extension AgentRunner {
    /// The answer is stored with its outcome in one transaction, and only then told.
    func finish(_ turn: Turn, with answer: AssistantMessage) async -> RunOutcome? {
        turn.live.publish(.finishing(stopReason: answer.stopReason))
        let text = answer.text.isEmpty ? nil : answer.text
        var outcome = outcome(.ok, of: turn, text: text)
        outcome.stopReason = answer.stopReason.rawValue
        let messages = turn.unsaved + [.assistant(answer)]
        do {
            try await complete(turn, outcome, state: .done, messages, telling: words(of: answer))
        } catch {
            return failWithoutStoring(turn.live, .store(error), startedAt: turn.startedAt)
        }
        turn.live.publish(.ended(end(of: turn, outcome, answer)), at: outcome.endedAt)
        return outcome
    }

    /// Stopped, failed, or cut off by the end of the process.
    func end(_ turn: Turn, _ stop: TurnStop) async -> RunOutcome? {
        switch stop {
        case .failed(let failure, let partial): return await fail(turn, failure, partial)
        case .cancelled(let partial):
            switch turn.live.abortReason {
            case nil: return nil
            case .timeout: return await fail(turn, .tookTooLong, partial)
            case let reason?: return await abort(turn, reason, partial)
            }
        }
    }

    /// The turn has no transcript yet: only the inbox can keep the outcome.
    func endBeforeItBegan(_ order: TurnOrder, startedAt: Timestamp, _ error: any Error) async -> RunOutcome? {
        guard let attempts = error as? TooManyAttempts else {
            return failWithoutStoring(order.live, .store(error), startedAt: startedAt)
        }
        let failure = TurnFailure.crashed(attempts.count - 1)
        let outcome = RunOutcome(
            status: .error, startedAt: startedAt, sessionID: order.live.state.sessionID, failure: failure,
            stopReason: StopReason.error.rawValue)
        do {
            var note = AssistantMessage(
                content: [], timestamp: outcome.endedAt, stopReason: .error, errorMessage: failure.message)
            note.errorCode = failure.kind.rawValue
            let parts =
                replies?.parts(
                    of: "⚠️ \(failure.message)", for: order.message, run: order.live.run,
                    from: attempts.partCount)
                ?? []
            var completed = CompletedTurn(
                run: order.live.run, session: order.live.session, sessionID: outcome.sessionID ?? .new(),
                inbox: order.live.inbox, state: .failed, outcome: outcome.json,
                messages: [.assistant(note)], outbox: parts, withdrawsDrafts: true)
            completed.joined = order.live.joined.map(\.id)
            let positions = try await stores.sessions.complete(completed).positions
            announce([.assistant(note)], at: positions, on: order.live)
            replies?.stored(parts)
        } catch {
            return failWithoutStoring(order.live, .store(error), startedAt: startedAt)
        }
        order.live.publish(.failed(failure, startedAt: startedAt, endedAt: outcome.endedAt, partialText: nil))
        return outcome
    }

    // MARK: Ways to end

    private func fail(_ turn: Turn, _ failure: TurnFailure, _ partial: AssistantMessage?) async -> RunOutcome?
    {
        var outcome = outcome(.error, of: turn, text: partial?.text)
        outcome.failure = failure
        outcome.stopReason = StopReason.error.rawValue
        var note = partial ?? AssistantMessage(content: [], timestamp: outcome.endedAt)
        note.provider = note.provider ?? failure.provider
        note.model = note.model ?? failure.model
        note.stopReason = .error
        note.errorMessage = failure.message
        note.errorCode = failure.kind.rawValue
        do {
            let words = [partial?.text, "⚠️ \(failure.message)"].compactMap(\.self).joined(separator: "\n\n")
            try await complete(
                turn, outcome, state: .failed, turn.unsaved + [.assistant(note)], telling: words)
        } catch {
            return failWithoutStoring(turn.live, .store(error), startedAt: turn.startedAt)
        }
        log.warning("The turn failed.", ["kind": failure.kind.rawValue])
        turn.live.publish(
            .failed(failure, startedAt: turn.startedAt, endedAt: outcome.endedAt, partialText: partial?.text))
        return outcome
    }

    private func abort(_ turn: Turn, _ reason: AbortReason, _ partial: AssistantMessage?) async -> RunOutcome?
    {
        var outcome = outcome(.aborted, of: turn, text: partial?.text)
        outcome.stopReason = reason.rawValue
        // Also where nothing was said: who reads it later sees that there is no answer to come.
        var note = partial ?? AssistantMessage(content: [], timestamp: outcome.endedAt)
        note.stopReason = .aborted
        do {
            try await complete(
                turn, outcome, state: .done, turn.unsaved + [.assistant(note)],
                // Who stopped a turn knows it, and keeps what was seen already.
                telling: replies?.isSeen(turn.live.run) == true ? partial?.text ?? "" : "")
        } catch {
            return failWithoutStoring(turn.live, .store(error), startedAt: turn.startedAt)
        }
        turn.live.publish(
            .aborted(reason, startedAt: turn.startedAt, endedAt: outcome.endedAt, partialText: partial?.text),
            at: outcome.endedAt)
        return outcome
    }

    /// An answer that the model's output limit cut says so: its reader cannot know that more was to come.
    private func words(of answer: AssistantMessage) -> String {
        guard answer.stopReason == .length, !answer.text.trimmed.isEmpty else { return answer.text }
        let fences = answer.text.split(separator: "\n").count { $0.trimmed.hasPrefix("```") }
        let end = fences.isMultiple(of: 2) ? "" : "\n```"
        return answer.text + end
            + "\n\n⚠️ The answer ends here: the model's output limit (`maxTokens`) was reached."
    }

    /// The message stays unanswered in the inbox and is tried again; who watches hears of it now.
    private func failWithoutStoring(
        _ live: ActiveRun, _ failure: TurnFailure, startedAt: Timestamp
    ) -> RunOutcome? {
        log.error(
            "The outcome of a turn could not be stored.",
            ["run.id": live.run.rawValue, "reason": failure.message])
        let endedAt = Timestamp.now
        live.publish(.failed(failure, startedAt: startedAt, endedAt: endedAt, partialText: nil))
        var outcome = RunOutcome(status: .error, startedAt: startedAt, endedAt: endedAt, failure: failure)
        outcome.isStored = false
        return outcome
    }

    // MARK: What is stored

    private func outcome(_ status: RunOutcome.Status, of turn: Turn, text: String?) -> RunOutcome {
        var outcome = RunOutcome(
            status: status, startedAt: turn.startedAt, sessionID: turn.sessionID, text: text)
        outcome.model = turn.model
        outcome.usage = turn.usage
        outcome.toolNames = turn.toolNames
        return outcome
    }

    /// `words` are for the channel that asked.
    private func complete(
        _ turn: Turn, _ outcome: RunOutcome, state: InboxState, _ messages: [Message], telling words: String
    ) async throws {
        let parts = turn.unsavedParts + self.parts(of: words, turn)
        var completed = CompletedTurn(
            run: turn.live.run, session: turn.live.session, sessionID: turn.sessionID,
            inbox: turn.live.inbox,
            state: state, outcome: outcome.json, messages: messages, outbox: parts,
            withdrawsDrafts: turn.order.message.options.delivers, usage: turn.records,
            entry: entryUpdate(turn, isAborted: outcome.status == .aborted), finishedAt: outcome.endedAt)
        completed.joined = turn.live.joined.map(\.id)
        let completion = try await stores.sessions.complete(completed)
        announce(messages, at: completion.positions, on: turn.live)
        replies?.stored(parts)
    }

    private func entryUpdate(_ turn: Turn, isAborted: Bool) -> EntryUpdate {
        var update = EntryUpdate(
            contextTokens: turn.choice.window(turn.order.profile), systemSent: true, abortedLastRun: isAborted
        )
        guard let model = turn.model else { return update }
        update.modelProvider = model.provider
        update.model = model.model
        update.inputTokens = turn.usage.input
        update.outputTokens = turn.usage.output
        update.totalTokens = turn.lastTokens
        return update
    }

    private func end(of turn: Turn, _ outcome: RunOutcome, _ answer: AssistantMessage) -> TurnEnd {
        TurnEnd(
            startedAt: turn.startedAt, endedAt: outcome.endedAt, stopReason: answer.stopReason,
            text: answer.text.isEmpty ? nil : answer.text, wholeText: turn.live.state.wholeText,
            usage: turn.usage,
            model: turn.model, toolNames: turn.toolNames)
    }
}
