/// Single values by name.
package struct MetaStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    package func value(_ name: String) async throws -> String? {
        try await database.read { try MetaTable(connection: $0).value(name) }
    }

    /// Nil removes it.
    package func set(_ name: String, _ value: String?) async throws {
        try await database.write { try MetaTable(connection: $0).set(name, value) }
    }
}

/// Reads and writes rows of `meta`, inside a transaction that somebody else holds.
struct MetaTable {
    let connection: Connection

    func value(_ name: String) throws -> String? {
        try connection.first("SELECT value FROM meta WHERE name = ?", name) { $0.text(0) }
    }

    func set(_ name: String, _ value: String?) throws {
        guard let value else {
            try connection.run("DELETE FROM meta WHERE name = ?", name)
            return
        }
        try connection.run(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name, value)
    }
}
