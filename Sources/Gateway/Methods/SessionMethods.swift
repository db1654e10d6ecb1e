import Agent
import Core
import Store

/// Lists sessions and changes them (contract §7).
struct SessionMethods: MethodGroup {
    let sessions: SessionStore
    let settings: SettingsBox
    let switchboard: Switchboard
    let changes: SessionChanges
    let models: KnownModels

    func register(in table: inout MethodTable) {
        table.add("sessions.list", .read, Self.listParams, isLarge: true, list)
        table.add(
            "sessions.preview", .read,
            ParamsSchema(
                .required("keys", .array(of: .string(least: 1), least: 1)),
                .optional("limit", .integer(least: 1)),
                .optional("maxChars", .integer(least: 20))), isLarge: true, preview)
        table.add("sessions.resolve", .read, before: .admin, Self.resolveParams, resolve)
        table.add("sessions.patch", .write, before: .admin, SessionPatch.schema, patch)
        table.add(
            "sessions.reset", .admin,
            ParamsSchema(
                .required("key", .string(least: 1)), .optional("agentId", .string(least: 1)),
                .optional("reason", .oneOf(["new", "reset"]))), reset)
        table.add("sessions.delete", .admin, Self.deleteParams, delete)
        table.addFast("sessions.subscribe", .read, .loose, subscribe)
        table.addFast("sessions.messages.subscribe", .read, Self.messagesParams, subscribeMessages)
        table.addFast("sessions.messages.unsubscribe", .read, Self.messagesParams, unsubscribeMessages)
    }

    private func list(_ call: Call) async throws(RPCError) -> Payload {
        let params = call.params
        let filter = Self.filter(params)
        var list = try await reading { try await sessions.list(filter) }
        if params["hasBoard"] == true { (list.rows, list.total) = ([], 0) }  // no session has one
        let settings = settings.now
        var rows = SessionRowJSON(settings: settings, models: models, generation: call.generation)
        rows.withTitle = params["includeDerivedTitles"] == true
        rows.withLastMessage = params["includeLastMessage"] == true
        rows.activeRuns = switchboard.activeRuns(in:)
        var object: JSONObject = ["ts": Timestamp.now.json, "path": .string(settings.databasePath)]
        object["count"] = JSON(list.rows.count)
        if call.generation == .four {
            let end = filter.offset + list.rows.count
            object["totalCount"] = JSON(list.total)
            object["limitApplied"] = JSON(filter.limit ?? Self.defaultLimit)
            object["nextOffset"] = end < list.total ? JSON(end) : .null
            object["hasMore"] = .bool(end < list.total)
            object["owners"] = []
        }
        object["defaults"] = settings.modelDefaults(models, call.generation)
        object["sessions"] = .array(list.rows.map { rows.json($0) })
        return .json(.object(object))
    }

