import Core

/// Reads and writes rows of `sessions`, inside a transaction that somebody else holds.
struct SessionTable {
    let connection: Connection

    /// In the order that `entry(from:)` reads them.
    static let columns = """
        s.session_key, s.session_id, s.created_at, s.updated_at, s.label, s.display_name, s.subject, s.channel,
        s.chat_type, s.spawned_by, s.thinking_level, s.verbose_level, s.reasoning_level, s.send_policy,
        s.provider_override, s.model_override, s.model_provider, s.model, s.input_tokens, s.output_tokens,
        s.total_tokens, s.context_tokens, s.system_sent, s.aborted_last_run, s.extra
        """
    static let columnCount: Int32 = 25

    func entry(_ key: SessionKey) throws -> SessionEntry? {
        try connection.first(
            "SELECT \(Self.columns) FROM sessions s WHERE s.session_key = ?", key, map: Self.entry)
    }

    /// The entry, created with a new transcript when the key is new.
    func ensure(_ key: SessionKey, at now: Timestamp = .now) throws -> SessionEntry {
        if let entry = try entry(key) { return entry }
        let entry = SessionEntry(key: key, updatedAt: now)
        try save(entry)
        return entry
    }

    /// Throws `.sendingDenied` where the owner wants no messages from clients.
    func checkSendPolicy(_ key: SessionKey) throws {
        let policy = try connection.first("SELECT send_policy FROM sessions WHERE session_key = ?", key) {
            $0.optionalText(0)
        }
        if policy == "deny" { throw StoreError.sendingDenied }
    }

    /// Keeps where a session is talked in; of most messages nothing of that is new.
    func note(_ whereabouts: SessionWhereabouts, of key: SessionKey, at now: Timestamp) throws {
        let known = try entry(key)
        var entry = known ?? SessionEntry(key: key, updatedAt: now)
        entry.note(whereabouts)
        if entry != known { try save(entry) }
    }

    func touch(_ key: SessionKey, at now: Timestamp) throws {
        try connection.run("UPDATE sessions SET updated_at = ? WHERE session_key = ?", now, key)
    }

    func save(_ entry: SessionEntry) throws {
        try connection.run(
            """
            INSERT INTO sessions (session_key, session_id, created_at, updated_at, label, display_name, subject, channel,
                chat_type, spawned_by, thinking_level, verbose_level, reasoning_level, send_policy, provider_override,
                model_override, model_provider, model, input_tokens, output_tokens, total_tokens, context_tokens,
                system_sent, aborted_last_run, extra, agent, search_text)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (session_key) DO UPDATE SET session_id = excluded.session_id,
                created_at = excluded.created_at, updated_at = excluded.updated_at, label = excluded.label,
                display_name = excluded.display_name, subject = excluded.subject, channel = excluded.channel,
                chat_type = excluded.chat_type, spawned_by = excluded.spawned_by,
                thinking_level = excluded.thinking_level, verbose_level = excluded.verbose_level,
                reasoning_level = excluded.reasoning_level, send_policy = excluded.send_policy,
                provider_override = excluded.provider_override, model_override = excluded.model_override,
                model_provider = excluded.model_provider, model = excluded.model,
                input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
                total_tokens = excluded.total_tokens, context_tokens = excluded.context_tokens,
                system_sent = excluded.system_sent, aborted_last_run = excluded.aborted_last_run,
                extra = excluded.extra, agent = excluded.agent, search_text = excluded.search_text
            """,
            entry.key, entry.sessionID, entry.createdAt, entry.updatedAt, entry.label, entry.displayName,
            entry.subject, entry.channel, entry.chatType, entry.spawnedBy, entry.thinkingLevel,
            entry.verboseLevel,
            entry.reasoningLevel, entry.sendPolicy, entry.modelOverride?.provider, entry.modelOverride?.model,
            entry.modelProvider, entry.model, entry.inputTokens, entry.outputTokens, entry.totalTokens,
            entry.contextTokens, entry.systemSent, entry.abortedLastRun,
            entry.extra.isEmpty ? nil : JSON.object(entry.extra), entry.key.agent?.rawValue ?? "",
            Self.searchText(entry))
    }

    /// Lower case by Unicode's rules, which SQLite does not know: people search for `Östersund` too.
    private static func searchText(_ entry: SessionEntry) -> String {
        [entry.displayName, entry.label, entry.subject, entry.sessionID.rawValue, entry.key.rawValue]
            .compactMap { $0 }.joined(separator: "\n").lowercased()
    }

    static func entry(from row: Row) -> SessionEntry {
        var entry = SessionEntry(key: row.id(0), sessionID: row.id(1), updatedAt: row.timestamp(3))
        entry.createdAt = row.timestamp(2)
        entry.label = row.optionalText(4)
        entry.displayName = row.optionalText(5)
        entry.subject = row.optionalText(6)
        entry.channel = row.optionalText(7)
        entry.chatType = row.optionalText(8)
        entry.spawnedBy = row.optionalText(9)
        entry.thinkingLevel = row.optionalText(10)
        entry.verboseLevel = row.optionalText(11)
        entry.reasoningLevel = row.optionalText(12)
        entry.sendPolicy = row.optionalText(13)
        if let provider = row.optionalText(14), let model = row.optionalText(15) {
            entry.modelOverride = ModelReference(provider: provider, model: model)
        }
        entry.modelProvider = row.optionalText(16)
        entry.model = row.optionalText(17)
        entry.inputTokens = row.optionalInt(18)
        entry.outputTokens = row.optionalInt(19)
        entry.totalTokens = row.optionalInt(20)
        entry.contextTokens = row.optionalInt(21)
        entry.systemSent = row.bool(22)
        entry.abortedLastRun = row.bool(23)
        entry.extra = row.json(24)?.objectValue ?? [:]
        return entry
    }
}
