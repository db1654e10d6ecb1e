package import Core

/// What the house is told about its agents; made from the config file, replaced as a whole when that changes.
package struct AgentSettings: Sendable {
    /// The entries of `agents.list`, or one agent `main`; never empty.
    package var agents: [AgentProfile]
    package var keys = SessionKeyRules()
    /// `session.dmScope`: which direct chats share a conversation.
    package var directScope = DirectScope.main
    /// `session.identityLinks`: what the same person is called on every platform, by `telegram:123` or an id alone, in lower
    /// case.
    package var identities: [String: String] = [:]
    /// `session.reset` and what stands over it.
    package var resets = SessionResets()
    /// `session.resetTriggers`, in lower case: words that begin a conversation anew, as `/new` does.
    package var resetTriggers: [String] = []
    /// `bindings`: which agent answers where; the default agent everywhere else.
    package var routes = AgentRoutes()
    /// `agents.defaults.typingMode`, or `session.typingMode`.
    package var typingMode: TypingMode?
    /// `agents.defaults.blockStreaming*`.
    package var blockStreaming = BlockStreaming()
    /// `agents.defaults.maxConcurrent`: turns that run at the same time, over all sessions.
    package var maxConcurrent = 4
    /// `agents.defaults.timeoutSeconds`: the longest time a turn may take.
    package var timeout: Duration = .seconds(600)
    /// `agents.defaults.userTimezone` and `timeFormat`: what the prompt says of date and time.
    package var clock = UserClock()
    /// The keys of `agents.defaults.models`; empty allows every model.
    package var allowedModels: [ModelReference] = []
    /// Short names from `agents.defaults.models.*.alias`, in lower case.
    package var aliases: [String: ModelReference] = [:]
    /// `channels.modelByChannel`.
    package var channelModels = ChannelModels()
    /// `agents.defaults.bootstrapMaxChars`: how much of each workspace file the prompt holds.
    package var bootstrapMaxChars = 20_000
    package var compaction = CompactionSettings()
    /// Whether the file tools stay inside the workspace (`tools.fs.workspaceOnly`).
    package var fileToolsStayInWorkspace = true
    /// Whether a person may restart the gateway from a chat (`commands.restart`).
    package var allowsRestart = false
    /// `commands.ownerAllowFrom`: who owns the assistant, on every channel or, after `telegram:`, on one.
    package var owners: [String] = []
    /// `messages.queue` and `messages.inbound`: what becomes of messages that come while a session is at work.
    package var queue = QueueRules()
    /// `approvals.exec`: which chats are asked before a command runs.
    package var forwarding = ApprovalForwarding()
    /// A turn that asks for tools so often is going in circles.
    package var maxToolRounds = 100

    package init(agents: [AgentProfile]) {
        precondition(!agents.isEmpty, "A house without an agent cannot answer.")
        self.agents = agents
    }

    /// The command that a text stands for when it begins with one of `resetTriggers`; nil for any other.
    func newConversation(in text: String) -> String? {
        let text = text.trimmed
        let trigger = resetTriggers.first { trigger in
            text.prefix(trigger.count).lowercased() == trigger
                && text.dropFirst(trigger.count).first?.isWhitespace != false
        }
        return trigger.map { "/new" + text.dropFirst($0.count) }
    }

    /// Nil for an agent that the config does not know.
    package func profile(_ id: AgentID) -> AgentProfile? {
        agents.first { $0.id == id }
    }

    /// The agent whose transcript a key names; `global` and `unknown` belong to the default agent.
    package func agent(of session: SessionKey) -> AgentID { session.agent ?? keys.defaultAgent }

    /// The session that a channel's chat belongs to (features.md 2.16).
    package func session(of place: SessionPlace) -> SessionKey {
        let bound = routes.agent(for: place).flatMap { profile($0) }?.id
        let agent = bound ?? keys.defaultAgent
        let address = place.address
        guard place.kind != .direct else {
            return directSession(address, place.sender?.id ?? address.chat, agent)
        }
        let thread = address.thread.map { ":topic:\($0)" } ?? ""
        return SessionKey(
            "agent:\(agent):\(address.channel):\(place.kind.rawValue):\(address.chat)\(thread)".lowercased())
    }

    private func directSession(_ address: Address, _ id: String, _ agent: AgentID) -> SessionKey {
        lazy var peer =
            identities["\(address.channel):\(id)".lowercased()] ?? identities[id.lowercased()] ?? id
        let rest =
            switch directScope {
            case .main: ""
            case .perPeer: "dm:\(peer)"
            case .perChannelPeer: "\(address.channel):dm:\(peer)"
            case .perAccountChannelPeer: "\(address.channel):\(address.account):dm:\(peer)"
            }
        return rest.isEmpty ? keys.mainSession(of: agent) : SessionKey("agent:\(agent):\(rest)".lowercased())
    }
}

/// Which direct chats share a conversation; the raw value is the config's word.
package enum DirectScope: String, Sendable {
    case main
    case perPeer = "per-peer"
    case perChannelPeer = "per-channel-peer"
    case perAccountChannelPeer = "per-account-channel-peer"
}

/// `agents.defaults.compaction`: when and how the older part of a conversation is summarised.
package struct CompactionSettings: Sendable {
    /// Whether it happens by itself, when a conversation nears the model's window.
    package var isAutomatic = true
    /// Tokens of the window that stay free for the answer.
    package var reserveTokens = 20_000
    /// Tokens of the newest messages that stay word for word.
    package var keepRecentTokens = 20_000
    /// Nil: the session's own model writes the summary.
    package var model: ModelReference?

    package init() {}
}

/// One agent: who it is, where it works, which model it asks.
package struct AgentProfile: Sendable {
    package var id: AgentID
    package var name: String?
    package var emoji: String?
    /// Absolute path.
    package var workspace: String
    /// Nil: the first model there is a key for.
    package var model: ModelReference?
    package var fallbacks: [ModelReference] = []
    /// Asked for turns with images when `model` cannot see.
    package var imageModel: ModelReference?
    package var thinking: ThinkingLevel?
    package var tools = ToolPolicy()
    /// Between blocks of an answer that comes as several messages.
    package var humanDelay = HumanDelay()
    /// How far it may reach beyond the chat it answers in.
    package var messages = MessageRules()
    /// What the config says of its commands.
    package var exec = ExecWish()
    /// How it is called in groups, beside the platform's own mentions.
    package var mentions = MentionPatterns()
    /// Whether missing workspace files stay missing (`agents.defaults.skipBootstrap`).
    package var skipsBootstrap = false
    /// `agents.defaults.contextTokens`: a smaller window than the model's own.
    package var contextTokens: Int?

    package init(id: AgentID, workspace: String) {
        self.id = id
        self.workspace = workspace
    }
}
