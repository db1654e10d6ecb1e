package import Core

/// Which agent answers where: the config's `bindings` (features.md 2.22).
///
/// The narrowest binding wins: one for the chat, then for the chat it is a thread of, for roles of a server, the server, the
/// team, the account, and one for every account. Of two that are equally narrow it is the first.
package struct AgentRoutes: Sendable {
    package var routes: [Route] = []

    package init(_ routes: [Route] = []) { self.routes = routes }

    /// One binding; what is nil or empty is not asked for.
    package struct Route: Sendable, Hashable {
        package var agent: AgentID
        package var channel: ChannelID
        /// `*`: every account.
        package var account = "default"
        package var peer: Peer?
        package var space: String?
        package var roles: [String] = []

        package init(agent: AgentID, channel: ChannelID) {
            self.agent = agent
            self.channel = channel
        }
    }

    /// A chat of many, or a person.
    package struct Peer: Sendable, Hashable {
        package var isDirect: Bool
        package var id: String

        package init(isDirect: Bool, id: String) {
            self.isDirect = isDirect
            self.id = id
        }
    }

    /// The agent that a binding names for this place; nil when none does.
    func agent(for place: SessionPlace) -> AgentID? {
        let candidates = routes.filter { $0.holds(for: place) }
        let narrowest = candidates.map { $0.width(at: place) }.min()
        return candidates.first { $0.width(at: place) == narrowest }?.agent
    }
}

extension AgentRoutes.Route {
    /// Lower is narrower.
    fileprivate func width(at place: SessionPlace) -> Int {
        if let peer { return peer.id == place.parent ? 1 : 0 }
        if space != nil { return roles.isEmpty ? 3 : 2 }
        return account == "*" ? 5 : 4
    }

    fileprivate func holds(for place: SessionPlace) -> Bool {
        let address = place.address
        guard channel == address.channel, account == "*" || account == address.account,
            space == nil || space == place.space,
            roles.isEmpty || !Set(roles).isDisjoint(with: place.sender?.roles ?? [])
        else { return false }
        guard let peer else { return true }
        guard peer.isDirect == (place.kind == .direct) else { return false }
        // A topic can be named too; without one, the binding of a group is that of its topics.
        let topic = address.thread.map { "\(address.chat):topic:\($0)" }
        let person = place.kind == .direct ? place.sender?.id ?? address.chat : nil
        return [person, address.chat, topic, place.parent].contains(peer.id)
    }
}

/// Where something was written: what sessions and agents are chosen by.
package struct SessionPlace: Sendable {
    package var kind: ChatKind
    package var address: Address
    package var sender: Sender?
    /// The platform's id of what the chat is part of: a Discord server.
    package var space: String?
    /// The platform's id of the chat that this one is a thread of.
    package var parent: String?

    package init(kind: ChatKind, address: Address, sender: Sender?, in place: ChatPlace? = nil) {
        self.kind = kind
        self.address = address
        self.sender = sender
        space = place?.spaceID
        parent = place?.parent
    }

    init(_ message: ChannelMessage) {
        self.init(kind: message.kind, address: message.address, sender: message.sender, in: message.place)
    }

    init(_ notice: ChannelNotice) {
        self.init(kind: notice.kind, address: notice.address, sender: notice.sender, in: notice.place)
    }
}
