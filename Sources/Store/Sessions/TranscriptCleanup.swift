import Core

/// Removes transcripts in pieces, so that nobody waits long for the database.
struct TranscriptCleanup {
    let connection: Connection

    /// Messages removed at once: a few milliseconds of work.
    private static let piece = 500

    /// From here on nobody sees the transcript; its id is free for a new one.
    func markDeleted(_ session: SessionID, at now: Timestamp = .now) throws {
        try connection.run(
            "UPDATE transcripts SET deleted_at = ?, session_id = session_id || ? WHERE session_id = ?",
            now, "#deleted-" + randomUUID(), session)
    }

    /// Removes one piece of what is marked; false when nothing is left.
    func removePiece() throws -> Bool {
        let transcript = try connection.first(
            "SELECT transcript FROM transcripts WHERE deleted_at IS NOT NULL LIMIT 1"
        ) { $0.int64(0) }
        guard let transcript else { return false }
        let removed = try connection.run(
            """
            DELETE FROM messages WHERE id IN
                (SELECT id FROM messages WHERE transcript = ? ORDER BY sequence LIMIT ?)
            """, transcript, Self.piece)
        if removed < Self.piece {
            try connection.run("DELETE FROM transcripts WHERE transcript = ?", transcript)
        }
        return true
    }

    /// Keeps the newest messages only; nil when there is no such transcript.
    func compact(_ session: SessionID, keeping: Int) throws -> CompactedTranscript? {
        guard var summary = try TranscriptSummary.find(session, on: connection) else { return nil }
        let removed = max(0, summary.count - max(0, keeping))
        guard removed > 0 else { return CompactedTranscript(kept: summary.count, removed: 0) }
        let first = try connection.first(
            "SELECT sequence FROM messages WHERE transcript = ? ORDER BY sequence LIMIT 1 OFFSET ?",
            summary.transcript, removed
        ) { $0.int64(0) }
        summary.firstSequence = first ?? summary.lastSequence + 1
        try connection.run(
            "DELETE FROM messages WHERE transcript = ? AND sequence < ?", summary.transcript,
            summary.firstSequence)
        try recount(&summary)
        try summary.save(on: connection)
        return CompactedTranscript(kept: summary.count, removed: removed)
    }

    private func recount(_ summary: inout TranscriptSummary) throws {
        let counted = try connection.first(
            "SELECT count(*), coalesce(sum(size), 0) FROM messages WHERE transcript = ?", summary.transcript
        ) { (count: $0.int(0), bytes: $0.int64(1)) }
        summary.count = counted?.count ?? 0
        summary.bytes = counted?.bytes ?? 0
    }
}

/// How many messages a transcript kept and lost.
package struct CompactedTranscript: Sendable, Hashable {
    package var kept: Int
    package var removed: Int
}
