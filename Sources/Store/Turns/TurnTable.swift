import Core

/// Reads and writes rows of `turns` and `turn_steps`, inside a transaction that somebody else holds.
///
/// Only turns that run have rows: a finished turn is in the transcript and the inbox.
struct TurnTable {
    let connection: Connection

    /// What an earlier attempt has left.
    struct Resumed {
        var attempt: Int
        var sessionID: SessionID
        var position: StoredPosition?
        var hasMessage: Bool
    }

    private static let columns =
        "run, session_key, session_id, inbox, model, started_at, attempt, first_sequence, joined"

    /// `isNew`: no earlier attempt can have left anything, for the message came just now.
    func begin(_ turn: NewTurn, isNew: Bool = false) throws -> BegunTurn {
        let table = SessionTable(connection: connection)
        var entry = try table.ensure(turn.session, at: turn.startedAt)
        let resumed = isNew ? nil : try resume(turn)
        if let resumed {
            entry.sessionID = resumed.sessionID
        } else if try turn.expiry?.isOver(entry.sessionID, on: connection) == true {
            entry = entry.reset(at: turn.startedAt)
            try table.save(entry)
        }
        var positions = resumed?.position.map { [$0] } ?? []
        var transcript: TranscriptStatistics?
        if let message = turn.message, resumed?.hasMessage != true {
            var writer = try TranscriptWriter(
                entry.sessionID, run: turn.run, on: connection, at: turn.startedAt)
            positions = try writer.append(
                turn.joined.compactMap(\.message).map { .user($0) } + [.user(message)])
            transcript = writer.statistics
        }
        if resumed == nil { try insert(turn, in: entry.sessionID, at: positions.first?.sequence) }
        if entry.updatedAt != turn.startedAt { try table.touch(turn.session, at: turn.startedAt) }
        entry.updatedAt = turn.startedAt
        return BegunTurn(
            entry: entry, positions: positions, transcript: transcript,
            attempt: resumed?.attempt ?? 1, partCount: resumed == nil ? 0 : try partCount(of: turn.run))
    }

    /// Parts of a run's answer that are stored, without those that are only begun.
    func partCount(of run: RunID) throws -> Int {
        try connection.first(
            "SELECT coalesce(max(part) + 1, 0) FROM outbox WHERE run = ? AND state <> ?", run,
            OutboxState.draft.rawValue
        ) { $0.int(0) } ?? 0
    }

    func insert(_ turn: NewTurn, in session: SessionID, at sequence: Int64?) throws {
        try connection.run(
            "INSERT INTO turns (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)",
            turn.run, turn.session, session, turn.inbox, turn.model?.description, turn.startedAt, sequence,
            Self.list(turn.joined.map(\.inbox)))
    }

    /// Nil for none, which most turns have.
    private static func list(_ inbox: [InboxID]) -> JSON? {
        inbox.isEmpty ? nil : .array(inbox.map { .integer($0) })
    }

    private static func ids(_ list: JSON?) -> [InboxID] {
        list?.arrayValue?.compactMap(\.intValue).map { InboxID($0) } ?? []
    }

    /// The turn answers these messages, too.
    func join(_ inbox: [InboxID], to run: RunID) throws {
        guard !inbox.isEmpty else { return }
        let before = try connection.first("SELECT joined FROM turns WHERE run = ?", run) { $0.json(0) } ?? nil
        let known = Self.ids(before)
        try connection.run("UPDATE turns SET joined = ? WHERE run = ?", Self.list(known + inbox), run)
        for id in inbox { try InboxTable(connection: connection).running(id) }
    }

    /// Counts another attempt of a turn that was begun before; nil when it is new.
    func resume(_ turn: NewTurn) throws -> Resumed? {
        guard let known = try self.turn(turn.run) else { return nil }
        try connection.run("UPDATE turns SET attempt = attempt + 1 WHERE run = ?", turn.run)
        return Resumed(
            attempt: known.attempt + 1, sessionID: known.sessionID,
            position: try known.firstSequence.flatMap { try position($0, in: known.sessionID) },
            hasMessage: known.firstSequence != nil)
    }

    func takeBackAttempt(of run: RunID) throws {
        try connection.run("UPDATE turns SET attempt = attempt - 1 WHERE run = ?", run)
    }

    private func position(_ sequence: Int64, in session: SessionID) throws -> StoredPosition? {
        try connection.first(
            """
            SELECT m.sequence, m.message_id FROM messages m JOIN transcripts t ON t.transcript = m.transcript
            WHERE t.session_id = ? AND m.sequence = ?
            """, session, sequence
        ) { StoredPosition(sequence: $0.int64(0), id: $0.text(1), isNew: false) }
    }

    func append(_ steps: [TurnStep], to run: RunID) throws {
        for step in steps {
            try connection.run(
                "INSERT INTO turn_steps (turn, step) SELECT id, ? FROM turns WHERE run = ?", step.json, run)
        }
    }

    func noteFirst(_ sequence: Int64?, of run: RunID) throws {
        try connection.run(
            "UPDATE turns SET first_sequence = ? WHERE run = ? AND first_sequence IS NULL", sequence, run)
    }

    func remove(_ run: RunID) throws {
        try connection.run("DELETE FROM turns WHERE run = ?", run)
    }

    func turn(_ run: RunID) throws -> InterruptedTurn? {
        try connection.first("SELECT \(Self.columns) FROM turns WHERE run = ?", run, map: Self.turn)?.turn
    }

    func all() throws -> [InterruptedTurn] {
        let turns = try connection.rows(
            "SELECT \(Self.columns) FROM turns ORDER BY started_at, run", map: Self.turn)
        return try turns.map { found in
            var turn = found.turn
            let inbox = InboxTable(connection: connection)
            turn.inbox = try found.inbox.flatMap { try inbox.entryAlone($0) }
            turn.joined = try found.joined.compactMap { try inbox.entryAlone($0) }
            turn.steps += try steps(of: turn.run)
            return turn
        }
    }

    private func steps(of run: RunID) throws -> [TurnStep] {
        try connection.rows(
            "SELECT step FROM turn_steps WHERE turn = (SELECT id FROM turns WHERE run = ?) ORDER BY id", run
        ) { row in
            row.json(0).flatMap { TurnStep(json: $0) }
        }.compactMap { $0 }
    }

    /// The first model request is part of the turn's own row.
    private static func turn(from row: Row) -> (turn: InterruptedTurn, inbox: InboxID?, joined: [InboxID]) {
        let model = row.optionalText(4).flatMap { ModelReference($0) }
        let turn = InterruptedTurn(
            run: row.id(0), session: row.id(1), sessionID: row.id(2), startedAt: row.timestamp(5),
            attempt: row.int(6), steps: [.modelRequest(model)], firstSequence: row.optionalInt64(7))
        return (turn, row.optionalInt64(3), ids(row.json(8)))
    }
}
