import Agent
import Core
import Store

/// The health summary, encoded and kept: it is asked for more often than anything else.
@MainActor
final class HealthBook {
    private let settings: SettingsBox
    private let sessions: SessionStore
    private let board: ChannelBoard?
    private let log: Log
    private var encoded: [Generation: [UInt8]] = [:]
    private(set) var version = 1
    private var refreshedAt: ContinuousClock.Instant?
    private var isRefreshing = false
    private var isOutdated = false

    init(
        settings: SettingsBox, sessions: SessionStore, board: ChannelBoard?, log: Log
    ) {
        self.settings = settings
        self.sessions = sessions
        self.board = board
        self.log = log
    }

    /// The last summary.
    ///
    /// Before the first one: a summary without sessions.
    func encoded(_ generation: Generation) -> [UInt8] {
        if let known = encoded[generation] { return known }
        let summary = HealthSummary(
            settings: settings.now, board: board, sessions: [:], took: .zero)
        let bytes = summary.json(generation).encoded()
        encoded[generation] = bytes
        return bytes
    }

    /// Older than two refreshes, for nobody was connected for a while; or sessions have changed since.
    var isStale: Bool {
        isOutdated && !isFresh || refreshedAt.map { ContinuousClock.now - $0 > .seconds(90) } ?? true
    }

    /// Sessions have changed: who asks next gets a new summary.
    func outdate() { isOutdated = true }

    /// A second is new enough even for who asks for a fresh one.
    var isFresh: Bool { refreshedAt.map { ContinuousClock.now - $0 < .seconds(1) } ?? false }

    /// One at a time: who asks meanwhile gets the summary there is.
    func refresh() async {
        if isRefreshing { return }
        isRefreshing = true
        isOutdated = false
        defer { isRefreshing = false }
        let start = ContinuousClock.now
        do {
            var lists: [AgentID: SessionList] = [:]
            for agent in settings.now.agents {
                lists[agent.id] = try await sessions.list(SessionFilter(agent: agent.id, limit: 5))
            }
            let summary = HealthSummary(
                settings: settings.now, board: board, sessions: lists, took: ContinuousClock.now - start)
            for generation in Generation.allCases { encoded[generation] = summary.json(generation).encoded() }
            version += 1
            refreshedAt = .now
        } catch {
            log.error("the health summary could not be made", ["error": "\(error)"])
        }
    }
}

/// The answer to `health` (contract §4.4).
@MainActor
struct HealthSummary {
    let settings: GatewaySetup
    let board: ChannelBoard?
    let sessions: [AgentID: SessionList]
    let took: Duration
    var now = Timestamp.now

    func json(_ generation: Generation) -> JSON {
        var object: JSONObject = ["ok": true, "ts": now.json, "durationMs": .integer(took.milliseconds)]
        if generation == .four {
            object["plugins"] = ["loaded": [], "errors": [], "unavailable": []]
            object["configReload"] = ["hotReloadStatus": settings.reloadsConfig ? "active" : "disabled"]
        }
        let channels = settings.channels
        let report = ChannelReportJSON(channels: channels, board: board)
        object["channels"] = .object(JSONObject(channels.map { ($0.id.rawValue, report.summary($0)) }))
        object["channelOrder"] = .array(channels.map { .string($0.id.rawValue) })
        object["channelLabels"] = .object(JSONObject(channels.map { ($0.id.rawValue, .string($0.label)) }))
        object["heartbeatSeconds"] = 0  // whole seconds: a fraction breaks clients
        object["defaultAgentId"] = .string(settings.keys.defaultAgent.rawValue)
        object["agents"] = .array(settings.agents.map { agent($0) })
        object["sessions"] = sessions(of: settings.keys.defaultAgent)
        return .object(object)
    }

    private func agent(_ agent: AgentFacts) -> JSON {
        var object: JSONObject = ["agentId": .string(agent.id.rawValue)]
        object["name"] = agent.name.map { .string($0) }
        object["isDefault"] = .bool(agent.id == settings.keys.defaultAgent)
        object["heartbeat"] = HealthSummary.noHeartbeat
        object["sessions"] = sessions(of: agent.id)
        return .object(object)
    }

    private func sessions(of agent: AgentID) -> JSON {
        let list = sessions[agent]
        let recent = list?.rows.map { row -> JSON in
            [
                "key": .string(row.entry.key.rawValue), "updatedAt": row.entry.updatedAt.json,
                "age": .integer((now - row.entry.updatedAt).milliseconds),
            ]
        }
        return [
            "path": .string(settings.databasePath), "count": JSON(list?.total ?? 0),
            "recent": .array(recent ?? []),
        ]
    }

    /// No agent wakes by itself yet.
    static let noHeartbeat: JSON = [
        "enabled": false, "every": "0m", "everyMs": .null, "prompt": "", "target": "none", "ackMaxChars": 300,
    ]
}
