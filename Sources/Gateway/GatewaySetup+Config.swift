package import Core

extension GatewaySetup {
    /// What is not in the config but needed to serve it.
    package struct Surroundings: Sendable {
        package var configPath: String
        package var configHash: String?
        package var stateDirectory: String
        package var databasePath: String
        /// The folder of our own page; `gateway.controlUi.root` goes before it.
        package var controlUIFolder: String?
        /// `FLY_APP_NAME` is set.
        package var isOnFly: Bool
        /// The model when the config names none, from the keys that are set.
        package var defaultModel: ModelReference?
        /// The context size of the primary model, in tokens.
        package var contextTokens: Int?
        /// Absolute workspace of each agent.
        package var workspaces: [AgentID: String]

        package init(
            configPath: String, configHash: String? = nil, stateDirectory: String, databasePath: String,
            controlUIFolder: String? = nil, isOnFly: Bool = false, defaultModel: ModelReference? = nil,
            contextTokens: Int? = nil, workspaces: [AgentID: String] = [:]
        ) {
            self.configPath = configPath
            self.configHash = configHash
            self.stateDirectory = stateDirectory
            self.databasePath = databasePath
            self.controlUIFolder = controlUIFolder
            self.isOnFly = isOnFly
            self.defaultModel = defaultModel
            self.contextTokens = contextTokens
            self.workspaces = workspaces
        }
    }

    /// Reads everything the gateway needs from a config whose secrets are already resolved.
    package init(config: Config, keys: SessionKeyRules, _ surroundings: Surroundings) {
        self.init(access: AccessSettings(config: config, isOnFly: surroundings.isOnFly))
        let defaults = config.agents.defaults
        self.keys = keys
        model = defaults.model.primary.flatMap { ModelReference($0) } ?? surroundings.defaultModel
        contextTokens = defaults.contextTokens ?? surroundings.contextTokens
        thinking = defaults.thinkingDefault.flatMap { ThinkingLevel(rawValue: $0) } ?? .off
        assistantName = config.ui.assistant.name ?? assistantName
        assistantAvatar = config.ui.assistant.avatar ?? assistantAvatar
        agents = Self.agents(config, keys, surroundings)
        channels = config.channels.sorted { $0.key < $1.key }.map { id, section in
            ChannelFacts(
                id: ChannelID(id), label: id.prefix(1).uppercased() + id.dropFirst(),
                isEnabled: section["enabled"]?.boolValue ?? true)
        }
        controlUI.isEnabled = config.gateway.controlUi.enabled
        controlUI.basePath = ControlUISettings.normalizedBasePath(config.gateway.controlUi.basePath ?? "")
        controlUI.folder = config.gateway.controlUi.root ?? surroundings.controlUIFolder
        controlUI.isForeign = config.gateway.controlUi.root != nil
        configPath = surroundings.configPath
        configHash = surroundings.configHash
        stateDirectory = surroundings.stateDirectory
        databasePath = surroundings.databasePath
    }

    private static func agents(
        _ config: Config, _ keys: SessionKeyRules, _ surroundings: Surroundings
    ) -> [AgentFacts] {
        let listed = config.agents.list.map { agent -> AgentFacts in
            let id = SessionKeyRules.normalized(AgentID(agent.id))
            return AgentFacts(
                id: id, name: agent.identity.name ?? agent.name, workspace: surroundings.workspaces[id],
                model: agent.model?.primary.flatMap { ModelReference($0) }, theme: agent.identity.theme,
                emoji: agent.identity.emoji, avatar: agent.identity.avatar)
        }
        guard listed.isEmpty else { return listed }
        return [AgentFacts(id: keys.defaultAgent, workspace: surroundings.workspaces[keys.defaultAgent])]
    }
}

extension AccessSettings {
    /// A mode that is not built yet lets nobody in: a token nobody has set matches nothing.
    package init(config: Config, isOnFly: Bool) {
        let gateway = config.gateway
        let mode: SharedAuth.Mode =
            switch gateway.auth.mode {
            case "none": .none
            case "password": .password
            case "token": .token
            case nil: gateway.auth.password == nil ? .token : .password
            default: .token
            }
        let isKnown = [nil, "none", "password", "token"].contains(gateway.auth.mode)
        self.init(
            auth: SharedAuth(
                mode: mode, token: isKnown ? gateway.auth.token : nil,
                password: isKnown ? gateway.auth.password : nil))
        allowedOrigins = gateway.controlUi.allowedOrigins
        allowsInsecureAuth = gateway.controlUi.allowInsecureAuth
        disablesDeviceAuth = gateway.controlUi.dangerouslyDisableDeviceAuth
        ownNames = [gateway.customBindHost].compactMap { $0 }
        trustedProxies = gateway.trustedProxies
        self.isOnFly = isOnFly
        let limits = gateway.auth.rateLimit
        loginRules.maxAttempts = limits.maxAttempts
        loginRules.window = .milliseconds(limits.windowMs)
        loginRules.lockout = .milliseconds(limits.lockoutMs)
        loginRules.exemptLoopback = limits.exemptLoopback
    }
}
