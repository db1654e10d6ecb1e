package import Core

extension Database {
    /// Removes what has outlived its use.
    ///
    /// Call it about once an hour.
    package func prune(now: Timestamp = .now) async throws -> PruneReport {
        var report = PruneReport()
        for rule in PruneRule.small {
            report.removed += try await write { try rule.apply(on: $0, at: now) }
        }
        for rule in PruneRule.growing {
            while case let removed = try await write({ try rule.removePiece(on: $0, at: now) }), removed > 0 {
                report.removed += removed
            }
        }
        while try await write({ try TranscriptCleanup(connection: $0).removePiece() }) { report.removed += 1 }
        return report
    }

    /// Removes what has outlived its use, and cuts off the log.
    ///
    /// The file does not shrink; the pages that are free in it are used before it grows.
    package func giveBack(now: Timestamp = .now) async throws {
        _ = try await prune(now: now)
        try await submit(.upkeep) { connection in
            _ = try connection.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) }
        }
    }

    /// Writes a few bytes, to see whether that is possible.
    package func tryToWrite(now: Timestamp = .now) async throws {
        try await write { try MetaTable(connection: $0).set("volume.tried", "\(now.milliseconds)") }
    }

    /// What is wrong with the file; empty when nothing is.
    ///
    /// Reads everything, so it takes its time.
    package func check() async throws -> [String] {
        try await read { connection in
            let problems = try connection.rows("PRAGMA integrity_check(20)") { $0.text(0) }
            let orphans = try connection.rows("PRAGMA foreign_key_check") {
                "\($0.text(0)) row \($0.int64(1))"
            }
            return problems.filter { $0 != "ok" } + orphans
        }
    }

    /// The size of the database in bytes, without its log.
    package func size() async throws -> Int64 {
        try await read { connection in
            let pages = try connection.first("PRAGMA page_count") { $0.int64(0) } ?? 0
            return pages * (try connection.first("PRAGMA page_size") { $0.int64(0) } ?? 0)
        }
    }
}

/// What a round of pruning has removed.
package struct PruneReport: Sendable, Hashable {
    package var removed = 0
}

/// What a table may keep: rows younger than an age, and no more than a number of them.
private struct PruneRule: Sendable {
    let table: String
    /// The rows that may go.
    var condition = "1 = 1"
    let moment: String
    let age: Duration
    let most: Int

    /// Rows removed at once: a few milliseconds of work.
    private static let piece = 200

    /// Tables of a few pages, which may be read whole.
    static let small = [
        PruneRule(table: "cooldowns", moment: "until", age: .seconds(86_400), most: 1_000),
        // The original keeps a pairing request for an hour.
        PruneRule(table: "pairing_requests", moment: "last_seen_at", age: .seconds(3_600), most: 200),
    ]

    /// Tables whose rows are numbered as they come, so that the oldest are found without an index.
    ///
    /// Platforms repeat a message for a day at most; two weeks also cover a machine that was off.
    /// Counts bound the file: an answered message leaves about 300 bytes, a sent part what was said.
    static let growing = [
        PruneRule(
            table: "inbox", condition: "finished_at IS NOT NULL", moment: "finished_at",
            age: .seconds(14 * 86_400),
            most: 50_000),
        PruneRule(
            table: "outbox", condition: "finished_at IS NOT NULL", moment: "finished_at",
            age: .seconds(2 * 86_400),
            most: 5_000),
        PruneRule(table: "overheard", moment: "heard_at", age: .seconds(14 * 86_400), most: 10_000),
        PruneRule(table: "cron_runs", moment: "at", age: .seconds(90 * 86_400), most: 5_000),
    ]

    func apply(on connection: Connection, at now: Timestamp) throws -> Int {
        let old = try connection.run(
            "DELETE FROM \(table) WHERE \(condition) AND \(moment) <= ?", oldest(at: now))
        let many = try connection.run(
            """
            DELETE FROM \(table) WHERE \(condition) AND \(moment) <
                (SELECT \(moment) FROM \(table) WHERE \(condition) ORDER BY \(moment) DESC LIMIT 1 OFFSET ?)
            """, most - 1)
        return old + many
    }

    /// Looks at the rows that came first; 0 when all of them stay.
    func removePiece(on connection: Connection, at now: Timestamp) throws -> Int {
        try connection.run(
            """
            DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE \(condition) ORDER BY id LIMIT ?)
                AND (\(moment) <= ? OR id <= (SELECT max(id) FROM \(table)) - ?)
            """, Self.piece, oldest(at: now), most)
    }

    private func oldest(at now: Timestamp) -> Timestamp {
        Timestamp(milliseconds: now.milliseconds - age.milliseconds)
    }
}
