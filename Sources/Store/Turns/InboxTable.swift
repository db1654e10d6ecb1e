import Core

/// Reads and writes rows of `inbox`, inside a transaction that somebody else holds.
struct InboxTable {
    let connection: Connection

    static let columns = """
        id, channel, account, message_id, session_key, run, state, fingerprint, outcome, received_at, message
        """

    /// The same, but of a long message only that it is there: it may have megabytes of images.
    static let columnsAlone = columns.replacing(
        "received_at, message",
        with: "received_at, CASE WHEN length(message) <= \(InboxEntry.smallBytes) THEN message END")

    func record(
        _ message: InboundMessage, run: RunID, state: InboxState = .queued, obeysSendPolicy: Bool = false
    ) throws -> Recorded {
        if obeysSendPolicy { try SessionTable(connection: connection).checkSendPolicy(message.session) }
        let address = message.address
        let account = try BotTable(connection: connection).account(of: message.bot, at: address)
        if let known = try entry(channel: address.channel, account: account, id: message.id) {
            return .repeated(known)
        }
        if let whereabouts = message.whereabouts {
            try SessionTable(connection: connection).note(
                whereabouts, of: message.session, at: message.receivedAt)
        }
        let fingerprint = message.fingerprint
        try connection.run(
            """
            INSERT INTO inbox (channel, account, message_id, session_key, run, state, fingerprint, message, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            address.channel, account, message.id, message.session, run, state.rawValue,
            fingerprint,
            message.json, message.receivedAt)
        return .new(
            InboxEntry(
                id: connection.lastInsertedID, channel: address.channel, account: account,
                messageID: message.id, session: message.session, run: run, state: state,
                fingerprint: fingerprint,
                receivedAt: message.receivedAt, message: message))
    }

    func entry(channel: ChannelID, account: String, id: MessageID) throws -> InboxEntry? {
        try connection.first(
            "SELECT \(Self.columns) FROM inbox WHERE channel = ? AND account = ? AND message_id = ?",
            channel, account, id, map: Self.entry)
    }

    func entry(_ id: InboxID) throws -> InboxEntry? {
        try connection.first("SELECT \(Self.columns) FROM inbox WHERE id = ?", id, map: Self.entry)
    }

    func entryAlone(_ id: InboxID) throws -> InboxEntry? {
        try connection.first(
            "SELECT \(Self.columnsAlone) FROM inbox WHERE id = ?", id, map: Self.entry)
    }

    /// Bytes of a message that is not answered yet.
    func byteCount(_ id: InboxID) throws -> Int {
        try connection.first("SELECT coalesce(length(message), 0) FROM inbox WHERE id = ?", id) { $0.int(0) }
            ?? 0
    }

    /// Rows looked through for a run that is not a client's; an index would cost every message a page.
    private static let newestSearched = 2_000

    /// A client's message runs under its own id, which has an index.
    func entry(run: RunID) throws -> InboxEntry? {
        let id = MessageID(run.rawValue)
        if let known = try entry(channel: .webchat, account: "default", id: id), known.run == run {
            return known
        }
        return try connection.first(
            """
            SELECT \(Self.columns) FROM inbox
            WHERE id > (SELECT coalesce(max(id), 0) FROM inbox) - ? AND run = ? ORDER BY id DESC LIMIT 1
            """, Self.newestSearched, run, map: Self.entry)
    }

    func running(_ id: InboxID) throws {
        try connection.run(
            "UPDATE inbox SET state = ? WHERE id = ? AND finished_at IS NULL", InboxState.running.rawValue, id
        )
    }

    /// The first outcome stays.
    ///
    /// The message itself is let go: it may hold megabytes of images.
    func finish(_ id: InboxID, state: InboxState, outcome: JSON, at now: Timestamp) throws {
        try connection.run(
            """
            UPDATE inbox SET state = ?, outcome = ?, finished_at = ?, message = NULL
            WHERE id = ? AND finished_at IS NULL
            """, state.rawValue, outcome, now, id)
    }

    static func entry(from row: Row) -> InboxEntry {
        InboxEntry(
            id: row.int64(0), channel: row.id(1), account: row.text(2), messageID: row.id(3),
            session: row.id(4),
            run: row.id(5), state: InboxState(rawValue: row.text(6)) ?? .failed, fingerprint: row.text(7),
            outcome: row.json(8), receivedAt: row.timestamp(9),
            message: row.json(10).flatMap { InboundMessage(json: $0) })
    }
}
