import Agent
import Core
import Gateway
import Models
import Tools
import Wire

/// The config as the values each room takes; made anew when the config changes.
@MainActor
struct RoomSettings {
    let setup: LocalSetup
    let secret: SharedSecret

    private var config: Core.Config { setup.config }
    private var environment: Core.Environment { setup.environment }

    private var defaults: Core.AgentsSettings.Defaults { config.agents.defaults }

    // MARK: Agent

    var agent: Agent.AgentSettings {
        var settings = Agent.AgentSettings(agents: profiles)
        settings.keys = keys
        settings.maxConcurrent = defaults.maxConcurrent
        settings.timeout = .seconds(defaults.timeoutSeconds)
        settings.timeZone = environment["TZ"]
        settings.allowedModels = defaults.models.keys.sorted().compactMap { ModelReference($0) }
        for (name, entry) in defaults.models {
            if let alias = entry.alias, let model = ModelReference(name) { settings.aliases[alias] = model }
        }
        return settings
    }

    private var keys: SessionKeyRules {
        SessionKeyRules(
            defaultAgent: defaultAgent, mainKey: config.session.mainKey,
            isGlobal: config.session.scope == "global")
    }

    private var defaultAgent: AgentID {
        let chosen = config.agents.list.first { $0.default } ?? config.agents.list.first
        return chosen.map { SessionKeyRules.normalized(AgentID($0.id)) } ?? .main
    }

    private var profiles: [AgentProfile] {
        guard !config.agents.list.isEmpty else { return [profile(of: nil)] }
        return config.agents.list.map { profile(of: $0) }
    }

    private func profile(of agent: Core.AgentSettings?) -> AgentProfile {
        let id = agent.map { SessionKeyRules.normalized(AgentID($0.id)) } ?? .main
        var profile = AgentProfile(id: id, workspace: workspace(of: agent, id: id))
        let model = agent?.model ?? defaults.model
        profile.name = agent?.identity.name ?? agent?.name
        profile.emoji = agent?.identity.emoji
        profile.model = (model.primary ?? defaults.model.primary).flatMap { reference($0) }
        profile.fallbacks = (model.primary == nil ? defaults.model : model).fallbacks.compactMap {
            reference($0)
        }
        profile.imageModel = defaults.imageModel?.primary.flatMap { reference($0) }
        profile.thinking = defaults.thinkingDefault.flatMap { ThinkingLevel(rawValue: $0) }
        profile.contextTokens = defaults.contextTokens
        profile.tools.allow = config.tools.allow ?? []
        profile.tools.deny = config.tools.deny
        return profile
    }

    /// `provider/model`, or an alias of one.
    private func reference(_ text: String) -> ModelReference? {
        let aliased = defaults.models.first { $0.value.alias == text }?.key
        return ModelReference(aliased ?? text)
    }

    /// Everything that changes stands under the state directory, where a deploy keeps it.
    private func workspace(of agent: Core.AgentSettings?, id: AgentID) -> String {
        if let own = agent?.workspace { return setup.expand(own) }
        if id == defaultAgent {
            return defaults.workspace.map { setup.expand($0) } ?? "\(setup.state)/workspace"
        }
        return "\(setup.state)/workspace-\(id)"
    }

    // MARK: Tools

    var tools: ToolSettings {
        var settings = ToolSettings()
        settings.execTimeout = .seconds(config.tools.exec.timeoutSec)
        settings.path = environment["PATH"]
        return settings
    }

    // MARK: Models

    var models: Models.ModelSettings {
        var settings = Models.ModelSettings()
        settings.environment = environment.variables
        settings.replacesCatalog = config.models.mode == "replace"
        settings.order = config.auth.order
        settings.cooldowns = cooldowns
        settings.listedProfiles = config.raw["auth"]?["profiles"]?.objectValue?.map(\.key) ?? []
        settings.defaultAgent = defaultAgent
        settings.profiles = storedCredentials
        for (id, provider) in config.models.providers { settings.providers[id] = room(provider, id: id) }
        return settings
    }

    private var cooldowns: CooldownRules {
        func hours(_ hours: Double) -> Duration { .seconds(hours * 3600) }
        let given = config.auth.cooldowns
        var rules = CooldownRules()
        rules.billingFirst = hours(given.billingBackoffHours)
        rules.billingFirstByProvider = given.billingBackoffHoursByProvider.mapValues(hours)
        rules.billingLongest = hours(given.billingMaxHours)
        rules.window = hours(given.failureWindowHours)
        return rules
    }

