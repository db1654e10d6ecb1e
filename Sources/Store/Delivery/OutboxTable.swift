import Core

/// Reads and writes rows of `outbox`, inside a transaction that somebody else holds.
struct OutboxTable {
    let connection: Connection

    static let columns = """
        id, run, part, channel, account, chat, thread, content, nonce, state, attempts, reason, platform_id,
        created_at, next_attempt_at, tried_at, (
            SELECT platform_id FROM outbox AS earlier
            WHERE earlier.run = outbox.run AND earlier.part < outbox.part AND earlier.channel = outbox.channel
                AND earlier.account = outbox.account AND earlier.chat = outbox.chat
                AND earlier.thread IS outbox.thread AND earlier.platform_id IS NOT NULL
            ORDER BY earlier.part LIMIT 1)
        """

    /// Adds parts; one that its run has begun as a draft takes the draft's place.
    func add(_ parts: [NewOutboxPart], state: OutboxState = .waiting, at now: Timestamp) throws -> [Int64] {
        try parts.map { part in
            if let draft = try draft(part.run, part.part) {
                try connection.run(
                    "UPDATE outbox SET content = ?, state = ?, next_attempt_at = ? WHERE id = ?",
                    part.content.json, state.rawValue, now, draft)
                if part.isShown {
                    try connection.run(
                        "UPDATE outbox SET state = ?, finished_at = ? WHERE id = ? AND platform_id IS NOT NULL",
                        OutboxState.sent.rawValue, now, draft)
                }
                return draft
            }
            try connection.run(
                """
                INSERT INTO outbox (run, part, channel, account, chat, thread, content, nonce, state, attempts,
                    created_at, next_attempt_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
                """,
                part.run, part.part, part.address.channel,
                BotTable(connection: connection).account(of: part.bot, at: part.address), part.address.chat,
                part.address.thread, part.content.json, Self.newNonce(), state.rawValue, now, now)
            return connection.lastInsertedID
        }
    }

    private func draft(_ run: RunID, _ part: Int) throws -> Int64? {
        try connection.first(
            "SELECT id FROM outbox WHERE run = ? AND part = ? AND state = ?", run, part,
            OutboxState.draft.rawValue
        ) { $0.int64(0) }
    }

    func account(of id: Int64) throws -> String? {
        try connection.first("SELECT account FROM outbox WHERE id = ?", id) { $0.text(0) }
    }

    /// False, and adds nothing, when their run has parts already.
    func addOnce(_ parts: [NewOutboxPart], at now: Timestamp) throws -> Bool {
        guard let run = parts.first?.run else { return false }
        let known = try connection.first("SELECT count(*) FROM outbox WHERE run = ?", run) { $0.int(0) }
        guard known == 0 else { return false }
        _ = try add(parts, at: now)
        return true
    }

    /// The part needs no more work.
    func finish(
        _ id: Int64, _ state: OutboxState, platformID: MessageID?, reason: String?, at now: Timestamp
    ) throws {
        try connection.run(
            """
            UPDATE outbox SET state = ?, platform_id = coalesce(?, platform_id), reason = coalesce(?, reason),
                finished_at = ?
            WHERE id = ? AND finished_at IS NULL
            """, state.rawValue, platformID, reason, now, id)
    }

    /// Drafts of a run that has nothing more to say become parts with nothing in them: what is seen of them goes away.
    func withdrawDrafts(of run: RunID, at now: Timestamp) throws {
        try connection.run(
            "UPDATE outbox SET content = ?, state = ?, next_attempt_at = ? WHERE run = ? AND state = ?",
            OutgoingPart.Content().json, OutboxState.waiting.rawValue, now, run, OutboxState.draft.rawValue)
    }

    static func newNonce() -> String {
        let digits = randomUUID().split(separator: "-").joined()
        return String(digits.prefix(25))
    }

    static func part(from row: Row) -> OutboxPart {
        OutboxPart(
            id: row.int64(0), run: row.id(1), part: row.int(2),
            address: Address(
                channel: row.id(3), account: row.text(4), chat: row.text(5), thread: row.optionalText(6)),
            content: OutgoingPart.Content(json: row.json(7) ?? .null), nonce: row.text(8),
            state: OutboxState(rawValue: row.text(9)) ?? .unknown,
            attempts: row.int(10), reason: row.optionalText(11), platformID: row.optionalID(12),
            createdAt: row.timestamp(13), nextAttemptAt: row.timestamp(14),
            triedAt: row.optionalTimestamp(15), beginning: row.optionalID(16))
    }
}
