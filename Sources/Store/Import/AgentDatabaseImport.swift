import Core

/// One agent's sessions and transcripts in the SQLite store that OpenClaw uses since 2026.6.
struct AgentDatabaseImport: Sendable {
    let path: String
    let agent: String
    /// How the report calls the file.
    let name: String
    let database: Database
    /// Whether damaged tables are read as far as they can be.
    let takesDamaged: Bool

    /// Rows read in one transaction, and their bytes.
    private static let rowsAPiece = 2_000
    private static let bytesAPiece = 4 << 20

    private var transcripts: String { "\(name)/transcript_events" }
    private var sessions: String { "\(name)/session_nodes" }
    private var credentials: String { "\(name)/auth_profile_store" }

    /// Each table is a place of its own: what has come is not read again.
    func run(_ scope: ImportScope) async throws -> ImportReport {
        var report = ImportReport()
        guard try await report.begins(with: path, as: name, scope, on: database) else { return report }
        try await addConversations(scope, &report)
        do {
            if scope.includes(credentials), let failure = try await keepCredentials() {
                report.add(failure: failure)
            }
        } catch let problem as ImportProblem {
            report.miss(credentials, problem)
        }
        return report
    }

    /// Sessions wait for what was said in them: they would begin anew.
    private func addConversations(_ scope: ImportScope, _ report: inout ImportReport) async throws {
        do {
            if scope.reaches(transcripts) { try await addTranscripts(scope, &report) }
        } catch let problem as ImportProblem {
            return report.miss(scope.parts(of: sessions).union([transcripts]), problem)
        }
        do {
            let arrived = report.transcriptIDs
            if scope.reaches(sessions) || !arrived.union(report.continuedIDs).isEmpty {
                report.add(try await addSessions(scope, arrived, report.continuedIDs))
            }
        } catch let problem as ImportProblem {
            report.miss(scope.parts(of: sessions), problem)
        }
    }

    /// Whether it has sessions that may be read another time; what older files say of them waits for that.
    func isWaiting(_ report: ImportReport) -> Bool {
        report.unread.contains { RealPath.isInside(sessions, $0) }
    }

    /// What it says something of.
    struct Content {
        var keys: Set<SessionKey> = []
        var transcripts: Set<SessionID> = []
    }

    /// All of it, also what `report`, made of `scope`, did not read; nothing of what is broken.
    func content(_ scope: ImportScope, _ report: ImportReport) async throws -> Content {
        let content = Content(
            keys: report.sessionKeys, transcripts: report.transcriptIDs.union(report.knownIDs))
        if scope.includes(sessions), scope.includes(transcripts) { return content }
        let (keys, ids) = (
            try await texts("session_key", of: "session_nodes"),
            try await texts("session_id", of: "transcript_events")
        )
        return try await database.read { connection in
            let intake = SessionIntake(agent: agent, on: connection)
            return Content(
                keys: content.keys.union(keys.map(intake.canonical)),
                transcripts: content.transcripts.union(ids.map { SessionID($0) }))
        }
    }

    /// What a column has: nothing when it is broken.
    private func texts(_ column: String, of table: String) async throws -> Set<String> {
        do {
            guard try Folder.hasFile(path) else { return [] }
            return try await database.read { _ in
                var texts: Set<String> = []
                try ForeignDatabase(path).each("SELECT DISTINCT \(column) FROM \(table) NOT INDEXED") { row in
                    texts.insert(row.text(0))
                    return true
                }
                return texts
            }
        } catch let problem as ImportProblem where !problem.mayPass {
            return []
        }
    }

