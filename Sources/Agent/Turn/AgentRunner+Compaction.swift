import Core
import Store

extension AgentRunner {
    /// Whether the conversation no longer fits, or the vendor's own count of the last request says that it nearly fills
    /// the window.
    func isCompactionDue(_ tail: TranscriptTail, _ turn: Turn) -> Bool {
        guard settings.compaction.isAutomatic, !turn.hasGivenUpCompacting else { return false }
        if turn.part(of: tail).isCut { return true }
        let window = turn.choice.window(turn.order.profile)
        let limit = window - ContextWindow.reserve(settings.compaction.reserveTokens, of: window)
        return (turn.entry.totalTokens ?? 0) > limit && !turn.hasCompacted
    }

    /// True when a summary has taken the place of the older part.
    ///
    /// A summary that cannot be had is no reason to leave a question without an answer: older messages are left out then.
    func compact(_ turn: inout Turn) async throws(TurnStop) -> Bool {
        let live = turn.live
        live.publish(.compacting)
        let place = Compactor.Place(
            session: live.session, sessionID: turn.sessionID, run: live.run, agent: live.agent)
        let compactor = Compactor(
            stores: stores, models: models, settings: settings.compaction, choice: turn.choice,
            window: turn.choice.window(turn.order.profile))
        let keepTokens = min(
            settings.compaction.keepRecentTokens, turn.contextBytes / 2 / PromptBuilder.bytesPerToken)
        do {
            let done = try await compactor.compact(
                place, keepBytes: keepTokens * PromptBuilder.bytesPerToken, turn: turn.order)
            turn.hasCompacted = true
            turn.hasGivenUpCompacting = done == nil
            if let done {
                announce(done.appended.messages, at: done.appended.positions, on: live)
                log.info(
                    "The older part of a conversation was summarised.",
                    ["tokens.before": "\(done.before)", "tokens.after": "\(done.after)"])
            }
            live.publish(.compacted(succeeded: done != nil))
            return done != nil
        } catch {
            live.publish(.compacted(succeeded: false))
            if Task.isCancelled { throw .cancelled(partial: nil) }
            turn.hasGivenUpCompacting = true
            log.warning(
                "The older part of a conversation could not be summarised; it is left out.",
                ["reason": CompactionError.explanation(of: error)])
            return false
        }
    }
}
