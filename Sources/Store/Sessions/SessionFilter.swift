package import Core

/// Which sessions `sessions.list` wants (contract §7.2).
package struct SessionFilter: Sendable {
    package var agent: AgentID?
    /// Part of a display name, label, subject, session id or key, in any case.
    package var search: String?
    package var label: String?
    package var spawnedBy: String?
    package var activeSince: Timestamp?
    package var includeGlobal: Bool
    package var includeUnknown: Bool
    package var limit: Int?
    package var offset: Int

    package init(
        agent: AgentID? = nil, search: String? = nil, label: String? = nil, spawnedBy: String? = nil,
        activeSince: Timestamp? = nil, includeGlobal: Bool = false, includeUnknown: Bool = false,
        limit: Int? = nil,
        offset: Int = 0
    ) {
        self.agent = agent
        self.search = search
        self.label = label
        self.spawnedBy = spawnedBy
        self.activeSince = activeSince
        self.includeGlobal = includeGlobal
        self.includeUnknown = includeUnknown
        self.limit = limit
        self.offset = offset
    }
}

/// A page of sessions, newest first.
package struct SessionList: Sendable {
    package var rows: [SessionRow]
    /// How many match, before limit and offset.
    package var total: Int
}

/// A session with what a list shows of its transcript.
package struct SessionRow: Sendable {
    package var entry: SessionEntry
    /// The first thing the person said, in one line of at most 60 characters.
    package var firstUserText: String?
    /// The last thing that was said, in one line of at most 240 characters.
    package var lastText: String?
    package var messageCount: Int
}
