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

    init(setup: LocalSetup, secret: SharedSecret) {
        self.setup = setup
        self.secret = secret
    }

    private var config: Config { setup.config }

    private var environment: Environment { setup.environment }

    private var defaults: AgentsConfig.Defaults { config.agents.defaults }

    // MARK: Agent

    var agent: AgentSettings {
        var settings = AgentSettings(agents: profiles)
        settings.keys = keys
        settings.maxConcurrent = defaults.maxConcurrent
        settings.timeout = .seconds(defaults.timeoutSeconds)
        settings.clock = clock
        settings.compaction = compaction
        settings.fileToolsStayInWorkspace = config.tools.fs.workspaceOnly
        settings.allowsRestart = config.commands.restart
        settings.owners = config.commands.ownerAllowFrom
        settings.queue = QueueRules(json: config.raw["messages"] ?? [:])
        settings.forwarding = forwarding
        settings.directScope = DirectScope(rawValue: config.session.dmScope) ?? .main
        for (name, ids) in config.session.identityLinks {
            for id in ids { settings.identities[id.lowercased()] = name.lowercased() }
        }
        settings.resets = SessionResets(config.session)
        settings.resetTriggers = config.session.resetTriggers.map { $0.trimmed.lowercased() }
            .filter { !$0.isEmpty }
        settings.routes = AgentRoutes(config.bindings.map { route($0) })
        settings.typingMode = (config.session.typingMode ?? defaults.typingMode).flatMap {
            TypingMode(rawValue: $0)
        }
        settings.blockStreaming = defaults.blockStreaming
        settings.bootstrapMaxChars = defaults.bootstrapMaxChars
        settings.allowedModels = defaults.models.keys.sorted().compactMap { ModelReference($0) }
        for (name, entry) in defaults.models {
            if let alias = entry.alias, let model = ModelReference(name) { settings.aliases[alias] = model }
        }
        settings.channelModels = channelModels
        return settings
    }

    private var channelModels: ChannelModels {
        var models = ChannelModels()
        for (channel, chats) in config.channels["modelByChannel"]?.objectValue ?? [:] {
            for (chat, name) in chats.objectValue ?? [:] {
                models.models[ChannelID(channel), default: [:]][chat.lowercased()] =
                    name.stringValue.flatMap { reference($0) }
            }
        }
        return models
    }

    private var forwarding: ApprovalForwarding {
        let wish = config.approvals.exec
        var forwarding = ApprovalForwarding()
        forwarding.isEnabled = wish.enabled
        forwarding.mode = ApprovalForwarding.Mode(rawValue: wish.mode) ?? .session
        forwarding.filter = ApprovalFilter(agents: wish.agentFilter, sessions: wish.sessionFilter)
        forwarding.targets = wish.targets.map {
            ApprovalForwarding.Target(
                channel: ChannelID($0.channel.lowercased()), account: $0.accountId, to: $0.to,
                thread: $0.threadId)
        }
        return forwarding
    }

    private func route(_ binding: BindingConfig) -> AgentRoutes.Route {
        let match = binding.match
        var route = AgentRoutes.Route(
            agent: SessionKeyRules.normalized(AgentID(binding.agentId)), channel: ChannelID(match.channel))
        route.account = match.accountId ?? "default"
        route.space = match.guildId ?? match.teamId
        route.roles = match.roles
        route.peer = match.peer.map {
            AgentRoutes.Peer(isDirect: ["dm", "direct"].contains($0.kind), id: $0.id)
        }
        return route
    }

    private var clock: UserClock {
        var clock = UserClock()
        clock.zone = defaults.userTimezone.flatMap { ZoneFile.rules(of: $0, environment) }
        clock.zoneName = defaults.userTimezone ?? environment["TZ"]
        clock.style = UserClock.Style(rawValue: defaults.timeFormat) ?? .auto
        return clock
    }

    private var compaction: CompactionSettings {
        let wish = defaults.compaction
        var settings = CompactionSettings()
        settings.isAutomatic = wish.enabled
        settings.reserveTokens = wish.reserveTokensFloor
        settings.keepRecentTokens = wish.keepRecentTokens
        settings.model = wish.model.flatMap { reference($0) }
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

    private func profile(of agent: AgentConfig?) -> AgentProfile {
        let id = agent.map { SessionKeyRules.normalized(AgentID($0.id)) } ?? .main
        var profile = AgentProfile(id: id, workspace: workspace(of: agent, id: id))
        let model = agent?.model ?? defaults.model
        profile.name = agent?.identity.name ?? agent?.name
        profile.emoji = agent?.identity.emoji
        profile.model = (model.primary ?? defaults.model.primary).flatMap { reference($0) }
        let inherits = model.primary == nil && model.fallbacks.isEmpty
        profile.fallbacks = (inherits ? defaults.model : model).fallbacks.compactMap { reference($0) }
        profile.imageModel = defaults.imageModel?.primary.flatMap { reference($0) }
        profile.thinking = thinking
        profile.skipsBootstrap = defaults.skipBootstrap
        profile.contextTokens = defaults.contextTokens
        profile.humanDelay = defaults.humanDelay(of: agent)
        let rules = ToolRules(config, agent: agent)
        profile.tools = rules.policy
        profile.exec = rules.exec
        profile.messages = rules.messages
        profile.mentions = MentionRules(config, agent: agent).patterns
        return profile
    }

    /// `adaptive` leaves the effort to the model; where that cannot be said it is the middle.
    private var thinking: ThinkingLevel? {
        defaults.thinkingDefault.flatMap { $0 == "adaptive" ? .medium : ThinkingLevel(spelling: $0) }
    }

    /// `provider/model`, or an alias of one.
    func reference(_ text: String) -> ModelReference? {
        let aliased = defaults.models.first { $0.value.alias == text }?.key
        return ModelReference(aliased ?? text)
    }

    /// Everything that changes stands under the state directory, where a deploy keeps it.
    private func workspace(of agent: AgentConfig?, id: AgentID) -> String {
        if let own = agent?.workspace { return setup.expand(own) }
        if id == defaultAgent {
            return defaults.workspace.map { setup.expand($0) } ?? "\(setup.state)/workspace"
        }
        return "\(setup.state)/workspace-\(id)"
    }

    // MARK: Tools

    var tools: ToolSettings {
        var settings = ToolSettings()
        settings.execTimeout = .seconds(config.tools.exec.timeoutSeconds ?? config.tools.exec.timeoutSec)
        settings.workspaceOnly = config.tools.fs.workspaceOnly
        settings.path = environment["PATH"]
        return settings
    }

    // MARK: Models

    var models: ModelSettings {
        var settings = ModelSettings()
        settings.environment = environment.variables
        settings.replacesCatalog = config.models.mode == "replace"
        settings.order = config.auth.order
        settings.cooldowns = cooldowns
        settings.listedProfiles = listedProfiles
        settings.defaultAgent = defaultAgent
        settings.profiles = storedCredentials
        for (id, provider) in config.models.providers { settings.providers[id] = room(provider, id: id) }
        return settings
    }

    private func room(_ provider: ProviderConfig, id: String) -> ProviderSettings {
        var settings = ProviderSettings()
        settings.baseURL = provider.baseUrl
        settings.apiKey = provider.apiKey
        settings.api = provider.api.flatMap { ModelAPI(rawValue: $0) }
        if settings.api == nil { settings.foreignAPI = provider.api }
        settings.headers = provider.headers
        settings.authHeader = provider.authHeader
        settings.timeout = provider.timeoutSeconds.map { .seconds($0) }
        if let proxy = provider.request.proxy, proxy.mode != "env-proxy" { settings.proxy = proxy.url }
        let entries = config.raw["models"]?["providers"]?[id]?["models"]?.arrayValue ?? []
        settings.models = entries.compactMap { ModelInfo(provider: id, json: $0) }
        return settings
    }

    /// `auth.profiles` as they stand in the file.
    private var listedProfiles: [ListedProfile] {
        (config.raw["auth"]?["profiles"]?.objectValue ?? [:]).compactMap { id, _ in
            config.auth.profiles[id].map {
                ListedProfile(id: id, provider: $0.provider, isKey: $0.mode == "api_key")
            }
        }
    }

    private var cooldowns: CooldownRules {
        let wish = config.auth.cooldowns
        func hours(_ hours: Double) -> Duration { .seconds(hours * 3600) }
        var rules = CooldownRules()
        rules.billingFirst = hours(wish.billingBackoffHours)
        rules.billingFirstByProvider = wish.billingBackoffHoursByProvider.mapValues(hours)
        rules.billingLongest = hours(wish.billingMaxHours)
        rules.window = hours(wish.failureWindowHours)
        return rules
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
                avatar: identity?.avatar.map { $0.hasPrefix("~/") ? setup.expand($0) : $0 })
        }
        settings.assistantName = config.ui.assistant.name ?? settings.assistantName
        settings.assistantAvatar = config.ui.assistant.avatar ?? settings.assistantAvatar
        settings.model = defaults.model.primary.flatMap { reference($0) } ?? defaultModel
        settings.contextTokens =
            defaults.contextTokens ?? settings.model.map { catalog.info($0).contextWindow }
        settings.thinking = thinking ?? .off
        settings.controlUI = controlUI
        settings.channels = channels
        settings.configPath = setup.configPath
        settings.configHash = configHash
        settings.reloadsConfig = config.gateway.reload.mode != "off"
        settings.stateDirectory = setup.state
        settings.databasePath = databasePath
        settings.traffic = traffic
        return settings
    }

    /// The chat platforms that are set up.
    var channels: [ChannelFacts] {
        channelSections.facts
    }

    var channelSections: ChannelSections { ChannelSections(config: config, environment: environment) }

    /// What the assistant is called on platforms.
    var assistantName: String {
        profiles.first { $0.id == defaultAgent }?.name ?? config.ui.assistant.name ?? "OpenClaw"
    }

    private var traffic: GatewaySetup.TrafficStyle {
        if setup.invocation.has("--compact") { return .compact }
        return setup.invocation["--ws-log"].flatMap { GatewaySetup.TrafficStyle(rawValue: $0) } ?? .auto
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
