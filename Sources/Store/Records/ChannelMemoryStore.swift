package import Core

/// Small things that channels find again after a restart, by name.
package struct ChannelMemoryStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    package func value(_ name: String, channel: ChannelID, account: String) async throws -> JSON? {
        try await database.read { connection in
            try connection.first(
                "SELECT value FROM channel_memory WHERE channel = ? AND account = ? AND name = ?", channel,
                account,
                name
            ) { $0.json(0) } ?? nil
        }
    }

    /// What the channel's accounts have under a name.
    package func values(_ name: String, channel: ChannelID) async throws -> [JSON] {
        try await database.read { connection in
            try connection.rows(
                "SELECT value FROM channel_memory WHERE channel = ? AND name = ?", channel, name
            ) { $0.json(0) }
        }
        .compactMap(\.self)
    }

    /// One thing that an account has.
    package struct Row: Sendable {
        package let account: String
        package let name: String
        package let value: JSON
        package let updatedAt: Timestamp
    }

    /// All that the channel's accounts have.
    package func rows(channel: ChannelID) async throws -> [Row] {
        try await database.read { connection in
            try connection.rows(
                "SELECT account, name, value, updated_at FROM channel_memory WHERE channel = ?", channel
            ) { row in
                row.json(2).map {
                    Row(account: row.text(0), name: row.text(1), value: $0, updatedAt: row.timestamp(3))
                }
            }
        }
        .compactMap(\.self)
    }

    /// Makes what one account has another one's, in place of what that had under the same names.
    package func move(_ names: Set<String>, from old: String, to new: String, channel: ChannelID) async throws
    {
        try await database.write { connection in
            for name in names {
                try connection.run(
                    """
                    UPDATE OR REPLACE channel_memory SET account = ?
                    WHERE channel = ? AND account = ? AND name = ?
                    """, new, channel, old, name)
            }
        }
    }

    /// Nil removes it; what `hasHappened` is a record.
    package func set(
        _ name: String, _ value: JSON?, channel: ChannelID, account: String, hasHappened: Bool = false,
        at now: Timestamp = .now
    ) async throws {
        let change: @Sendable (Connection) throws -> Void = { connection in
            guard let value else {
                try connection.run(
                    "DELETE FROM channel_memory WHERE channel = ? AND account = ? AND name = ?", channel,
                    account, name)
                return
            }
            try connection.run(
                """
                INSERT INTO channel_memory (channel, account, name, value, updated_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (channel, account, name) DO UPDATE SET value = excluded.value,
                    updated_at = excluded.updated_at
                """, channel, account, name, value, now)
        }
        if hasHappened { try await database.record(change) } else { try await database.write(change) }
    }
}
