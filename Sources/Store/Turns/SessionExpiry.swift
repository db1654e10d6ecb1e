package import Core

/// When a conversation is over, so that the next message begins a new one under the same key.
package struct SessionExpiry: Sendable, Hashable {
    /// Its first message is older than this.
    package var begunBefore: Timestamp?
    /// Its last message is older than this.
    package var usedBefore: Timestamp?

    package init(begunBefore: Timestamp? = nil, usedBefore: Timestamp? = nil) {
        self.begunBefore = begunBefore
        self.usedBefore = usedBefore
    }

    /// Whether the conversation of this transcript is over; an empty one has not begun.
    func isOver(_ session: SessionID, on connection: Connection) throws -> Bool {
        guard
            let ages = try connection.first(
                """
                SELECT t.updated_at, (SELECT m.created_at FROM messages m WHERE m.transcript = t.transcript
                    ORDER BY m.sequence LIMIT 1) FROM transcripts t WHERE t.session_id = ?
                """, session,
                map: { (used: $0.timestamp(0), begun: $0.optionalTimestamp(1)) }),
            let begun = ages.begun
        else { return false }
        return begunBefore.map { begun < $0 } == true
            || usedBefore.map { ages.used < $0 } == true
    }
}
