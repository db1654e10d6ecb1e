import Core

/// One named change of the tables.
///
/// Once released it is never edited; another one is appended.
struct Migration: Sendable {
    let name: String
    /// Whether all works without it, only slower: what the disk refuses of it is left to a later start.
    let mayWait: Bool
    let run: @Sendable (Connection) throws -> Void

    /// A step made of statements.
    init(_ name: String, mayWait: Bool = false, _ statements: [String]) {
        self.name = name
        self.mayWait = mayWait
        run = { connection in
            for statement in statements { try connection.run(statement) }
        }
    }
}

/// Brings a database up to date, each step in a transaction of its own, and refuses one that a newer program has written.
struct Migrator {
    let steps: [Migration]

    init(steps: [Migration]) {
        precondition(Set(steps.map(\.name)).count == steps.count, "Two migrations have the same name.")
        self.steps = steps
    }

    /// `makeRoom` is asked when the disk is full; true: another attempt may succeed.
    func run(on connection: Connection, makingRoom makeRoom: () -> Bool = { false }) throws {
        let done = try appliedNames(connection)
        let unknown = done.subtracting(steps.map(\.name)).sorted()
        guard unknown.isEmpty else {
            throw StoreError.newerDatabase(path: connection.path, unknownMigrations: unknown)
        }
        for step in steps where !done.contains(step.name) {
            do {
                try apply(step, to: connection, makeRoom)
            } catch let error as StoreError where step.mayWait && error.isOfTheDisk {
                continue
            }
        }
    }

    private func apply(_ step: Migration, to connection: Connection, _ makeRoom: () -> Bool) throws {
        while true {
            do {
                return try apply(step, to: connection)
            } catch StoreError.full where !step.mayWait && makeRoom() {
                continue
            }
        }
    }

    private func appliedNames(_ connection: Connection) throws -> Set<String> {
        let exists = try connection.first(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
        ) {
            _ in true
        }
        guard exists == true else { return [] }
        return Set(try connection.rows("SELECT name FROM migrations") { $0.text(0) })
    }

    private func apply(_ step: Migration, to connection: Connection) throws {
        try connection.run("BEGIN IMMEDIATE")
        do {
            try connection.run(
                "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)")
            try step.run(connection)
            try connection.run(
                "INSERT INTO migrations (name, applied_at) VALUES (?, ?)", step.name, Timestamp.now)
            try connection.run("COMMIT")
        } catch {
            if connection.isInTransaction { _ = try? connection.run("ROLLBACK") }
            throw error
        }
    }
}
