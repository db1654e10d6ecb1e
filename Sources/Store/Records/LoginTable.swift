package import Core

/// The logins at model vendors, in `meta` under `auth.profiles.<agent>`.
@MainActor
package struct LoginTable: LoginBook {
    /// What the names of its rows begin with.
    nonisolated static let prefix = "auth.profiles."

    private let database: Database

    package init(_ database: Database) { self.database = database }

    package func all() async throws -> [LoginStore] {
        try await database.read { connection in
            try connection.rows(
                "SELECT name, value FROM meta WHERE substr(name, 1, ?) = ? ORDER BY name",
                Self.prefix.utf8.count, Self.prefix
            ) { row in
                let agent = AgentID(String(row.text(0).dropFirst(Self.prefix.count)))
                return LoginStore(agent: agent, json: row.json(1) ?? .null)
            }
        }
    }

    package func save(_ profile: JSON, id: String, agent: AgentID) async throws {
        try await database.write { connection in
            let table = MetaTable(connection: connection)
            let name = Self.prefix + agent.rawValue
            var store = try table.value(name).flatMap { try? JSON.parse($0).objectValue } ?? ["version": 1]
            var profiles = store["profiles"]?.objectValue ?? [:]
            profiles[id] = profile
            store["profiles"] = .object(profiles)
            try table.set(name, JSON.object(store).text)
        }
    }
}
