package import Core

/// Tokens of one model request, for the sums of a day.
package struct UsageRecord: Sendable {
    package var at: Timestamp
    package var provider: String
    package var model: String
    /// What asked: `chat`, `cron`, `heartbeat`, `api`.
    package var source: String
    package var agent: AgentID?
    package var usage: Usage

    package init(
        at: Timestamp = .now, provider: String, model: String, source: String, agent: AgentID? = nil,
        usage: Usage
    ) {
        self.at = at
        self.provider = provider
        self.model = model
        self.source = source
        self.agent = agent
        self.usage = usage
    }
}

/// The sums of one day for one model, source and agent.
package struct UsageDay: Sendable, Hashable {
    /// `2026-02-17`, in UTC.
    package var day: String
    package var provider: String
    package var model: String
    package var source: String
    package var agent: AgentID?
    package var requests: Int
    package var usage: Usage
}

/// Adds up tokens and costs, a row a day, model, source and agent.
package struct UsageStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    package func add(_ records: [UsageRecord]) async throws {
        try await database.write { try UsageTable(connection: $0).add(records) }
    }

    /// All sums from one day to another, both included, oldest first.
    package func days(from: String, to: String) async throws -> [UsageDay] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT \(UsageTable.columns) FROM usage WHERE day >= ? AND day <= ?
                ORDER BY day, provider, model, source, agent
                """, from, to, map: UsageTable.day)
        }
    }

    /// What one source, or all, has used since midnight UTC.
    package func today(source: String? = nil, now: Timestamp = .now) async throws -> Usage {
        let day = now.utcDay
        return try await days(from: day, to: day)
            .filter { source == nil || $0.source == source }
            .reduce(into: Usage()) { $0.add($1.usage) }
    }
}

/// Reads and writes rows of `usage`, inside a transaction that somebody else holds.
struct UsageTable {
    let connection: Connection

    static let columns = """
        day, provider, model, source, agent, requests, input, output, cache_read, cache_write, cost_input,
        cost_output, cost_cache_read, cost_cache_write
        """

    func add(_ records: [UsageRecord]) throws {
        for record in records { try add(record) }
    }

    private func add(_ record: UsageRecord) throws {
        let usage = record.usage
        let cost = usage.cost ?? Usage.Cost()
        try connection.run(
            """
            INSERT INTO usage (\(Self.columns)) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (day, provider, model, source, agent) DO UPDATE SET
                requests = usage.requests + 1, input = usage.input + excluded.input,
                output = usage.output + excluded.output, cache_read = usage.cache_read + excluded.cache_read,
                cache_write = usage.cache_write + excluded.cache_write,
                cost_input = usage.cost_input + excluded.cost_input,
                cost_output = usage.cost_output + excluded.cost_output,
                cost_cache_read = usage.cost_cache_read + excluded.cost_cache_read,
                cost_cache_write = usage.cost_cache_write + excluded.cost_cache_write
            """,
            record.at.utcDay, record.provider, record.model, record.source, record.agent?.rawValue ?? "",
            usage.input,
            usage.output, usage.cacheRead, usage.cacheWrite, cost.input, cost.output, cost.cacheRead,
            cost.cacheWrite)
    }

    static func day(from row: Row) -> UsageDay {
        let cost = Usage.Cost(
            input: row.double(10), output: row.double(11), cacheRead: row.double(12),
            cacheWrite: row.double(13))
        let agent = row.text(4)
        return UsageDay(
            day: row.text(0), provider: row.text(1), model: row.text(2), source: row.text(3),
            agent: agent.isEmpty ? nil : AgentID(agent), requests: row.int(5),
            usage: Usage(
                input: row.int(6), output: row.int(7), cacheRead: row.int(8), cacheWrite: row.int(9),
                cost: cost.total > 0 ? cost : nil))
    }
}

extension Usage {
    /// Adds another request's tokens and cost.
    mutating func add(_ other: Usage) {
        input += other.input
        output += other.output
        cacheRead += other.cacheRead
        cacheWrite += other.cacheWrite
        guard let more = other.cost else { return }
        let sum = cost ?? Cost()
        cost = Cost(
            input: sum.input + more.input, output: sum.output + more.output,
            cacheRead: sum.cacheRead + more.cacheRead, cacheWrite: sum.cacheWrite + more.cacheWrite)
    }
}
