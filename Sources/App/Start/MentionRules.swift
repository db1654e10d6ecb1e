import Core

/// How an agent is called in groups: its own `groupChat.mentionPatterns`, or those of `messages`, or its name and emoji.
struct MentionRules {
    let patterns: MentionPatterns
    /// What is wrong with patterns that cannot be used, for people; the others count.
    let warnings: [String]

    init(_ config: Config, agent: AgentConfig?) {
        let own = agent?.groupChat.mentionPatterns
        guard let written = own ?? config.messages.groupChat.mentionPatterns else {
            patterns = MentionPatterns(name: agent?.identity.name, emoji: agent?.identity.emoji)
            warnings = []
            return
        }
        let key = own == nil ? "messages" : "agents.list[\(agent?.id ?? "")]"
        var usable: [MentionPatterns] = []
        var warnings: [String] = []
        for pattern in written {
            do throws(TextPatternError) {
                usable.append(try MentionPatterns([pattern]))
            } catch {
                warnings.append("`\(key).groupChat.mentionPatterns`: \(error)")
            }
        }
        patterns = MentionPatterns(usable)
        self.warnings = warnings
    }

    /// What the log and the doctor say, each sentence once.
    static func warnings(_ config: Config) -> [String] {
        let agents = config.agents.list.isEmpty ? [nil] : config.agents.list.map { AgentConfig?.some($0) }
        return agents.flatMap { MentionRules(config, agent: $0).warnings }.reduce(into: []) { all, warning in
            if !all.contains(warning) { all.append(warning) }
        }
    }
}
