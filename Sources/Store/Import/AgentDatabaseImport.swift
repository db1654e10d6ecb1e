import Core

/// One agent's sessions and transcripts in the SQLite store that OpenClaw uses since 2026.6.
struct AgentDatabaseImport: Sendable {
    let path: String
    let agent: String
    /// How the report calls the file.
    let name: String
    let database: Database

    /// Rows read in one transaction, and their bytes.
    private static let rowsAPiece = 2_000
    private static let bytesAPiece = 4 << 20

    private var transcripts: String { "\(name)/transcript_events" }
    private var sessions: String { "\(name)/session_nodes" }
    private var credentials: String { "\(name)/auth_profile_store" }

    /// Each table is a place of its own: what has come is not read again.
    func run(_ scope: ImportScope) async throws -> ImportReport {
        var report = ImportReport()
        guard scope.reaches(name) else { return report }
        do {
            guard try Folder.hasFile(path) else { return report }
            report.sources = [name]
            try await database.read { _ in try ForeignDatabase(path).check() }
        } catch let problem as ImportProblem {
            report.miss(scope.parts(of: name), problem)
            return report
        }
        try await addConversations(scope, &report)
        do {
            if scope.includes(credentials) { try await keepCredentials() }
        } catch let problem as ImportProblem {
            report.miss(credentials, problem)
        }
        return report
    }

    /// Sessions wait for what was said in them: they would begin anew.
    private func addConversations(_ scope: ImportScope, _ report: inout ImportReport) async throws {
        do {
            if scope.includes(transcripts) { try await addTranscripts(&report) }
        } catch let problem as ImportProblem {
            return report.miss([transcripts, sessions], problem)
        }
        do {
            if scope.includes(sessions) { report.add(try await addSessions()) }
        } catch let problem as ImportProblem {
            report.miss(sessions, problem)
        }
    }

    /// Whether it has sessions that may be read another time; what older files say of them waits for that.
    func isWaiting(_ report: ImportReport) -> Bool {
        report.unread.contains { RealPath.isInside(sessions, $0) }
    }

    /// Whether `run` has been through its sessions.
    func hasTold(_ scope: ImportScope) -> Bool { scope.includes(sessions) }

    /// The sessions that it says something of: none when it is broken.
    func keys() async throws -> Set<SessionKey> {
        do {
            guard try Folder.hasFile(path) else { return [] }
            return try await database.read { try keys(on: $0) }
        } catch let problem as ImportProblem where !problem.mayPass {
            return []
        }
    }

    private func keys(on connection: Connection) throws -> Set<SessionKey> {
        let intake = SessionIntake(connection: connection, agent: agent)
        var keys: Set<SessionKey> = []
        try ForeignDatabase(path).each("SELECT session_key FROM session_nodes") { row in
            keys.insert(intake.canonical(row.text(0)))
            return true
        }
        return keys
    }

    /// The transcripts of its sessions, those that can be seen.
    func transcriptIDs() async throws -> [SessionID] {
        do {
            guard try Folder.hasFile(path) else { return [] }
            return try await database.read { _ in
                var ids: [SessionID] = []
                try ForeignDatabase(path).each("SELECT current_session_id FROM session_nodes") { row in
                    if let id = row.optionalID(0, as: SessionID.self) { ids.append(id) }
                    return true
                }
                return ids
            }
        } catch is ImportProblem {
            return []
        }
    }

    // MARK: Transcripts

    private func addTranscripts(_ report: inout ImportReport) async throws {
        var cursor: TranscriptCursor? = TranscriptCursor()
        while let place = cursor {
            try Task.checkCancellation()
            let piece = try await database.write { connection in
                var copier = TranscriptCopier(from: place, on: connection)
                try copier.copy(ForeignDatabase(path), rows: Self.rowsAPiece, bytes: Self.bytesAPiece)
                return copier.piece
            }
            report.messages += piece.messages
            report.transcriptIDs.formUnion(piece.transcripts)
            report.knownIDs.formUnion(piece.known)
            report.skippedLines += piece.skipped
            cursor = piece.next
        }
    }

    // MARK: Entries

    private func addSessions() async throws -> ImportReport {
        try await database.write { connection in
            let intake = SessionIntake(connection: connection, agent: agent)
            var report = ImportReport()
            try ForeignDatabase(path).each(
                "SELECT session_key, current_session_id, entry_json, label, display_name FROM session_nodes"
            ) { row in
                guard var object = row.json(2)?.objectValue else { return true }
                if object["label"] == nil { object["label"] = row.optionalText(3).map { .string($0) } }
                if object["displayName"] == nil {
                    object["displayName"] = row.optionalText(4).map { .string($0) }
                }
                let transcript = row.optionalID(1, as: SessionID.self)
                let key = intake.canonical(row.text(0))
                report.add(try intake.add(object, key: key, transcript: transcript), of: key)
                return true
            }
            return report
        }
    }

    /// Logins that older versions kept in `auth-profiles.json`.
    ///
    /// They stay as they are, under `auth.profiles.<agent>`.
    private func keepCredentials() async throws {
        try await database.write { connection in
            let source = try ForeignDatabase(path)
            guard try source.has(table: "auth_profile_store") else { return }
            try source.each("SELECT store_json FROM auth_profile_store WHERE store_key = 'primary'") { row in
                guard let store = row.json(0), store["profiles"]?.objectValue?.isEmpty == false else {
                    return true
                }
                try MetaTable(connection: connection).set(LoginTable.prefix + agent, store.text)
                return true
            }
        }
    }
}
