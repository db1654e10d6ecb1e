/// `session`: which messages share a conversation.
package struct SessionConfig: ConfigSection {
    package var mainKey = "main"
    /// `per-sender` or `global`.
    package var scope = "per-sender"
    /// Which direct chats share a conversation.
    package var dmScope = "main"
    package var typingMode: String?
    /// The same person's ids on several platforms, by a name for them: `{ann: ["telegram:1", "discord:2"]}`.
    package var identityLinks: [String: [String]] = [:]
    /// Words that begin a conversation anew, beside `/new` and `/reset`.
    package var resetTriggers: [String] = []
    /// Minutes; an older way to say `reset.idleMinutes`.
    package var idleMinutes: Int?
    package var reset = SessionResetConfig()
    package var resetByType = ResetByType()
    /// By platform; counts instead of all others.
    package var resetByChannel: [String: SessionResetConfig] = [:]

    package init() {}

    package static let spec = ObjectSpec<SessionConfig>(
        Field("mainKey", \.mainKey, .text).label("Main Session Key"),
        Field("scope", \.scope, .choice("per-sender", "global")).label("Session Scope"),
        Field(
            "dmScope", \.dmScope, .choice("main", "per-peer", "per-channel-peer", "per-account-channel-peer")
        ).label("Direct Message Scope"),
        Field("typingMode", \.typingMode, .typingMode).label("Typing Indicator"),
        Field("identityLinks", \.identityLinks, .map(.list(.text))).label("The Same Person"),
        Field("resetTriggers", \.resetTriggers, .list(.text)).label("Words That Begin Anew"),
        Field("idleMinutes", \.idleMinutes, .idleMinutes).label("Silence That Ends A Session (min)"),
        Field("reset", \.reset, .object).label("When Sessions End"),
        Field("resetByType", \.resetByType, .object).label("When Sessions Of A Kind End"),
        Field("resetByChannel", \.resetByChannel, .map(.object)).label("When Sessions Of A Platform End"))

    /// `session.resetByType`: counts before `reset`.
    package struct ResetByType: ConfigSection {
        package var direct = SessionResetConfig()
        /// An older name of `direct`.
        package var dm = SessionResetConfig()
        package var group = SessionResetConfig()
        package var thread = SessionResetConfig()

        package init() {}

        package static let spec = ObjectSpec<ResetByType>(
            Field("direct", \.direct, .object).label("Direct Chats"),
            Field("dm", \.dm, .object).label("Direct Chats"),
            Field("group", \.group, .object).label("Groups"),
            Field("thread", \.thread, .object).label("Threads And Topics"))
    }
}

/// When a conversation ends by itself; what is nil is not said here.
package struct SessionResetConfig: ConfigSection {
    /// `daily`, `idle` or `none`.
    package var mode: String?
    /// Of the day, with `daily`.
    package var atHour: Int?
    package var idleMinutes: Int?

    package init() {}

    package static let spec = ObjectSpec<SessionResetConfig>(
        Field("mode", \.mode, .choice("daily", "idle", "none")).label("When"),
        Field("atHour", \.atHour, .integer(0...23)).label("Hour Of The Day"),
        Field("idleMinutes", \.idleMinutes, .idleMinutes).label("Silence (min)"))
}

/// `logging`: what is written down, and where.
package struct LoggingConfig: ConfigSection {
    /// For the file.
    package var level = "info"
    /// Nil: one file a day under `<state>/logs`.
    package var file: String?
    package var consoleLevel = "info"
    /// `pretty`, `compact` or `json`; nil: by what the console is.
    package var consoleStyle: String?
    /// `tools` or `off`.
    package var redactSensitive = "tools"
    /// A file stops growing here; nil: the log's own limit.
    package var maxFileBytes: Int?

    package init() {}

    package static let spec = ObjectSpec<LoggingConfig>(
        Field("level", \.level, .level).label("Log Level"),
        Field("file", \.file, .text).label("Log File"),
        Field("consoleLevel", \.consoleLevel, .level).label("Console Log Level"),
        Field("consoleStyle", \.consoleStyle, .choice("pretty", "compact", "json")).label(
            "Console Log Style"),
        Field("redactSensitive", \.redactSensitive, .choice("off", "tools")).defaultShown.label("Redaction"),
        Field("maxFileBytes", \.maxFileBytes, .integer(1...Int.max)).label("Largest Log File (bytes)"))
}

