import Core
import Store

extension Switchboard {
    /// `/compact`: can be stopped like a turn, and is answered like a command.
    func compact(
        _ instructions: String, _ message: InboundMessage, _ profile: AgentProfile, _ item: TurnQueue.Item
    ) async {
        let live = newRun(item, profile.id)
        let outcome = await inTime(message.options.timeout ?? settings.timeout, live) {
            await self.compact(instructions, message, profile, live)
        }
        // The process is going down: it is done at the next start.
        guard let outcome else { return settle(item, nil) }
        do {
            if outcome.status == .aborted {
                try await end(outcome, live, item)
            } else {
                try await reply(outcome.text ?? "", keepsQuestion: true, message, live, item)
            }
        } catch {
            await refuse(item, .store(error))
        }
    }

    private func end(_ outcome: RunOutcome, _ live: ActiveRun, _ item: TurnQueue.Item) async throws {
        try await stores.inbox.finish(item.entry.id, state: .done, outcome: outcome.json)
        let reason = live.abortReason ?? .stop
        live.publish(.aborted(reason, startedAt: nil, endedAt: outcome.endedAt, partialText: nil))
        settle(item, outcome)
    }

    private func stopped(_ reason: AbortReason) -> RunOutcome {
        RunOutcome(status: .aborted, startedAt: .now, stopReason: reason.rawValue)
    }

    /// With what the person is answered; nil when the process is going down.
    private func compact(
        _ instructions: String, _ message: InboundMessage, _ profile: AgentProfile, _ live: ActiveRun
    ) async -> RunOutcome? {
        live.publish(.compacting)
        do {
            let entry = try await stores.sessions.ensure(live.session)
            live.found(entry.sessionID)
            let choice = ModelChoice(
                profile: profile, entry: entry, options: message.options, hasImages: false,
                directory: directory)
            let window = choice.window(profile)
            let compactor = Compactor(
                stores: stores, models: models, settings: settings.compaction, choice: choice, window: window,
                instructions: instructions)
            let place = Compactor.Place(
                session: live.session, sessionID: entry.sessionID, run: live.run, agent: live.agent)
            let done = try await compactor.compact(place, keepBytes: try await keepBytes(entry, window))
            live.publish(.compacted(succeeded: done != nil))
            guard let done else { return said("⚙️ There is nothing to compact yet.") }
            live.publish(.appended(Self.appended(done.appended.messages, done.appended.positions)))
            return said(
                "⚙️ Compacted (\(Amount.tokens(done.before)) → \(Amount.tokens(done.after))) • Context "
                    + Amount.context(done.after, of: window))
        } catch {
            live.publish(.compacted(succeeded: false))
            switch live.abortReason {
            case .timeout: return said("⚙️ Compaction failed: \(TurnFailure.tookTooLong.message)")
            case let reason?: return stopped(reason)
            case nil: break
            }
            return Task.isCancelled
                ? nil : said("⚙️ Compaction failed: \(CompactionError.explanation(of: error))")
        }
    }

    private func said(_ text: String) -> RunOutcome {
        RunOutcome(status: .ok, startedAt: .now, text: text)
    }

    /// Who asks for it wants it shorter, also when it would fit: at most half of it stays word for word.
    private func keepBytes(_ entry: SessionEntry, _ window: Int) async throws -> Int {
        let bytes = Int(try await stores.sessions.statistics(entry.sessionID)?.bytes ?? 0)
        let usual = min(settings.compaction.keepRecentTokens, window / 4) * PromptBuilder.bytesPerToken
        return min(usual, bytes / 2)
    }
}
