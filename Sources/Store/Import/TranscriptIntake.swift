import Core

/// One transcript on its way in, over as many transactions as it takes.
///
/// Until its last line is in, it stands under a name nobody asks for, so a crash leaves no half transcript behind.
struct TranscriptIntake {
    let session: SessionID
    private var writer: TranscriptWriter
    private let connection: Connection
    private(set) var messages = 0

    private static let prefix = "importing:"

    /// Continues what an earlier transaction has begun.
    init(_ session: SessionID, on connection: Connection) throws {
        self.session = session
        self.connection = connection
        writer = try TranscriptWriter(SessionID(Self.prefix + session.rawValue), run: nil, on: connection)
    }

    /// Whether the transcript is in already, from an earlier import or a newer source.
    static func isKnown(_ session: SessionID, on connection: Connection) throws -> Bool {
        try TranscriptSummary.find(session, on: connection) != nil
    }

    /// Lines that are neither a message nor a summary, such as a model change, are no part of the conversation.
    mutating func add(_ event: JSON) throws {
        if event["type"] == "compaction" { return try addSummary(event) }
        guard let message = ImportedMessage(event: event) else { return }
        if let key = message.row.idempotencyKey, try writer.known(key) != nil { return }
        _ = try writer.insert(message.row)
        messages += 1
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
        _ = try writer.insert(
            compaction: TranscriptWriter.NewRow(
                role: message.role, json: message.json.encoded(), createdAt: message.timestamp,
                id: event["id"]?.stringValue ?? randomUUID()))
        messages += 1
    }

    /// The end of a transaction in the middle of a transcript.
    mutating func pause() throws { try writer.finish() }

    /// All lines are in: from here on it is a transcript like any other.
    mutating func finish() throws {
        try writer.finish()
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