/// `tools`: what the model may do.
package struct ToolsConfig: ConfigSection {
    /// Nil: all.
    package var allow: [String]?
    package var deny: [String] = []
    package var profile: String?
    /// Added to what the profile allows.
    package var alsoAllow: [String] = []
    package var exec = Exec()
    package var fs = Files()
    package var message = Message()

    package init() {}

    package static let spec = ObjectSpec<ToolsConfig>(
        Field("allow", \.allow, .list(.text)).label("Allowed Tools"),
        Field("deny", \.deny, .list(.text)).label("Denied Tools"),
        Field("profile", \.profile, .toolProfile).label("Tool Profile"),
        Field("alsoAllow", \.alsoAllow, .list(.text)).label("Tools Beyond The Profile"),
        Field("exec", \.exec, .object).label("Exec Tool"),
        Field("fs", \.fs, .object).label("File Tools"),
        Field("message", \.message, .object).label("Message Tool"))

    /// `tools.exec`: commands.
    package struct Exec: ConfigSection, ExecRules {
        /// Longest run of a command.
        package var timeoutSec = 1800
        package var security: String?
        package var ask: String?
        package var mode: String?
        package var host: String?
        /// The same by its newer name, which wins.
        package var timeoutSeconds: Int?

        package init() {}

        package static let spec = ObjectSpec<Exec>(
            Field("timeoutSec", \.timeoutSec, .integer(1...86_400)).label("Exec Timeout (s)"),
            Field("security", \.security, .execSecurity).label("Exec Security"),
            Field("ask", \.ask, .execAsk).label("Exec Approval"),
            Field("mode", \.mode, .execMode).label("Exec Mode"),
            Field("host", \.host, .execHost).label("Exec Host"),
            Field("timeoutSeconds", \.timeoutSeconds, .integer(1...86_400)).label("Exec Timeout (s)"))
    }

    /// `tools.message`: writing to chat platforms.
    package struct Message: ConfigSection {
        /// An older name for both of `crossContext`.
        package var allowCrossContextSend = false
        package var crossContext = MessageToolConfig.CrossContext()
        package var actions = MessageToolConfig.Actions()

        package init() {}

        package static let spec = ObjectSpec<Message>(
            Field("allowCrossContextSend", \.allowCrossContextSend, .bool).label("Any Other Chat"),
            Field("crossContext", \.crossContext, .object).label("Other Chats"),
            Field("actions", \.actions, .object).label("Message Actions"))
    }

    /// `tools.fs`: reading and writing files.
    package struct Files: ConfigSection {
        /// Whether they stay inside the workspace.
        package var workspaceOnly = true

        package init() {}

        package static let spec = ObjectSpec<Files>(
            Field("workspaceOnly", \.workspaceOnly, .bool).label("Workspace Only"))
    }
}

/// `commands`: what a message or signal may tell the gateway itself.
package struct CommandsConfig: ConfigSection {
    /// Whether SIGUSR1 restarts the gateway in its process.
    package var restart = false
    /// Who owns the assistant, as `telegram:1234` or an id alone; empty: those in a channel's own `allowFrom`.
    package var ownerAllowFrom: [String] = []

    package init() {}

    package static let spec = ObjectSpec<CommandsConfig>(
        Field("restart", \.restart, .bool).label("Allow Restart"),
        Field("ownerAllowFrom", \.ownerAllowFrom, .list(.id)).label("Owners"),
        .raw("native", at: "commands.native"))
}

/// `ui`: how the browser page looks.
package struct UIConfig: ConfigSection {
    package var assistant = Assistant()

    package init() {}

    package static let spec = ObjectSpec<UIConfig>(
        Field("assistant", \.assistant, .object).label("Assistant"))

    /// The name and picture beside the answers.
    package struct Assistant: ConfigSection {
        package var name: String?
        package var avatar: String?

        package init() {}

        package static let spec = ObjectSpec<Assistant>(
            Field("name", \.name, .text).label("Assistant Name"),
            Field("avatar", \.avatar, .text).label("Assistant Avatar"))
    }
}

/// `meta`: who wrote the file last.
package struct MetaConfig: ConfigSection {
    package var lastTouchedVersion: String?
    package var lastTouchedAt: String?

    package init() {}

    package static let spec = ObjectSpec<MetaConfig>(
        Field("lastTouchedVersion", \.lastTouchedVersion, .text),
        Field("lastTouchedAt", \.lastTouchedAt, .text))
}

extension ValueSpec where Value == String {
    /// When a chat platform shows that an answer is being written.
    static var typingMode: Self { .choice("never", "instant", "thinking", "message") }

    fileprivate static var level: Self {
        .choice("silent", "fatal", "error", "warn", "info", "debug", "trace")
    }
}

extension ValueSpec where Value == Int {
    /// Up to ten years.
    fileprivate static var idleMinutes: Self { .integer(1...5_256_000) }
}