    private func room(_ provider: Core.ProviderSettings, id: String) -> Models.ProviderSettings {
        var settings = Models.ProviderSettings()
        settings.baseURL = provider.baseUrl
        settings.apiKey = provider.apiKey
        settings.api = provider.api.flatMap { ModelAPI(rawValue: $0) }
        if settings.api == nil { settings.foreignAPI = provider.api }
        settings.headers = provider.headers
        settings.authHeader = provider.authHeader
        settings.timeout = provider.timeoutSeconds.map { .seconds($0) }
        if let proxy = provider.request.proxy, proxy.mode == "explicit-proxy" { settings.proxy = proxy.url }
        let entries = config.raw["models"]?["providers"]?[id]?["models"]?.arrayValue ?? []
        settings.models = entries.compactMap { ModelInfo(provider: id, json: $0) }
        return settings
    }

    /// A store of a hundred logins is about 100 kB.
    private static let mostCredentialBytes = 8 << 20

    /// What `auth-profiles.json` of the default agent holds; the original wrote it.
    private var storedCredentials: [StoredCredential] {
        let path = "\(setup.state)/agents/\(defaultAgent)/agent/auth-profiles.json"
        // Most people have none; without it the keys of the environment and of the config are left.
        guard let bytes = try? PrivateFile.read(path, limit: Self.mostCredentialBytes),
            let json = try? JSON.parse(bytes)
        else { return [] }
        return StoredCredential.profiles(
            LoginStore(agent: defaultAgent, json: json), environment: environment.variables)
    }

    // MARK: Gateway

    func gateway(
        configHash: String?, databasePath: String, defaultModel: ModelReference?, catalog: ModelCatalog
    ) -> GatewaySetup {
        var settings = GatewaySetup(access: access)
        settings.keys = keys
        settings.agents = profiles.map { profile in
            let identity = config.agents.list.first { AgentID($0.id) == profile.id }?.identity
            return AgentFacts(
                id: profile.id, name: profile.name, workspace: profile.workspace,
                model: profile.model ?? defaultModel, theme: identity?.theme, emoji: profile.emoji,
                avatar: identity?.avatar)
        }
        settings.assistantName = config.ui.assistant.name ?? settings.assistantName
        settings.assistantAvatar = config.ui.assistant.avatar ?? settings.assistantAvatar
        settings.model = defaults.model.primary.flatMap { reference($0) } ?? defaultModel
        settings.contextTokens =
            defaults.contextTokens ?? settings.model.map { catalog.info($0).contextWindow }
        settings.thinking = defaults.thinkingDefault.flatMap { ThinkingLevel(rawValue: $0) } ?? .off
        settings.controlUI = controlUI
        settings.configPath = setup.configPath
        settings.configHash = configHash
        settings.stateDirectory = setup.state
        settings.databasePath = databasePath
        return settings
    }

    private var access: AccessSettings {
        var access = AccessSettings(
            auth: SharedAuth(mode: secret.mode, token: secret.token, password: secret.password))
        let controlUi = config.gateway.controlUi
        access.allowedOrigins = controlUi.allowedOrigins
        access.allowsInsecureAuth = controlUi.allowInsecureAuth
        access.disablesDeviceAuth = controlUi.dangerouslyDisableDeviceAuth
        access.ownNames = [config.gateway.customBindHost].compactMap { $0 }
        access.trustedProxies = config.gateway.trustedProxies
        access.isOnFly = setup.platform.flyApp != nil
        let limit = config.gateway.auth.rateLimit
        access.loginRules.maxAttempts = limit.maxAttempts
        access.loginRules.window = .milliseconds(limit.windowMs)
        access.loginRules.lockout = .milliseconds(limit.lockoutMs)
        access.loginRules.exemptLoopback = limit.exemptLoopback
        return access
    }

    private var controlUI: ControlUISettings {
        var settings = ControlUISettings()
        settings.isEnabled = config.gateway.controlUi.enabled
        settings.basePath = ControlUISettings.normalizedBasePath(config.gateway.controlUi.basePath ?? "")
        settings.folder = config.gateway.controlUi.root.map { setup.expand($0) } ?? UIFolder.find(environment)
        settings.isForeign = config.gateway.controlUi.root != nil
        return settings
    }
}
