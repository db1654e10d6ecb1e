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

    /// One message on its way into a tail.
    private struct Weighed {
        let sequence: Int64
        let run: RunID?
        private(set) var message: Message
        let bytes: Int

        /// Nil for what is no part of the conversation: lines of the system's, and summaries.
        init?(_ row: Row) {
            guard let message = Message(json: row.json(5) ?? .null), !message.isCompaction else { return nil }
            sequence = row.int64(0)
            run = row.optionalID(6)
            self.message = message
            bytes = message.windowBytes(json: row.int(4))
        }

        var isResult: Bool { message.isResult }

        /// Its images take their bytes from `room`; those that find none are kept without.
        mutating func keepImages(within room: inout Int) {
            guard message.hasImages else { return }
            message = message.mapContent { block in
                guard case .image(var image) = block else { return block }
                room -= image.base64.utf8.count
                if room < 0 { image.base64 = "" }
                return .image(image)
            }
        }
    }

    /// JSON that is read for one tail at most, images and all.
    private static let mostReadBytes = 64 << 20
    /// Base64 of a tail's images: memory for this much is needed while a turn runs, and a model is sent no more.
    private static let mostImageBytes = 16 << 20

    /// The newest messages that fit, beginning where a conversation can begin.
    ///
    /// What a summary stands for is not read. What people have asked in `turn`, when that runs, is there in any case.
    func tail(maxBytes: Int, turn: RunID? = nil) throws -> TranscriptTail {
        let compaction = try compaction()
        let first = compaction?.firstKept ?? summary.firstSequence
        var newest: [Weighed] = []
        var bytes = compaction?.summary.utf8.count ?? 0
        var readBytes = 0
        var imageRoom = Self.mostImageBytes
        var covered = max(0, Int(first - summary.firstSequence))
        try newestFirst(before: nil, limit: Int(Int32.max)) { row in
            guard row.int64(0) >= first else { return false }
            readBytes += row.int(4)
            guard readBytes <= max(Self.mostReadBytes, maxBytes) else { return false }
            guard var message = Weighed(row) else {
                covered += 1
                return true
            }
            message.keepImages(within: &imageRoom)
            bytes += message.bytes
            if bytes <= maxBytes { newest.append(message) }
            return bytes <= maxBytes
        }
        newest.reverse()
        var tail = TranscriptTail(
            lastSequence: summary.lastSequence, total: summary.count, summary: compaction, covered: covered)
        // What follows a summary may begin in the middle of a turn, but never with a result that lost its call.
        let own = turn.flatMap { turn in newest.firstIndex { $0.run == turn } } ?? newest.endIndex
        let earlier = newest[..<own].firstIndex(where: \.message.isFromUser)
        let isWhole =
            compaction != nil && bytes <= maxBytes || own == 0 && newest.first?.message.isFromUser == true
        let begins = isWhole ? 0 : earlier
        let oldest = newest.first?.sequence ?? .max
        var questions = try turn.map { try self.questions(of: $0, before: oldest) } ?? []
        if questions.isEmpty && begins == nil { questions = try lastQuestion(before: oldest) }
        let kept =
            questions.isEmpty
            ? newest[(begins ?? 0)...] : (questions + newest.drop(while: \.isResult))[...]
        for message in kept.drop(while: \.isResult) {
            tail.add(message.message, at: message.sequence, of: message.run, weight: message.bytes)
        }
        return tail
    }

    /// Bytes that a tail takes in memory, about: of words a model's window, and its images.
    func tailLoad() throws -> Int {
        guard summary.bytes >= Self.lightBytes else { return Int(summary.bytes) }
        var (words, images) = (0, 0)
        try newestFirst(before: nil, limit: Self.mostWeighed) { row in
            let size = row.int(4)
            if size > Self.longestWords { images += size } else { words += size }
            return words < Self.mostWordBytes
        }
        return min(words, Self.mostWordBytes) + min(images, Self.mostImageBytes)
    }

    /// Bytes of a transcript that is not looked at more closely.
    private static let lightBytes = 1 << 20
    /// The newest messages that are looked at; a model is sent images of few turns only.
    private static let mostWeighed = 1_000
    /// Longer messages are taken for images.
    private static let longestWords = 64 << 10
    /// As much as the largest windows take.
    private static let mostWordBytes = 3 << 20

    private func compaction() throws -> CompactionMessage? {
        guard let sequence = summary.compactionSequence else { return nil }
        let found = try connection.first(
            "SELECT json FROM messages WHERE transcript = ? AND sequence = ?", summary.transcript, sequence
        ) { $0.json(0).flatMap { Message(json: $0) } }
        if case .compaction(let message)?? = found { return message }
        return nil
    }

    /// One turn may be larger than the limit.
    ///
    /// Then its question stays, and the newest calls that have their results, also when it has ended and the next one runs.
    private func lastQuestion(before sequence: Int64) throws -> [Weighed] {
        try connection.rows(
            """
            SELECT \(Self.columns) FROM messages
            WHERE transcript = ? AND sequence < ? AND role = 'user' ORDER BY sequence DESC LIMIT 1
            """, summary.transcript, sequence, map: Weighed.init
        ).compactMap { $0 }
    }

    /// Everything that a turn which is under way was asked, and that does not fit.
    private func questions(of turn: RunID, before sequence: Int64) throws -> [Weighed] {
        try connection.rows(
            """
            SELECT \(Self.columns) FROM messages
            WHERE transcript = ? AND sequence < ? AND role = 'user' AND run = ?
                AND sequence >= (SELECT first_sequence FROM turns WHERE run = ?) ORDER BY sequence
            """, summary.transcript, sequence, turn, turn, map: Weighed.init
        ).compactMap { $0 }
    }

    /// The text is read from the disk only when asked for.
    private static let columns = "sequence, message_id, role, created_at, size, json, run"

    private func newestFirst(before: Int64?, limit: Int, _ body: (Row) throws -> Bool) throws {
        try connection.each(
            """
            SELECT \(Self.columns) FROM messages
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
