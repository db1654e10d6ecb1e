package import Core

/// The parts of replies that have to reach a platform, in the order they were written.
package struct OutboxStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Adds parts that belong to no turn.
    ///
    /// A turn's parts come with `SessionStore.complete`.
    package func add(_ parts: [NewOutboxPart], at now: Timestamp = .now) async throws -> [Int64] {
        try await database.write { try OutboxTable(connection: $0).add(parts, at: now) }
    }

    /// Parts whose time has come, oldest first.
    package func due(now: Timestamp = .now, limit: Int = 50) async throws -> [OutboxPart] {
        try await database.read { connection in
            try connection.rows(
                """
                SELECT \(OutboxTable.columns) FROM outbox
                WHERE finished_at IS NULL AND state = ? AND next_attempt_at <= ? ORDER BY id LIMIT ?
                """, OutboxState.waiting.rawValue, now, limit, map: OutboxTable.part)
        }
    }

    /// When the next waiting part is due.
    package func nextDue() async throws -> Timestamp? {
        try await database.read { connection in
            try connection.first(
                """
                SELECT next_attempt_at FROM outbox WHERE finished_at IS NULL AND state = ?
                ORDER BY next_attempt_at LIMIT 1
                """, OutboxState.waiting.rawValue
            ) { $0.timestamp(0) }
        }
    }

    /// Written before a part is handed to its platform.
    package func sending(_ id: Int64) async throws {
        try await database.write { connection in
            try connection.run(
                "UPDATE outbox SET state = ?, attempts = attempts + 1 WHERE id = ? AND finished_at IS NULL",
                OutboxState.sending.rawValue, id)
        }
    }

    package func sent(
        _ id: Int64, platformID: MessageID?, reason: String? = nil, at now: Timestamp = .now
    ) async throws {
        try await finish(id, .sent, platformID: platformID, reason: reason, at: now)
    }

    package func failed(_ id: Int64, reason: String, at now: Timestamp = .now) async throws {
        try await finish(id, .failed, platformID: nil, reason: reason, at: now)
    }

    /// Lets a part wait for another attempt.
    package func retry(_ id: Int64, at next: Timestamp, reason: String) async throws {
        try await database.write { connection in
            try connection.run(
                "UPDATE outbox SET state = ?, next_attempt_at = ?, reason = ? WHERE id = ? AND finished_at IS NULL",
                OutboxState.waiting.rawValue, next, reason, id)
        }
    }

    /// At start: parts that were being sent when the process died are now `.unknown`, and are returned to be looked up.
    package func recover() async throws -> [OutboxPart] {
        try await database.write { connection in
            try connection.run(
                "UPDATE outbox SET state = ? WHERE finished_at IS NULL AND state = ?",
                OutboxState.unknown.rawValue, OutboxState.sending.rawValue)
            return try connection.rows(
                "SELECT \(OutboxTable.columns) FROM outbox WHERE finished_at IS NULL AND state = ? ORDER BY id",
                OutboxState.unknown.rawValue, map: OutboxTable.part)
        }
    }

    /// Parts that have neither been sent nor given up.
    package func waitingCount() async throws -> Int {
        try await database.read { connection in
            try connection.first("SELECT count(*) FROM outbox WHERE finished_at IS NULL") { $0.int(0) } ?? 0
        }
    }

    private func finish(
        _ id: Int64, _ state: OutboxState, platformID: MessageID?, reason: String?, at now: Timestamp
    ) async throws {
        try await database.write { connection in
            try connection.run(
                """
                UPDATE outbox SET state = ?, platform_id = ?, reason = coalesce(?, reason), finished_at = ?
                WHERE id = ? AND finished_at IS NULL
                """, state.rawValue, platformID, reason, now, id)
        }
    }
}
