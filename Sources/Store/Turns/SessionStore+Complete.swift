import Core

extension SessionStore {
    /// Ends a turn in one transaction: the answer in the transcript, its outbox parts, the inbox's outcome,
    /// the session's counters, the day's usage, and the journal's rows gone.
    ///
    /// After a crash all of it is there or none.
    @discardableResult
    package func complete(_ turn: CompletedTurn) async throws -> Completion {
        try await database.record { connection in
            var positions: [StoredPosition] = []
            if !turn.messages.isEmpty {
                var writer = try TranscriptWriter(
                    turn.sessionID, run: turn.run, on: connection, at: turn.finishedAt)
                positions = try writer.append(turn.messages)
            }
            try SessionTable(connection: connection).apply(turn.entry, to: turn.session, at: turn.finishedAt)
            let parts = OutboxTable(connection: connection)
            let outbox = try parts.add(turn.outbox, at: turn.finishedAt)
            if turn.withdrawsDrafts { try parts.withdrawDrafts(of: turn.run, at: turn.finishedAt) }
            try UsageTable(connection: connection).add(turn.usage)
            for inbox in turn.joined + (turn.inbox.map { [$0] } ?? []) {
                try InboxTable(connection: connection).finish(
                    inbox, state: turn.state, outcome: turn.outcome, at: turn.finishedAt)
            }
            try TurnTable(connection: connection).remove(turn.run)
            return Completion(positions: positions, outbox: outbox)
        }
    }
}

extension SessionTable {
    /// A session that was deleted meanwhile stays deleted.
    func apply(_ update: EntryUpdate, to key: SessionKey, at now: Timestamp) throws {
        try connection.run(
            """
            UPDATE sessions SET updated_at = ?, model_provider = coalesce(?, model_provider),
                model = coalesce(?, model), input_tokens = coalesce(?, input_tokens),
                output_tokens = coalesce(?, output_tokens), total_tokens = coalesce(?, total_tokens),
                context_tokens = coalesce(?, context_tokens), system_sent = coalesce(?, system_sent),
                aborted_last_run = coalesce(?, aborted_last_run) WHERE session_key = ?
            """,
            now, update.modelProvider, update.model, update.inputTokens, update.outputTokens,
            update.totalTokens,
            update.contextTokens, update.systemSent, update.abortedLastRun, key)
    }
}
