import Core
import Store

/// Commands that choose the model and how hard it thinks.
enum ModelCommands {
    static let all = [
        SlashCommand(
            name: "think", aliases: ["thinking", "t"], arguments: "<level|default> [question]",
            choices: .among(["default"] + ThinkingLevel.allCases.map(\.rawValue)),
            help: "Set the thinking level, or use it for one question.",
            category: .options, question: question, run: think),
        SlashCommand(
            name: "model", arguments: "[list|status|default|provider/model]",
            choices: .models(["default", "status", "list"]), help: "Show or set the model.",
            category: .options, run: model),
        SlashCommand(
            name: "models", arguments: "[provider]", choices: .providers,
            help: "List providers, or one provider's models.", category: .options
        ) { .reply(models($0)) },
    ]

    // MARK: Thinking

    @MainActor
    private static func think(_ call: CommandCall) async throws -> CommandResult {
        let choice = call.choice(try await call.entry())
        let levels = levels(of: choice)
        switch call.word {
        case "":
            return .reply(
                "Current thinking level: \(choice.thinking).\nOptions: default, \(levels.joined(separator: ", ")).",
                choices: ["default"] + levels)
        case "default":
            try await setThinking(nil, call)
            let more =
                call.arguments.behindFirstWord.isEmpty ? "" : " Ask again without `/think default` in front."
            return .reply("Thinking level is the default again.\(more)")
        case let word:
            guard let level = level(word) else {
                return .reply(
                    "`\(word)` is no thinking level. Use one of: default, \(levels.joined(separator: ", ")).")
            }
            guard levels.contains(level.rawValue) else {
                return .reply(
                    "\(choice.model) does not think; `\(word)` has no effect there. Use one of: off.")
            }
            try await setThinking(level, call)
            return .reply("Thinking level set to \(level).")
        }
    }

    /// Before a question a level counts for this question; a model that does not think answers all the same.
    @Sendable
    private static func question(_ arguments: String) -> Question? {
        let text = arguments.behindFirstWord
        guard !text.isEmpty, let level = level(arguments.firstWord) else { return nil }
        return Question(text: text, thinking: level)
    }

    private static func level(_ word: String) -> ThinkingLevel? {
        word == "max" || word == "highest" ? .high : ThinkingLevel(rawValue: word)
    }

    private static func levels(of choice: ModelChoice) -> [String] {
        choice.facts.reasoning ? ThinkingLevel.allCases.map(\.rawValue) : [ThinkingLevel.off.rawValue]
    }

    @MainActor
    private static func setThinking(_ level: ThinkingLevel?, _ call: CommandCall) async throws {
        _ = try await call.stores.sessions.patch(call.session) { $0.thinkingLevel = level?.rawValue }
    }

    // MARK: Model

    @MainActor
    private static func model(_ call: CommandCall) async throws -> CommandResult {
        switch call.word {
        case "": return .reply(try await current(call), choices: try await offered(call))
        case "status": return .reply(try await status(call))
        case "list": return .reply(models(call, of: nil))
        case "default":
            let entry = try await call.stores.sessions.patch(call.session) { $0.modelOverride = nil }
            await call.directory.wake(call.choice(entry).model)
            return .reply("This session uses the configured model again.")
        default: return .reply(try await choose(call))
        }
    }

    @MainActor
    private static func current(_ call: CommandCall) async throws -> String {
        let entry = try await call.entry()
        return """
            Current: \(call.choice(entry).model)

            Switch: /model <provider/model>
            Back: /model default
            Browse: /models (providers) or /models <provider> (models)
            More: /model status
            """
    }

    /// Other models that the config names, and the way back to its first.
    @MainActor
    private static func offered(_ call: CommandCall) async throws -> [String] {
        let entry = try await call.entry()
        let choice = call.choice(entry)
        var models = call.settings.allowedModels
        if models.isEmpty { models = [call.profile.model].compactMap(\.self) + choice.fallbacks }
        var names: [String] = entry.modelOverride == nil ? [] : ["default"]
        for model in models where model != choice.model && !names.contains(model.description) {
            names.append(model.description)
        }
        return names
    }

