import Core
import Store

/// Which model a turn asks, whom else, and how hard it thinks.
@MainActor
struct ModelChoice {
    let model: ModelReference
    let fallbacks: [ModelReference]
    let facts: ModelFacts
    let thinking: ThinkingLevel
    let source: Source

    /// Who chose the model.
    enum Source {
        case agent, place, session
    }

    /// The session's choice comes before the place's, and that before the agent's; of the thinking level the message's wish
    /// comes first.
    init(
        profile: AgentProfile, entry: SessionEntry, options: TurnOptions, hasImages: Bool,
        directory: ModelDirectory
    ) {
        let configured = profile.model ?? directory.defaultModel() ?? ModelDirectory.modelOfLastResort
        var model = entry.modelOverride ?? options.model ?? configured
        if hasImages, let sighted = profile.imageModel, !directory.facts(model).acceptsImages {
            model = sighted
        }
        // A chosen model that fails still ends at the configured one.
        var fallbacks: [ModelReference] = []
        for other in profile.fallbacks + (model == configured ? [] : [configured])
        where other != model && !fallbacks.contains(other) {
            fallbacks.append(other)
        }
        source = entry.modelOverride != nil ? .session : options.model != nil ? .place : .agent
        facts = directory.facts(model)
        thinking =
            options.thinking ?? entry.thinkingLevel.flatMap { ThinkingLevel(rawValue: $0) } ?? profile
            .thinking
            ?? (facts.reasoning ? .low : .off)
        self.model = model
        self.fallbacks = fallbacks
    }

    /// Tokens of the window that count, after the config's own limit.
    func window(_ profile: AgentProfile) -> Int {
        min(facts.contextWindow, profile.contextTokens ?? facts.contextWindow)
    }
}
