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

    /// Whether a bot is the one that an account had last.
    package func isLast(_ bot: String, in account: String, channel: ChannelID) async throws -> Bool {
        try await database.read { try BotTable(connection: $0).bots(in: account, on: channel) == [bot] }
    }

    /// Puts what a bot has left into the hands of the account that it has now.
    ///
    /// That is its memory, what was written to it, what it has still to post, and who was let in at it. What another bot has
    /// left in that account is put aside until that bot comes for it, so that two may change places. `whose` tells the bot
    /// that a value names; a value that names none belongs to the bot that its account named last.
    package func bring(
        _ bot: String, to account: String, channel: ChannelID, whose: @escaping @Sendable (JSON) -> String?
    ) async throws -> Brought {
        let find: @Sendable (Connection) throws -> [Move] = { connection in
            Self.moves(of: bot, to: account, in: try Self.rows(connection, channel), whose)
        }
        let isThere = try await database.read { connection in
            let bots = try BotTable(connection: connection).bots(in: account, on: channel)
            return try bots == [bot] && find(connection).isEmpty
        }
        guard !isThere else { return Brought() }
        return try await database.record { connection in
            let table = BotTable(connection: connection)
            for (account, bot) in Self.lastBots(in: try Self.rows(connection, channel), whose) {
                try table.note(bot, in: account, on: channel)
            }
            let moves = try find(connection)
            for move in moves { try move.make(connection, channel) }
            var brought = try table.give(account, to: bot, on: channel)
            if moves.contains(where: { $0.new == account }) { brought.hasCome = true }
            return brought
        }
    }

    /// Stands in the place of the account for what waits for a bot that has none now.
    package static func aside(_ bot: String) -> String { BotTable.aside(bot) }

    package static func isAside(_ account: String) -> Bool { BotTable.isAside(account) }

    // MARK: Whose what is

    private struct Row: Sendable {
        let account: String
        let name: String
        let value: JSON
        let updatedAt: Timestamp
    }

    private static func rows(_ connection: Connection, _ channel: ChannelID) throws -> [Row] {
        try connection.rows(
            "SELECT account, name, value, updated_at FROM channel_memory WHERE channel = ?", channel
        ) { row in
            row.json(2).map {
                Row(account: row.text(0), name: row.text(1), value: $0, updatedAt: row.timestamp(3))
            }
        }
        .compactMap(\.self)
    }

    /// Rows that another account gets.
    private struct Move: Sendable {
        let names: [String]
        let old: String
        let new: String
        /// Whether nothing of what the other had is to stay.
        var takesAll = false

        func make(_ connection: Connection, _ channel: ChannelID) throws {
            if takesAll {
                try connection.run(
                    "DELETE FROM channel_memory WHERE channel = ? AND account = ?", channel, new)
            }
            for name in names {
                try connection.run(
                    """
                    UPDATE OR REPLACE channel_memory SET account = ?
                    WHERE channel = ? AND account = ? AND name = ?
                    """, new, channel, old, name)
            }
        }
    }

    /// What is older than what the bot has in its account is from before it had another for a while, and stays.
    private static func moves(
        of bot: String, to account: String, in rows: [Row], _ whose: (JSON) -> String?
    ) -> [Move] {
        let left = Dictionary(grouping: rows, by: \.account).mapValues { byBot($0, whose) }
        var moves: [Move] = []
        for (other, rows) in left[account] ?? [:] where other != bot {
            guard let other, newest(rows) > newest(left[BotTable.aside(other)]?[other]) else { continue }
            moves.append(
                Move(
                    names: rows.map(\.name), old: account, new: BotTable.aside(other), takesAll: true))
        }
        let own = newest(left[account]?[bot])
        let before = left.filter { $0.key != account && newest($0.value[bot]) > own }
            .sorted { newest($0.value[bot]) < newest($1.value[bot]) }
        return moves
            + before.map { old, rows in
                Move(names: (rows[bot] ?? []).map(\.name), old: old, new: account)
            }
    }

    private static func byBot(_ rows: [Row], _ whose: (JSON) -> String?) -> [String?: [Row]] {
        let named = rows.filter { whose($0.value) != nil }.max { $0.updatedAt < $1.updatedAt }
        let last = named.flatMap { whose($0.value) }
        return Dictionary(grouping: rows) { whose($0.value) ?? last }
    }

    /// Accounts and the bots that their memory has named, the newest first.
    private static func lastBots(in rows: [Row], _ whose: (JSON) -> String?) -> [(String, String)] {
        rows.sorted { $0.updatedAt > $1.updatedAt }.compactMap { row in
            whose(row.value).map { (row.account, $0) }
        }
    }

    private static func newest(_ rows: [Row]?) -> Timestamp {
        rows?.map(\.updatedAt).max() ?? Timestamp(milliseconds: 0)
    }

    // MARK: Writing

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
