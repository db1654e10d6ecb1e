import Core

/// Copies a piece of the original's `transcript_events`.
struct TranscriptCopier {
    private let order: TranscriptOrder
    private let name: String
    private let scope: ImportScope
    private let start: Start
    private let connection: Connection
    private var open: TranscriptIntake?
    private var openSession: String?
    private(set) var piece = Piece()

    struct Piece: Sendable {
        var report = ImportReport()
        /// Those in which a message is no longer one.
        var cut: Set<SessionID> = []
        /// Where it goes on, nil when everything is copied.
        var next: Start?
    }

    /// Where a piece begins.
    struct Start: Sendable {
        var index = 0
        /// The transcript that the piece before broke off in.
        var session: String?
        /// As in `TranscriptIntake`; nil for one that is passed over.
        var position: Int64?
    }

    /// `name` is what the report calls the table; of it the transcripts in `scope` are copied.
    init(
        _ order: TranscriptOrder, of name: String, _ scope: ImportScope, from start: Start,
        on connection: Connection
    ) {
        self.order = order
        self.name = name
        self.scope = scope
        self.start = start
        self.connection = connection
    }

    mutating func copy(_ source: ForeignDatabase, rows: Int, bytes: Int) throws {
        var left = (rows: rows, bytes: bytes)
        for (index, place) in order.places.enumerated().dropFirst(start.index) {
            guard left.rows > 0, left.bytes > 0 else {
                return try pause(before: index)
            }
            let session = order.sessions[place.session]
            try turn(to: session)
            left.rows -= 1
            if open?.diverges ?? true { continue }
            let isRead = try source.one(
                "SELECT session_id, seq, event_json, event_zstd FROM transcript_events NOT INDEXED WHERE rowid = ?",
                place.row
            ) { row in
                try add(row)
                left.bytes -= row.size(2) + row.size(3)
            }
            if !isRead { piece.cut.insert(SessionID(session)) }
        }
        try close()
    }

    private mutating func turn(to session: String) throws {
        guard session != openSession else { return }
        try close()
        openSession = session
        let isStarted = session == start.session
        if isStarted, start.position == nil { return }
        guard scope.includes("\(name)/\(session)") else { return }
        guard try !TranscriptIntake.isGone(SessionID(session), on: connection) else {
            piece.report.goneIDs.insert(SessionID(session))
            return
        }
        let position = isStarted ? start.position : 0
        open = try TranscriptIntake(SessionID(session), behind: position ?? 0, on: connection)
    }

    private mutating func add(_ row: Row) throws {
        guard let event = try event(row) else {
            piece.report.skippedLines += 1
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
        let place = "\(name)/\(intake.session)"
        try intake.finish(from: place)
        if intake.diverges { piece.report.diverged[place] = intake.session }
        if !intake.isKnown { piece.report.transcriptIDs.insert(intake.session) }
        count(intake)
    }

    private mutating func pause(before index: Int) throws {
        if open?.diverges == true { try close() }
        try open?.pause()
        piece.next = Start(index: index, session: openSession, position: open?.position)
        if let open { count(open) }
    }

    private mutating func count(_ intake: TranscriptIntake) {
        piece.report.messages += intake.messages
        if intake.isKnown { piece.report.knownIDs.insert(intake.session) }
        if intake.isKnown, intake.messages > 0 { piece.report.continuedIDs.insert(intake.session) }
        open = nil
    }
}
