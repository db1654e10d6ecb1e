import Core

/// Reads and writes rows of `outbox`, inside a transaction that somebody else holds.
struct OutboxTable {
    let connection: Connection

    static let columns = """
        id, run, part, channel, account, chat, thread, content, nonce, state, attempts, reason, platform_id,
        next_attempt_at
        """

    func add(_ parts: [NewOutboxPart], at now: Timestamp) throws -> [Int64] {
        try parts.map { part in
            try connection.run(
                """
                INSERT INTO outbox (run, part, channel, account, chat, thread, content, nonce, state, attempts,
                    created_at, next_attempt_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
                """,
                part.run, part.part, part.address.channel, part.address.account, part.address.chat,
                part.address.thread, part.content, part.nonce ?? randomUUID(), OutboxState.waiting.rawValue,
                now, now)
            return connection.lastInsertedID
        }
    }

    static func part(from row: Row) -> OutboxPart {
        OutboxPart(
            id: row.int64(0), run: row.id(1), part: row.int(2),
            address: Address(
                channel: row.id(3), account: row.text(4), chat: row.text(5), thread: row.optionalText(6)),
            content: row.json(7) ?? .null, nonce: row.text(8),
            state: OutboxState(rawValue: row.text(9)) ?? .unknown,
            attempts: row.int(10), reason: row.optionalText(11), platformID: row.optionalID(12),
            nextAttemptAt: row.timestamp(13))
    }
}
