package import Core

extension ModelRouter {
    /// The providers that could answer now.
    package var configuredProviders: [String] { source.configuredProviders }

    /// Sentences about keys in the file that the environment overrules.
    package var shadowedKeys: [String] { source.shadowedKeys }

    /// The models of the providers that could answer now.
    package var availableModels: [ModelInfo] {
        let providers = Set(configuredProviders)
        return catalog.models.filter { providers.contains($0.reference.provider) }
    }

    /// The model to use when none is configured: the usual one of the first provider with a key.
    package var defaultModel: ModelReference? {
        if let foundDefault { return foundDefault.model }
        let model = configuredProviders.lazy.compactMap { self.defaultModel(of: $0) }.first
        foundDefault = FoundDefault(model: model)
        return model
    }

    /// The configured model, or the default, or one that explains what is missing when it is asked.
    package func model(orDefault configured: ModelReference?) -> ModelReference {
        configured ?? defaultModel ?? ModelReference(provider: "anthropic", model: "claude-opus-5-5")
    }

    func defaultModel(of provider: String) -> ModelReference? {
        settings.providers[provider]?.models.first?.reference
            ?? KnownProvider.named(provider)?.defaultModel.map {
                ModelReference(provider: provider, model: $0)
            }
    }

    /// Rests that are not over, soonest end first.
    package var cooldowns: [Cooldown] { rests.all.filter { $0.until > world.steady() } }

    /// Ends the rests of a model and of all its credentials.
    package func wake(_ model: ModelReference) async {
        for credential in source.credentials(for: model.provider) { await wake(credential, model) }
    }
}
