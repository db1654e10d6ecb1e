/// `approvals`: where questions about commands go.
package struct ApprovalsConfig: ConfigSection {
    package var exec = Exec()

    package init() {}

    package static let spec = ObjectSpec<ApprovalsConfig>(
        Field("exec", \.exec, .object).label("Command Approvals"))

    /// `approvals.exec`.
    package struct Exec: ConfigSection {
        package var enabled = false
        package var mode = "session"
        package var agentFilter: [String] = []
        package var sessionFilter: [String] = []
        package var targets: [Target] = []

        package init() {}

        package static let spec = ObjectSpec<Exec>(
            Field("enabled", \.enabled, .bool).label("Ask In Chats"),
            Field("mode", \.mode, .choice("session", "targets", "both")).label("Which Chats"),
            Field("agentFilter", \.agentFilter, .list(.text)).security.label("Agents"),
            Field("sessionFilter", \.sessionFilter, .list(.text)).security.label("Sessions"),
            Field("targets", \.targets, .list(.object)).label("Chats"))
    }

    /// One chat that is asked.
    package struct Target: ConfigSection {
        package var channel = ""
        package var to = ""
        package var accountId: String?
        package var threadId: String?

        package init() {}

        package static let spec = ObjectSpec<Target>(
            Field("channel", \.channel, .text).required.label("Channel"),
            Field("to", \.to, .text).required.label("Chat"),
            Field("accountId", \.accountId, .text).label("Account"),
            Field("threadId", \.threadId, .id).label("Thread"))
    }
}
