import Core

/// One transcript on its way in, over as many transactions as it takes.
///
/// Until its last line is in, a new one stands under a name nobody asks for, so a crash leaves no half transcript behind.
/// One that is here already gets the messages that follow those it has.
struct TranscriptIntake {
    let session: SessionID
    private var writer: TranscriptWriter
    private let connection: Connection
    private(set) var messages = 0
    /// How many messages of the source are here.
    private(set) var position: Int64
    /// Whether it was here before.
    let isKnown: Bool
    /// Whether the source goes on otherwise than it does here: then nothing is added.
    private(set) var diverges = false

    private static let prefix = "importing:"

    /// Continues what an earlier transaction has begun, of one that is here behind so many messages of the source.
    init(_ session: SessionID, behind position: Int64 = 0, on connection: Connection) throws {
        self.session = session
        self.connection = connection
        isKnown = try Self.isKnown(session, on: connection)
        let name = isKnown ? session : SessionID(Self.prefix + session.rawValue)
        writer = try TranscriptWriter(name, run: nil, on: connection)
        self.position = isKnown ? position : writer.nextSequence - 1
    }

    /// Whether the transcript is in already, from an earlier import or a newer source.
    static func isKnown(_ session: SessionID, on connection: Connection) throws -> Bool {
        try TranscriptSummary.find(session, on: connection) != nil
    }

    /// Whether it was taken over and is here no longer.
    static func isGone(_ session: SessionID, on connection: Connection) throws -> Bool {
        guard try !isKnown(session, on: connection) else { return false }
        return try ImportedTable(connection: connection).messages(of: session) != nil
    }

    /// Whether it was taken over, and nobody has said anything in it here.
    static func isUntouched(_ session: SessionID, on connection: Connection) throws -> Bool {
        let taken = try ImportedTable(connection: connection).messages(of: session)
        return try taken != nil && taken == TranscriptSummary.find(session, on: connection)?.lastSequence
    }

    /// Lines that are neither a message nor a summary, such as a model change, are no part of the conversation.
    mutating func add(_ event: JSON) throws {
        if event["type"] == "compaction" { return try addSummary(event) }
        guard let row = ImportedMessage(event: event)?.row else { return }
        if let key = row.idempotencyKey, let known = try writer.known(key), known.sequence <= position {
            return
        }
        guard try isNew(row) else { return }
        _ = try writer.insert(row)
        messages += 1
    }

    /// False for a message that is here already, or must not follow what is.
    private mutating func isNew(_ row: TranscriptWriter.NewRow) throws -> Bool {
        let isHere = position + 1 < writer.nextSequence
        if isHere, !diverges { diverges = try !writer.has(row, at: position + 1) }
        guard !diverges else { return false }
        position += 1
        return !isHere
    }

    /// The original names the first message that stays by its id; other lines have ids, too, and those mean the next one.
    private mutating func addSummary(_ event: JSON) throws {
        guard let text = event["summary"]?.stringValue, !text.isEmpty else { return }
        let kept = try event["firstKeptEntryId"]?.stringValue.flatMap { try writer.sequence(of: $0) }
        let message = Message.compaction(
            CompactionMessage(
                summary: text, firstKept: kept ?? writer.nextSequence,
                tokensBefore: event["tokensBefore"]?.intValue ?? 0,
                timestamp: event["timestamp"]?.stringValue.flatMap { Timestamp(iso8601: $0) }
                    ?? Timestamp(milliseconds: 0)))
        let row = TranscriptWriter.NewRow(
            role: message.role, json: message.json.encoded(), createdAt: message.timestamp,
            id: event["id"]?.stringValue ?? randomUUID())
        guard try isNew(row) else { return }
        _ = try writer.insert(compaction: row)
        messages += 1
    }

    /// The end of a transaction in the middle of a transcript.
    mutating func pause() throws { try writer.finish() }

    /// All lines of `place` are in: from here on it is a transcript like any other.
    mutating func finish(from place: String) throws {
        let table = ImportedTable(connection: connection)
        guard !diverges else { return try table.noteDiverged(session, at: place) }
        try writer.finish()
        try table.noteTranscript(session, messages: position, from: place)
        if isKnown { return }
        try connection.run(
            "UPDATE transcripts SET session_id = ? WHERE session_id = ?", session,
            Self.prefix + session.rawValue)
    }

    /// Throws away what a crash has left half done; it is read again from its source.
    static func dropUnfinished(on connection: Connection) throws {
        let unfinished = try connection.rows(
            "SELECT session_id FROM transcripts WHERE session_id LIKE ? AND deleted_at IS NULL", prefix + "%"
        ) { $0.id(0, as: SessionID.self) }
        for session in unfinished { try TranscriptCleanup(connection: connection).markDeleted(session) }
    }
}