    /// The transcripts of its sessions, those that can be seen.
    func transcriptIDs() async throws -> [SessionID] {
        do {
            guard try Folder.hasFile(path) else { return [] }
            return try await database.read { _ in
                var ids: [SessionID] = []
                try ForeignDatabase(path).each("SELECT current_session_id FROM session_nodes NOT INDEXED") {
                    row in
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

    private func addTranscripts(_ scope: ImportScope, _ report: inout ImportReport) async throws {
        let order = try await database.read { _ in try TranscriptOrder(of: source()) }
        var next: TranscriptCopier.Start? = TranscriptCopier.Start()
        var cut = order.cut
        while let start = next {
            try Task.checkCancellation()
            let piece = try await database.write { connection in
                var copier = TranscriptCopier(order, of: transcripts, scope, from: start, on: connection)
                try copier.copy(source(), rows: Self.rowsAPiece, bytes: Self.bytesAPiece)
                return copier.piece
            }
            report.add(piece.report)
            cut.formUnion(piece.cut)
            next = piece.next
        }
        if let complaint = order.complaint {
            report.add(
                failure: "`\(path)`: \(complaint). What can be read came. \(ForeignDatabase.otherCopy)")
        }
        guard !cut.isEmpty else { return }
        let names = ImportReport.list(cut.map(\.rawValue))
        report.add(
            failure:
                "Messages of \(cut.count) conversations in `\(path)` cannot be read, the rest of them came: \(names). "
                + ForeignDatabase.otherCopy)
    }

    // MARK: Entries

    /// Each session is a place, too, so that one that cannot be read keeps no other from being deleted for good.
    ///
    /// The sessions of transcripts that have just come are read with them.
    private func addSessions(
        _ scope: ImportScope, _ arrived: Set<SessionID>, _ continued: Set<SessionID>
    ) async throws -> ImportReport {
        try await database.write { connection in
            var intake = SessionIntake(arrived: arrived, continued: continued, agent: agent, on: connection)
            var report = ImportReport()
            var unreadable: [String] = []
            let wanted = arrived.union(continued)
            let source = try source()
            let complaint = try source.open(table: "session_nodes")
            try source.each(
                "SELECT session_key, current_session_id, entry_json, label, display_name FROM session_nodes NOT INDEXED"
            ) { row in
                let spelling = row.text(0)
                let transcript = row.optionalID(1, as: SessionID.self)
                guard scope.includes("\(sessions)/\(spelling)") || transcript.map(wanted.contains) == true
                else { return true }
                let key = intake.canonical(spelling)
                let entry = row.json(2)
                if entry == nil, row.size(2) > 0 {
                    unreadable.append(spelling)
                    guard takesDamaged else {
                        // What older files say under that key is not the newest either.
                        report.sessionKeys.insert(key)
                        return true
                    }
                }
                guard var object = entry == nil && takesDamaged ? [:] : entry?.objectValue else {
                    return true
                }
                if object["label"] == nil { object["label"] = row.optionalText(3).map { .string($0) } }
                if object["displayName"] == nil {
                    object["displayName"] = row.optionalText(4).map { .string($0) }
                }
                report.add(try intake.add(object, key: key, transcript: transcript), of: key)
                return true
            }
            if let failure = source.told(complaint) { report.add(failure: failure) }
            if !unreadable.isEmpty, takesDamaged {
                report.add(
                    failure:
                        "What `\(path)` says of \(unreadable.count) sessions is damaged, they came without their settings: "
                        + "\(ImportReport.list(unreadable))")
            } else if !unreadable.isEmpty {
                report.miss(Set(unreadable.map { "\(sessions)/\($0)" }), damaged(unreadable))
            }
            return report
        }
    }

    private func damaged(_ keys: [String]) -> ImportProblem {
        ImportProblem(
            "\(keys.count) sessions in `\(path)` were left out, what it says of them is damaged: \(ImportReport.list(keys)). "
                + "Put back a copy of it, and they are read. Where there is none, `openclaw migrate --damaged` takes what "
                + "can be read")
    }

    private func source() throws(ImportProblem) -> ForeignDatabase {
        try ForeignDatabase(path, takesDamaged: takesDamaged)
    }

    /// Logins that older versions kept in `auth-profiles.json`.
    ///
    /// They stay as they are, under `auth.profiles.<agent>`, and come once: what a login is here changes.
    private func keepCredentials() async throws -> String? {
        try await database.write { connection in
            let source = try source()
            guard try source.has(table: "auth_profile_store") else { return nil }
            let (meta, name) = (MetaTable(connection: connection), LoginTable.prefix + agent)
            let imported = ImportedTable(connection: connection)
            let complaint = try source.open(table: "auth_profile_store")
            try source.each(
                "SELECT store_json FROM auth_profile_store NOT INDEXED WHERE store_key = 'primary'"
            ) { row in
                guard let store = try source.json(row, 0), store["profiles"]?.objectValue?.isEmpty == false
                else {
                    return true
                }
                if try imported.note(.login, agent), try meta.value(name) == nil {
                    try meta.set(name, store.text)
                }
                return true
            }
            return source.told(complaint)
        }
    }
}
