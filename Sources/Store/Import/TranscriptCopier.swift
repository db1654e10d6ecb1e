import Core

/// Copies a piece of the original's `transcript_events`.
struct TranscriptCopier {
    private let order: TranscriptOrder
    private let start: Int
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
        /// Where it goes on, nil when everything is copied.
        var next: Int?
    }

    init(_ order: TranscriptOrder, from start: Int, on connection: Connection) {
        self.order = order
        self.start = start
        self.connection = connection
    }

    mutating func copy(_ source: ForeignDatabase, rows: Int, bytes: Int) throws {
        var left = (rows: rows, bytes: bytes)
        for (index, place) in order.places.enumerated().dropFirst(start) {
            guard left.rows > 0, left.bytes > 0 else {
                piece.next = index
                break
            }
            let session = order.sessions[place.session]
            try turn(to: session)
            left.rows -= 1
            if isPassing { continue }
            let isRead = try source.one(
                "SELECT session_id, seq, event_json, event_zstd FROM transcript_events NOT INDEXED WHERE rowid = ?",
                place.row
            ) { row in
                try add(row)
                left.bytes -= row.size(2) + row.size(3)
            }
            if !isRead { piece.cut.insert(SessionID(session)) }
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
