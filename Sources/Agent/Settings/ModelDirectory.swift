package import Core

/// What the house must know about models without asking one: the room that talks to them fills it in.
@MainActor
package struct ModelDirectory: Sendable {
    /// Nil for a model that no list knows.
    package var info: @MainActor @Sendable (ModelReference) -> ModelFacts?
    /// What `/models` lists.
    package var models: @MainActor @Sendable () -> [ModelReference]
    /// Providers that have a credential.
    package var providers: @MainActor @Sendable () -> [String]
    /// For agents without a model of their own; nil when no key is set.
    package var defaultModel: @MainActor @Sendable () -> ModelReference?
    /// What rests after a failure, soonest end first.
    package var rests: @MainActor @Sendable () -> [Cooldown]
    /// Lets a model be asked at once, with all its credentials.
    package var wake: @MainActor @Sendable (ModelReference) async -> Void

    package init(
        info: @escaping @MainActor @Sendable (ModelReference) -> ModelFacts? = { _ in nil },
        models: @escaping @MainActor @Sendable () -> [ModelReference] = { [] },
        providers: @escaping @MainActor @Sendable () -> [String] = { [] },
        defaultModel: @escaping @MainActor @Sendable () -> ModelReference? = { nil },
        rests: @escaping @MainActor @Sendable () -> [Cooldown] = { [] },
        wake: @escaping @MainActor @Sendable (ModelReference) async -> Void = { _ in }
    ) {
        self.info = info
        self.models = models
        self.providers = providers
        self.defaultModel = defaultModel
        self.rests = rests
        self.wake = wake
    }

    func facts(_ model: ModelReference) -> ModelFacts { info(model) ?? ModelFacts() }

    /// Asked for when nothing is configured: the router then answers with what to set and how.
    static let modelOfLastResort = ModelReference(provider: "anthropic", model: "claude-opus-4-6")
}

/// A model's limits and senses.
package struct ModelFacts: Sendable, Hashable {
    /// Tokens.
    package var contextWindow: Int
    /// Tokens of one answer.
    package var maxTokens: Int
    package var acceptsImages: Bool
    package var reasoning: Bool

    package init(
        contextWindow: Int = 200_000, maxTokens: Int = 8_192, acceptsImages: Bool = true,
        reasoning: Bool = false
    ) {
        self.contextWindow = contextWindow
        self.maxTokens = maxTokens
        self.acceptsImages = acceptsImages
        self.reasoning = reasoning
    }
}

/// What `/status` says about the process.
package struct HouseFacts: Sendable {
    package var version: String
    package var startedAt: Timestamp

    package init(version: String = "", startedAt: Timestamp = .now) {
        self.version = version
        self.startedAt = startedAt
    }
}
