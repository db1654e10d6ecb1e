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
            if scope.includes(transcripts) { try await addTranscripts(&report) }
        } catch let problem as ImportProblem {
            return report.miss(scope.parts(of: sessions).union([transcripts]), problem)
        }
        do {
            if scope.reaches(sessions) { report.add(try await addSessions(scope)) }
        } catch let problem as ImportProblem {
            report.miss(scope.parts(of: sessions), problem)
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
        try ForeignDatabase(path).each("SELECT session_key FROM session_nodes NOT INDEXED") { row in
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

    private func addTranscripts(_ report: inout ImportReport) async throws {
        let order = try await database.read { _ in try TranscriptOrder(of: source()) }
        var next: Int? = 0
        var cut = order.cut
        while let place = next {
            try Task.checkCancellation()
            let piece = try await database.write { connection in
                var copier = TranscriptCopier(order, from: place, on: connection)
                try copier.copy(source(), rows: Self.rowsAPiece, bytes: Self.bytesAPiece)
                return copier.piece
            }
            report.messages += piece.messages
            report.transcriptIDs.formUnion(piece.transcripts)
            report.knownIDs.formUnion(piece.known)
            report.skippedLines += piece.skipped
            cut.formUnion(piece.cut)
            next = piece.next
        }
        if let complaint = order.complaint {
            report.add(
                failure: "`\(path)`: \(complaint). What can be read came. \(ForeignDatabase.otherCopy)")
        }
        guard !cut.isEmpty else { return }
        let names = Self.list(cut.map(\.rawValue))
        report.add(
            failure:
                "Messages of \(cut.count) conversations in `\(path)` cannot be read, the rest of them came: \(names). "
                + ForeignDatabase.otherCopy)
    }

    /// Names in a sentence, the first few of them.
    private static func list(_ names: [String]) -> String {
        let shown = names.sorted().prefix(mostNames).map { "`\($0.singleLine)`" }.joined(separator: ", ")
        return names.count > mostNames ? shown + " and \(names.count - mostNames) more" : shown
    }

    private static let mostNames = 20

    // MARK: Entries

    /// Each session is a place, too, so that one that cannot be read keeps no other from being deleted for good.
    private func addSessions(_ scope: ImportScope) async throws -> ImportReport {
        try await database.write { connection in
            let intake = SessionIntake(connection: connection, agent: agent)
            var report = ImportReport()
            var unreadable: [String] = []
            let source = try source()
            let complaint = try source.open(table: "session_nodes")
            try source.each(
                "SELECT session_key, current_session_id, entry_json, label, display_name FROM session_nodes NOT INDEXED"
            ) { row in
                let spelling = row.text(0)
                guard scope.includes("\(sessions)/\(spelling)") else { return true }
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
                let transcript = row.optionalID(1, as: SessionID.self)
                report.add(try intake.add(object, key: key, transcript: transcript), of: key)
                return true
            }
            if let failure = source.told(complaint) { report.add(failure: failure) }
            if !unreadable.isEmpty, takesDamaged {
                report.add(
                    failure:
                        "What `\(path)` says of \(unreadable.count) sessions is damaged, they came without their settings: "
                        + "\(Self.list(unreadable))")
            } else if !unreadable.isEmpty {
                report.miss(Set(unreadable.map { "\(sessions)/\($0)" }), damaged(unreadable))
            }
            return report
        }
    }

    private func damaged(_ keys: [String]) -> ImportProblem {
        ImportProblem(
            "\(keys.count) sessions in `\(path)` were left out, what it says of them is damaged: \(Self.list(keys)). "
                + "Put back a copy of it, and they are read. Where there is none, `openclaw migrate --damaged` takes what "
                + "can be read")
    }

    private func source() throws(ImportProblem) -> ForeignDatabase {
        try ForeignDatabase(path, takesDamaged: takesDamaged)
    }

    /// Logins that older versions kept in `auth-profiles.json`.
    ///
    /// They stay as they are, under `auth.profiles.<agent>`.
    private func keepCredentials() async throws -> String? {
        try await database.write { connection in
            let source = try source()
            guard try source.has(table: "auth_profile_store") else { return nil }
            let complaint = try source.open(table: "auth_profile_store")
            try source.each(
                "SELECT store_json FROM auth_profile_store NOT INDEXED WHERE store_key = 'primary'"
            ) { row in
                guard let store = try source.json(row, 0), store["profiles"]?.objectValue?.isEmpty == false
                else {
                    return true
                }
                try MetaTable(connection: connection).set(LoginTable.prefix + agent, store.text)
                return true
            }
            return source.told(complaint)
        }
    }
}
