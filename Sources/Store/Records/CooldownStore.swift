package import Core

/// The models' cooldowns over restarts.
@MainActor
package struct CooldownStore: CooldownBook {
    private let database: Database

    package init(_ database: Database) { self.database = database }

    package func all() async throws -> [Cooldown] {
        let now = Timestamp.now
        return try await database.read { connection in
            try connection.rows(
                "SELECT credential, model, until, failures, reason FROM cooldowns WHERE until > ?", now
            ) { row in
                let model = row.text(1)
                return Cooldown(
                    credential: row.text(0), model: model.isEmpty ? nil : model, until: row.timestamp(2),
                    failures: row.int(3), reason: row.text(4))
            }
        }
    }

    package func save(_ cooldown: Cooldown) async throws {
        try await database.write { connection in
            try connection.run(
                """
                INSERT INTO cooldowns (credential, model, until, failures, reason) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (credential, model) DO UPDATE SET until = excluded.until,
                    failures = excluded.failures, reason = excluded.reason
                """, cooldown.credential, cooldown.model ?? "", cooldown.until, cooldown.failures,
                cooldown.reason)
        }
    }

    package func remove(credential: String, model: String?) async throws {
        try await database.write { connection in
            try connection.run(
                "DELETE FROM cooldowns WHERE credential = ? AND model = ?", credential, model ?? "")
        }
    }
}
