import Agent
import Core

/// What an agent's tools may do: `tools`, `agents.list[].tools`, and the rules for commands.
///
/// A mistake in the rules leaves no tool at all. A rule that cannot be kept yet (sandboxes, other hosts) takes `exec` away: it was written to restrict commands, and
/// running them all would be the opposite.
struct ToolRules {
    let policy: ToolPolicy
    /// Which commands run, and when a person is asked.
    let exec: ExecWish
    /// How far it may reach beyond the chat it answers in.
    let messages: MessageRules
    /// What comes to something else than it says, for people; nil when the rules are kept as they are written.
    let warning: String?

    init(_ config: Config, agent: AgentConfig?) {
        let tools = config.tools
        let own = agent?.tools ?? AgentToolsConfig()
        var policy = ToolPolicy(allow: tools.allow ?? [], deny: tools.deny)
            .and(ToolPolicy(allow: own.allow ?? [], deny: own.deny))
        if let allowed = (own.profile ?? tools.profile).flatMap({ Self.profiles[$0] }) {
            policy = policy.and(ToolPolicy(allow: allowed + (own.alsoAllow ?? tools.alsoAllow)))
        }
        let commands = Self.commands(config, agent)
        if case .off(let reason) = commands {
            policy = policy.and(ToolPolicy(deny: ["group:runtime"]))
            warning = reason
        } else {
            warning = Self.withoutReviewer(config, agent)
        }
        let isShut = config.closed.contains { $0.closes == .tools }
        self.policy = isShut ? policy.and(ToolPolicy(deny: ["*"])) : policy
        exec = isShut ? ExecWish(security: .deny) : Self.wish(config, agent)
        messages = Self.messages(tools.message, own.message)
    }

    private static func messages(_ common: ToolsConfig.Message, _ own: MessageToolConfig) -> MessageRules {
        let (all, mine) = (common.crossContext, own.crossContext)
        let isOpen = common.allowCrossContextSend
        var rules = MessageRules()
        rules.allowsWithinProvider =
            isOpen || mine.allowWithinProvider ?? all.allowWithinProvider ?? rules.allowsWithinProvider
        rules.allowsAcrossProviders =
            isOpen || mine.allowAcrossProviders ?? all.allowAcrossProviders ?? rules.allowsAcrossProviders
        rules.prefix = mine.marker.prefix ?? all.marker.prefix ?? rules.prefix
        rules.suffix = mine.marker.suffix ?? all.marker.suffix ?? rules.suffix
        if (mine.marker.enabled ?? all.marker.enabled) == false { (rules.prefix, rules.suffix) = ("", "") }
        rules.actions = own.actions.allow ?? common.actions.allow ?? []
        return rules
    }

    private static func wish(_ config: Config, _ agent: AgentConfig?) -> ExecWish {
        func value(_ read: (any ExecRules) -> String?) -> String? {
            agent.flatMap { read($0.tools.exec) } ?? read(config.tools.exec)
        }
        return ExecWish(
            security: value { $0.security }.flatMap { ExecSecurity(rawValue: $0) },
            ask: value { $0.ask }.flatMap { ExecAsk(rawValue: $0) }
        ).and(ExecWish(mode: value { $0.mode }))
    }

    private static func withoutReviewer(_ config: Config, _ agent: AgentConfig?) -> String? {
        guard
            let rule = rules(config, agent).first(where: { $0.value == "auto" && $0.path.hasSuffix(".mode") })
        else { return nil }
        return
            "`\(rule.path)` is `auto`: no model reviews commands here, so a person is asked, as with `ask`."
    }

    /// What the log and the doctor say, each sentence once.
    static func warnings(_ config: Config) -> [String] {
        var warnings: [String] = []
        for agent in config.agents.list.isEmpty ? [nil] : config.agents.list.map({ AgentConfig?.some($0) }) {
            if let warning = ToolRules(config, agent: agent).warning, !warnings.contains(warning) {
                warnings.append(warning)
            }
        }
        return warnings + senderWarnings(config) + groupWarnings(config)
    }

    /// The original's profiles, by the tools there are; `full` restricts nothing.
    private static let profiles: [String: [String]] = [
        "minimal": ["session_status"],
        "coding": ["group:fs", "group:runtime", "group:sessions", "group:memory", "image"],
        "messaging": [
            "group:messaging", "sessions_list", "sessions_history", "sessions_send", "session_status",
        ],
    ]

    // MARK: Commands

    private enum Commands {
        case on
        /// The reason is nil when the config denies them in so many words.
        case off(reason: String?)
    }

    /// One rule for commands, as it stands in the config.
    private struct Rule {
        var path: String
        var value: String?
        /// Values that leave commands on.
        var harmless: [String]
    }

    private static func commands(_ config: Config, _ agent: AgentConfig?) -> Commands {
        let rules = rules(config, agent)
        if rules.contains(where: { $0.value == "deny" }) { return .off(reason: nil) }
        for rule in rules {
            guard let value = rule.value, !rule.harmless.contains(value) else { continue }
            return .off(
                reason: "`\(rule.path)` is `\(value)`, which this gateway cannot keep yet: the assistant "
                    + "runs no commands. Set it to `\(rule.harmless[0])` to let it run all.")
        }
        return .on
    }

    private static func rules(_ config: Config, _ agent: AgentConfig?) -> [Rule] {
        let place = agent.map { "agents.list[\($0.id)]." } ?? ""
        func rule(_ key: String, _ harmless: String..., value: (any ExecRules) -> String?) -> Rule {
            if let agent, let own = value(agent.tools.exec) {
                return Rule(path: "\(place)tools.exec.\(key)", value: own, harmless: harmless)
            }
            return Rule(path: "tools.exec.\(key)", value: value(config.tools.exec), harmless: harmless)
        }
        let ownSandbox = agent?.sandbox.mode
        return [
            rule("security", "full", "allowlist") { $0.security },
            rule("mode", "full", "ask", "auto", "allowlist") { $0.mode },
            rule("host", "gateway", "auto") { $0.host },
            Rule(
                path: ownSandbox == nil ? "agents.defaults.sandbox.mode" : "\(place)sandbox.mode",
                value: ownSandbox ?? config.agents.defaults.sandbox.mode, harmless: ["off"]),
        ]
    }
}
