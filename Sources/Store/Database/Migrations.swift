/// All steps that ever changed the tables, oldest first.
///
/// Append; never edit a step that has been released.
///
/// The SQL keeps to what PostgreSQL also speaks, except for `INTEGER PRIMARY KEY`, which numbers rows by itself.
enum Migrations {
    static let all = [
        Migration("sessions", sessions),
        Migration("turns", turns),
        Migration("delivery", delivery),
        Migration("devices", devices),
        Migration("records", records),
        Migration("schedule", schedule),
        Migration("channels", channels),
        Migration("calls are known by the inbox", ["DROP TABLE idempotency"]),
        Migration("compactions", ["ALTER TABLE transcripts ADD COLUMN compaction_sequence BIGINT"]),
        Migration("receipts", receipts),
        Migration("turns of several messages", ["ALTER TABLE turns ADD COLUMN joined TEXT"]),
        Migration("overheard", overheard),
        Migration(
            "questions", mayWait: true,
            ["CREATE INDEX messages_asked ON messages (transcript, sequence) WHERE role = 'user'"]),
        Migration("bots", bots),
        Migration("imported", imported),
    ]

    /// A transcript has a number of its own, so that the index of its messages stays small.
    private static let sessions = [
        """
        CREATE TABLE sessions (
            session_key TEXT PRIMARY KEY, session_id TEXT NOT NULL, agent TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
            label TEXT, display_name TEXT, subject TEXT, channel TEXT, chat_type TEXT, spawned_by TEXT,
            thinking_level TEXT, verbose_level TEXT, reasoning_level TEXT, send_policy TEXT,
            provider_override TEXT, model_override TEXT, model_provider TEXT, model TEXT,
            input_tokens BIGINT, output_tokens BIGINT, total_tokens BIGINT, context_tokens BIGINT,
            system_sent BIGINT NOT NULL, aborted_last_run BIGINT NOT NULL, extra TEXT, search_text TEXT NOT NULL)
        """,
        "CREATE INDEX sessions_by_id ON sessions (session_id)",
        "CREATE INDEX sessions_by_label ON sessions (label) WHERE label IS NOT NULL",
        """
        CREATE TABLE transcripts (
            transcript INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE,
            first_sequence BIGINT NOT NULL, last_sequence BIGINT NOT NULL, message_count BIGINT NOT NULL,
            byte_count BIGINT NOT NULL, first_text TEXT, last_text TEXT, updated_at BIGINT NOT NULL, deleted_at BIGINT)
        """,
        """
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY, transcript BIGINT NOT NULL REFERENCES transcripts, sequence BIGINT NOT NULL,
            message_id TEXT NOT NULL, role TEXT NOT NULL, run TEXT, created_at BIGINT NOT NULL,
            idempotency_key TEXT, size BIGINT NOT NULL, json TEXT NOT NULL)
        """,
        "CREATE UNIQUE INDEX messages_in_order ON messages (transcript, sequence)",
        """
        CREATE UNIQUE INDEX messages_once ON messages (transcript, idempotency_key)
            WHERE idempotency_key IS NOT NULL
        """,
    ]

    /// Every index costs a page in each commit.
    ///
    /// `turns` has none: it holds only the turns that run.
    private static let turns = [
        """
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY, channel TEXT NOT NULL, account TEXT NOT NULL, message_id TEXT NOT NULL,
            session_key TEXT NOT NULL, run TEXT NOT NULL, state TEXT NOT NULL, fingerprint TEXT NOT NULL,
            message TEXT, outcome TEXT, received_at BIGINT NOT NULL, finished_at BIGINT)
        """,
        "CREATE UNIQUE INDEX inbox_once ON inbox (channel, account, message_id)",
        "CREATE INDEX inbox_unanswered ON inbox (id) WHERE finished_at IS NULL",
        """
        CREATE TABLE turns (
            id INTEGER PRIMARY KEY, run TEXT NOT NULL, session_key TEXT NOT NULL, session_id TEXT NOT NULL,
            inbox BIGINT, model TEXT, started_at BIGINT NOT NULL, attempt BIGINT NOT NULL, first_sequence BIGINT)
        """,
        """
        CREATE TABLE turn_steps (
            id INTEGER PRIMARY KEY, turn BIGINT NOT NULL REFERENCES turns ON DELETE CASCADE, step TEXT NOT NULL)
        """,
        "CREATE INDEX turn_steps_by_turn ON turn_steps (turn)",
    ]

    private static let delivery = [
        """
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, run TEXT NOT NULL, part BIGINT NOT NULL,
            channel TEXT NOT NULL, account TEXT NOT NULL, chat TEXT NOT NULL, thread TEXT,
            content TEXT NOT NULL, nonce TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, reason TEXT,
            platform_id TEXT, created_at BIGINT NOT NULL, next_attempt_at BIGINT NOT NULL, finished_at BIGINT)
        """,
        "CREATE UNIQUE INDEX outbox_once ON outbox (run, part)",
        "CREATE INDEX outbox_waiting ON outbox (next_attempt_at) WHERE finished_at IS NULL",
    ]

