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
            // Logins that cannot be read are not written over: the others among them would be gone.
            var store: JSONObject = ["version": 1]
            if let text = try table.value(name) {
                guard let kept = try? JSON.parse(text).objectValue else {
                    throw StoreError.damaged(path: connection.path, detail: "`\(name)` cannot be read")
                }
                store = kept
            }
            var profiles = store["profiles"]?.objectValue ?? [:]
            profiles[id] = profile
            store["profiles"] = .object(profiles)
            try table.set(name, JSON.object(store).text)
        }
    }
}
