import Core

/// Session entries of the original on their way into `sessions`.
struct SessionIntake {
    private let connection: Connection
    private let agent: String
    /// Transcripts that have just come: their sessions come with them, also those that were here before.
    private let arrived: Set<SessionID>
    /// Those that were here and have gone on there: who has begun anew here meanwhile has no session any more for them.
    private let continued: Set<SessionID>
    private var added: Set<SessionKey> = []

    init(
        arrived: Set<SessionID> = [], continued: Set<SessionID> = [], agent: String, on connection: Connection
    ) {
        self.connection = connection
        self.agent = agent
        self.arrived = arrived
        self.continued = continued
    }

    /// Written anew by each run, or about a run that is over: nothing a person has set.
    private static let leftOut = [
        "skillsSnapshot", "systemPromptReport", "sessionFile", "sessionDiffBaseline",
        "sessionDiffBaselineCapture",
        "contextBudgetStatus", "activeWriterRunId", "lastRunId", "lastRunError", "status", "startedAt",
        "endedAt",
        "runtimeMs", "lifecycleRevision", "restartRecoveryTerminalRunIds", "cronRunContinuation",
        "quotaSuspension",
    ]

    /// What became of a session.
    enum Taken {
        case new
        /// An earlier import took it, and it may have been deleted here since.
        case known
        /// Something else is said under its key here; it has this one.
        case moved(SessionKey)
        /// As `moved`, but nothing was ever said in it: it stays away.
        case empty
    }

    /// Saves a session under its key, or under another one where people talk under that key here already.
    ///
    /// What they say here is what platforms and clients go on with, so it keeps its key.
    mutating func add(_ entry: JSONObject, key: SessionKey, transcript: SessionID?) throws -> Taken {
        var object = entry
        for name in Self.leftOut { object[name] = nil }
        var session = SessionEntry(key: key, json: .object(object))
        if let transcript { session.sessionID = transcript }
        let name = Self.name(key, session.sessionID)
        let isNoted = try imported.note(.session, name, detail: agent)
        let isNew = try isNoted || arrived.contains(session.sessionID) || isLeftAlone(session.sessionID)
        for place in places(of: key) {
            let here = try table.entry(place)
            if here?.sessionID == session.sessionID {
                try keepUp(here, with: session)
                return .known
            }
            guard isNew else {
                if here == nil { return .known }
                continue
            }
            if let here, try isUsed(here), try !isReplaced(here) { continue }
            if place != key, try !isUsed(session) {
                // It may come when something was said in it.
                try imported.remove(.session, name)
                return .empty
            }
            session.key = place
            if let label = session.label, try table.isTaken(label: label, by: place) { session.label = nil }
            try table.save(session)
            added.insert(place)
            return place == key ? .new : .moved(place)
        }
        return .empty
    }

    private static func name(_ key: SessionKey, _ session: SessionID) -> String { "\(key) \(session)" }

    /// What was said there since counts where lists are in order of time.
    private func keepUp(_ here: SessionEntry?, with session: SessionEntry) throws {
        guard var here, here.updatedAt < session.updatedAt else { return }
        here.updatedAt = session.updatedAt
        try table.save(here)
    }

    /// Whether the original has begun its session anew, after one that nobody has gone on with here.
    private func isReplaced(_ here: SessionEntry) throws -> Bool {
        let isOwn = try imported.detail(.session, Self.name(here.key, here.sessionID)) == agent
        return try isOwn && !added.contains(here.key)
            && TranscriptIntake.isUntouched(here.sessionID, on: connection)
    }

    /// Whether a transcript has gone on that no session here leads to.
    private func isLeftAlone(_ transcript: SessionID) throws -> Bool {
        guard continued.contains(transcript) else { return false }
        return try connection.first("SELECT 1 FROM sessions WHERE session_id = ?", transcript) { _ in true }
            == nil
    }

    private var imported: ImportedTable { ImportedTable(connection: connection) }
    private var table: SessionTable { SessionTable(connection: connection) }

    private func isUsed(_ session: SessionEntry) throws -> Bool {
        try (TranscriptSummary.find(session.sessionID, on: connection)?.count ?? 0) > 0
    }

    /// The key, then `<key>-earlier`, `<key>-earlier-2` and so on; only keys with an agent can be asked for.
    private func places(of key: SessionKey) -> some Sequence<SessionKey> {
        let other = key.agent == nil ? "agent:\(agent):\(key)-earlier" : "\(key)-earlier"
        return (0...Self.mostMoves).lazy.map { number in
            number == 0 ? key : SessionKey(number == 1 ? other : "\(other)-\(number)")
        }
    }

    /// Of one key; each would be an installation that was taken over after another.
    private static let mostMoves = 100

    /// The key a session is stored under: old versions left out the agent.
    func canonical(_ spelling: String) -> SessionKey {
        let key = SessionKey(spelling.lowercased())
        if key.agent != nil || key == .global || key == .unknown { return key }
        return SessionKey("agent:\(agent):\(key.rawValue)")
    }
}
