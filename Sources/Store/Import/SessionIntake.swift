import Core

/// Session entries of the original on their way into `sessions`.
struct SessionIntake {
    let connection: Connection
    let agent: String

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
        /// An earlier import took it.
        case known
        /// Something else is said under its key here; it has this one.
        case moved(SessionKey)
        /// As `moved`, but nothing was ever said in it: it stays away.
        case empty
    }

    /// Saves a session under its key, or under another one where people talk under that key here already.
    ///
    /// What they say here is what platforms and clients go on with, so it keeps its key.
    func add(_ entry: JSONObject, key: SessionKey, transcript: SessionID?) throws -> Taken {
        var object = entry
        for name in Self.leftOut { object[name] = nil }
        var session = SessionEntry(key: key, json: .object(object))
        if let transcript { session.sessionID = transcript }
        for place in places(of: key) {
            let here = try table.entry(place)
            if here?.sessionID == session.sessionID { return .known }
            if let here, try isUsed(here) { continue }
            if place != key, try !isUsed(session) { return .empty }
            session.key = place
            if let label = session.label, try table.isTaken(label: label, by: place) { session.label = nil }
            try table.save(session)
            return place == key ? .new : .moved(place)
        }
        return .empty
    }

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
