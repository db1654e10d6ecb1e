/// The whole configuration: what the file says over the defaults, with secrets of the environment over both.
package struct Config: ConfigSection {
    package var gateway = GatewayConfig()
    package var agents = AgentsConfig()
    package var models = ModelsConfig()
    package var auth = AuthConfig()
    package var session = SessionConfig()
    package var messages = MessagesConfig()
    package var logging = LoggingConfig()
    package var tools = ToolsConfig()
    package var commands = CommandsConfig()
    package var ui = UIConfig()
    package var approvals = ApprovalsConfig()
    /// Which agent answers where.
    package var bindings: [BindingConfig] = []
    /// Variables from `env` and `env.vars`; they never replace one that the process already has.
    package var env: [String: String] = [:]
    /// Each channel's section as it stands in the file; the channel reads it.
    package var channels: [String: JSON] = [:]
    package var meta = MetaConfig()
    package var secretProviders = SecretsConfig()

    /// The checked document after includes and `${VAR}`, without quarantined keys and without defaults.
    package var raw: JSON = [:]
    /// Keys of the file that are accepted and do nothing yet, the topmost of each subtree.
    package var keysWithoutEffect: [ConfigPath] = []
    /// Mistakes that shut the parts they are about; none in a config that was taken up while a gateway ran.
    package var closed: [ConfigIssue] = []
    /// What stands elsewhere and is only referred to.
    package var secrets = SecretReferences()

    package init() {}

    /// Every section of OpenClaw: those with an effect by their type, the others by name and reload rule.
    package static let spec = ObjectSpec<Config>(
        Field("meta", \.meta, .object).reload(.none),
        Field("env", \.env, .variables).reload(.restart).label("Environment"),
        Field("logging", \.logging, .object).reload(.none).label("Logging"),
        Field("gateway", \.gateway, .object).holdsEnvironment.reload(.restart).label("Gateway"),
        Field("agents", \.agents, .object).reload(.none).label("Agents"),
        Field("models", \.models, .object).reload(.none).label("Models"),
        Field("auth", \.auth, .object).reload(.none).label("Authentication"),
        Field("session", \.session, .object).reload(.none).label("Session"),
        Field("messages", \.messages, .object).reload(.none).label("Messages"),
        Field("tools", \.tools, .object).reload(.none).label("Tools"),
        Field("commands", \.commands, .object).reload(.none).label("Commands"),
        Field("ui", \.ui, .object).reload(.none).label("User interface"),
        Field("approvals", \.approvals, .object).reload(.none).label("Approvals"),
        Field("channels", \.channels, .sections).label("Channels"),
        Field("bindings", \.bindings, .list(.object)).reload(.none).label("Bindings"),
        Field("secrets", \.secretProviders, .object).reload(.none).label("Secrets"),
        .known("audio", reload: .none),
        .known("talk", reload: .none), .known("skills", reload: .none), .known("wizard", reload: .none),
        .known("hooks", reload: .hot(.hooks)), .known("cron", reload: .hot(.cron)),
        .known("browser", reload: .hot(.browser)), .known("plugins", reload: .restart),
        .known("discovery", reload: .restart), .known("canvasHost", reload: .restart),
        .known("diagnostics", reload: .restart), .known("update", reload: .restart),
        .known("nodeHost", reload: .restart), .known("broadcast", reload: .restart),
        .known("media", reload: .restart), .known("web", reload: .restart))

    /// Sections that only newer releases know do nothing here, so a change of them does nothing either.
    static let reloadRuleOfOtherSections = ReloadRule.none
}

extension ValueSpec where Value == [String: String] {
    /// `env`: variables beside `vars`, which holds more of them.
    fileprivate static var variables: Self {
        var unused = Traits()
        unused.hasEffect = false
        let shell = ["enabled": Shape.bool, "timeoutMs": .integer(0...Int.max)].sorted { $0.key < $1.key }
        let members = [
            ObjectShape.Member(
                key: "shellEnv",
                shape: .object(
                    ObjectShape(members: shell.map { .init(key: $0.key, shape: $0.value, traits: unused) })),
                traits: unused),
            ObjectShape.Member(
                key: "vars", shape: .object(ObjectShape(members: [], other: .string)), traits: Traits()),
        ]
        return Self(
            shape: .object(ObjectShape(members: members, other: .string)),
            decode: { json in
                let pairs =
                    (json.objectValue ?? [:]).map { $0 } + (json["vars"]?.objectValue ?? [:]).map { $0 }
                return Dictionary(pairs.compactMap { pair in pair.value.stringValue.map { (pair.key, $0) } })
                { $1 }
            },
            encode: { .object(JSONObject($0.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })) }
        )
    }
}

extension ValueSpec where Value == [String: JSON] {
    /// Members that `KeyTable` knows, kept as they are.
    fileprivate static var sections: Self {
        Self(
            shape: .object(ObjectShape(members: [], isDeclared: true)),
            decode: { json in
                json.objectValue.map { object in Dictionary(object.map { ($0.key, $0.value) }) { $1 } }
            },
            encode: { .object(JSONObject($0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })) })
    }
}
