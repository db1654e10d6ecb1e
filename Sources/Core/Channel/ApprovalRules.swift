/// `execApprovals` of a channel's section: who is asked there before a command runs, and where.
package struct ApprovalRules: Sendable, Hashable {
    /// Nil or `auto`: for what was begun on this account, when it is known whom to ask.
    package var isEnabled: Bool?
    /// Empty: whoever owns the assistant.
    package var approvers: [String] = []
    package var filter = ApprovalFilter()
    package var target = Target.directly
    /// Whether the question is taken away once it is answered; only Discord's section has the key.
    package var cleansUp = false

    /// Where the question is put.
    package enum Target: String, Sendable {
        case directly = "dm"
        /// In the chat that the turn answers.
        case place = "channel"
        case both
    }

    /// The keys that every platform reads.
    package static let keys = """
        execApprovals.enabled execApprovals.approvers execApprovals.agentFilter execApprovals.sessionFilter
        execApprovals.target
        """

    package init() {}

    package init(_ section: JSON) {
        isEnabled = section["enabled"]?.boolValue
        approvers = ChannelRules.names(section["approvers"]).filter { $0 != "*" }
        filter = ApprovalFilter(
            agents: ChannelRules.names(section["agentFilter"]),
            sessions: ChannelRules.names(section["sessionFilter"]))
        target = section["target"]?.stringValue.flatMap { Target(rawValue: $0) } ?? .directly
        cleansUp = section["cleanupAfterResolve"]?.boolValue ?? false
    }
}

/// Of which agents and sessions people want to hear; empty for all.
package struct ApprovalFilter: Sendable, Hashable {
    package var agents: [String] = []
    /// Parts of keys, or regular expressions.
    package var sessions: [String] = []

    package init(agents: [String] = [], sessions: [String] = []) {
        self.agents = agents
        self.sessions = sessions
    }

    /// Whether a request of this agent, in this session, is wanted.
    package func wants(agent: String?, session: String?) -> Bool {
        if !agents.isEmpty {
            guard let agent, agents.contains(where: { $0.lowercased() == agent.lowercased() }) else {
                return false
            }
        }
        if sessions.isEmpty { return true }
        guard let session else { return false }
        return sessions.contains { entry in
            // What is no expression is a part of a key.
            session.contains(entry) || (try? TextPattern(entry))?.isFound(in: session) == true
        }
    }
}
