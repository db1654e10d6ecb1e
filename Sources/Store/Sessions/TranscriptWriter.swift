import Core

/// Appends to one transcript, inside a transaction that somebody else holds.
///
/// Counts, title and preview are kept in the transcript's own row, so that lists and totals never read messages.
struct TranscriptWriter {
    private let connection: Connection
    private let run: RunID?
    private var summary: TranscriptSummary
    /// What was said last; cut to a line once, when the summary is saved.
    private var latestText: String?

    /// A list shows one line of each.
    private static let longestTitle = 60
    private static let longestPreview = 240

    /// Creates the transcript when it is new.
    init(_ session: SessionID, run: RunID?, on connection: Connection, at now: Timestamp = .now) throws {
        self.connection = connection
        self.run = run
        summary = try TranscriptSummary.ensure(session, on: connection, at: now)
    }

    mutating func append(_ messages: [Message]) throws -> [StoredPosition] {
        guard !messages.isEmpty else { return [] }
        let positions = try messages.map { try append($0) }
        try finish()
        return positions
    }

    private mutating func append(_ message: Message) throws -> StoredPosition {
        var key: String?
        if case .user(let user) = message { key = user.idempotencyKey }
        if let key, let known = try known(key) { return known }
        let row = NewRow(
            role: message.role, json: message.json.encoded(), text: message.listText,
            createdAt: message.timestamp, idempotencyKey: key, id: randomUUID())
        if case .compaction = message { return try insert(compaction: row) }
        return try insert(row)
    }

    /// Adds a summary: from here on the conversation begins with it.
    mutating func insert(compaction row: NewRow) throws -> StoredPosition {
        let position = try insert(row)
        summary.compactionSequence = position.sequence
        return position
    }

    /// Where a message of this transcript stands; nil when it has no such message.
    func sequence(of id: String) throws -> Int64? {
        try connection.first(
            "SELECT sequence FROM messages WHERE transcript = ? AND message_id = ?", summary.transcript, id
        ) { $0.int64(0) }
    }

    /// Whether the message at a place is this one, by its id or by who said it when; one that was dropped counts as it.
    func has(_ row: NewRow, at sequence: Int64) throws -> Bool {
        guard sequence >= summary.firstSequence else { return true }
        return try connection.first(
            "SELECT message_id, role, created_at FROM messages WHERE transcript = ? AND sequence = ?",
            summary.transcript, sequence
        ) { $0.text(0) == row.id || $0.text(1) == row.role && $0.timestamp(2) == row.createdAt } ?? false
    }

    /// Where the next message will stand.
    var nextSequence: Int64 { summary.lastSequence + 1 }

    /// One row as it will stand in the table; an import makes them from files.
    struct NewRow {
        var role: String
        var json: [UInt8]
        /// What lists show of it.
        var text: String?
        var createdAt: Timestamp
        var idempotencyKey: String?
        var id: String
    }

    /// Adds a row without saving the summary; `finish` does that once for many.
    mutating func insert(_ row: NewRow) throws -> StoredPosition {
        let sequence = summary.lastSequence + 1
        try connection.run(
            """
            INSERT INTO messages
                (transcript, sequence, message_id, role, run, created_at, idempotency_key, size, json)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            summary.transcript, sequence, row.id, row.role, run, row.createdAt, row.idempotencyKey,
            row.json.count,
            SQLValue.utf8(row.json))
        summary.lastSequence = sequence
        summary.count += 1
        summary.bytes += Int64(row.json.count)
        summary.updatedAt = max(summary.updatedAt, row.createdAt)
        note(row)
        return StoredPosition(sequence: sequence, id: row.id, isNew: true, byteCount: row.json.count)
    }

    /// Saves what is known about the transcript.
    mutating func finish() throws {
        if let text = latestText { summary.lastText = excerpt(text, characters: Self.longestPreview) }
        try summary.save(on: connection)
    }

    var statistics: TranscriptStatistics { summary.statistics }

    func known(_ idempotencyKey: String) throws -> StoredPosition? {
        try connection.first(
            "SELECT sequence, message_id FROM messages WHERE transcript = ? AND idempotency_key = ?",
            summary.transcript, idempotencyKey
        ) { StoredPosition(sequence: $0.int64(0), id: $0.text(1), isNew: false) }
    }

    private mutating func note(_ row: NewRow) {
        guard let text = row.text, text.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else { return }
        if summary.firstText == nil && row.role == "user" && !isCommand(text) {
            summary.firstText = excerpt(text, characters: Self.longestTitle)
        }
        latestText = text
    }
}

/// Whether a text begins with a word like `/status`: asked of the house, and no subject of a conversation.
///
/// A path is none: `/etc/hosts` goes on with another slash.
func isCommand(_ text: String) -> Bool {
    let text = text.utf8.drop { $0 <= UInt8(ascii: " ") }
    guard text.first == UInt8(ascii: "/") else { return false }
    let word = text.dropFirst().prefix { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: ":") }
    return word.first.map(isLetter) == true
        && word.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x5F }
}

private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

extension Message {
    var role: String {
        switch self {
        case .user: "user"
        case .assistant: "assistant"
        case .toolResult: "toolResult"
        case .compaction: "system"
        }
    }
}
