import Agent
import Core
import Store

/// How the gateway is, and who is there.
struct HealthMethods: MethodGroup {
    let plane: ControlPlane
    let settings: SettingsBox
    let sessions: SessionStore
    let board: ChannelBoard?
    let switchboard: Switchboard
    let logFile: @MainActor () -> String?

    func register(in table: inout MethodTable) {
        table.add("health", .none, before: .read, .loose, fast: cachedHealth, health)
        table.add("status", .read, .loose, status)
        table.addFast("system-presence", .read, .loose) { _ throws(RPCError) in .json(plane.presenceList()) }
        table.addFast("last-heartbeat", .read, .loose) { _ throws(RPCError) in .json(.null) }
        table.add(
            "logs.tail", .read,
            ParamsSchema(
                .optional("cursor", .integer(least: 0)), .optional("limit", .integer(least: 1, most: 5000)),
                .optional("maxBytes", .integer(least: 1, most: 1_000_000))), isLarge: true, logs)
    }

    /// A summary is good for a minute; `probe` asks for a new one.
    private func cachedHealth(_ call: Call) throws(RPCError) -> Payload? {
        let wantsFresh = call.params["probe"] == true && !plane.health.isFresh
        if wantsFresh || plane.health.isStale { return nil }
        return .encoded(plane.health.encoded(call.generation))
    }

    private func health(_ call: Call) async throws(RPCError) -> Payload {
        await plane.refreshHealth()
        return .encoded(plane.health.encoded(call.generation))
    }

    private func status(_ call: Call) async throws(RPCError) -> Payload {
        let settings = settings.now
        var lists: [(AgentFacts, SessionList)] = []
        for agent in settings.agents {
            lists.append(
                (
                    agent,
                    try await reading { try await sessions.list(SessionFilter(agent: agent.id, limit: 10)) }
                ))
        }
        return .json(
            StatusSummary(
                settings: settings, board: board, version: plane.host.version, agents: lists,
                turns: switchboard.metrics, volume: await volumeWithUse()
            ).json(call.generation))
    }

    /// With what takes up the room, by kind.
    private func volumeWithUse() async -> JSON? {
        guard let volume = switchboard.volume, var object = volume.json?.objectValue else { return nil }
        let use = await volume.currentUse()
        object["used"] = use.json
        object["usedText"] = .string(use.text)
        return .object(object)
    }

    private func logs(_ call: Call) async throws(RPCError) -> Payload {
        let params = call.params
        let tail = LogTail(
            cursor: params["cursor"]?.intValue, limit: params["limit"]?.intValue ?? 500,
            maxBytes: params["maxBytes"]?.intValue ?? 250_000)
        return .json(tail.read(logFile() ?? ""))
    }
}

/// The answer to `status`.
@MainActor
struct StatusSummary {
    let settings: GatewaySetup
    let board: ChannelBoard?
    let version: String
    let agents: [(agent: AgentFacts, sessions: SessionList)]
    let turns: AgentMetrics
    let volume: JSON?
    var now = Timestamp.now

    func json(_ generation: Generation) -> JSON {
        let report = ChannelReportJSON(channels: settings.channels, board: board)
        var object: JSONObject = [
            "heartbeat": [
                "defaultAgentId": .string(settings.keys.defaultAgent.rawValue),
                "agents": .array(
                    agents.map {
                        [
                            "agentId": .string($0.agent.id.rawValue), "enabled": false, "every": "0m",
                            "everyMs": .null,
                        ]
                    }),
            ],
            "channelSummary": .array(settings.channels.map { .string(report.line($0)) }),
            "queuedSystemEvents": [],
        ]
        if generation == .four {
            object["runtimeVersion"] = .string(version)
            object["degradedSecretOwners"] = []
            object["degradedPlugins"] = []
        }
        let rows = agents.flatMap { agent, list in list.rows.map { (agent.id, $0) } }
            .sorted { $0.1.entry.updatedAt > $1.1.entry.updatedAt }.prefix(10)
        object["sessions"] = [
            "paths": [.string(settings.databasePath)],
            "count": JSON(agents.reduce(0) { $0 + $1.sessions.total }),
            "defaults": [
                "model": settings.model.map { .string($0.model) } ?? .null,
                "contextTokens": settings.contextTokens.map { JSON($0) } ?? .null,
            ],
            "recent": .array(rows.map { status(of: $0.1, agent: $0.0) }),
            "byAgent": .array(agents.map { byAgent($0.agent, $0.sessions) }),
        ]
        object["turns"] = turns.json
        object["volume"] = volume
        return .object(object)
    }

