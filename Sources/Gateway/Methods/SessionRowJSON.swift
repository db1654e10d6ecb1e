import Core
import Store

/// How a session looks in lists (contract §7.2).
@MainActor
struct SessionRowJSON {
    let settings: GatewaySetup
    let generation: Generation
    var withTitle = false
    var withLastMessage = false
    /// The runs that are going on in a session.
    var activeRuns: @MainActor (SessionKey) -> [RunID] = { _ in [] }

    func json(_ row: SessionRow) -> JSON {
        var object = fields(of: row.entry)
        if withTitle { object["derivedTitle"] = .string(title(of: row)) }
        if withLastMessage { object["lastMessagePreview"] = row.lastText.map { .string($0) } }
        return .object(object)
    }

    /// A row for a session that may not exist yet: what `sessionInfo` says in `chat.history`.
    func info(_ key: SessionKey, _ entry: SessionEntry?) -> JSON {
        if let entry { return .object(fields(of: entry)) }
        var object = JSONObject()
        object["key"] = .string(key.rawValue)
        object["kind"] = .string(Self.kind(key: key, chatType: nil))
        addToday(&object, key)
        object["updatedAt"] = .null
        object["modelProvider"] = settings.model.map { .string($0.provider) }
        object["model"] = settings.model.map { .string($0.model) }
        object["contextTokens"] = settings.contextTokens.map { JSON($0) }
        return .object(object)
    }

    private func fields(of entry: SessionEntry) -> JSONObject {
        var object: JSONObject = [
            "key": .string(entry.key.rawValue), "kind": .string(Self.kind(of: entry)),
            "updatedAt": entry.updatedAt.json, "sessionId": .string(entry.sessionID.rawValue),
            "systemSent": .bool(entry.systemSent), "abortedLastRun": .bool(entry.abortedLastRun),
            "totalTokens": JSON(entry.totalTokens ?? (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0)),
        ]
        let texts: [(String, String?)] = [
            ("label", entry.label), ("displayName", entry.displayName), ("subject", entry.subject),
            ("channel", entry.channel), ("chatType", entry.chatType), ("spawnedBy", entry.spawnedBy),
            ("thinkingLevel", entry.thinkingLevel), ("verboseLevel", entry.verboseLevel),
            ("reasoningLevel", entry.reasoningLevel), ("sendPolicy", entry.sendPolicy),
            (
                "modelProvider",
                entry.modelOverride?.provider ?? entry.modelProvider ?? settings.model?.provider
            ),
            ("model", entry.modelOverride?.model ?? entry.model ?? settings.model?.model),
        ]
        for (key, text) in texts { object[key] = text.map { .string($0) } }
        object["inputTokens"] = entry.inputTokens.map { JSON($0) }
        object["outputTokens"] = entry.outputTokens.map { JSON($0) }
        object["contextTokens"] = (entry.contextTokens ?? settings.contextTokens).map { JSON($0) }
        for key in Self.passedOn { object[key] = entry.extra[key] }
        addToday(&object, entry.key)
        if generation == .four { object["createdAt"] = entry.createdAt.json }
        return object
    }

    /// What today's clients read besides.
    private func addToday(_ object: inout JSONObject, _ key: SessionKey) {
        guard generation == .four else { return }
        let agent = settings.agent(of: key)
        let runs = activeRuns(key)
        object["agentId"] = .string(agent.rawValue)
        object["isMain"] = .bool(key == settings.keys.mainSession(of: agent))
        object["isBackground"] = .bool(key.rest.hasPrefix("cron:") || key.rest.hasPrefix("subagent:"))
        object["classification"] = key == settings.keys.mainSession(of: agent) ? "main" : "custom"
        object["visibility"] = "shared"
        object["archived"] = false
        object["pinned"] = object["pinned"] ?? false
        object["unread"] = object["unread"] ?? false
        object["hasActiveRun"] = .bool(!runs.isEmpty)
        object["activeRunIds"] = .array(runs.map { .string($0.rawValue) })
    }

    /// Fields the store keeps as they were imported or patched.
    private static let passedOn = [
        "elevatedLevel", "responseUsage", "origin", "deliveryContext", "lastChannel", "lastTo",
        "lastAccountId",
        "groupChannel", "space", "pinned", "unread", "icon", "color", "category",
    ]

    private func title(of row: SessionRow) -> String {
        row.entry.displayName ?? row.entry.subject ?? row.firstUserText
            ?? String(row.entry.sessionID.rawValue.prefix(8))
    }

    nonisolated static func kind(of entry: SessionEntry) -> String {
        kind(key: entry.key, chatType: entry.chatType)
    }

    private nonisolated static func kind(key: SessionKey, chatType: String?) -> String {
        if key == .global { return "global" }
        if key == .unknown { return "unknown" }
        let isGroup =
            chatType == "group" || chatType == "channel" || key.rest.contains(":group:")
            || key.rest.contains(":channel:")
        return isGroup ? "group" : "direct"
    }
}
