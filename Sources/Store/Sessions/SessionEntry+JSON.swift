package import Core

extension SessionEntry {
    /// The entry in the wire's spelling, without its key.
    package var json: JSONObject {
        var object: JSONObject = ["sessionId": .string(sessionID.rawValue), "updatedAt": updatedAt.json]
        for field in Self.texts { object[field.name] = self[keyPath: field.path].map { .string($0) } }
        for field in Self.counts { object[field.name] = self[keyPath: field.path].map { JSON($0) } }
        object["providerOverride"] = modelOverride.map { .string($0.provider) }
        object["modelOverride"] = modelOverride.map { .string($0.model) }
        object["systemSent"] = .bool(systemSent)
        object["abortedLastRun"] = .bool(abortedLastRun)
        for (name, value) in extra { object[name] = value }
        return object
    }

    /// From the wire's or a file's spelling.
    ///
    /// What has a field of its own is taken out of `extra`; null is nothing.
    package init(key: SessionKey, json: JSON) {
        var rest = json.objectValue ?? [:]
        func take(_ name: String) -> JSON? {
            defer { rest[name] = nil }
            return rest[name].flatMap { $0.isNull ? nil : $0 }
        }
        let updatedAt = Timestamp(milliseconds: Int64(take("updatedAt")?.intValue ?? 0))
        let sessionID = take("sessionId")?.stringValue.map { SessionID($0) } ?? .new()
        self.init(key: key, sessionID: sessionID, updatedAt: updatedAt)
        if let created = rest["createdAt"]?.intValue { createdAt = Timestamp(milliseconds: Int64(created)) }
        for field in Self.texts { self[keyPath: field.path] = take(field.name)?.stringValue }
        for field in Self.counts { self[keyPath: field.path] = take(field.name)?.intValue }
        systemSent = take("systemSent")?.boolValue ?? false
        abortedLastRun = take("abortedLastRun")?.boolValue ?? false
        let provider = take("providerOverride")?.stringValue
        if let model = take("modelOverride")?.stringValue {
            modelOverride =
                provider.map { ModelReference(provider: $0, model: model) } ?? ModelReference(model)
        }
        extra = JSONObject(rest.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
    }

    /// What the original keeps of the chat in which it was last talked in.
    package mutating func note(_ whereabouts: SessionWhereabouts) {
        let channel = JSON.string(whereabouts.channel.rawValue)
        let (to, account) = (JSON.string(whereabouts.to), JSON.string(whereabouts.account))
        let thread = whereabouts.thread.map { JSON.string($0) }
        chatType = whereabouts.kind.rawValue
        if let group = whereabouts.group {
            self.channel = whereabouts.channel.rawValue
            subject = group.subject ?? (group.channel == nil ? subject : nil)
            displayName = whereabouts.displayName
            extra["groupId"] = .string(group.id)
            extra["groupChannel"] = group.channel.map { .string($0) }
            extra["space"] = group.space.map { .string($0) }
        }
        var origin: JSONObject = [
            "label": .string(whereabouts.label), "provider": channel, "surface": channel,
            "chatType": .string(whereabouts.kind.rawValue), "from": .string(whereabouts.from), "to": to,
            "accountId": account,
        ]
        origin["threadId"] = thread
        extra["origin"] = .object(origin)
        var context: JSONObject = ["channel": channel, "to": to, "accountId": account]
        context["threadId"] = thread
        extra["deliveryContext"] = .object(context)
        (extra["lastChannel"], extra["lastTo"], extra["lastAccountId"]) = (channel, to, account)
        extra["lastThreadId"] = thread
        extra["lastUsername"] = whereabouts.username.map { .string($0) }
    }

    private typealias Field<Value> = (name: String, path: any WritableKeyPath<SessionEntry, Value> & Sendable)

    private static let texts: [Field<String?>] = [
        ("label", \.label), ("displayName", \.displayName), ("subject", \.subject), ("channel", \.channel),
        ("chatType", \.chatType), ("spawnedBy", \.spawnedBy), ("thinkingLevel", \.thinkingLevel),
        ("verboseLevel", \.verboseLevel), ("reasoningLevel", \.reasoningLevel), ("sendPolicy", \.sendPolicy),
        ("modelProvider", \.modelProvider), ("model", \.model),
    ]

    private static let counts: [Field<Int?>] = [
        ("inputTokens", \.inputTokens), ("outputTokens", \.outputTokens), ("totalTokens", \.totalTokens),
        ("contextTokens", \.contextTokens),
    ]
}
