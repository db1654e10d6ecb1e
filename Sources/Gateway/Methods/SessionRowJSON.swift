import Core
import Store

/// How a session looks in lists (contract §7.2).
@MainActor
struct SessionRowJSON {
    let settings: GatewaySetup
    let generation: Generation
    /// What is known of each model, looked up once for all rows.
    private let models: [ModelReference: KnownModel]
    var withTitle = false
    var withLastMessage = false
    /// Whether the row says which runs are on; somebody else does when it is kept for a while.
    var withRuns = true
    /// The runs that are going on in a session.
    var activeRuns: @MainActor (SessionKey) -> [RunID] = { _ in [] }

    init(settings: GatewaySetup, models: KnownModels, generation: Generation) {
        self.settings = settings
        self.generation = generation
        self.models =
            generation == .three
            ? [:]
            : Dictionary(models.list().map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    }

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
        object["chatType"] = Self.chatType(key, nil)
        addToday(&object, key, nil)
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
        Self.addPlace(to: &object, of: entry, generation)
        addToday(&object, entry.key, entry)
        if generation == .four {
            object["createdAt"] = entry.createdAt.json
            object["displayName"] = object["displayName"] ?? object["label"]
        }
        // A direct chat is called by the person, unless somebody has given it a name.
        if entry.label == nil, let label = entry.extra["origin"]?["label"] {
            object["displayName"] = object["displayName"] ?? label
        }
        return object
    }

    /// What today's clients read besides.
    private func addToday(_ object: inout JSONObject, _ key: SessionKey, _ entry: SessionEntry?) {
        guard generation == .four else { return }
        let agent = settings.agent(of: key)
        object["agentId"] = .string(agent.rawValue)
        let isMain = key == settings.keys.mainSession(of: agent)
        object["isMain"] = .bool(isMain)
        object["isBackground"] = .bool(key.rest.hasPrefix("cron:") || key.rest.hasPrefix("subagent:"))
        object["classification"] = .string(isMain ? "main" : entry?.chatType ?? "custom")
        if entry?.extra["lastAccountId"] != nil {
            object["accountId"] = entry?.extra["lastAccountId"]
            object["peerKind"] = entry?.chatType.map { .string($0) }
        }
        object["visibility"] = "shared"
        object["archived"] = false
        object["pinned"] = object["pinned"] ?? false
        object["unread"] = object["unread"] ?? false
        if withRuns {
            let runs = activeRuns(key)
            object["hasActiveRun"] = .bool(!runs.isEmpty)
            object["activeRunIds"] = .array(runs.map { .string($0.rawValue) })
        }
        object["effectiveQueueMode"] = "followup"
        object["effectiveResponseUsage"] = object["responseUsage"] ?? "off"
        object["modelOverrideSource"] = entry?.modelOverride == nil ? .null : "user"
        object["totalTokensFresh"] = .bool(entry?.totalTokens != nil)
        object["snapshotAt"] = Timestamp.now.json
        let model = (entry?.modelOverride ?? settings.model).flatMap { models[$0] }
        ThinkingChoices(model, preset: settings.thinking).add(to: &object)
    }

    /// A stored entry as `sessions.patch` and `sessions.reset` answer it.
    static func entry(
        _ entry: SessionEntry, _ settings: GatewaySetup, _ generation: Generation
    ) -> JSONObject {
        var object = entry.json
        object["compactionCount"] = JSON(entry.compactionCount)
        addPlace(to: &object, of: entry, generation)
        guard generation == .four else { return object }
        object["createdAt"] = entry.createdAt.json
        object["totalTokensFresh"] = .bool(entry.totalTokens != nil)
        object["modelOverrideSource"] = entry.modelOverride == nil ? "default" : "user"
        let model = entry.modelOverride ?? settings.model
        object["modelProvider"] = object["modelProvider"] ?? model.map { .string($0.provider) }
        object["model"] = object["model"] ?? model.map { .string($0.model) }
        return object
    }

    /// Where a session is talked in: what came from no chat platform was written on the page.
    private static func addPlace(
        to object: inout JSONObject, of entry: SessionEntry, _ generation: Generation
    ) {
        object["chatType"] = chatType(entry.key, entry.chatType)
        guard generation == .three, entry.channel == nil, entry.extra["origin"] == nil else { return }
        var origin: JSONObject = ["provider": "webchat", "surface": "webchat"]
        origin["chatType"] = object["chatType"]
        object["origin"] = .object(origin)
        object["deliveryContext"] = object["deliveryContext"] ?? ["channel": "webchat"]
        object["lastChannel"] = object["lastChannel"] ?? "webchat"
    }

    private static func chatType(_ key: SessionKey, _ known: String?) -> JSON? {
        if let known { return .string(known) }
        return kind(key: key, chatType: nil) == "direct" ? "direct" : nil
    }

    /// Fields the store keeps as they were imported or patched.
    private static let passedOn = [
        "elevatedLevel", "responseUsage", "origin", "deliveryContext", "lastChannel", "lastTo",
        "lastAccountId", "lastThreadId",
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
