/// `bindings[]`: which agent answers where.
package struct BindingConfig: ConfigSection {
    package var agentId = ""
    package var match = Match()
    /// For people: it needs no effect.
    package var comment: String?

    package init() {}

    package static let spec = ObjectSpec<BindingConfig>(
        Field("agentId", \.agentId, .text).required.label("Agent"),
        Field("match", \.match, .object).required.label("Where"),
        Field("comment", \.comment, .text).label("Comment"))

    /// Everything that is named must be so.
    package struct Match: ConfigSection {
        package var channel = ""
        /// Nil: the account `default`; `*`: every account.
        package var accountId: String?
        package var peer: Peer?
        /// A Discord server.
        package var guildId: String?
        /// A team of platforms that call it so.
        package var teamId: String?
        /// Roles of the server, of which the sender has one.
        package var roles: [String] = []

        package init() {}

        package static let spec = ObjectSpec<Match>(
            Field("channel", \.channel, .text).required.label("Channel"),
            Field("accountId", \.accountId, .text).security.label("Account"),
            Field("peer", \.peer, .object).security.label("Chat"),
            Field("guildId", \.guildId, .text).security.label("Server"),
            Field("teamId", \.teamId, .text).security.label("Team"),
            Field("roles", \.roles, .list(.text)).security.label("Roles"))
    }

    /// One chat: a person's id, or a group's or channel's.
    package struct Peer: ConfigSection {
        package var kind = ""
        package var id = ""

        package init() {}

        package static let spec = ObjectSpec<Peer>(
            Field("kind", \.kind, .choice("dm", "direct", "group", "channel")).required.label("Kind"),
            Field("id", \.id, .text).required.label("Id"))
    }
}
