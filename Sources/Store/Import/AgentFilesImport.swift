import Core

/// One agent's `sessions.json` and `*.jsonl` transcripts, as OpenClaw wrote them until 2026.1.
struct AgentFilesImport: Sendable {
    let folder: Folder
    let agent: String
    /// How the report calls the folder.
    let name: String
    let database: Database

    /// Lines read in one transaction, and their bytes: a few tens of milliseconds, and a log that stays small.
    private static let linesAPiece = 2_000
    private static let bytesAPiece: Int64 = 4 << 20

    func run() async throws -> ImportReport {
        var report = ImportReport()
        let names = folder.names
        let transcripts = names.filter { $0.hasSuffix(".jsonl") }
        guard !transcripts.isEmpty || names.contains("sessions.json") else { return report }
        report.sources = [name]
        for file in transcripts { try await addTranscript(file, to: &report) }
        do {
            report.sessions += try await addSessions()
        } catch let problem as ImportProblem {
            report.add(problem: problem.text)
        }
        return report
    }

    // MARK: Transcripts

    private struct Piece: Sendable {
        var offset: Int64 = 0
        var messages = 0
        var skipped = 0
        var isLast = false
    }

    /// The transcript's id is the file's name: a topic has a file of its own under the id of its session.
    private func addTranscript(_ file: String, to report: inout ImportReport) async throws {
        let session = SessionID(String(file.dropLast(".jsonl".count)))
        if try await database.read({ try TranscriptIntake.isKnown(session, on: $0) }) { return }
        var offset: Int64 = 0
        do {
            while true {
                let start = offset
                let piece = try await database.write { try addPiece(of: file, session, from: start, on: $0) }
                report.messages += piece.messages
                report.skippedLines += piece.skipped
                offset = piece.offset
                if piece.isLast { break }
            }
            report.transcripts += 1
        } catch let problem as ImportProblem {
            report.add(problem: problem.text)
        }
    }

    private func addPiece(
        of file: String, _ session: SessionID, from start: Int64, on connection: Connection
    ) throws -> Piece {
        let path = folder.file(file)
        guard var reader = LineReader(path, from: start) else {
            throw ImportProblem(text: "`\(path)` was left out, it cannot be opened")
        }
        var intake = try TranscriptIntake(session, on: connection)
        var piece = Piece()
        var lines = 0
        while lines < Self.linesAPiece, reader.offset - start < Self.bytesAPiece {
            guard let line = reader.next() else {
                piece.isLast = true
                break
            }
            lines += 1
            if try !add(line, to: &intake) { piece.skipped += 1 }
        }
        piece.offset = reader.offset
        piece.messages = intake.messages
        if piece.isLast { try intake.finish() } else { try intake.pause() }
        return piece
    }

    /// False for a line that cannot be read.
    private func add(_ line: LineReader.Line, to intake: inout TranscriptIntake) throws -> Bool {
        guard case .text(let bytes) = line else { return false }
        if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { return true }
        guard let event = try? JSON.parse(bytes) else { return false }
        try intake.add(event)
        return true
    }

    // MARK: Entries

    private func addSessions() async throws -> Int {
        try await database.write { connection in
            guard let index = try ImportedFile.json(folder.file("sessions.json"))?.objectValue else {
                return 0
            }
            let intake = SessionIntake(connection: connection, agent: agent)
            return try index.reduce(into: 0) { count, member in
                let transcript = transcript(of: member.value)
                if try intake.add(key: member.key, entry: member.value, transcript: transcript) { count += 1 }
            }
        }
    }

    /// The file an entry names, when it is here.
    ///
    /// Its folder may have moved since, so only the name counts.
    private func transcript(of entry: JSON) -> SessionID? {
        guard let file = entry["sessionFile"]?.stringValue?.split(separator: "/").last,
            file.hasSuffix(".jsonl"),
            Folder.isFile(folder.file(String(file)))
        else { return nil }
        return SessionID(String(file.dropLast(".jsonl".count)))
    }
}
