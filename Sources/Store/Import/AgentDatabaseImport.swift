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

    func run() async throws -> ImportReport {
        var report = ImportReport()
        report.sources = [name]
        do {
            try await addTranscripts(&report)
            report.sessions += try await addSessions()
            try await keepCredentials()
        } catch let problem as ImportProblem {
            report.add(problem: problem.text)
        }
        return report
    }

    // MARK: Transcripts

    private func addTranscripts(_ report: inout ImportReport) async throws {
        var cursor: TranscriptCursor? = TranscriptCursor()
        while let place = cursor {
            let piece = try await database.write { connection in
                var copier = TranscriptCopier(from: place, on: connection)
                try copier.copy(ForeignDatabase(path), rows: Self.rowsAPiece, bytes: Self.bytesAPiece)
                return copier.piece
            }
            report.messages += piece.messages
            report.transcripts += piece.transcripts
            report.skippedLines += piece.skipped
            if piece.lacksDecompressor {
                report.add(
                    problem:
                        "`\(path)` holds compressed messages. Install `libzstd1` and import again to read them."
                )
            }
            cursor = piece.next
        }
    }

    // MARK: Entries

    private func addSessions() async throws -> Int {
        try await database.write { connection in
            let intake = SessionIntake(connection: connection, agent: agent)
            var count = 0
            try ForeignDatabase(path).each(
                "SELECT session_key, current_session_id, entry_json, label, display_name FROM session_nodes"
            ) { row in
                guard var entry = row.json(2), var object = entry.objectValue else { return true }
                if object["label"] == nil { object["label"] = row.optionalText(3).map { .string($0) } }
                if object["displayName"] == nil {
                    object["displayName"] = row.optionalText(4).map { .string($0) }
                }
                entry = .object(object)
                let transcript = row.optionalID(1, as: SessionID.self)
                if try intake.add(key: row.text(0), entry: entry, transcript: transcript) { count += 1 }
                return true
            }
            return count
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
