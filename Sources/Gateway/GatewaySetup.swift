import Agent
package import Core

/// What the gateway needs of the config, as values; built anew when the config changes.
package struct GatewaySetup: Sendable {
    /// How much of the clients' traffic is logged at the level `debug`; refused requests always are.
    package enum TrafficStyle: String, Sendable {
        /// Answers that took long.
        case auto
        /// Every answer.
        case compact
        /// Every request and every answer.
        case full
    }

    package var access: AccessSettings
    package var keys = SessionKeyRules()
    package var agents: [AgentFacts] = [AgentFacts(id: .main)]
    /// Shown when an agent has no name of its own (`ui.assistant.name`).
    package var assistantName = "Assistant"
    /// Shown when an agent has no avatar of its own (`ui.assistant.avatar`).
    package var assistantAvatar = GatewaySetup.plainAvatar
    /// `agents.defaults.model.primary`; nil: no model is set up.
    package var model: ModelReference?
    package var contextTokens: Int?
    package var thinking: ThinkingLevel = .off
    package var controlUI = ControlUISettings()
    /// Channels in the config, with what is known about each without asking the platform.
    package var channels: [ChannelFacts] = []
    package var configPath = ""
    package var configHash: String?
    /// Whether changes of the config are taken up while the gateway runs (`gateway.reload.mode`).
    package var reloadsConfig = true
    package var stateDirectory = ""
    /// Where sessions are stored: what `path` says in answers.
    package var databasePath = ""
    package var traffic = TrafficStyle.auto

    package init(access: AccessSettings) { self.access = access }

    /// The letter of an assistant that nobody gave a picture.
    static let plainAvatar = "A"

    var isGlobal: Bool { keys.isGlobal }
    var scope: String { keys.isGlobal ? "global" : "per-sender" }

    func agent(_ id: AgentID) -> AgentFacts? { agents.first { $0.id == id } }

    /// With what the agents' own files say where the config says nothing.
    @MainActor
    func withIdentities(of switchboard: Switchboard) -> GatewaySetup {
        var settings = self
        for index in settings.agents.indices {
            let identity = switchboard.identity(of: settings.agents[index].id)
            settings.agents[index].name = settings.agents[index].name ?? identity.name
            settings.agents[index].emoji = settings.agents[index].emoji ?? identity.emoji
            settings.agents[index].theme = settings.agents[index].theme ?? identity.theme
            settings.agents[index].avatar = settings.agents[index].avatar ?? identity.avatar
        }
        return settings
    }

    /// The session that a client's spelling names, for the agent that it perhaps names as well.
    func session(_ spelling: String, of agent: AgentID?) throws(RPCError) -> SessionKey {
        let key = keys.canonical(spelling, of: agent)
        if let agent, let own = key.agent, own != agent {
            throw .invalid("session key agent does not match agentId")
        }
        return key
    }

    /// The agent a session belongs to.
    func agent(of session: SessionKey) -> AgentID { session.agent ?? keys.defaultAgent }

    func sessionDefaults(_ generation: Generation) -> JSON {
        var object: JSONObject = [
            "defaultAgentId": .string(keys.defaultAgent.rawValue), "mainKey": .string(keys.mainKey),
            "mainSessionKey": .string(keys.mainSession.rawValue), "scope": .string(scope),
        ]
        if generation == .four {
            object["modelConfigured"] = .bool(model != nil)
            object["ownership"] = ownership
            object["selectionRequired"] = false
        }
        return .object(object)
    }

    /// Whether one agent answers everything, or the config says which of several does.
    var ownership: JSON { agents.count == 1 ? "sole" : "explicit" }

    /// What `defaults` says in answers about sessions.
    @MainActor
    func modelDefaults(_ models: KnownModels, _ generation: Generation) -> JSON {
        var object: JSONObject = [
            "modelProvider": model.map { .string($0.provider) } ?? .null,
            "model": model.map { .string($0.model) } ?? .null,
            "contextTokens": contextTokens.map { JSON($0) } ?? .null,
        ]
        if generation == .four {
            ThinkingChoices(models.known(model), preset: thinking).add(to: &object)
            object["modelSelectionTarget"] = "session"
        }
        return .object(object)
    }
}

/// One agent of the config.
package struct AgentFacts: Sendable, Hashable {
    package var id: AgentID
    package var name: String?
    package var workspace: String?
    package var model: ModelReference?
    package var theme: String?
    package var emoji: String?
    /// A URL, a data URL, an emoji, a letter, or a path inside the workspace.
    package var avatar: String?

    package init(
        id: AgentID, name: String? = nil, workspace: String? = nil, model: ModelReference? = nil,
        theme: String? = nil, emoji: String? = nil, avatar: String? = nil
    ) {
        self.id = id
        self.name = name
        self.workspace = workspace
        self.model = model
        self.theme = theme
        self.emoji = emoji
        self.avatar = avatar
    }
}

/// One chat platform of the config.
package struct ChannelFacts: Sendable, Hashable {
    package var id: ChannelID
    /// `Telegram`.
    package var label: String
    /// Never empty.
    package var accounts: [Account]
    /// The account that is meant when none is named.
    package var defaultAccount: String
    /// The settings that hold an account's secrets, or name the file that does; empty where nothing logs in.
    package var secretKeys: [String]

    /// One login at the platform.
    package struct Account: Sendable, Hashable {
        package var id: String
        package var name: String?
        package var isEnabled: Bool
        /// Where its secret is: `config`, `env` or `none`.
        package var tokenSource: String
        /// Why it does not run though it is enabled; nil: it is not meant to.
        package var reason: String?

        package init(
            id: String, name: String? = nil, isEnabled: Bool, tokenSource: String, reason: String? = nil
        ) {
            self.id = id
            self.name = name
            self.isEnabled = isEnabled
            self.tokenSource = tokenSource
            self.reason = reason
        }

        var isConfigured: Bool { tokenSource != "none" }
    }

    package init(
        id: ChannelID, label: String, accounts: [Account], defaultAccount: String, secretKeys: [String] = []
    ) {
        self.id = id
        self.label = label
        self.accounts = accounts
        self.defaultAccount = defaultAccount
        self.secretKeys = secretKeys
    }
}

/// `gateway.controlUi`.
package struct ControlUISettings: Sendable, Hashable {
    package var isEnabled = true
    /// Normalised: empty, or a path that starts with `/` and does not end with it.
    package var basePath = ""
    /// The folder the page is served from; nil: it was not built.
    package var folder: String?
    /// The folder is not ours (`gateway.controlUi.root`): the page gets the policy the original's page needs.
    package var isForeign = false

    package init() {}

    /// Trims, puts one `/` in front and none at the end.
    package static func normalizedBasePath(_ text: String) -> String {
        let parts = text.split(separator: "/").map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        return parts.isEmpty ? "" : "/" + parts.joined(separator: "/")
    }
}

/// The one place where the settings of now are kept.
@MainActor
final class SettingsBox {
    var now: GatewaySetup
    init(_ settings: GatewaySetup) { now = settings }
}
