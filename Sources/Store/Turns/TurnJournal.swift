package import Core

/// Writes down what each running turn does, before it does it.
package struct TurnJournal: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// One transaction: the session, the user messages in the transcript, the turn with its first model request.
    package func begin(_ turn: NewTurn) async throws -> BegunTurn {
        try await database.write { connection in
            let inbox = InboxTable(connection: connection)
            if let own = turn.inbox { try inbox.running(own) }
            for message in turn.joined { try inbox.running(message.inbox) }
            return try TurnTable(connection: connection).begin(turn)
        }
    }

    /// Records a message and begins its turn in one transaction, which saves an fsync when nothing has to wait.
    ///
    /// The turn's `inbox` is filled in. A repeated message begins nothing, nor does one behind a conversation of which a
    /// model would be sent more than `mostBytes`. With `obeysSendPolicy` it throws `.sendingDenied` where the session says so.
    package func accept(
        _ message: InboundMessage, beginning turn: NewTurn, behind mostBytes: Int = .max,
        obeysSendPolicy: Bool = false
    ) async throws -> AcceptedTurn {
        try await database.write { connection in
            let session = try SessionTable(connection: connection).entry(message.session)
            let begins = try Self.load(of: session, on: connection) <= mostBytes
            let recorded = try InboxTable(connection: connection).record(
                message, run: turn.run, state: begins ? .running : .queued, obeysSendPolicy: obeysSendPolicy)
            guard case .new(let entry) = recorded, begins else {
                return AcceptedTurn(recorded: recorded, session: session)
            }
            var turn = turn
            turn.inbox = entry.id
            return AcceptedTurn(
                recorded: recorded, begun: try TurnTable(connection: connection).begin(turn, isNew: true))
        }
    }

    /// One transaction: messages into the transcript, steps into the journal, and what a channel is to post of them.
    ///
    /// `joined` are of messages that have come meanwhile and are answered in this turn from now on.
    @discardableResult
    package func advance(
        _ run: RunID, appending messages: [Message] = [], joined: [InboxID] = [], steps: [TurnStep] = [],
        outbox: [NewOutboxPart] = []
    ) async throws -> [StoredPosition] {
        try await database.record { connection in
            let journal = TurnTable(connection: connection)
            guard let turn = try journal.turn(run) else { return [] }
            try journal.append(steps, to: run)
            try journal.join(joined, to: run)
            if !outbox.isEmpty { _ = try OutboxTable(connection: connection).add(outbox, at: .now) }
            guard !messages.isEmpty else { return [] }
            var writer = try TranscriptWriter(turn.sessionID, run: run, on: connection)
            let positions = try writer.append(messages)
            try journal.noteFirst(positions.first?.sequence, of: run)
            return positions
        }
    }

    /// Bytes that a turn of these messages holds, about: theirs, and of the conversation what a model is sent.
    package func load(of inbox: [InboxID], in session: SessionKey) async throws -> Int {
        try await database.read { connection in
            let messages = InboxTable(connection: connection)
            let said = try inbox.reduce(0) { try $0 + messages.byteCount($1) }
            return said
                + (try Self.load(of: SessionTable(connection: connection).entry(session), on: connection))
        }
    }

    private static func load(of entry: SessionEntry?, on connection: Connection) throws -> Int {
        guard let entry else { return 0 }
        return try TranscriptReader(entry.sessionID, on: connection)?.tailLoad() ?? 0
    }

    /// What a crash left behind, oldest first, without long messages: those are read in their turn.
    ///
    /// Read it at start, before any turn runs.
    package func interrupted() async throws -> [InterruptedTurn] {
        try await database.read { try TurnTable(connection: $0).all() }
    }

    /// The process ends in order: what it has begun of these turns is not counted as an attempt.
    package func putDown(_ runs: [RunID]) async throws {
        try await database.record { connection in
            for run in runs { try TurnTable(connection: connection).takeBackAttempt(of: run) }
        }
    }

    /// Drops the journal of a turn; its inbox message stays as it is.
    package func abandon(_ run: RunID) async throws {
        try await database.write { try TurnTable(connection: $0).remove(run) }
    }
}
