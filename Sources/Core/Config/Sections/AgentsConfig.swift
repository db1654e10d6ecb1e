/// `agents`: who answers, and how.
package struct AgentsConfig: ConfigSection {
    package var defaults = Defaults()
    package var list: [AgentConfig] = []

    package init() {}

    package static let spec = ObjectSpec<AgentsConfig>(
        Field("defaults", \.defaults, .object).label("Agent Defaults"),
        Field("list", \.list, .list(.object)).label("Agents"))

    /// `agents.defaults`: for every agent that does not say otherwise.
    package struct Defaults: ConfigSection {
        package var model = AgentModelConfig()
        /// For images, when the primary model cannot see them; its fallbacks have no effect yet.
        package var imageModel: AgentModelConfig?
        package var workspace: String?
        /// Turns that run at the same time over all sessions.
        package var maxConcurrent = 4
        /// Longest time of one turn.
        package var timeoutSeconds = 600
        package var thinkingDefault: String?
        /// Models that `/model` may choose, by `provider/model`; empty: all.
        package var models: [String: ModelEntry] = [:]
        /// Overrides the model's context size, in tokens.
        package var contextTokens: Int?
        package var sandbox = SandboxConfig()
        /// Whether a new workspace gets no first files.
        package var skipBootstrap = false
        /// How much of each workspace file the prompt holds.
        package var bootstrapMaxChars = 20_000
        /// The person's time zone: `Europe/Stockholm`. Nil: the machine's.
        package var userTimezone: String?
        /// `auto`, `12` or `24`.
        package var timeFormat = "auto"
        package var compaction = CompactionConfig()
        package var typingMode: String?
        package var blockStreamingDefault = "off"
        package var blockStreamingBreak: String?
        package var blockStreamingChunk: BlockChunkConfig?
        package var blockStreamingCoalesce: BlockCoalesceConfig?
        /// Between blocks.
        package var humanDelay: HumanDelayConfig?

        package init() {}

        package static let spec = ObjectSpec<Defaults>(
            Field("model", \.model, .agentModel).label("Primary Model"),
            Field("imageModel", \.imageModel, .agentModelAlone).label("Image Model"),
            Field("workspace", \.workspace, .text).label("Workspace"),
            Field("maxConcurrent", \.maxConcurrent, .integer(1...1000)).defaultShown.label("Turns At A Time"),
            Field("timeoutSeconds", \.timeoutSeconds, .integer(1...86_400 * 7)).label("Turn Timeout (s)"),
            Field("thinkingDefault", \.thinkingDefault, .thinkingLevel).label("Thinking"),
            Field("models", \.models, .map(.object)).label("Models"),
            Field("contextTokens", \.contextTokens, .integer(1...Int.max)).label("Context Size (tokens)"),
            Field("sandbox", \.sandbox, .object).label("Sandbox"),
            Field("skipBootstrap", \.skipBootstrap, .bool).label("Skip First Files"),
            Field("bootstrapMaxChars", \.bootstrapMaxChars, .integer(1...Int.max))
                .label("Longest Workspace File In The Prompt"),
            Field("userTimezone", \.userTimezone, .text).label("Time Zone"),
            Field("timeFormat", \.timeFormat, .choice("auto", "12", "24")).label("Clock"),
            Field("compaction", \.compaction, .object).label("Compaction"),
            Field("typingMode", \.typingMode, .typingMode).label("Typing Indicator"),
            Field("blockStreamingDefault", \.blockStreamingDefault, .choice("off", "on")).label(
                "Block Streaming"),
            Field("blockStreamingBreak", \.blockStreamingBreak, .choice("text_end", "message_end"))
                .label("When Blocks Are Sent"),
            Field("blockStreamingChunk", \.blockStreamingChunk, .object).label("Blocks"),
            Field("blockStreamingCoalesce", \.blockStreamingCoalesce, .object).label("Joined Blocks"),
            Field("humanDelay", \.humanDelay, .object).label("Pause Between Blocks"),
            .known("heartbeat", at: "agents.defaults.heartbeat", reload: .hot(.heartbeat)))
    }

    /// `agents.defaults.models.<provider/model>`.
    package struct ModelEntry: ConfigSection {
        package var alias: String?

        package init() {}

        package static let spec = ObjectSpec<ModelEntry>(
            Field("alias", \.alias, .text).label("Alias"))
    }
}