    private static func filter(_ params: JSON) -> SessionFilter {
        var filter = SessionFilter()
        filter.agent = params["agentId"]?.stringValue.map { SessionKeyRules.normalized(AgentID($0)) }
        filter.search = params["search"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        filter.label = params["label"]?.stringValue
        filter.spawnedBy = params["spawnedBy"]?.stringValue
        filter.activeSince = params["activeMinutes"]?.intValue.map { minutes in
            Timestamp(milliseconds: Timestamp.now.milliseconds &- Int64(clamping: minutes) &* 60_000)
        }
        filter.includeGlobal = params["includeGlobal"]?.boolValue ?? false
        filter.includeUnknown = params["includeUnknown"]?.boolValue ?? false
        filter.limit = min(params["limit"]?.intValue ?? defaultLimit, mostRows)
        filter.offset = params["offset"]?.intValue ?? 0
        return filter
    }

    /// Rows in one answer where the client names no limit.
    private static let defaultLimit = 100
    /// Rows in one answer, about 1 KiB each.
    private static let mostRows = 1000

    private func preview(_ call: Call) async throws(RPCError) -> Payload {
        let params = call.params
        let preview = SessionPreview(
            limit: min(params["limit"]?.intValue ?? 12, 50),
            maxChars: min(max(params["maxChars"]?.intValue ?? 240, 20), 2000))
        var previews: [JSON] = []
        for spelling in params["keys"]?.strings.prefix(64) ?? [] {
            previews.append(
                await preview.json(spelling, key: settings.now.keys.canonical(spelling), in: sessions))
        }
        return .json(["ts": Timestamp.now.json, "previews": .array(previews)])
    }

    private func patch(_ call: Call) async throws(RPCError) -> Payload {
        let key = try call.session(settings.now, as: "key")
        let patch = try SessionPatch(call.params, settings: settings.now, models: models, call.generation)
        let entry: SessionEntry
        do {
            entry = try await sessions.patch(key, expecting: expected(call, "patch")) { entry in
                patch.apply(to: &entry)
            }
        } catch let error as RPCError {
            throw error
        } catch StoreError.sessionChanged {
            throw changed(call, "patch")
        } catch StoreError.labelInUse(let label) {
            throw .invalid("label already in use: \(label)")
        } catch {
            throw .unavailable("\(error)")
        }
        await changes.changed(key, reason: "patch")
        return .json(result(entry, call, path: true))
    }

    private func reset(_ call: Call) async throws(RPCError) -> Payload {
        let key = try call.session(settings.now, as: "key")
        let entry = try await switchboard.clear(key) { () async throws(RPCError) in
            let entry = try await reading { try await sessions.reset(key) }
            await changes.changed(key, reason: "reset")
            return entry
        }
        return .json(result(entry, call, path: false))
    }

    private func result(_ entry: SessionEntry, _ call: Call, path: Bool) -> JSON {
        var object: JSONObject = ["ok": true]
        if path { object["path"] = .string(settings.now.databasePath) }
        object["key"] = .string(entry.key.rawValue)
        object["entry"] = .object(SessionRowJSON.entry(entry, settings.now, call.generation))
        if call.generation == .four {
            let model = entry.modelOverride ?? settings.now.model
            let choices = ThinkingChoices(models.known(model), preset: settings.now.thinking)
            object["resolved"] = [
                "modelProvider": model.map { .string($0.provider) } ?? .null,
                "model": model.map { .string($0.model) } ?? .null,
                "thinkingLevel": entry.thinkingLevel.map { .string($0) } ?? choices.usual,
                "thinkingLevels": choices.labelled,
            ]
        }
        return .object(object)
    }

    private func delete(_ call: Call) async throws(RPCError) -> Payload {
        let key = try call.session(settings.now, as: "key")
        guard key != settings.now.keys.mainSession(of: settings.now.agent(of: key)) else {
            throw .invalid("Cannot delete the main session (\(key)).")
        }
        let expected = try expected(call, "deletion")
        // Before anything of it is stopped, which changes when it was last written.
        try await checkUntouched(key, expected, call)
        let keepsTranscript = call.params["deleteTranscript"] == false
        let isDeleted = try await switchboard.clear(key) { () async throws(RPCError) in
            if switchboard.runningTurn(in: key) != nil {
                throw .unavailable("Session \(key) is still active; try again in a moment.")
            }
            let isDeleted = try await reading {
                do {
                    return try await sessions.delete(
                        key, expecting: expected, keepsTranscript: keepsTranscript)
                } catch StoreError.sessionChanged {
                    throw changed(call, "deletion")
                }
            }
            if isDeleted { changes.deleted(key) }
            return isDeleted
        }
        return .json(["ok": true, "key": .string(key.rawValue), "deleted": .bool(isDeleted), "archived": []])
    }
}

// MARK: - What a client expects

extension SessionMethods {
    /// The conversation that the client means; nil: whichever the key has.
    ///
    /// No conversation of ours has a revision, so none is the one that it names by its revision.
    private func expected(_ call: Call, _ what: String) throws(RPCError) -> SessionID? {
        if call.params["expectedLifecycleRevision"] != nil { throw changed(call, what) }
        return call.text("expectedSessionId").map { SessionID($0) }
    }

    private func checkUntouched(_ key: SessionKey, _ expected: SessionID?, _ call: Call)
        async throws(RPCError)
    {
        let spelling = call.text("key") ?? ""
        if call.params["archivedOnly"] == true {
            throw .invalid("Session \(spelling) is not archived. Archive it first, then delete it.")
        }
        let updatedAt = call.params["expectedSessionUpdatedAt"]?.doubleValue
        guard expected != nil || updatedAt != nil else { return }
        let entry = try await reading { try await sessions.entry(key) }
        let isSame = expected.map { $0 == entry?.sessionID } ?? true
        let isUntouched = updatedAt.map { $0 == entry.map { Double($0.updatedAt.milliseconds) } } ?? true
        guard isSame, isUntouched else { throw changed(call, "deletion") }
    }

    private func changed(_ call: Call, _ what: String) -> RPCError {
        .invalid(
            "Session \(call.text("key") ?? "") changed before \(what). Retry.",
            details: ["reason": "session-changed"])
    }
}

// MARK: - Subscriptions

extension SessionMethods {
    private func subscribe(_ call: Call) throws(RPCError) -> Payload? {
        call.client.subscriptions.wantsSessionChanges = true
        return .json(["subscribed": true])
    }

    private func subscribeMessages(_ call: Call) throws(RPCError) -> Payload? {
        let key = try call.session(settings.now, as: "key")
        call.client.subscriptions.addMessages(of: key)
        return .json(["subscribed": true, "key": .string(key.rawValue)])
    }

