import Core

/// Where copying `transcript_events` goes on: after this row.
struct TranscriptCursor: Sendable {
    var session = ""
    var sequence: Int64 = -1
}

/// Copies a piece of the original's `transcript_events`, which holds the transcripts one after another.
struct TranscriptCopier {
    private let start: TranscriptCursor
    private let connection: Connection
    private var open: TranscriptIntake?
    private var openSession: String?
    /// A transcript that is in already is passed over.
    private var isPassing = false
    private(set) var piece = Piece()

    struct Piece: Sendable {
        var messages = 0
        /// Those that came to their end.
        var transcripts: Set<SessionID> = []
        /// Those that were here already.
        var known: Set<SessionID> = []
        var skipped = 0
        /// Those in which a message is no longer one.
        var cut: Set<SessionID> = []
        /// Nil when everything is copied.
        var next: TranscriptCursor?
    }

    init(from start: TranscriptCursor, on connection: Connection) {
        self.start = start
        self.connection = connection
    }

    mutating func copy(_ source: ForeignDatabase, rows: Int, bytes: Int) throws {
        var left = (rows: rows, bytes: bytes)
        try source.each(
            """
            SELECT session_id, seq, event_json, event_zstd FROM transcript_events
            WHERE (session_id, seq) > (?, ?) ORDER BY session_id, seq
            """, [.text(start.session), .integer(start.sequence)]
        ) { row in
            let session = row.text(0)
            try turn(to: session)
            if !isPassing { try add(row) }
            left.rows -= 1
            left.bytes -= row.size(2) + row.size(3)
            guard left.rows > 0, left.bytes > 0 else {
                piece.next = TranscriptCursor(session: session, sequence: row.int64(1))
                return false
            }
            return true
        }
        try piece.next == nil ? close() : pause()
    }

    private mutating func turn(to session: String) throws {
        guard session != openSession else { return }
        try close()
        openSession = session
        isPassing = try TranscriptIntake.isKnown(SessionID(session), on: connection)
        if isPassing {
            piece.known.insert(SessionID(session))
        } else {
            open = try TranscriptIntake(SessionID(session), on: connection)
        }
    }

    private mutating func add(_ row: Row) throws {
        guard let event = try event(row) else {
            piece.skipped += 1
            if !row.isNull(2), row.size(2) <= ImportedFile.mostBytes { piece.cut.insert(row.id(0)) }
            return
        }
        try open?.add(event)
    }

    /// Long events are compressed.
    private func event(_ row: Row) throws -> JSON? {
        if !row.isNull(2) { return row.size(2) <= ImportedFile.mostBytes ? row.json(2) : nil }
        guard !row.isNull(3) else { return nil }
        guard let decompressor = Zstandard.shared else {
            throw ImportProblem(
                "The messages of session \(row.text(0)), and others, are compressed. Install `libzstd1` to read them",
                mayPass: true)
        }
        return decompressor.decompressed(row.blob(3)).flatMap { try? JSON.parse($0) }
    }

    private mutating func close() throws {
        guard var intake = open else { return }
        try intake.finish()
        piece.messages += intake.messages
        piece.transcripts.insert(intake.session)
        open = nil
    }

    private mutating func pause() throws {
        try open?.pause()
        piece.messages += open?.messages ?? 0
        open = nil
    }
}
