/// When a command may run; each value is nil where the config says nothing.
package protocol ExecRules: Sendable {
    /// `deny`, `allowlist` or `full`.
    var security: String? { get }
    /// `off`, `on-miss` or `always`.
    var ask: String? { get }
    /// `deny`, `allowlist`, `ask`, `auto` or `full`: security and asking in one word.
    var mode: String? { get }
    /// `gateway`, `sandbox`, `node` or `auto`.
    var host: String? { get }
}

/// `agents.list[].tools`: what one agent may do beyond or below `tools`.
package struct AgentToolsConfig: ConfigSection {
    package var profile: String?
    package var allow: [String]?
    package var alsoAllow: [String]?
    package var deny: [String] = []
    package var exec = Exec()
    package var message = MessageToolConfig()

    package init() {}

    package static let spec = ObjectSpec<AgentToolsConfig>(
        Field("profile", \.profile, .toolProfile).security.label("Tool Profile"),
        Field("allow", \.allow, .list(.text)).security.label("Allowed Tools"),
        Field("alsoAllow", \.alsoAllow, .list(.text)).label("Tools Beyond The Profile"),
        Field("deny", \.deny, .list(.text)).security.label("Denied Tools"),
        Field("exec", \.exec, .object).label("Exec Tool"),
        Field("message", \.message, .object).label("Message Tool"))

    /// `agents.list[].tools.exec`.
    package struct Exec: ConfigSection, ExecRules {
        package var security: String?
        package var ask: String?
        package var mode: String?
        package var host: String?

        package init() {}

        package static let spec = ObjectSpec<Exec>(
            Field("security", \.security, .execSecurity).security.label("Exec Security"),
            Field("ask", \.ask, .execAsk).security.label("Exec Approval"),
            Field("mode", \.mode, .execMode).security.label("Exec Mode"),
            Field("host", \.host, .execHost).security.label("Exec Host"))
    }
}

/// `agents.list[].tools.message`: how far an agent may reach beyond the chat it answers in; nil: as for all.
package struct MessageToolConfig: ConfigSection {
    package var crossContext = CrossContext()
    package var actions = Actions()

    package init() {}

    package static let spec = ObjectSpec<MessageToolConfig>(
        Field("crossContext", \.crossContext, .object).label("Other Chats"),
        Field("actions", \.actions, .object).label("Message Actions"))

    /// `tools.message.crossContext`: other chats than the one it answers in.
    package struct CrossContext: ConfigSection {
        package var allowWithinProvider: Bool?
        package var allowAcrossProviders: Bool?
        package var marker = Marker()

        package init() {}

        package static let spec = ObjectSpec<CrossContext>(
            Field("allowWithinProvider", \.allowWithinProvider, .bool).security.label(
                "Other Chats Of The Platform"),
            Field("allowAcrossProviders", \.allowAcrossProviders, .bool).security.label("Other Platforms"),
            Field("marker", \.marker, .object).label("Where It Comes From"))
    }

    /// `tools.message.crossContext.marker`: what stands around a text that goes to another chat.
    package struct Marker: ConfigSection {
        package var enabled: Bool?
        package var prefix: String?
        package var suffix: String?

        package init() {}

        package static let spec = ObjectSpec<Marker>(
            Field("enabled", \.enabled, .bool).label("Say Where It Comes From"),
            Field("prefix", \.prefix, .text).label("Before It"),
            Field("suffix", \.suffix, .text).label("After It"))
    }

    /// `tools.message.actions`.
    package struct Actions: ConfigSection {
        /// The only ones there are; nil or empty: all.
        package var allow: [String]?

        package init() {}

        package static let spec = ObjectSpec<Actions>(
            Field("allow", \.allow, .list(.text)).security.label("Allowed Message Actions"))
    }
}

/// `agents.defaults.sandbox` and `agents.list[].sandbox`.
package struct SandboxConfig: ConfigSection {
    /// `off`, `non-main` or `all`.
    package var mode: String?

    package init() {}

    package static let spec = ObjectSpec<SandboxConfig>(
        Field("mode", \.mode, .choice("off", "non-main", "all")).security.label("Sandbox Mode"))
}

extension ValueSpec where Value == String {
    static var toolProfile: Self { .choice("minimal", "coding", "messaging", "full") }
    static var execSecurity: Self { .choice("deny", "allowlist", "full") }
    static var execAsk: Self { .choice("off", "on-miss", "always") }
    static var execMode: Self { .choice("deny", "allowlist", "ask", "auto", "full") }
    static var execHost: Self { .choice("sandbox", "gateway", "node", "auto") }
}
