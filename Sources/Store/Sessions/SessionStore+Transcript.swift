package import Core

extension SessionStore {
    /// Appends to a transcript.
    ///
    /// A user message whose idempotency key is there already is not added again.
    package func append(
        _ messages: [Message], to session: SessionID, run: RunID? = nil
    ) async throws -> [StoredPosition] {
        try await database.write { connection in
            var writer = try TranscriptWriter(session, run: run, on: connection)
            return try writer.append(messages)
        }
    }

    /// Appends to the transcript a key points at; nil when there is no such session.
    package func append(
        _ messages: [Message], session key: SessionKey, run: RunID? = nil
    ) async throws -> AppendedMessages? {
        try await database.write { connection in
            let table = SessionTable(connection: connection)
            guard var entry = try table.entry(key) else { return nil }
            var writer = try TranscriptWriter(entry.sessionID, run: run, on: connection)
            let positions = try writer.append(messages)
            entry.updatedAt = .now
            try table.touch(key, at: entry.updatedAt)
            return AppendedMessages(entry: entry, positions: positions)
        }
    }

    /// The newest messages before `before`, as stored.
    ///
    /// Reads these and no others from the disk.
    package func history(
        _ session: SessionID, limit: Int, before: Int64? = nil, maxBytes: Int = HistoryPage.mostBytes
    ) async throws -> HistoryPage {
        try await database.read { connection in
            try TranscriptReader(session, on: connection)?.page(
                limit: limit, before: before, maxBytes: maxBytes)
                ?? HistoryPage(messages: [], total: 0, hasMore: false, truncatedByBytes: false)
        }
    }

    /// The newest messages that fit in `maxBytes` of a model's window.
    ///
    /// They begin with a user message, and a tool's result comes only with its call. What people have asked in `turn`,
    /// when that is under way, is there in any case.
    package func tail(
        _ session: SessionID, maxBytes: Int, turn: RunID? = nil
    ) async throws -> TranscriptTail {
        try await database.read { connection in
            try TranscriptReader(session, on: connection)?.tail(maxBytes: maxBytes, turn: turn)
                ?? TranscriptTail()
        }
    }

    /// Puts a summary into a transcript in one transaction with what it cost; the session counts it.
    ///
    /// `tokens` are what the conversation has from here on, about.
    package func add(
        _ summary: CompactionMessage, to key: SessionKey, _ session: SessionID, run: RunID? = nil,
        tokens: Int, usage: [UsageRecord] = []
    ) async throws -> [StoredPosition] {
        try await database.write { connection in
            var writer = try TranscriptWriter(session, run: run, on: connection)
            let positions = try writer.append([.compaction(summary)])
            try UsageTable(connection: connection).add(usage)
            let table = SessionTable(connection: connection)
            if let entry = try table.entry(key) {
                _ = try table.change(entry) { entry in
                    entry.compactionCount += 1
                    entry.totalTokens = tokens
                }
            }
            return positions
        }
    }

    package func statistics(_ session: SessionID) async throws -> TranscriptStatistics? {
        try await database.read { connection in
            try TranscriptSummary.find(session, on: connection)?.statistics
        }
    }

    /// Keeps the newest `keeping` messages; nil when there is no such transcript.
    package func compact(_ session: SessionID, keeping: Int) async throws -> CompactedTranscript? {
        try await database.write { try TranscriptCleanup(connection: $0).compact(session, keeping: keeping) }
    }
}

/// Where new messages went.
package struct AppendedMessages: Sendable {
    package var entry: SessionEntry
    package var positions: [StoredPosition]
}
