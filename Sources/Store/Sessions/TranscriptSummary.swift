import Core

/// The row of `transcripts`: what is known about a transcript without reading its messages.
struct TranscriptSummary {
    let transcript: Int64
    var firstSequence: Int64
    var lastSequence: Int64
    var count: Int
    var bytes: Int64
    var firstText: String?
    var lastText: String?
    var updatedAt: Timestamp
    /// Where the newest `CompactionMessage` stands.
    var compactionSequence: Int64?

    /// Nil when the transcript does not exist or was deleted.
    static func find(_ session: SessionID, on connection: Connection) throws -> TranscriptSummary? {
        try connection.first(
            """
            SELECT transcript, first_sequence, last_sequence, message_count, byte_count, first_text, last_text, updated_at,
                compaction_sequence
            FROM transcripts WHERE session_id = ? AND deleted_at IS NULL
            """, session
        ) { row in
            TranscriptSummary(
                transcript: row.int64(0), firstSequence: row.int64(1), lastSequence: row.int64(2),
                count: row.int(3),
                bytes: row.int64(4), firstText: row.optionalText(5), lastText: row.optionalText(6),
                updatedAt: row.timestamp(7), compactionSequence: row.optionalInt64(8))
        }
    }

    static func ensure(
        _ session: SessionID, on connection: Connection, at now: Timestamp
    ) throws -> TranscriptSummary {
        if let known = try find(session, on: connection) { return known }
        try connection.run(
            """
            INSERT INTO transcripts
                (session_id, first_sequence, last_sequence, message_count, byte_count, updated_at)
            VALUES (?, 1, 0, 0, 0, ?)
            """, session, now)
        return TranscriptSummary(
            transcript: connection.lastInsertedID, firstSequence: 1, lastSequence: 0, count: 0, bytes: 0,
            updatedAt: now)
    }

    var statistics: TranscriptStatistics {
        TranscriptStatistics(count: count, bytes: bytes, lastSequence: lastSequence, updatedAt: updatedAt)
    }

    func save(on connection: Connection) throws {
        try connection.run(
            """
            UPDATE transcripts SET first_sequence = ?, last_sequence = ?, message_count = ?, byte_count = ?,
                first_text = ?, last_text = ?, updated_at = ?, compaction_sequence = ? WHERE transcript = ?
            """, firstSequence, lastSequence, count, bytes, firstText, lastText, updatedAt,
            compactionSequence,
            transcript)
    }
}