/// `agents.defaults.compaction`: when and how the older part of a conversation is summarised.
package struct CompactionConfig: ConfigSection {
    /// Whether it happens by itself, when a conversation nears the model's window.
    package var enabled = true
    /// Tokens of the window that stay free for the answer.
    package var reserveTokensFloor = 20_000
    /// Tokens of the newest messages that stay word for word.
    package var keepRecentTokens = 20_000
    /// Who writes the summary, as `provider/model`; nil: the session's model.
    package var model: String?

    package init() {}

    package static let spec = ObjectSpec<CompactionConfig>(
        Field("enabled", \.enabled, .bool).label("Automatic Compaction"),
        Field("reserveTokensFloor", \.reserveTokensFloor, .integer(0...Int.max)).label("Tokens Kept Free"),
        Field("keepRecentTokens", \.keepRecentTokens, .integer(1...Int.max)).label("Newest Tokens Kept"),
        Field("model", \.model, .text).label("Model Of The Summary"))
}

/// `agents.list[]`: one agent.
package struct AgentConfig: ConfigSection {
    package var id = ""
    package var `default` = false
    package var name: String?
    package var workspace: String?
    package var model: AgentModelConfig?
    package var identity = Identity()
    package var groupChat = GroupChat()
    package var humanDelay: HumanDelayConfig?
    package var tools = AgentToolsConfig()
    package var sandbox = SandboxConfig()

    package init() {}

    package static let spec = ObjectSpec<AgentConfig>(
        Field("id", \.id, .text).required.label("Id"),
        Field("default", \.default, .bool).label("Default Agent"),
        Field("name", \.name, .text).label("Name"),
        Field("workspace", \.workspace, .text).label("Workspace"),
        Field("model", \.model, .agentModel).label("Model"),
        Field("identity", \.identity, .object).label("Identity"),
        Field("groupChat", \.groupChat, .object).label("Groups"),
        Field("humanDelay", \.humanDelay, .object).label("Pause Between Blocks"),
        Field("tools", \.tools, .object).label("Tools"),
        Field("sandbox", \.sandbox, .object).label("Sandbox"))

    /// `agents.list[].groupChat`: the agent in chats of many.
    package struct GroupChat: ConfigSection {
        /// What calls the agent; nil: `messages.groupChat.mentionPatterns`.
        package var mentionPatterns: [String]?

        package init() {}

        package static let spec = ObjectSpec<GroupChat>(
            Field("mentionPatterns", \.mentionPatterns, .list(.text)).label("Mention Patterns"))
    }

    /// How the agent shows itself.
    package struct Identity: ConfigSection {
        package var name: String?
        package var theme: String?
        package var emoji: String?
        package var avatar: String?

        package init() {}

        package static let spec = ObjectSpec<Identity>(
            Field("name", \.name, .text).label("Name"), Field("theme", \.theme, .text).label("Theme"),
            Field("emoji", \.emoji, .text).label("Emoji"), Field("avatar", \.avatar, .text).label("Avatar"))
    }
}

/// A model and those that follow when it fails, as `provider/model`.
package struct AgentModelConfig: Sendable, Hashable {
    package var primary: String?
    package var fallbacks: [String]

    package init(primary: String? = nil, fallbacks: [String] = []) {
        self.primary = primary
        self.fallbacks = fallbacks
    }
}

extension ValueSpec where Value == AgentModelConfig {
    /// `"provider/model"`, or `{primary, fallbacks}`.
    static var agentModel: Self { agentModel(usesFallbacks: true) }
    /// The same where nobody asks the fallbacks yet.
    static var agentModelAlone: Self { agentModel(usesFallbacks: false) }

    private static func agentModel(usesFallbacks: Bool) -> Self {
        var label = Traits()
        label.label = "Fallbacks"
        label.hasEffect = usesFallbacks
        let members = [
            ObjectShape.Member(key: "primary", shape: .string, traits: Traits()),
            ObjectShape.Member(key: "fallbacks", shape: .array(.string), traits: label),
        ]
        return Self(
            shape: .either([.object(ObjectShape(members: members, isDeclared: true)), .string]),
            decode: { json in
                if let primary = json.stringValue { return AgentModelConfig(primary: primary) }
                return AgentModelConfig(
                    primary: json["primary"]?.stringValue,
                    fallbacks: json["fallbacks"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            },
            encode: { choice in
                var object = JSONObject()
                object["primary"] = choice.primary.map { .string($0) }
                if !choice.fallbacks.isEmpty { object["fallbacks"] = JSON(choice.fallbacks) }
                return object.isEmpty ? nil : .object(object)
            })
    }
}

extension ValueSpec where Value == String {
    fileprivate static var thinkingLevel: Self {
        .choice("off", "minimal", "low", "medium", "high", "xhigh", "adaptive", "max", "ultra")
    }
}