    private func unsubscribeMessages(_ call: Call) throws(RPCError) -> Payload? {
        let key = try call.session(settings.now, as: "key")
        call.client.subscriptions.removeMessages(of: key)
        return .json(["subscribed": false, "key": .string(key.rawValue)])
    }
}

// MARK: - Resolve

extension SessionMethods {
    private func resolve(_ call: Call) async throws(RPCError) -> Payload {
        let names = ["key", "sessionId", "label"].filter { call.params[$0] != nil }
        guard names.count <= 1 else {
            throw .invalid("Provide either key, sessionId, or label (not multiple)")
        }
        guard let name = names.first, let text = call.text(name)?.trimmed, !text.isEmpty else {
            throw .invalid(
                call.generation == .three
                    ? "Either key, sessionId, or label is required"
                    : "Either key, sessionId, label, shortId, or reference is required")
        }
        let found = try await find(name, String(text), call)
        var object: JSONObject = ["ok": true, "key": .string(found.rawValue)]
        if call.generation == .four { object["agentId"] = .string(settings.now.agent(of: found).rawValue) }
        return .json(.object(object))
    }

    private func find(_ name: String, _ text: String, _ call: Call) async throws(RPCError) -> SessionKey {
        let agent = try call.agent(settings.now)
        let keys: [SessionKey]
        switch name {
        case "key":
            let key = try settings.now.session(text, of: agent)
            keys = try await reading { try await sessions.entry(key) }.map { [$0.key] } ?? []
        case "sessionId":
            keys = try await reading { try await sessions.entries(sessionID: SessionID(text)) }.map(\.key)
                .filter { agent == nil || settings.now.agent(of: $0) == agent }
        default:
            var filter = SessionFilter(label: text, limit: 8)
            filter.agent = agent
            filter.spawnedBy = call.text("spawnedBy")
            filter.includeGlobal = call.params["includeGlobal"]?.boolValue ?? false
            filter.includeUnknown = call.params["includeUnknown"]?.boolValue ?? false
            let wanted = filter
            keys = try await reading { try await sessions.list(wanted) }.rows.map(\.entry.key)
        }
        let labelled = name == "label" ? " with label" : ""
        guard let first = keys.first else { throw .invalid("No session found\(labelled): \(text)") }
        guard keys.count == 1 else {
            let list = keys.map(\.rawValue).joined(separator: ", ")
            let what = name == "label" ? " with label" : " for sessionId"
            throw .invalid("Multiple sessions found\(what): \(text) (\(list))")
        }
        return first
    }
}

// MARK: - Params

extension SessionMethods {
    private static let listParams = ParamsSchema(
        .optional("limit", .integer(least: 1)), .optional("offset", .integer(least: 0)),
        .optional("activeMinutes", .integer(least: 1)), .optional("includeGlobal", .boolean),
        .optional("includeUnknown", .boolean), .optional("includeDerivedTitles", .boolean),
        .optional("includeLastMessage", .boolean), .optional("label", .string(least: 1, most: 512)),
        .optional("spawnedBy", .string(least: 1)), .optional("agentId", .string(least: 1)),
        .optional("search", .string()), .optional("requireLastInteraction", .boolean),
        .optional("sortBy", .oneOf(["updatedAt", "lastInteractionAt", "activity"])),
        .optional("configuredAgentsOnly", .boolean), .optional("boardFace", .oneOf(["chat", "dashboard"])),
        .optional("hasBoard", .boolean), .optional("excludeSubagents", .boolean),
        .optional("includeActivitySummary", .boolean),
        .optional("creatorId", .string(least: 1)), .optional("ownerId", .string(least: 1)),
        .optional("ownerFirst", .boolean), .optional("involvingMe", .boolean),
        .optional("involvingProfileId", .string(least: 1)), .optional("includePeople", .boolean),
        .optional("archived", .either(.boolean, .constant("all"))))

    private static let resolveParams = ParamsSchema(
        .optional("key", .string(least: 1)), .optional("sessionId", .string(least: 1)),
        .optional("label", .string(least: 1, most: 512)), .optional("agentId", .string(least: 1)),
        .optional("spawnedBy", .string(least: 1)), .optional("includeGlobal", .boolean),
        .optional("includeUnknown", .boolean), .optional("shortId", .string(least: 1)),
        .optional("slugHint", .string(least: 1)), .optional("allowMissing", .boolean))

    private static let deleteParams = ParamsSchema(
        .required("key", .string(least: 1)), .optional("agentId", .string(least: 1)),
        .optional("deleteTranscript", .boolean), .optional("expectedSessionId", .string(least: 1)),
        .optional("expectedLifecycleRevision", .string(least: 1)),
        .optional("expectedSessionUpdatedAt", .number(least: 0)), .optional("emitLifecycleHooks", .boolean),
        .optional("archivedOnly", .boolean))

    private static let messagesParams = ParamsSchema(
        .required("key", .string(least: 1)), .optional("agentId", .string(least: 1)),
        .optional("includeApprovals", .boolean))
}

extension Switchboard {
    /// The runs going on in a session: one at most.
    func activeRuns(in session: SessionKey) -> [RunID] { activeRun(in: session).map { [$0.run] } ?? [] }
}