    /// The rows hold the documents of contract §8.1; only what is looked up has a column.
    private static let devices = [
        """
        CREATE TABLE pending_devices (
            request_id TEXT PRIMARY KEY, device_id TEXT NOT NULL, requested_at BIGINT NOT NULL, document TEXT NOT NULL)
        """,
        "CREATE TABLE paired_devices (device_id TEXT PRIMARY KEY, approved_at BIGINT NOT NULL, document TEXT NOT NULL)",
        """
        CREATE TABLE pairing_requests (
            channel TEXT NOT NULL, account TEXT NOT NULL, sender TEXT NOT NULL, code TEXT NOT NULL,
            created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL, meta TEXT, PRIMARY KEY (channel, account, sender))
        """,
        """
        CREATE TABLE allowed_senders (
            channel TEXT NOT NULL, account TEXT NOT NULL, sender TEXT NOT NULL, added_at BIGINT NOT NULL,
            PRIMARY KEY (channel, account, sender))
        """,
    ]

    private static let records = [
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """
        CREATE TABLE idempotency (
            scope TEXT NOT NULL, key TEXT NOT NULL, outcome TEXT, expires_at BIGINT NOT NULL, PRIMARY KEY (scope, key))
        """,
        "CREATE INDEX idempotency_by_time ON idempotency (expires_at)",
        """
        CREATE TABLE usage (
            day TEXT NOT NULL, provider TEXT NOT NULL, model TEXT NOT NULL, source TEXT NOT NULL, agent TEXT NOT NULL,
            requests BIGINT NOT NULL, input BIGINT NOT NULL, output BIGINT NOT NULL, cache_read BIGINT NOT NULL,
            cache_write BIGINT NOT NULL, cost_input DOUBLE PRECISION NOT NULL, cost_output DOUBLE PRECISION NOT NULL,
            cost_cache_read DOUBLE PRECISION NOT NULL, cost_cache_write DOUBLE PRECISION NOT NULL,
            PRIMARY KEY (day, provider, model, source, agent))
        """,
        """
        CREATE TABLE cooldowns (
            credential TEXT NOT NULL, model TEXT NOT NULL, until BIGINT NOT NULL, failures BIGINT NOT NULL,
            reason TEXT NOT NULL, PRIMARY KEY (credential, model))
        """,
    ]

    private static let schedule = [
        """
        CREATE TABLE cron_jobs (
            job_id TEXT PRIMARY KEY, position BIGINT NOT NULL, name TEXT NOT NULL, enabled BIGINT NOT NULL, agent TEXT,
            document TEXT NOT NULL, state TEXT NOT NULL, updated_at BIGINT NOT NULL)
        """,
        "CREATE TABLE cron_runs (id INTEGER PRIMARY KEY, job_id TEXT NOT NULL, at BIGINT NOT NULL, document TEXT NOT NULL)",
        "CREATE INDEX cron_runs_by_job ON cron_runs (job_id, at)",
    ]

    /// An order without a receipt was begun, and nobody knows what became of it.
    private static let receipts = [
        "CREATE TABLE receipts (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, receipt TEXT, begun_at BIGINT NOT NULL)"
    ]

    /// A chat without threads has an empty one; the rows of a chat are found by the index of what is unique.
    private static let overheard = [
        """
        CREATE TABLE overheard (
            id INTEGER PRIMARY KEY, channel TEXT NOT NULL, account TEXT NOT NULL, chat TEXT NOT NULL,
            thread TEXT NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL,
            heard_at BIGINT NOT NULL, UNIQUE (channel, account, chat, thread, message_id))
        """
    ]

    /// Which account each bot has had last; the rows of an account belong to that bot.
    private static let bots = [
        """
        CREATE TABLE channel_bots (
            channel TEXT NOT NULL, bot TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (channel, bot))
        """
    ]

    /// What came from an installation of the original, by its own ids.
    private static let imported = [
        """
        CREATE TABLE imported (
            kind TEXT NOT NULL, name TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (kind, name))
        """
    ]

    /// Parts are sent conversation by conversation, so that is how they are looked up.
    private static let channels = [
        "ALTER TABLE outbox ADD COLUMN tried_at BIGINT",
        "DROP INDEX outbox_waiting",
        "CREATE INDEX outbox_by_chat ON outbox (channel, account, chat, id) WHERE finished_at IS NULL",
        """
        CREATE TABLE channel_memory (
            channel TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            updated_at BIGINT NOT NULL, PRIMARY KEY (channel, account, name))
        """,
    ]
}
