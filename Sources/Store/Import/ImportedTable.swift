import Core

/// What was taken over, each thing by its own id: it comes once, and what is deleted here since stays away.
struct ImportedTable {
    let connection: Connection

    enum Kind: String {
        /// A file that was read, with what it looked like.
        case place
        /// With the number of its messages that are here.
        case transcript
        /// A place with a transcript, given as the detail, that says something else than it does here.
        case diverged
        /// A key with its transcript; the detail is whose list had it.
        case session
        case login, device, deviceRequest, pairingRequest, sender, job
    }

    /// False when it was taken over before.
    func note(_ kind: Kind, _ name: String, detail: String = "") throws -> Bool {
        try connection.run(
            "INSERT INTO imported (kind, name, detail) VALUES (?, ?, ?) ON CONFLICT (kind, name) DO NOTHING",
            kind.rawValue, name, detail) > 0
    }

    func set(_ kind: Kind, _ name: String, detail: String) throws {
        try connection.run(
            """
            INSERT INTO imported (kind, name, detail) VALUES (?, ?, ?)
            ON CONFLICT (kind, name) DO UPDATE SET detail = excluded.detail
            """, kind.rawValue, name, detail)
    }

    func remove(_ kind: Kind, _ name: String) throws {
        try connection.run("DELETE FROM imported WHERE kind = ? AND name = ?", kind.rawValue, name)
    }

    func detail(_ kind: Kind, _ name: String) throws -> String? {
        try connection.first(
            "SELECT detail FROM imported WHERE kind = ? AND name = ?", kind.rawValue, name
        ) { $0.text(0) }
    }

    /// The details of a kind by their names.
    func all(_ kind: Kind) throws -> [String: String] {
        let rows = try connection.rows("SELECT name, detail FROM imported WHERE kind = ?", kind.rawValue) {
            ($0.text(0), $0.text(1))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    // MARK: Transcripts

    /// How many messages of its source a transcript had when it was read last; nil for one that was not taken over.
    func messages(of session: SessionID) throws -> Int64? {
        try detail(.transcript, session.rawValue).flatMap { Int64($0) }
    }

    /// What is at `place` is here, or was before: so many messages of it.
    func noteTranscript(_ session: SessionID, messages: Int64, from place: String) throws {
        try remove(.diverged, place)
        let most = max(messages, try self.messages(of: session) ?? 0)
        try set(.transcript, session.rawValue, detail: "\(most)")
    }

    /// What is at `place` comes once the one that is here is gone.
    func noteDiverged(_ session: SessionID, at place: String) throws {
        try remove(.transcript, session.rawValue)
        try set(.diverged, place, detail: session.rawValue)
    }

    /// The places that wait for the transcript here to go, or those of them for which it is gone.
    func diverged(whereGone: Bool) throws -> Set<String> {
        let waiting = try all(.diverged)
        guard whereGone else { return Set(waiting.keys) }
        return Set(
            try waiting.filter { try !TranscriptIntake.isKnown(SessionID($0.value), on: connection) }.keys)
    }
}
