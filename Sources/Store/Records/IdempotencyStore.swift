package import Core

/// What a call with a known key finds.
package enum IdempotencyClaim: Sendable, Hashable {
    case new
    case running
    case finished(JSON)
}

/// Remembers for some minutes which calls were made, so that a repeat gets the first one's answer.
package struct IdempotencyStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    /// Takes the key for the caller, unless somebody has it.
    package func claim(
        scope: String, key: String, now: Timestamp = .now, lifetime: Duration = .seconds(300)
    ) async throws -> IdempotencyClaim {
        try await database.write { connection in
            try connection.run("DELETE FROM idempotency WHERE expires_at <= ?", now)
            let known = try connection.first(
                "SELECT outcome FROM idempotency WHERE scope = ? AND key = ?", scope, key
            ) { $0.json(0).map { IdempotencyClaim.finished($0) } ?? .running }
            if let known { return known }
            try connection.run(
                "INSERT INTO idempotency (scope, key, expires_at) VALUES (?, ?, ?)", scope, key,
                now + lifetime)
            return .new
        }
    }

    package func finish(scope: String, key: String, outcome: JSON) async throws {
        try await database.write { connection in
            try connection.run(
                "UPDATE idempotency SET outcome = ? WHERE scope = ? AND key = ?", outcome, scope, key)
        }
    }

    /// Gives the key back, for a call that did nothing.
    package func release(scope: String, key: String) async throws {
        try await database.write { connection in
            try connection.run("DELETE FROM idempotency WHERE scope = ? AND key = ?", scope, key)
        }
    }
}
