package import Core

/// Someone on a chat platform who asks to be let in with a code.
package struct PairingRequest: Sendable, Hashable {
    package var channel: ChannelID
    package var account: String
    package var sender: String
    package var code: String
    package var createdAt: Timestamp
    package var lastSeenAt: Timestamp
    package var meta: JSON?

    package init(
        channel: ChannelID, account: String = "default", sender: String, code: String,
        createdAt: Timestamp = .now,
        lastSeenAt: Timestamp? = nil, meta: JSON? = nil
    ) {
        self.channel = channel
        self.account = account
        self.sender = sender
        self.code = code
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt ?? createdAt
        self.meta = meta
    }
}

/// Someone who was let in on a chat platform.
package struct AllowedSender: Sendable, Hashable {
    package var channel: ChannelID
    package var account: String
    package var sender: String
    package var addedAt: Timestamp
}

/// Who asks to talk on each channel, and who may.
package struct PairingStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Requests of one channel or all, oldest first, but for those at bots that no account has.
    package func requests(channel: ChannelID? = nil) async throws -> [PairingRequest] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT channel, account, sender, code, created_at, last_seen_at, meta FROM pairing_requests
                WHERE (? IS NULL OR channel = ?) ORDER BY created_at, sender
                """, channel, channel
            ) { row in
                PairingRequest(
                    channel: row.id(0), account: row.text(1), sender: row.text(2), code: row.text(3),
                    createdAt: row.timestamp(4), lastSeenAt: row.timestamp(5), meta: row.json(6))
            }
        }
        .filter { !BotTable.isAside($0.account) }
    }

    /// Keeps a request with what is to be posted about it; false when the sender has one already or as many wait as may.
    ///
    /// Requests older than `lifetime` do not count and are dropped.
    package func ask(
        _ request: PairingRequest, telling parts: [NewOutboxPart] = [], mostPending: Int, lifetime: Duration
    ) async throws -> Bool {
        try await database.write { connection in
            let oldest = Timestamp(milliseconds: request.createdAt.milliseconds - lifetime.milliseconds)
            try connection.run(
                "DELETE FROM pairing_requests WHERE channel = ? AND account = ? AND created_at <= ?",
                request.channel, request.account, oldest)
            let waiting = try connection.rows(
                "SELECT sender FROM pairing_requests WHERE channel = ? AND account = ?", request.channel,
                request.account
            ) { $0.text(0) }
            guard waiting.count < mostPending, !waiting.contains(request.sender) else { return false }
            try PairingTable(connection: connection).save(request)
            _ = try OutboxTable(connection: connection).add(parts, at: request.createdAt)
            return true
        }
    }

    package func save(_ request: PairingRequest) async throws {
        try await database.write { try PairingTable(connection: $0).save(request) }
    }

    package func remove(_ request: PairingRequest) async throws {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM pairing_requests WHERE channel = ? AND account = ? AND sender = ?",
                request.channel,
                request.account, request.sender)
        }
    }

    /// Those who were let in on one channel or all, in that order, but for those at bots that no account has.
    package func allowed(anywhereOn channel: ChannelID?) async throws -> [AllowedSender] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT channel, account, sender, added_at FROM allowed_senders
                WHERE (? IS NULL OR channel = ?) ORDER BY rowid
                """, channel, channel
            ) { row in
                AllowedSender(
                    channel: row.id(0), account: row.text(1), sender: row.text(2), addedAt: row.timestamp(3))
            }
        }
        .filter { !BotTable.isAside($0.account) }
    }

    /// In the order in which they were let in.
    package func allowed(channel: ChannelID, account: String = "default") async throws -> [String] {
        try await database.read { connection in
            try connection.rows(
                "SELECT sender FROM allowed_senders WHERE channel = ? AND account = ? ORDER BY rowid",
                channel, account
            ) { $0.text(0) }
        }
    }

    /// Lets a sender in, and drops the request.
    package func allow(_ sender: String, channel: ChannelID, account: String = "default") async throws {
        try await database.write { connection in
            try PairingTable(connection: connection).allow(sender, channel: channel, account: account)
            try connection.run(
                "DELETE FROM pairing_requests WHERE channel = ? AND account = ? AND sender = ?", channel,
                account,
                sender)
        }
    }

    /// Takes back that a sender was let in, on one account of a channel or on all; false: they were not.
    package func disallow(_ sender: String, channel: ChannelID, account: String?) async throws -> Bool {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM allowed_senders WHERE channel = ? AND (? IS NULL OR account = ?) AND sender = ?",
                channel, account, account, sender) > 0
        }
    }

    /// Forgets who was let in on an account, and who asks to be; the number of those who were.
    package func forget(channel: ChannelID, account: String) async throws -> Int {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM pairing_requests WHERE channel = ? AND account = ?", channel, account)
            return try connection.run(
                "DELETE FROM allowed_senders WHERE channel = ? AND account = ?", channel, account)
        }
    }
}

/// Writes pairing rows, inside a transaction that somebody else holds.
struct PairingTable {
    let connection: Connection

    func save(_ request: PairingRequest) throws {
        try connection.run(
            """
            INSERT INTO pairing_requests (channel, account, sender, code, created_at, last_seen_at, meta)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (channel, account, sender) DO UPDATE SET code = excluded.code,
                last_seen_at = excluded.last_seen_at, meta = excluded.meta
            """, request.channel, request.account, request.sender, request.code, request.createdAt,
            request.lastSeenAt, request.meta)
    }

    func allow(_ sender: String, channel: ChannelID, account: String, at now: Timestamp = .now) throws {
        try connection.run(
            """
            INSERT INTO allowed_senders (channel, account, sender, added_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (channel, account, sender) DO NOTHING
            """, channel, account, sender, now)
    }
}
