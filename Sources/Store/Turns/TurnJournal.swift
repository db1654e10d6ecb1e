package import Core

/// Writes down what each running turn does, before it does it.
package struct TurnJournal: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// One transaction: the session, the user message in the transcript, the turn with its first model request.
    package func begin(_ turn: NewTurn) async throws -> BegunTurn {
        try await database.write { connection in
            let table = SessionTable(connection: connection)
            var entry = try table.ensure(turn.session, at: turn.startedAt)
            let journal = TurnTable(connection: connection)
            let resumed = try journal.resume(turn)
            if let resumed { entry.sessionID = resumed.sessionID }
            var position: StoredPosition?
            if let message = turn.message, resumed?.hasMessage != true {
                var writer = try TranscriptWriter(
                    entry.sessionID, run: turn.run, on: connection, at: turn.startedAt)
                position = try writer.append([.user(message)]).first
            }
            if resumed == nil { try journal.insert(turn, in: entry.sessionID, at: position?.sequence) }
            entry.updatedAt = turn.startedAt
            try table.touch(turn.session, at: turn.startedAt)
            if let inbox = turn.inbox { try InboxTable(connection: connection).running(inbox) }
            return BegunTurn(
                entry: entry, position: position ?? resumed?.position, attempt: resumed?.attempt ?? 1)
        }
    }

    /// One transaction: messages into the transcript, steps into the journal.
    @discardableResult
    package func advance(
        _ run: RunID, appending messages: [Message] = [], steps: [TurnStep] = []
    ) async throws -> [StoredPosition] {
        try await database.write { connection in
            let journal = TurnTable(connection: connection)
            guard let turn = try journal.turn(run) else { return [] }
            try journal.append(steps, to: run)
            guard !messages.isEmpty else { return [] }
            var writer = try TranscriptWriter(turn.sessionID, run: run, on: connection)
            let positions = try writer.append(messages)
            try journal.noteFirst(positions.first?.sequence, of: run)
            return positions
        }
    }

    /// What a crash left behind, oldest first. Read it at start, before any turn runs.
    package func interrupted() async throws -> [InterruptedTurn] {
        try await database.read { try TurnTable(connection: $0).all() }
    }

    /// Drops the journal of a turn; its inbox message stays as it is.
    package func abandon(_ run: RunID) async throws {
        try await database.write { try TurnTable(connection: $0).remove(run) }
    }
}
