package import Core

/// What is known about a session besides its messages.
package struct SessionEntry: Sendable, Hashable {
    package var key: SessionKey
    /// The transcript the key points at now.
    package var sessionID: SessionID
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package var label: String?
    package var displayName: String?
    package var subject: String?
    package var channel: String?
    package var chatType: String?
    package var spawnedBy: String?

    package var thinkingLevel: String?
    package var verboseLevel: String?
    package var reasoningLevel: String?
    package var sendPolicy: String?
    /// The model a person chose for this session; `providerOverride` and `modelOverride` on the wire.
    package var modelOverride: ModelReference?

    /// The provider and model of the last answer.
    package var modelProvider: String?
    package var model: String?
    package var inputTokens: Int?
    package var outputTokens: Int?
    package var totalTokens: Int?
    package var contextTokens: Int?

    package var systemSent = false
    package var abortedLastRun = false
    /// Every other field, in the wire's spelling.
    package var extra: JSONObject = [:]

    package init(key: SessionKey, sessionID: SessionID = .new(), updatedAt: Timestamp = .now) {
        self.key = key
        self.sessionID = sessionID
        createdAt = updatedAt
        self.updatedAt = updatedAt
    }

    /// How often the older part of the conversation was summarised.
    package var compactionCount: Int {
        get { extra["compactionCount"]?.intValue ?? 0 }
        set { extra["compactionCount"] = JSON(newValue) }
    }

    /// The message that has begun this conversation anew, if one has.
    var begunBy: String? {
        get { extra["begunBy"]?.stringValue }
        set { extra["begunBy"] = newValue.map { .string($0) } }
    }

    package var agent: AgentID { key.agent ?? .main }

    /// A new transcript under the same key: what the person chose stays, what was counted starts again (contract §7.5).
    package func reset(at now: Timestamp = .now) -> SessionEntry {
        var entry = self
        entry.sessionID = .new()
        entry.updatedAt = now
        entry.inputTokens = 0
        entry.outputTokens = 0
        entry.totalTokens = 0
        entry.systemSent = false
        entry.abortedLastRun = false
        entry.extra["compactionCount"] = nil
        entry.begunBy = nil
        return entry
    }
}

extension SessionID {
    /// A random UUID in lower case.
    package static func new() -> SessionID { SessionID(randomUUID()) }
}
