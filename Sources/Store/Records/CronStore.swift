package import Core

/// A scheduled job as OpenClaw writes it: what it is in `document`, how it went in `state`.
package struct CronRow: Sendable, Hashable {
    package var id: String
    package var name: String
    package var isEnabled: Bool
    package var agent: AgentID?
    package var document: JSON
    package var state: JSON
    package var updatedAt: Timestamp

    package init(
        id: String, name: String, isEnabled: Bool, agent: AgentID? = nil, document: JSON, state: JSON = [:],
        updatedAt: Timestamp = .now
    ) {
        self.id = id
        self.name = name
        self.isEnabled = isEnabled
        self.agent = agent
        self.document = document
        self.state = state
        self.updatedAt = updatedAt
    }
}

/// One run of a scheduled job.
package struct CronRun: Sendable, Hashable {
    package var job: String
    package var at: Timestamp
    package var document: JSON

    package init(job: String, at: Timestamp, document: JSON) {
        self.job = job
        self.at = at
        self.document = document
    }
}

/// Scheduled jobs and their runs.
package struct CronStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// All jobs in the order they were added.
    package func jobs() async throws -> [CronRow] {
        try await database.read { try CronTable(connection: $0).jobs() }
    }

    package func save(_ job: CronRow) async throws {
        try await database.write { try CronTable(connection: $0).save(job) }
    }

    /// False when there was no such job.
    package func remove(_ id: String) async throws -> Bool {
        try await database.write { try $0.run("DELETE FROM cron_jobs WHERE job_id = ?", id) > 0 }
    }

    package func addRun(_ run: CronRun) async throws {
        try await database.write { try CronTable(connection: $0).add(run) }
    }

    /// Runs of one job or all, newest first.
    package func runs(job: String? = nil, limit: Int = 200) async throws -> [CronRun] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT job_id, at, document FROM cron_runs WHERE (? IS NULL OR job_id = ?)
                ORDER BY at DESC, id DESC LIMIT ?
                """, job, job, limit
            ) { CronRun(job: $0.text(0), at: $0.timestamp(1), document: $0.json(2) ?? .null) }
        }
    }
}

/// Reads and writes the schedule's rows, inside a transaction that somebody else holds.
struct CronTable {
    let connection: Connection

    func jobs() throws -> [CronRow] {
        try connection.rows(
            "SELECT job_id, name, enabled, agent, document, state, updated_at FROM cron_jobs ORDER BY position, job_id"
        ) { row in
            CronRow(
                id: row.text(0), name: row.text(1), isEnabled: row.bool(2), agent: row.optionalID(3),
                document: row.json(4) ?? .null, state: row.json(5) ?? [:], updatedAt: row.timestamp(6))
        }
    }

    func save(_ job: CronRow) throws {
        try connection.run(
            """
            INSERT INTO cron_jobs (job_id, position, name, enabled, agent, document, state, updated_at)
            VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM cron_jobs), ?, ?, ?, ?, ?, ?)
            ON CONFLICT (job_id) DO UPDATE SET name = excluded.name, enabled = excluded.enabled,
                agent = excluded.agent, document = excluded.document, state = excluded.state,
                updated_at = excluded.updated_at
            """, job.id, job.name, job.isEnabled, job.agent, job.document, job.state, job.updatedAt)
    }

    func add(_ run: CronRun) throws {
        try connection.run(
            "INSERT INTO cron_runs (job_id, at, document) VALUES (?, ?, ?)", run.job, run.at, run.document)
    }
}
