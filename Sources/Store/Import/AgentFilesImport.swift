import Core

/// One agent's `sessions.json` and `*.jsonl` transcripts, as OpenClaw wrote them until 2026.1.
struct AgentFilesImport: Sendable {
    /// The state directory.
    let state: Folder
    let folder: Folder
    let agent: String
    /// How the report calls the folder.
    let name: String
    /// The list of sessions, `sessions.json` in the folder or elsewhere; then there may be transcripts beside it.
    let list: String
    let database: Database

    /// Lines read in one transaction, and their bytes: a few tens of milliseconds, and a log that stays small.
    private static let linesAPiece = 2_000
    private static let bytesAPiece: Int64 = 4 << 20

    func find(_ places: inout ImportPlaces) {
        let beside = state.place(of: FilePath.folder(of: list))
        for place in Set([name, beside]) { places.add(in: place) { $0.hasSuffix(".jsonl") } }
        places.add(state.place(of: list))
    }

    /// What of it is to be read.
    func places(in scope: ImportScope) -> Set<String> {
        if scope.includes(name) { return [name] }
        return scope.parts(of: name).union(scope.parts(of: state.place(of: FilePath.folder(of: list))))
    }

    /// What is in `newer` is passed over: a newer source has said what stands there.
    func run(_ scope: ImportScope, without newer: AgentDatabaseImport.Content) async throws -> ImportReport {
        var report = ImportReport()
        guard let transcripts = transcripts(scope, &report), !transcripts.isEmpty || hasList else {
            return report
        }
        report.sources = [name]
        var unread: Set<SessionID> = []
        for path in transcripts where isDue(path, in: scope) {
            try Task.checkCancellation()
            if newer.transcripts.contains(Self.session(of: path)) {
                report.knownIDs.insert(Self.session(of: path))
                continue
            }
            do {
                try await addTranscript(path, to: &report)
            } catch let problem as ImportProblem {
                report.miss(state.place(of: path), problem)
                unread.insert(Self.session(of: path))
            }
        }
        let arrived = report.transcriptIDs
        let wanted = isDue(list, in: scope) ? nil : arrived.union(report.knownIDs)
        let continued = report.continuedIDs
        guard wanted?.isEmpty != true else { return report }
        do {
            report.add(
                try await addSessions(of: wanted, arrived, continued, but: unread, without: newer.keys))
        } catch let problem as ImportProblem {
            report.miss(state.place(of: list), problem)
        }
        return report
    }

    /// What lies elsewhere comes with the folder, too.
    private func isDue(_ path: String, in scope: ImportScope) -> Bool {
        scope.includes(name) || scope.includes(state.place(of: path))
    }

    /// A list that cannot be seen counts as one: reading it tells why.
    private var hasList: Bool {
        do throws(ImportProblem) { return try Folder.hasFile(list) } catch { return true }
    }

    // MARK: Transcripts

    /// Those that can be seen.
    var transcriptIDs: [SessionID] {
        var unread = ImportReport()
        return (transcripts(.everything, &unread) ?? []).map(Self.session)
    }

    private struct Piece: Sendable {
        var offset: Int64 = 0
        /// As in `TranscriptIntake`.
        var position: Int64 = 0
        var diverges = false
        var messages = 0
        var skipped = 0
        var isLast = false
    }

    /// Nil when a folder cannot be read: sessions without what was said in them would begin anew.
    private func transcripts(_ scope: ImportScope, _ report: inout ImportReport) -> [String]? {
        let beside = Folder(path: FilePath.folder(of: list))
        var paths: [String] = []
        for folder in [folder] + (beside.path == folder.path ? [] : [beside]) {
            do throws(ImportProblem) {
                paths += try folder.names().filter { $0.hasSuffix(".jsonl") }.map(folder.file)
            } catch {
                report.miss(places(in: scope), error)
                return nil
            }
        }
        return paths
    }

    /// The transcript's id is the file's name: a topic has a file of its own under the id of its session.
    private static func session(of file: String) -> SessionID {
        SessionID(String(FilePath.name(of: file).dropLast(".jsonl".count)))
    }

