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

    /// False when the session is there already.
    func add(key spelling: String, entry: JSON, transcript: SessionID?) throws -> Bool {
        guard var object = entry.objectValue else { return false }
        let table = SessionTable(connection: connection)
        let key = canonical(spelling)
        guard try table.entry(key) == nil else { return false }
        for name in Self.leftOut { object[name] = nil }
        var session = SessionEntry(key: key, json: .object(object))
        if let transcript { session.sessionID = transcript }
        if let label = session.label, try table.isTaken(label: label, by: key) { session.label = nil }
        try table.save(session)
        return true
    }

    /// Keys of old versions lack the agent.
    private func canonical(_ spelling: String) -> SessionKey {
        let key = SessionKey(spelling.lowercased())
        if key.agent != nil || key == .global || key == .unknown { return key }
        return SessionKey("agent:\(agent):\(key.rawValue)")
    }
}
