package import Core

/// Takes over an existing OpenClaw state directory, once.
///
/// Nothing of the original is changed or removed.
///
/// Newer stores come first, so that what was taken over from older files by the original itself is not taken twice.
/// Everything is read in pieces; after a crash in the middle, finished transcripts stay and the rest is read again.
package struct StateImport: Sendable {
    private let folder: Folder
    private let database: Database

    /// In `meta`, once everything is in.
    private static let marker = "import.openclaw"

    package init(stateDirectory: String, database: Database) {
        folder = Folder(path: stateDirectory)
        self.database = database
    }

    /// Nil when there is nothing to import, or when it was done before.
    ///
    /// `keepingApprovals` gets the content of `exec-approvals.json`, where the original has it in its database, before the
    /// import counts as done: when it throws, or the process dies in it, the next run tries again.
    package func run(
        now: Timestamp = .now, keepingApprovals: @MainActor (String) throws -> Void = { _ in }
    ) async throws -> ImportReport? {
        let meta = MetaStore(database)
        guard try await meta.value(Self.marker) == nil else { return nil }
        try await database.write { try TranscriptIntake.dropUnfinished(on: $0) }
        var report = ImportReport()
        for part in parts(now: now) { report.add(try await part()) }
        guard !report.sources.isEmpty else { return nil }
        if let text = report.approvals { try await keepingApprovals(text) }
        try await meta.set(Self.marker, Self.record(report, at: now))
        return report
    }

    private func parts(now: Timestamp) -> [@Sendable () async throws -> ImportReport] {
        let agents = folder["agents"]
        let names = agents.names
        var parts: [@Sendable () async throws -> ImportReport] = []
        for agent in names {
            let name = "agents/\(agent)/agent/openclaw-agent.sqlite"
            guard Folder.isFile(folder.file(name)) else { continue }
            let part = AgentDatabaseImport(
                path: folder.file(name), agent: agent, name: name, database: database)
            parts.append(part.run)
        }
        let state = "state/openclaw.sqlite"
        if Folder.isFile(folder.file(state)) {
            parts.append(StateDatabaseImport(path: folder.file(state), name: state, database: database).run)
        }
        for agent in names {
            let part = AgentFilesImport(
                folder: agents[agent]["sessions"], agent: agent, name: "agents/\(agent)/sessions",
                database: database)
            parts.append(part.run)
        }
        let files = StateFilesImport(folder: folder, database: database)
        parts.append { try await files.run(now: now) }
        return parts
    }

    private static func record(_ report: ImportReport, at now: Timestamp) -> String {
        var object: JSONObject = ["at": now.json, "sources": JSON(report.sources)]
        for (name, count) in report.counts { object[name] = JSON(count) }
        object["problems"] = JSON(report.problems)
        return JSON.object(object).text
    }
}
