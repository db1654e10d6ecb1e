package import Core

/// Takes over an existing OpenClaw state directory: each thing in it once, and what is new there each time.
///
/// Nothing of the original is changed or removed, and nothing that was said or deleted here since.
///
/// Newer stores come first, so that what was taken over from older files by the original itself is not taken twice.
/// Everything is read in pieces; after a crash in the middle, finished transcripts stay and the rest is read again. What
/// cannot be read is named, and remembered: it comes when it can be.
package struct StateImport: Sendable {
    private let folder: Folder
    private let database: Database
    /// Where the list of an agent's sessions is, when not at its usual place.
    private let sessionLists: [String: String]
    private let takesDamaged: Bool

    /// `sessionLists` has the files that `session.store` names, by agent; with `takesDamaged` damaged tables are read as
    /// far as they can be, and no second time.
    package init(
        stateDirectory: String, database: Database, sessionLists: [String: String] = [:],
        takesDamaged: Bool = false
    ) {
        folder = Folder(path: stateDirectory)
        self.takesDamaged = takesDamaged
        self.database = database
        self.sessionLists = sessionLists
    }

    /// Whether an earlier run has been through everything.
    package func isDone() async throws -> Bool {
        try await database.read { try ImportRecord.read($0) } != nil
    }

    /// The folder that was taken over before, when this one is no copy of it: it has conversations, and none of them is
    /// here.
    package func otherInstallation() async throws -> String? {
        let (record, hasTaken) = try await database.read {
            (try ImportRecord.read($0), try ImportRecord.hasTranscripts($0))
        }
        guard let from = record?.from, from != folder.realPath, hasTaken else { return nil }
        // `run` tells of what cannot be read.
        var unread = ImportReport()
        var said: [SessionID] = []
        for agent in agents(.everything, &unread) {
            said += files(of: agent).transcriptIDs
            said += try await database(of: agent).transcriptIDs()
        }
        let all = said
        let isKnown = try await database.read { connection in
            try all.contains {
                try TranscriptIntake.isKnown($0, on: connection)
                    || TranscriptIntake.isGone($0, on: connection)
            }
        }
        return all.isEmpty || isKnown ? nil : from
    }

    /// How many bytes of the original's files a run that tries all again would read: about what it adds to the database.
    ///
    /// Of a file that was read before only what it has grown by counts.
    package func weight() async throws -> Int64 {
        let places = places()
        return try await database.read { connection in
            let scope =
                try ImportRecord.read(connection)?.due(places, triesAgain: true, on: connection)
                ?? .everything
            let known = try ImportedTable(connection: connection).all(.place)
            return places.files.reduce(0) { sum, file in
                guard scope.includes(file.key) else { return sum }
                let before = known[file.key].flatMap { FoundFile.size(in: $0) } ?? 0
                return sum + max(file.value.size - before, 0)
            }
        }
    }

    /// Nil when there is nothing to import, or nothing more.
    ///
    /// After the first run only what is new, was written to or could not be read is read: at a start what may be readable by
    /// now, with `triesAgain` also what was broken and looks the same. A start with nothing to read opens no file.
    /// `keepingApprovals` gets the content of `exec-approvals.json`, where the original has it in its database, before the
    /// import counts as done: when it throws, or the process dies in it, the next run tries again. A cancelled one, too,
    /// goes on there.
    package func run(
        triesAgain: Bool = false, now: Timestamp = .now,
        keepingApprovals: @MainActor (String) throws -> Void = { _ in }
    ) async throws -> ImportReport? {
        // Looked at before it is read: what arrives meanwhile is due the next time.
        let places = places()
        let (record, scope) = try await database.read { connection in
            let record = try ImportRecord.read(connection)
            return (record, try record?.due(places, triesAgain: triesAgain, on: connection) ?? .everything)
        }
        guard !scope.isEmpty else { return nil }
        try await database.write { try TranscriptIntake.dropUnfinished(on: $0) }
        var report = try await takeOver(scope)
        report.isAgain = record != nil
        // The files may come later, with a volume that is copied over, or with rights.
        let isNothing = report.sources.isEmpty && report.broken.isEmpty
        if record == nil, isNothing { return report.isWhole ? nil : report }
        if !report.diverged.isEmpty { report.add(failure: try await told(report.diverged)) }
        if let text = report.approvals { try await keepingApprovals(text) }
        let whole = report
        let done = ImportRecord(whole, of: scope, in: folder, after: record, at: now)
        try await database.write { connection in
            try TranscriptIntake.dropUnfinished(on: connection)
            try done.save(connection)
            // Of an earlier release's import nothing says what the rest looked like.
            let isFirst = record?.knowsPlaces != true
            let table = ImportedTable(connection: connection)
            for (place, file) in places.files where isFirst || scope.includes(place) {
                if !whole.isOpen(place) { try table.set(.place, place, detail: file.looks) }
            }
        }
        return report
    }

    /// Conversations that went on at two places, in a sentence with what can be done.
    private func told(_ diverged: [String: SessionID]) async throws -> String {
        let names = try await database.read { connection in
            try diverged.map { place, session in
                let key = try connection.first(
                    "SELECT session_key FROM sessions WHERE session_id = ?", session
                ) { $0.text(0) }
                return key.map { "\($0) (\(place))" } ?? place
            }
        }
        return "\(names.count) conversations went on there, and here otherwise; they stay as they are here: "
            + "\(ImportReport.list(names)). To have one as it is there, delete it here, on the page, and take over once "
            + "more. To have both, and for the main session, which cannot be deleted, take the original over into another "
            + "state directory, with OPENCLAW_STATE_DIR"
    }

    /// Gives back the room of what a full disk has cut off: a transcript that has not come to its end.
    package func dropUnfinished() async throws {
        try await database.record { try TranscriptIntake.dropUnfinished(on: $0) }
        try await database.giveBack()
    }

    private func takeOver(_ scope: ImportScope) async throws -> ImportReport {
        var report = ImportReport()
        let agents = agents(scope, &report)
        var newer: [String: ImportReport] = [:]
        for agent in agents {
            let part = try await database(of: agent).run(scope)
            newer[agent] = part
            report.add(part)
        }
        let state = StateDatabaseImport(
            path: folder.file(Self.stateDatabase), name: Self.stateDatabase, database: database,
            takesDamaged: takesDamaged)
        report.add(try await state.run(scope))
        for agent in agents {
            try Task.checkCancellation()
            report.add(try await takeFiles(of: agent, scope, after: newer[agent] ?? ImportReport()))
        }
        if report.unread.contains(where: { RealPath.isInside($0, state.name) }) {
            for place in StateFilesImport.places { report.unread.formUnion(scope.parts(of: place)) }
        } else {
            report.add(try await StateFilesImport(folder: folder, database: database, scope: scope).run())
        }
        return report
    }

    private static let stateDatabase = "state/openclaw.sqlite"

    private func places() -> ImportPlaces {
        var places = ImportPlaces(folder)
        for agent in Set(sessionLists.keys).union(places.names(in: "agents")) {
            places.add(database(of: agent).name)
            files(of: agent).find(&places)
        }
        places.add(Self.stateDatabase)
        StateFilesImport.find(&places)
        return places
    }

    private func agents(_ scope: ImportScope, _ report: inout ImportReport) -> [String] {
        var names = Set(sessionLists.keys)
        do throws(ImportProblem) {
            if scope.reaches("agents") { names.formUnion(try folder["agents"].names()) }
        } catch {
            report.miss(scope.parts(of: "agents"), error)
        }
        return names.sorted()
    }

    private func database(of agent: String) -> AgentDatabaseImport {
        let name = "agents/\(agent)/agent/openclaw-agent.sqlite"
        return AgentDatabaseImport(
            path: folder.file(name), agent: agent, name: name, database: database,
            takesDamaged: takesDamaged)
    }

    private func files(of agent: String) -> AgentFilesImport {
        let sessions = folder["agents"][agent]["sessions"]
        return AgentFilesImport(
            state: folder, folder: sessions, agent: agent, name: "agents/\(agent)/sessions",
            list: sessionLists[agent] ?? sessions.file("sessions.json"), database: database)
    }

    /// An agent's older files, which wait for its database: that has the newer word, which `report` tells of.
    private func takeFiles(
        of agent: String, _ scope: ImportScope, after report: ImportReport
    ) async throws -> ImportReport {
        let files = files(of: agent)
        let places = files.places(in: scope)
        guard !places.isEmpty else { return ImportReport() }
        let newer = database(of: agent)
        var waiting = ImportReport()
        waiting.unread = places
        if newer.isWaiting(report) { return waiting }
        do {
            return try await files.run(scope, without: newer.content(scope, report))
        } catch let problem as ImportProblem {
            waiting.miss(places, problem)
            return waiting
        }
    }
}
