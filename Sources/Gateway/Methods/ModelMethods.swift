package import Core

/// What Assembly tells about models; this room does not know the catalogue.
@MainActor
package struct KnownModels {
    package var list: () -> [KnownModel]
    package var providers: () -> [KnownProvider]

    package init(list: @escaping () -> [KnownModel], providers: @escaping () -> [KnownProvider]) {
        self.list = list
        self.providers = providers
    }

    func known(_ model: ModelReference?) -> KnownModel? {
        model.flatMap { model in list().first { $0.reference == model } }
    }

    func knows(provider: String) -> Bool {
        providers().contains { $0.id == provider } || list().contains { $0.reference.provider == provider }
    }
}

/// A model that can be chosen.
package struct KnownModel: Sendable {
    package var reference: ModelReference
    package var name: String
    package var contextWindow: Int?
    package var reasoning: Bool
    package var acceptsImages: Bool
    /// Its provider has a credential.
    package var isAvailable: Bool

    package init(
        reference: ModelReference, name: String, contextWindow: Int?, reasoning: Bool,
        acceptsImages: Bool = false,
        isAvailable: Bool = true
    ) {
        self.reference = reference
        self.name = name
        self.contextWindow = contextWindow
        self.reasoning = reasoning
        self.acceptsImages = acceptsImages
        self.isAvailable = isAvailable
    }
}

/// A provider and whether it can be used.
package struct KnownProvider: Sendable {
    package var id: String
    package var name: String
    /// `ok`, `missing`, or `static` for a key in the config.
    package var status: String
    /// `env`, `config`, `profile`; nil without a credential.
    package var source: String?

    package init(id: String, name: String, status: String, source: String?) {
        self.id = id
        self.name = name
        self.status = status
        self.source = source
    }
}

/// Which models there are and which keys are set.
struct ModelMethods: MethodGroup {
    let models: KnownModels
    let settings: SettingsBox

    func register(in table: inout MethodTable) {
        table.addFast(
            "models.list", .read,
            ParamsSchema(
                .optional("agentId", .string(least: 1)), .optional("sessionKey", .string(least: 1)),
                .optional("includeProviderCapabilities", .boolean),
                .optional("preparedOnly", .boolean), .optional("refresh", .boolean),
                .optional("view", .oneOf(["default", "configured", "provider-config", "all"])))
        ) { call throws(RPCError) in
            .json([
                "models": Self.list(models, settings.now, call.generation, all: call.text("view") == "all")
            ])
        }
        table.addFast(
            "models.authStatus", .read,
            ParamsSchema(.optional("refresh", .boolean), .optional("agentId", .string()))
        ) { _ throws(RPCError) in
            .json(["ts": Timestamp.now.json, "providers": .array(models.providers().map { status($0) })])
        }
    }

    /// Models without a key come only when all are asked for, or when there is none with a key.
    static func list(_ models: KnownModels, _ settings: GatewaySetup, _ generation: Generation, all: Bool)
        -> JSON
    {
        let facts = models.list()
        let usable = facts.filter(\.isAvailable)
        let shown = all || usable.isEmpty ? facts : usable
        return .array(shown.map { json($0, settings, generation) })
    }

    private static func json(_ fact: KnownModel, _ settings: GatewaySetup, _ generation: Generation) -> JSON {
        var object: JSONObject = [
            "id": .string(fact.reference.model), "name": .string(fact.name),
            "provider": .string(fact.reference.provider),
        ]
        object["contextWindow"] = fact.contextWindow.map { JSON($0) }
        object["reasoning"] = .bool(fact.reasoning)
        object["input"] = fact.acceptsImages ? ["text", "image"] : ["text"]
        guard generation == .four else { return .object(object) }
        if fact.reference == settings.model { object["tags"] = ["default"] }
        let choices = ThinkingChoices(fact, preset: settings.thinking)
        object["thinkingLevels"] = choices.labelled
        object["thinkingDefault"] = choices.usual
        object["available"] = .bool(fact.isAvailable)
        return .object(object)
    }

    private func status(_ provider: KnownProvider) -> JSON {
        var object: JSONObject = [
            "provider": .string(provider.id), "authProvider": .string(provider.id),
            "displayName": .string(provider.name), "status": .string(provider.status), "profiles": [],
        ]
        object["apiKey"] = provider.source.map { ["source": .string($0)] }
        return .object(object)
    }
}
