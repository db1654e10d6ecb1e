import Core
import Store

/// Which model a turn asks, whom else, and how hard it thinks.
@MainActor
struct ModelChoice {
    let model: ModelReference
    let fallbacks: [ModelReference]
    let facts: ModelFacts
    let thinking: ThinkingLevel

    /// The message's wish comes before the session's, and that before the config's.
    init(
        profile: AgentProfile, entry: SessionEntry, options: TurnOptions, hasImages: Bool,
        directory: ModelDirectory
    ) {
        let configured = profile.model ?? directory.defaultModel() ?? ModelDirectory.modelOfLastResort
        var model = entry.modelOverride ?? configured
        if hasImages, let sighted = profile.imageModel, !directory.facts(model).acceptsImages {
            model = sighted
        }
        // A chosen model that fails still ends at the configured one.
        var fallbacks: [ModelReference] = []
        for other in profile.fallbacks + (model == configured ? [] : [configured])
        where other != model && !fallbacks.contains(other) {
            fallbacks.append(other)
        }
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