    private func byAgent(_ agent: AgentFacts, _ list: SessionList) -> JSON {
        [
            "agentId": .string(agent.id.rawValue), "path": .string(settings.databasePath),
            "count": JSON(list.total), "recent": .array(list.rows.map { status(of: $0, agent: agent.id) }),
        ]
    }

    private func status(of row: SessionRow, agent: AgentID) -> JSON {
        let entry = row.entry
        let total = entry.totalTokens
        let context = entry.contextTokens ?? settings.contextTokens
        let remaining = total.flatMap { total in context.map { max(0, $0 - total) } }
        let percent = total.flatMap { total in context.flatMap { $0 > 0 ? min(999, total * 100 / $0) : nil } }
        var object: JSONObject = [
            "agentId": .string(agent.rawValue), "key": .string(entry.key.rawValue),
            "kind": .string(SessionRowJSON.kind(of: entry)), "sessionId": .string(entry.sessionID.rawValue),
            "updatedAt": entry.updatedAt.json, "age": .integer((now - entry.updatedAt).milliseconds),
            "systemSent": .bool(entry.systemSent), "abortedLastRun": .bool(entry.abortedLastRun),
            "totalTokens": total.map { JSON($0) } ?? .null,
            "remainingTokens": remaining.map { JSON($0) } ?? .null,
            "percentUsed": percent.map { JSON($0) } ?? .null,
            "model": (entry.modelOverride?.model ?? entry.model ?? settings.model?.model).map { .string($0) }
                ?? .null,
            "contextTokens": context.map { JSON($0) } ?? .null,
        ]
        object["thinkingLevel"] = entry.thinkingLevel.map { .string($0) }
        object["verboseLevel"] = entry.verboseLevel.map { .string($0) }
        object["reasoningLevel"] = entry.reasoningLevel.map { .string($0) }
        object["inputTokens"] = entry.inputTokens.map { JSON($0) }
        object["outputTokens"] = entry.outputTokens.map { JSON($0) }
        object["flags"] = .array(flags(of: entry).map { .string($0) })
        return .object(object)
    }

    private func flags(of entry: SessionEntry) -> [String] {
        var flags: [String] = []
        if let level = entry.thinkingLevel { flags.append("think:\(level)") }
        if let level = entry.verboseLevel { flags.append("verbose:\(level)") }
        if entry.systemSent { flags.append("system") }
        if entry.abortedLastRun { flags.append("aborted") }
        flags.append("id:\(entry.sessionID.rawValue)")
        return flags
    }
}

/// Runs database work and turns what it throws into the answer clients know.
func reading<T>(_ body: () async throws -> T) async throws(RPCError) -> T {
    do {
        return try await body()
    } catch let error as RPCError {
        throw error
    } catch {
        throw .unavailable("\(error)")
    }
}

extension AgentMetrics {
    fileprivate var json: JSON {
        [
            "submitted": JSON(submitted), "completed": JSON(completed), "failed": JSON(failed),
            "aborted": JSON(aborted), "recovered": JSON(recovered), "commands": JSON(commands),
            "running": JSON(running), "queued": JSON(queued), "unanswered": JSON(unanswered),
        ]
    }
}
