package import Core

/// The parts of replies that have to reach a platform, in the order they were written.
package struct OutboxStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Adds parts that belong to no turn.
    ///
    /// A turn's parts come with `SessionStore.complete`.
    package func add(_ parts: [NewOutboxPart], at now: Timestamp = .now) async throws -> [Int64] {
        try await database.write { try OutboxTable(connection: $0).add(parts, at: now) }
    }

    /// Adds parts unless their run has some already, and then gives false: a repeated request sends nothing twice.
    package func addOnce(_ parts: [NewOutboxPart], at now: Timestamp = .now) async throws -> Bool {
        try await database.write { try OutboxTable(connection: $0).addOnce(parts, at: now) }
    }

    /// All parts of a run, whatever became of them, in order.
    package func parts(of run: RunID) async throws -> [OutboxPart] {
        try await database.read { connection in
            try connection.rows(
                "SELECT \(OutboxTable.columns) FROM outbox WHERE run = ? ORDER BY part", run,
                map: OutboxTable.part)
        }
    }

    /// Parts among which a message is looked for.
    private static let mostLookedThrough = 5_000

    /// Where a message stands that one of the newest parts became.
    package func place(of message: MessageID, channel: ChannelID, account: String) async throws -> Address? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT chat, thread FROM outbox WHERE id > (SELECT max(id) FROM outbox) - ? AND platform_id = ?
                    AND channel = ? AND account = ? ORDER BY id DESC LIMIT 1
                """, Self.mostLookedThrough, message, channel, account
            ) { Address(channel: channel, account: account, chat: $0.text(0), thread: $0.optionalText(1)) }
        }
    }

    /// The nonces of all parts in a chat that answer `asked`, of whichever account.
    package func nonces(answering asked: MessageID, on channel: ChannelID, chat: String) async throws
        -> [String]
    {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT nonce FROM outbox
                WHERE channel = ? AND chat = ? AND json_extract(content, '$.answered') = ?
                """, channel, chat, asked
            ) { $0.text(0) }
        }
    }

    /// Conversations that have parts to send, those that have waited longest first.
    package func conversations() async throws -> [Address] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT channel, account, chat, thread FROM outbox WHERE finished_at IS NULL AND state <> ?
                GROUP BY channel, account, chat, thread ORDER BY min(id)
                """, OutboxState.draft.rawValue
            ) { row in
                Address(
                    channel: row.id(0), account: row.text(1), chat: row.text(2), thread: row.optionalText(3))
            }
        }
    }

    /// The conversation's oldest part that is neither sent nor given up.
    package func next(in conversation: Address) async throws -> OutboxPart? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT \(OutboxTable.columns) FROM outbox
                WHERE finished_at IS NULL AND channel = ? AND account = ? AND chat = ? AND thread IS ? AND state <> ?
                ORDER BY id LIMIT 1
                """, conversation.channel, conversation.account, conversation.chat, conversation.thread,
                OutboxState.draft.rawValue, map: OutboxTable.part)
        }
    }

    /// Written before a part is handed to its platform; false where it has gone to another account with its bot.
    package func sending(_ id: Int64, by account: String, at now: Timestamp = .now) async throws -> Bool {
        try await database.write { connection in
            try connection.run(
                """
                UPDATE outbox SET state = ?, attempts = attempts + 1, tried_at = coalesce(tried_at, ?)
                WHERE id = ? AND account = ? AND finished_at IS NULL
                """, OutboxState.sending.rawValue, now, id, account) > 0
        }
    }

    package func sent(
        _ id: Int64, platformID: MessageID?, reason: String? = nil, at now: Timestamp = .now
    ) async throws {
        try await database.record {
            try OutboxTable(connection: $0).finish(id, .sent, platformID: platformID, reason: reason, at: now)
        }
    }

    /// `note` tells people of it, unless its run has told them of something already.
    package func failed(
        _ id: Int64, reason: String, telling note: NewOutboxPart? = nil, at now: Timestamp = .now
    ) async throws {
        try await database.record { connection in
            let table = OutboxTable(connection: connection)
            try table.finish(id, .failed, platformID: nil, reason: reason, at: now)
            if var note {
                note.address.account = try table.account(of: id) ?? note.address.account
                _ = try table.addOnce([note], at: now)
            }
        }
    }

    /// Lets a part wait for another attempt.
    ///
    /// `triedAt` is nil when the platform surely does not have it.
    package func retry(_ id: Int64, at next: Timestamp, reason: String, triedAt: Timestamp?) async throws {
        try await database.record { connection in
            try connection.run(
                """
                UPDATE outbox SET state = ?, next_attempt_at = ?, reason = ?, tried_at = ?
                WHERE id = ? AND finished_at IS NULL
                """, OutboxState.waiting.rawValue, next, reason, triedAt, id)
        }
    }

    // MARK: Changes

    /// The account that posts a part now.
    package func account(of id: Int64) async throws -> String? {
        try await database.read { try OutboxTable(connection: $0).account(of: id) }
    }

    /// Parts of the runs whose names begin so, whatever became of them.
    package func parts(ofRunsNamed prefix: String) async throws -> [OutboxPart] {
        try await database.read { connection in
            try connection.rows(
                "SELECT \(OutboxTable.columns) FROM outbox WHERE run >= ? AND run < ? ORDER BY run, part",
                prefix,
                prefix + "\u{10FFFF}", map: OutboxTable.part)
        }
    }

    /// Puts other content in the place of a part, also of one that is posted; one that was never tried is given up.
    ///
    /// Where it is not known whether the platform has the part, the other content is a message of its own.
    /// False for a part that is being sent or was given up.
    package func change(
        _ id: Int64, to content: OutgoingPart.Content, at now: Timestamp = .now
    ) async throws -> Bool {
        try await database.write { connection in
            let dropped = try connection.run(
                """
                UPDATE outbox SET state = ?, finished_at = ?, reason = 'it was settled before it was sent'
                WHERE id = ? AND state = ? AND platform_id IS NULL AND tried_at IS NULL
                """, OutboxState.failed.rawValue, now, id, OutboxState.waiting.rawValue)
            if dropped > 0 { return true }
            return try connection.run(
                """
                UPDATE outbox SET content = ?, state = ?, finished_at = NULL, attempts = 0, next_attempt_at = ?,
                    nonce = CASE WHEN platform_id IS NULL THEN ? ELSE nonce END
                WHERE id = ? AND state NOT IN (?, ?)
                """, content.json, OutboxState.waiting.rawValue, now, OutboxTable.newNonce(), id,
                OutboxState.sending.rawValue, OutboxState.failed.rawValue) > 0
        }
    }

    // MARK: Drafts

    /// Keeps a place for a part that its run is still writing, before anything of it is posted.
    package func draft(_ part: NewOutboxPart, at now: Timestamp = .now) async throws -> OutboxPart? {
        try await database.write { connection in
            let table = OutboxTable(connection: connection)
            let id = try table.add([part], state: .draft, at: now)[0]
            try connection.run("UPDATE outbox SET tried_at = coalesce(tried_at, ?) WHERE id = ?", now, id)
            return try connection.first(
                "SELECT \(OutboxTable.columns) FROM outbox WHERE id = ?", id, map: OutboxTable.part)
        }
    }

    /// The draft is to be seen as this message; its final text will change it.
    package func drafted(_ id: Int64, platformID: MessageID) async throws {
        try await database.record { connection in
            try connection.run(
                "UPDATE outbox SET platform_id = ? WHERE id = ? AND finished_at IS NULL", platformID, id)
        }
    }

    /// The platform surely has nothing of the part: its next attempt is a first one.
    package func forget(_ id: Int64) async throws {
        try await database.record { connection in
            try connection.run(
                """
                UPDATE outbox SET platform_id = NULL, tried_at = NULL, nonce = ?,
                    state = CASE state WHEN ? THEN ? ELSE state END WHERE id = ? AND finished_at IS NULL
                """, OutboxTable.newNonce(), OutboxState.sending.rawValue, OutboxState.waiting.rawValue, id)
        }
    }

    // MARK: Restarts

    /// At start: parts that were being sent when the process died are now `.unknown`.
    ///
    /// Drafts of runs that nobody will go on with are given up. Returns how many parts are unknown.
    package func recover(at now: Timestamp = .now) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                """
                UPDATE outbox SET state = ?, finished_at = ?, reason = 'its turn never ended'
                WHERE finished_at IS NULL AND state = ? AND run NOT IN (SELECT run FROM turns)
                    AND run NOT IN (SELECT run FROM inbox WHERE finished_at IS NULL)
                """, OutboxState.failed.rawValue, now, OutboxState.draft.rawValue)
            return try connection.run(
                """
                UPDATE outbox SET state = ?, reason = 'the process ended before the platform had answered'
                WHERE finished_at IS NULL AND state = ?
                """, OutboxState.unknown.rawValue, OutboxState.sending.rawValue)
        }
    }

    /// Parts that have neither been sent nor given up.
    package func waitingCount() async throws -> Int {
        try await database.read { connection in
            try connection.first("SELECT count(*) FROM outbox WHERE finished_at IS NULL") { $0.int(0) } ?? 0
        }
    }
}
