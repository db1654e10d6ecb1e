package import Core

/// Every message that was received, kept before its platform hears that it was.
package struct InboxStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Keeps a message; one with a known channel, account and id is a repeat.
    ///
    /// Without a `run` it gets the message's `newRun`. With `obeysSendPolicy` it throws `.sendingDenied` where the session
    /// says so.
    package func record(
        _ message: InboundMessage, run: RunID? = nil, obeysSendPolicy: Bool = false
    ) async throws -> Recorded {
        let run = run ?? message.newRun
        return try await database.write {
            try InboxTable(connection: $0).record(message, run: run, obeysSendPolicy: obeysSendPolicy)
        }
    }

    package func entry(channel: ChannelID, account: String, id: MessageID) async throws -> InboxEntry? {
        try await database.read {
            try InboxTable(connection: $0).entry(channel: channel, account: account, id: id)
        }
    }

    /// The message a run was for.
    ///
    /// Of other channels than the clients' only the newest few thousand are known by run.
    package func entry(run: RunID) async throws -> InboxEntry? {
        try await database.read { try InboxTable(connection: $0).entry(run: run) }
    }

    /// What waits for an answer, oldest first, with the messages, but for long ones: those have images, and are read in
    /// their turn; and their sessions, as they are at the same time.
    ///
    /// Ask again with `after` for more than a few hundred.
    package func unanswered(after: InboxID = 0, limit: Int = 500) async throws -> UnansweredPage {
        try await database.read { connection in
            let entries = try connection.rows(
                """
                SELECT \(InboxTable.columnsAlone) FROM inbox
                WHERE finished_at IS NULL AND id > ? ORDER BY id LIMIT ?
                """, after, limit, map: InboxTable.entry)
            var page = UnansweredPage(entries: entries)
            let table = SessionTable(connection: connection)
            for key in Set(entries.map(\.session)) { page.sessions[key] = try table.entry(key) }
            return page
        }
    }

    package func unansweredCount() async throws -> Int {
        try await database.read { connection in
            try connection.first("SELECT count(*) FROM inbox WHERE finished_at IS NULL") { $0.int(0) } ?? 0
        }
    }

    /// Ends a message without an answer, with what joined it, its open turn and what was shown of an answer to it.
    ///
    /// What is posted of that comes behind what its run has posted. Turns that came to an end do so through
    /// `SessionStore.complete`.
    package func finish(
        _ id: InboxID, joined: [InboxID] = [], state: InboxState, outcome: JSON,
        outbox: [NewOutboxPart] = [], at now: Timestamp = .now
    ) async throws {
        try await database.record { connection in
            let parts = OutboxTable(connection: connection)
            if let run = try InboxTable(connection: connection).entry(id)?.run {
                let turns = TurnTable(connection: connection)
                let before = try turns.partCount(of: run)
                _ = try parts.add(outbox.map { $0.after(before) }, at: now)
                try parts.withdrawDrafts(of: run, at: now)
                try turns.remove(run)
            }
            for id in joined + [id] {
                try InboxTable(connection: connection).finish(id, state: state, outcome: outcome, at: now)
            }
        }
    }

    /// The message, while it is not answered.
    package func message(_ id: InboxID) async throws -> InboundMessage? {
        try await database.read { try InboxTable(connection: $0).entry(id)?.message }
    }
}

extension InboundMessage {
    /// The run that answers it: a client's message runs under its own id, as clients expect, any other under a new one.
    package var newRun: RunID {
        address.channel == .webchat ? RunID(id.rawValue) : RunID(randomUUID())
    }
}
