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
        Field("allow", \.allow, .list(.text)).security.label("Allowed Tools"),
        Field("deny", \.deny, .list(.text)).security.label("Denied Tools"),
        Field("profile", \.profile, .toolProfile).security.label("Tool Profile"),
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
            Field("security", \.security, .execSecurity).security.label("Exec Security"),
            Field("ask", \.ask, .execAsk).security.label("Exec Approval"),
            Field("mode", \.mode, .execMode).security.label("Exec Mode"),
            Field("host", \.host, .execHost).security.label("Exec Host"),
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
            Field("workspaceOnly", \.workspaceOnly, .bool).security.label("Workspace Only"))
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
        Field("ownerAllowFrom", \.ownerAllowFrom, .list(.id)).security.label("Owners"),
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