    @MainActor
    private static func status(_ call: CommandCall) async throws -> String {
        let entry = try await call.entry()
        let choice = call.choice(entry)
        let source =
            switch choice.source {
            case .agent: "configured"
            case .place: "configured for this chat"
            case .session: "chosen for this session"
            }
        var lines = [
            "Model: \(choice.model) (\(source))",
            "Thinking: \(choice.thinking)",
            "Context window: \(Amount.tokens(choice.facts.contextWindow)) tokens",
            "Images: \(choice.facts.acceptsImages ? "yes" : "no")",
        ]
        if !choice.fallbacks.isEmpty {
            lines.append("Fallbacks: " + choice.fallbacks.map(\.description).joined(separator: ", "))
        }
        lines += call.directory.rests().map(rest)
        return lines.joined(separator: "\n")
    }

    /// The credential's name without the mark of its secret, or the model.
    private static func rest(_ cooldown: Cooldown) -> String {
        let name = cooldown.model ?? String(cooldown.credential.prefix { $0 != "#" })
        return "Resting: \(name) for another \((cooldown.until - .now).wholeSecondsText) (\(cooldown.reason))"
    }

    @MainActor
    private static func choose(_ call: CommandCall) async throws -> String {
        let words = call.arguments.split(separator: " ").map(String.init)
        guard words.count == 1, let word = words.first, let model = reference(word, call) else {
            return
                "`/model \(call.arguments)` names no model. Write `/model provider/model`; /models lists them."
        }
        if let refusal = refusal(of: model, call) { return refusal }
        _ = try await call.stores.sessions.patch(call.session) { $0.modelOverride = model }
        // Who chooses a model wants it asked now, perhaps because what it rested for is mended.
        await call.directory.wake(model)
        return "Model set to \(model) for this session."
    }

    /// The model that a command's only word names, where it can be nothing else: an alias, or one that is listed.
    @MainActor
    static func named(by call: CommandCall) -> ModelReference? {
        let word = call.arguments
        guard !word.isEmpty, !word.contains(where: \.isWhitespace), let model = reference(word, call),
            call.settings.aliases[word.lowercased()] != nil || call.directory.models().contains(model)
                || call.settings.allowedModels.contains(model)
        else { return nil }
        return refusal(of: model, call) == nil ? model : nil
    }

    /// An alias, `provider/model`, or the id of a model that is listed.
    @MainActor
    private static func reference(_ word: String, _ call: CommandCall) -> ModelReference? {
        if let model = call.settings.aliases[word.lowercased()] { return model }
        if !word.contains("/"), let listed = call.directory.models().first(where: { $0.model == word }) {
            return listed
        }
        return ModelReference(word)
    }

    @MainActor
    private static func refusal(of model: ModelReference, _ call: CommandCall) -> String? {
        let allowed = call.settings.allowedModels
        if !allowed.isEmpty && !allowed.contains(model) && model != call.profile.model {
            return "\(model) is not allowed. `agents.defaults.models` lists those that are."
        }
        let providers = Set(call.directory.providers() + call.directory.models().map(\.provider))
        guard !providers.isEmpty, !providers.contains(model.provider) else { return nil }
        return
            "Unknown provider \"\(model.provider)\", or no key is set for it. Use /models to list providers."
    }

    @MainActor
    private static func models(_ call: CommandCall) -> String {
        models(call, of: call.word.isEmpty ? nil : call.word)
    }

    @MainActor
    private static func models(_ call: CommandCall, of provider: String?) -> String {
        let models = call.directory.models()
        guard let provider else { return providerList(models, call) }
        let ids = models.filter { $0.provider == provider }.map { "- \($0)" }
        guard !ids.isEmpty else {
            return "No model of \"\(provider)\" is known. Use /models to list providers."
        }
        return
            (["Models of \(provider):"] + ids.prefix(mostListed) + ["", "Switch: /model <provider/model>"])
            .joined(separator: "\n")
    }

    /// A chat message is no place for more.
    private static let mostListed = 60

    @MainActor
    private static func providerList(_ models: [ModelReference], _ call: CommandCall) -> String {
        var counts: [String: Int] = [:]
        for provider in call.directory.providers() { counts[provider] = 0 }
        for model in models { counts[model.provider, default: 0] += 1 }
        guard !counts.isEmpty else {
            return "No provider has a key yet. Set one, for example `ANTHROPIC_API_KEY`."
        }
        let lines = counts.sorted { $0.key < $1.key }.map { "- \($0.key) (\($0.value))" }
        return (["Providers:"] + lines + ["", "Use: /models <provider>", "Switch: /model <provider/model>"])
            .joined(separator: "\n")
    }
}
