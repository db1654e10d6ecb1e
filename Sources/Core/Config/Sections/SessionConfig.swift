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
        ).security.label("Direct Message Scope"),
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

extension ValueSpec where Value == Int {
    /// Up to ten years.
    fileprivate static var idleMinutes: Self { .integer(1...5_256_000) }
}
