package import Core

/// What came of orders that clients gave, by the key that is the same for every repetition of one.
package struct ReceiptStore: Sendable {
    package let database: Database

    /// A client that repeats an order does so within minutes; older ones go first.
    private static let mostReceipts = 1000
    /// Longest key that is kept.
    private static let mostKeyBytes = 1024

    package init(_ database: Database) { self.database = database }

    /// How an order stands that may have been given before.
    package enum Standing: Sendable, Hashable {
        case new
        /// It was begun, and what became of it was never written.
        case begun
        case done(JSON)
    }

    /// Notes that an order is about to be carried out, unless it was noted before.
    package func begin(_ key: String, at now: Timestamp = .now) async throws -> Standing {
        guard key.utf8.count <= Self.mostKeyBytes else { return .new }
        return try await database.write { connection in
            let known = try connection.first("SELECT receipt FROM receipts WHERE key = ?", key) { row in
                row.json(0).map(Standing.done) ?? .begun
            }
            if let known { return known }
            try connection.run("INSERT INTO receipts (key, begun_at) VALUES (?, ?)", key, now)
            try connection.run(
                "DELETE FROM receipts WHERE id <= ?", connection.lastInsertedID - Int64(Self.mostReceipts))
            return .new
        }
    }

    /// Writes what came of an order.
    package func finish(_ key: String, _ receipt: JSON) async throws {
        try await database.record { connection in
            try connection.run("UPDATE receipts SET receipt = ? WHERE key = ?", receipt, key)
        }
    }

    /// Nothing came of an order, or nothing that matters: it may be given again.
    package func forget(_ key: String) async throws {
        try await database.write { connection in
            try connection.run("DELETE FROM receipts WHERE key = ?", key)
        }
    }
}
