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
