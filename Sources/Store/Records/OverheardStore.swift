package import Core

/// What was said in groups without being meant for the assistant, until it answers there.
///
/// It is read with the message that is answered next, also after a restart.
package struct OverheardStore: Sendable {
    package let database: Database

    /// What is known of a chat, oldest first, and how far it goes.
    package struct Excerpt: Sendable {
        package var lines: [Line]
        fileprivate var last: Int64
    }

    /// What one person said.
    package struct Line: Sendable, Hashable {
        package var sender: String
        package var text: String

        package init(sender: String, text: String) {
            self.sender = sender
            self.text = text
        }
    }

    package init(_ database: Database) { self.database = database }

    /// Keeps a line, unless it was kept before; a chat keeps its newest `limit` lines.
    package func note(
        _ line: Line, id: MessageID, in address: Address, limit: Int, at now: Timestamp = .now
    ) async throws {
        guard limit > 0 else { return }
        try await database.write { connection in
            let added = try connection.run(
                """
                INSERT INTO overheard (channel, account, chat, thread, message_id, sender, text, heard_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """, address.channel, address.account, address.chat, address.thread ?? "", id, line.sender,
                line.text, now)
            guard added > 0 else { return }
            try connection.run(
                """
                DELETE FROM overheard WHERE channel = ? AND account = ? AND chat = ? AND thread = ? AND id <=
                    (SELECT id FROM overheard WHERE channel = ? AND account = ? AND chat = ? AND thread = ?
                     ORDER BY id DESC LIMIT 1 OFFSET ?)
                """, address.channel, address.account, address.chat, address.thread ?? "", address.channel,
                address.account, address.chat, address.thread ?? "", limit)
        }
    }

    /// What has not been shown of a chat; nil when there is nothing.
    package func excerpt(of address: Address, limit: Int) async throws -> Excerpt? {
        let rows = try await database.read { connection in
            try connection.rows(
                """
                SELECT id, sender, text FROM overheard
                WHERE channel = ? AND account = ? AND chat = ? AND thread = ? AND text <> ''
                ORDER BY id DESC LIMIT ?
                """, address.channel, address.account, address.chat, address.thread ?? "", max(limit, 0)
            ) { (id: $0.int64(0), line: Line(sender: $0.text(1), text: $0.text(2))) }
        }
        return rows.first.map { Excerpt(lines: rows.reversed().map(\.line), last: $0.id) }
    }

    /// Forgets what has been shown, except that it was: a platform may tell of it again.
    package func forget(_ excerpt: Excerpt, of address: Address) async throws {
        try await database.write { connection in
            try connection.run(
                """
                UPDATE overheard SET sender = '', text = ''
                WHERE channel = ? AND account = ? AND chat = ? AND thread = ? AND id <= ?
                """, address.channel, address.account, address.chat, address.thread ?? "", excerpt.last)
        }
    }
}
