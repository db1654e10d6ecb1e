import Core
import Store

/// Tells those who subscribed that a session's row is not what it was: `sessions.changed`.
@MainActor
final class SessionChanges {
    private let sessions: SessionStore
    private let settings: SettingsBox
    private let models: KnownModels
    private let broadcaster: EventBroadcaster
    private let history: HistoryCache
    private let health: HealthBook
    private let log: Log
    /// Runs that are going on, for the rows.
    private let activeRuns: @MainActor (SessionKey) -> [RunID]

    init(
        sessions: SessionStore, settings: SettingsBox, models: KnownModels,
        broadcaster: EventBroadcaster, history: HistoryCache, health: HealthBook, log: Log,
        activeRuns: @escaping @MainActor (SessionKey) -> [RunID]
    ) {
        self.sessions = sessions
        self.settings = settings
        self.models = models
        self.broadcaster = broadcaster
        self.history = history
        self.health = health
        self.log = log
        self.activeRuns = activeRuns
    }

    /// Somebody wants to know: only then is the row read.
    var hasListeners: Bool {
        broadcaster.connections.contains { $0.subscriptions.wantsSessionChanges && $0.maySee(.read) }
    }

    /// What is kept of all sessions together no longer holds.
    func outdate() { health.outdate() }

    func changed(_ key: SessionKey, reason: String, more: JSONObject = [:]) async {
        outdate()
        history.forget(key)
        guard hasListeners else { return }
        do {
            guard let row = try await sessions.row(key) else { return }
            var rows = SessionRowJSON(settings: settings.now, models: models, generation: .four)
            rows.activeRuns = activeRuns
            let session = rows.json(row)
            var payload: JSONObject = [
                "sessionKey": .string(key.rawValue), "agentId": .string(settings.now.agent(of: key).rawValue),
                "reason": .string(reason), "ts": Timestamp.now.json, "session": session,
            ]
            payload["sessionId"] = .string(row.entry.sessionID.rawValue)
            payload["updatedAt"] = row.entry.updatedAt.json
            for (name, value) in more { payload[name] = value }
            send(payload)
        } catch {
            log.warning(
                "a changed session could not be announced",
                ["session.key": key.rawValue, "error": "\(error)"])
        }
    }

    func deleted(_ key: SessionKey) {
        outdate()
        history.forget(key)
        send([
            "sessionKey": .string(key.rawValue), "agentId": .string(settings.now.agent(of: key).rawValue),
            "reason": "delete", "ts": Timestamp.now.json,
        ])
    }

    private func send(_ payload: JSONObject) {
        let body = EventBody("sessions.changed", payload: JSON.object(payload).encoded())
        for connection in broadcaster.connections
        where connection.subscriptions.wantsSessionChanges && connection.maySee(.read) {
            connection.deliver(body, isDroppable: true)
        }
    }
}
