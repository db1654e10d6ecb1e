import Core

/// Reads the end of a transcript by index, as much as is asked for and no more.
struct TranscriptReader {
    let connection: Connection
    let summary: TranscriptSummary

    /// Nil when there is no such transcript.
    init?(_ session: SessionID, on connection: Connection) throws {
        guard let summary = try TranscriptSummary.find(session, on: connection) else { return nil }
        self.connection = connection
        self.summary = summary
    }

    func page(limit: Int, before: Int64?, maxBytes: Int) throws -> HistoryPage {
        let limit = min(max(limit, 0), HistoryPage.mostMessages)
        var messages: [StoredMessage] = []
        var bytes = 0
        var isTooLarge = false
        try newestFirst(before: before, limit: limit) { row in
            let message = try stored(row, largest: maxBytes)
            bytes += message.json.count
            isTooLarge = bytes > maxBytes && !messages.isEmpty
            if !isTooLarge { messages.append(message) }
            return !isTooLarge
        }
        let oldest = messages.last?.sequence ?? before ?? summary.lastSequence + 1
        return HistoryPage(
            messages: messages.reversed(), total: summary.count, hasMore: oldest > summary.firstSequence,
            truncatedByBytes: isTooLarge)
    }

    /// The newest messages that fit, beginning where a conversation can begin.
    func context(maxBytes: Int, upTo: Int64?) throws -> [Message] {
        var newest: [(sequence: Int64, message: Message)] = []
        var bytes = 0
        let before = upTo.map { $0 == .max ? $0 : $0 + 1 }
        try newestFirst(before: before, limit: Int(Int32.max)) { row in
            bytes += row.int(4)
            guard bytes <= maxBytes else { return false }
            if let message = Message(json: row.json(5) ?? .null) { newest.append((row.int64(0), message)) }
            return true
        }
        newest.reverse()
        if let start = newest.firstIndex(where: { $0.message.isFromUser }) {
            return newest[start...].map(\.message)
        }
        return try withQuestion(newest, before: before)
    }

    /// One turn may be larger than the limit.
    ///
    /// Then its question stays, and the newest calls that have their results.
    private func withQuestion(
        _ newest: [(sequence: Int64, message: Message)], before: Int64?
    ) throws -> [Message] {
        let end = newest.first?.sequence ?? before ?? Int64.max
        let question = try connection.first(
            """
            SELECT json FROM messages WHERE transcript = ? AND sequence < ? AND role = 'user'
            ORDER BY sequence DESC LIMIT 1
            """, summary.transcript, end
        ) { $0.json(0).flatMap { Message(json: $0) } }
        let rest = newest.drop { if case .toolResult = $0.message { true } else { false } }
        return (question.flatMap { $0 }.map { [$0] } ?? []) + rest.map(\.message)
    }

    /// Columns: sequence, message_id, role, created_at, size, json, run.
    ///
    /// The text is read from the disk only when asked for.
    private func newestFirst(before: Int64?, limit: Int, _ body: (Row) throws -> Bool) throws {
        try connection.each(
            """
            SELECT sequence, message_id, role, created_at, size, json, run FROM messages
            WHERE transcript = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?
            """, summary.transcript, before ?? Int64.max, limit, body: body)
    }

    private func stored(_ row: Row, largest: Int) throws -> StoredMessage {
        let size = row.int(4)
        let role = row.text(2)
        let createdAt = row.timestamp(3)
        let json = size <= largest ? row.utf8(5) : Self.stand(in: role, size: size, at: createdAt)
        return StoredMessage(
            sequence: row.int64(0), id: row.text(1), role: role, createdAt: createdAt, run: row.optionalID(6),
            json: json)
    }

    /// Stands for a message that alone is larger than a page.
    private static func stand(in role: String, size: Int, at createdAt: Timestamp) -> [UInt8] {
        let text = "This message is \(size >> 20) MiB and too large to show here. It is stored whole."
        let json: JSON = [
            "role": .string(role), "content": [["type": "text", "text": .string(text)]],
            "timestamp": createdAt.json,
        ]
        return json.encoded()
    }
}
