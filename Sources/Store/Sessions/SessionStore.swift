package import Core

/// Remembers sessions and their transcripts.
package struct SessionStore: Sendable {
    package let database: Database

    package init(_ database: Database) { self.database = database }

    package func entry(_ key: SessionKey) async throws -> SessionEntry? {
        try await database.read { try SessionTable(connection: $0).entry(key) }
    }

    /// Throws `.sendingDenied` where the session's `sendPolicy` is `deny`.
    package func checkSendPolicy(_ key: SessionKey) async throws {
        try await database.read { try SessionTable(connection: $0).checkSendPolicy(key) }
    }

    /// The entries that point at a transcript; usually one.
    package func entries(sessionID: SessionID) async throws -> [SessionEntry] {
        try await database.read { connection in
            try connection.rows(
                "SELECT \(SessionTable.columns) FROM sessions s WHERE s.session_id = ? ORDER BY s.session_key",
                sessionID, map: SessionTable.entry)
        }
    }

    /// The entry, created with a new transcript when the key is new.
    package func ensure(_ key: SessionKey) async throws -> SessionEntry {
        if let entry = try await entry(key) { return entry }
        return try await database.write { try SessionTable(connection: $0).ensure(key) }
    }

    /// Changes an entry, creating it when the key is new; a change that changes nothing is none.
    ///
    /// Labels are unique. Throws `.sessionChanged` where the key has another conversation than `expected`.
    package func patch(
        _ key: SessionKey, expecting expected: SessionID? = nil,
        _ change: @escaping @Sendable (inout SessionEntry) throws -> Void
    ) async throws -> SessionEntry {
        try await database.write { connection in
            let table = SessionTable(connection: connection)
            try table.check(key, is: expected)
            return try table.change(table.ensure(key), change)
        }
    }

    /// Changes an entry that exists; nil when there is none.
    package func update(
        _ key: SessionKey, _ change: @escaping @Sendable (inout SessionEntry) throws -> Void
    ) async throws -> SessionEntry? {
        try await database.write { connection in
            let table = SessionTable(connection: connection)
            return try table.entry(key).map { try table.change($0, change) }
        }
    }

    /// Gives the key a new, empty transcript.
    ///
    /// The old one stays readable by its id. `message` names who begins it anew: told again after a crash it does so no
    /// second time.
    package func reset(_ key: SessionKey, by message: String? = nil) async throws -> SessionEntry {
        try await database.write { connection in
            let table = SessionTable(connection: connection)
            let before = try table.ensure(key)
            if let message, before.begunBy == message { return before }
            var entry = before.reset()
            entry.begunBy = message
            try table.save(entry)
            return entry
        }
    }

    /// Removes the entry and its transcript; false when there was none.
    ///
    /// A transcript that is kept stays readable by its id. Throws `.sessionChanged` where the key has another
    /// conversation than `expected`.
    package func delete(
        _ key: SessionKey, expecting expected: SessionID? = nil, keepsTranscript: Bool = false
    ) async throws -> Bool {
        let wasThere = try await database.write { connection in
            let table = SessionTable(connection: connection)
            try table.check(key, is: expected)
            guard let entry = try table.entry(key) else { return false }
            try connection.run("DELETE FROM sessions WHERE session_key = ?", key)
            if !keepsTranscript {
                try TranscriptCleanup(connection: connection).markDeleted(entry.sessionID)
            }
            return true
        }
        // In pieces, so that others get their turn on the database.
        while try await database.write({ try TranscriptCleanup(connection: $0).removePiece() }) {}
        return wasThere
    }

    package func count() async throws -> Int {
        try await database.read { try $0.first("SELECT count(*) FROM sessions") { $0.int(0) } ?? 0 }
    }
}

extension SessionTable {
    func check(_ key: SessionKey, is expected: SessionID?) throws {
        if let expected, try entry(key)?.sessionID != expected { throw StoreError.sessionChanged }
    }

    func change(_ entry: SessionEntry, _ change: (inout SessionEntry) throws -> Void) throws -> SessionEntry {
        var changed = entry
        try change(&changed)
        changed.key = entry.key
        changed.updatedAt = entry.updatedAt
        guard changed != entry else { return entry }
        changed.updatedAt = .now
        if let label = changed.label, label != entry.label, try isTaken(label: label, by: entry.key) {
            throw StoreError.labelInUse(label)
        }
        try save(changed)
        return changed
    }

    /// Whether another session has the label.
    func isTaken(label: String, by key: SessionKey) throws -> Bool {
        try connection.first("SELECT 1 FROM sessions WHERE label = ? AND session_key <> ?", label, key) { _ in
            true
        }
            ?? false
    }
}