    private func addTranscript(_ path: String, to report: inout ImportReport) async throws {
        let session = Self.session(of: path)
        guard try Folder.hasFile(path) else {
            return report.add(problem: "`\(path)` was left out, it is no file")
        }
        let (isKnown, isGone) = try await database.read {
            (try TranscriptIntake.isKnown(session, on: $0), try TranscriptIntake.isGone(session, on: $0))
        }
        guard !isGone else {
            report.goneIDs.insert(session)
            return
        }
        var whole = Piece()
        while !whole.isLast {
            try Task.checkCancellation()
            let start = whole
            let piece = try await database.write { try addPiece(of: path, session, behind: start, on: $0) }
            whole.messages += piece.messages
            whole.skipped += piece.skipped
            whole.offset = piece.offset
            whole.position = piece.position
            whole.diverges = piece.diverges
            whole.isLast = piece.isLast
        }
        report.messages += whole.messages
        if whole.diverges { report.diverged[state.place(of: path)] = session }
        if isKnown {
            report.knownIDs.insert(session)
            if whole.messages > 0 { report.continuedIDs.insert(session) }
        } else {
            report.skippedLines += whole.skipped
            report.transcriptIDs.insert(session)
        }
    }

    private func addPiece(
        of path: String, _ session: SessionID, behind start: Piece, on connection: Connection
    ) throws -> Piece {
        var reader = try LineReader(path, from: start.offset)
        var intake = try TranscriptIntake(session, behind: start.position, on: connection)
        var piece = Piece()
        var lines = 0
        while lines < Self.linesAPiece, reader.offset - start.offset < Self.bytesAPiece {
            guard !intake.diverges, let line = try reader.next() else {
                piece.isLast = true
                break
            }
            lines += 1
            if try !add(line, to: &intake) { piece.skipped += 1 }
        }
        piece.offset = reader.offset
        piece.position = intake.position
        piece.diverges = intake.diverges
        piece.messages = intake.messages
        if piece.isLast { try intake.finish(from: state.place(of: path)) } else { try intake.pause() }
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

    /// Those whose transcript is in `wanted`, all when that is nil; those `unread` wait until their transcript comes.
    private func addSessions(
        of wanted: Set<SessionID>?, _ arrived: Set<SessionID>, _ continued: Set<SessionID>,
        but unread: Set<SessionID>, without taken: Set<SessionKey>
    ) async throws -> ImportReport {
        try await database.write { connection in
            var report = ImportReport()
            var intake = SessionIntake(arrived: arrived, continued: continued, agent: agent, on: connection)
            var absent: [String] = []
            for (spelling, entry) in try ImportedFile.object(list) ?? [:] {
                let key = intake.canonical(spelling)
                guard let entry = entry.objectValue, !taken.contains(key), !report.sessionKeys.contains(key)
                else { continue }
                let named = Self.transcripts(of: entry)
                guard wanted.map({ !$0.isDisjoint(with: named) }) ?? true, unread.isDisjoint(with: named)
                else { continue }
                let transcript = try transcript(of: entry, on: connection)
                report.add(try intake.add(entry, key: key, transcript: transcript), of: key)
                if try isAbsent(named, of: entry, on: connection) { absent.append(key.rawValue) }
            }
            if !absent.isEmpty { report.miss(state.place(of: list), ImportProblem(told(absent))) }
            return report
        }
    }

    /// Where what was said in a session may be.
    private static func transcripts(of entry: JSONObject) -> Set<SessionID> {
        let file = entry["sessionFile"]?.stringValue.map { Self.session(of: $0) }
        return Set([file, entry["sessionId"]?.stringValue.map { SessionID($0) }].compactMap(\.self))
    }

    /// Whether something was said in a session, and is in no file that was read.
    private func isAbsent(
        _ transcripts: Set<SessionID>, of entry: JSONObject, on connection: Connection
    ) throws -> Bool {
        guard entry["systemSent"]?.boolValue == true || entry["totalTokens"]?.intValue ?? 0 > 0 else {
            return false
        }
        return try transcripts.allSatisfy {
            try !TranscriptIntake.isKnown($0, on: connection) && !TranscriptIntake.isGone($0, on: connection)
        }
    }

    private func told(_ absent: [String]) -> String {
        "What was said in \(absent.count) sessions is not there, though `\(list)` has them: "
            + "\(ImportReport.list(absent)). If there is more of the original, such as after a copy that broke off, bring "
            + "the rest of it, and it is read"
    }

    /// The transcript of an entry's own file, when that is in.
    ///
    /// Its folder may have moved since, so only the name counts.
    private func transcript(of entry: JSONObject, on connection: Connection) throws -> SessionID? {
        guard let file = entry["sessionFile"]?.stringValue, file.hasSuffix(".jsonl") else { return nil }
        let session = Self.session(of: file)
        return try TranscriptIntake.isKnown(session, on: connection) ? session : nil
    }
}
