package import Core

extension SessionStore {
    /// The sessions that match, newest first.
    package func list(_ filter: SessionFilter = SessionFilter()) async throws -> SessionList {
        try await database.read { connection in
            let query = SessionQuery(filter)
            let total = try query.count(on: connection)
            return SessionList(rows: try query.rows(on: connection), total: total)
        }
    }

    /// One session as a list shows it.
    package func row(_ key: SessionKey) async throws -> SessionRow? {
        try await database.read { connection in
            try connection.first(
                "SELECT \(SessionQuery.columns) WHERE s.session_key = ?", key, map: SessionQuery.row)
        }
    }
}

/// A filter as SQL.
///
/// Every condition stands in the text and is switched off by a null, so one statement serves all.
private struct SessionQuery {
    let filter: SessionFilter
    /// The search as a pattern, in the case of `search_text`.
    let pattern: String?

    init(_ filter: SessionFilter) {
        self.filter = filter
        pattern = filter.search.flatMap { text in
            let words = text.lowercased()
            return words.isEmpty ? nil : "%" + Self.escaped(words) + "%"
        }
    }

    static let columns = """
        \(SessionTable.columns), t.first_text, t.last_text, t.message_count
        FROM sessions s LEFT JOIN transcripts t ON t.session_id = s.session_id AND t.deleted_at IS NULL
        """

    private static let conditions = """
        WHERE (? IS NULL OR s.agent = ?) AND (? IS NULL OR s.label = ?) AND (? IS NULL OR s.spawned_by = ?)
            AND (? IS NULL OR s.updated_at >= ?) AND (? OR s.session_key <> 'global')
            AND (? OR s.session_key <> 'unknown') AND (? IS NULL OR s.search_text LIKE ? ESCAPE '\\')
        """

    func count(on connection: Connection) throws -> Int {
        try connection.first(
            "SELECT count(*) FROM sessions s \(Self.conditions)",
            filter.agent, filter.agent, filter.label, filter.label, filter.spawnedBy, filter.spawnedBy,
            filter.activeSince, filter.activeSince, filter.includeGlobal, filter.includeUnknown, pattern,
            pattern
        ) { $0.int(0) } ?? 0
    }

    func rows(on connection: Connection) throws -> [SessionRow] {
        try connection.rows(
            "SELECT \(Self.columns) \(Self.conditions) ORDER BY s.updated_at DESC, s.session_key LIMIT ? OFFSET ?",
            filter.agent, filter.agent, filter.label, filter.label, filter.spawnedBy, filter.spawnedBy,
            filter.activeSince, filter.activeSince, filter.includeGlobal, filter.includeUnknown, pattern,
            pattern,
            max(0, filter.limit ?? Int(Int32.max)), max(0, filter.offset), map: Self.row)
    }

    static func row(_ row: Row) -> SessionRow {
        let next = SessionTable.columnCount
        return SessionRow(
            entry: SessionTable.entry(from: row), firstUserText: row.optionalText(next),
            lastText: row.optionalText(next + 1), messageCount: row.int(next + 2))
    }

    /// `%` and `_` are letters here, not wildcards.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            if "%_\\".contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
