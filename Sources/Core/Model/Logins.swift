/// Keeps the logins at model vendors over restarts, each agent's as OpenClaw writes them.
@MainActor
package protocol LoginBook: Sendable {
    /// Every agent's `auth-profiles.json`, or what stands in its place.
    func all() async throws -> [LoginStore]
    /// Adds or replaces one login of an agent.
    func save(_ profile: JSON, id: String, agent: AgentID) async throws
}

/// One agent's logins: `{profiles: {<id>: {type, provider, key | token | access, refresh, expires}}, order}`.
package struct LoginStore: Sendable {
    package var agent: AgentID
    package var json: JSON

    package init(agent: AgentID, json: JSON) {
        self.agent = agent
        self.json = json
    }
}
