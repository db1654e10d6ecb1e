import Core

/// Who is answered: once, for all channels, and closed where nothing is said (features.md 2.11).
struct AccessPolicy {
    let rules: ChannelRules
    /// Ids of those whose pairing code was approved.
    let paired: Set<String>
    /// Who owns the assistant by the config's word, and so may give orders wherever they are answered.
    var owners: [String] = []

    /// What becomes of a message.
    enum Decision: Hashable {
        case admit(Standing)
        /// The sender is told how to be let in.
        case pair
        /// Nobody answers; the words may still be shown with the next message that is answered.
        case ignore(String, isContext: Bool = false)
    }

    /// What an admitted sender may do.
    struct Standing: Hashable {
        /// Whether commands that change something are obeyed.
        var isAuthorized: Bool
        /// Whether the message was meant for us alone.
        var isAddressed: Bool
    }

    /// `isNamed`: a pattern of the config finds our name. `hasPatterns`: there are such patterns. `activation` is the
    /// session's own, by `/activation`.
    func decision(
        for message: ChannelMessage, isNamed: Bool, hasPatterns: Bool, activation: Activation? = nil,
        isCommand: Bool = false
    ) -> Decision {
        if message.sender.isBot && rules.allowsBots == .none {
            return .ignore("it is a bot (`allowBots` is off)")
        }
        guard message.kind != .direct, let place = message.place else { return direct(message.sender) }
        if let reason = refusal(of: place, message) { return .ignore(reason) }
        let isAddressed = isNamed || [.named, .reply].contains(message.mention) || message.isCommand
        let standing = Standing(
            isAuthorized: isAuthorized(message.sender, in: place), isAddressed: isAddressed)
        if isAddressed || (isCommand && standing.isAuthorized) { return .admit(standing) }
        if needsMention(message, place, hasPatterns: hasPatterns, activation) {
            return .ignore("it does not mention the assistant (`requireMention`)", isContext: true)
        }
        if place.rule.ignoresOtherMentions && message.mention == .others {
            return .ignore("it is meant for somebody else (`ignoreOtherMentions`)", isContext: true)
        }
        return .admit(standing)
    }

    // MARK: Direct chats

    private func direct(_ sender: Sender) -> Decision {
        let known = Decision.admit(Standing(isAuthorized: true, isAddressed: true))
        let isListed = SenderMatch.contains(sender, rules.allowFrom)
        switch rules.directPolicy {
        case .disabled:
            return .ignore("direct messages are off (`dmPolicy` is \"disabled\")")
        case .allowlist:
            return isListed ? known : .ignore("the sender is not in `allowFrom`")
        case .open:
            return isListed
                ? known : .ignore("`dmPolicy` is \"open\", which needs \"*\" in `allowFrom`")
        case .pairing:
            return isListed || paired.contains(sender.id) ? known : .pair
        }
    }

    // MARK: Chats of many

    private func refusal(of place: ChatPlace, _ message: ChannelMessage) -> String? {
        let (rule, sender) = (place.rule, message.sender)
        let key = "`channels.\(message.address.channel).\(rule.key)`"
        guard rule.isEnabled else {
            return rule.isListed
                ? "the config turns this place off" : "the place is not among those in \(key)"
        }
        switch rule.policy ?? rules.groupPolicy {
        case .disabled: return "groups are off (`groupPolicy` is \"disabled\")"
        case .allowlist where !rule.isListed:
            return "the place is not in \(key) (`groupPolicy` is \"allowlist\")"
        case .allowlist, .open: break
        }
        if let users = rule.users {
            let isListed =
                SenderMatch.contains(sender, users) || !Set(rule.roles).isDisjoint(with: sender.roles)
            return isListed ? nil : "the sender is not among the place's `users`"
        }
        if !rule.roles.isEmpty {
            return Set(rule.roles).isDisjoint(with: sender.roles)
                ? "the sender has none of the place's `roles`" : nil
        }
        if !rules.groupAllowFrom.isEmpty && !SenderMatch.contains(sender, rules.groupAllowFrom) {
            return "the sender is not in `groupAllowFrom`"
        }
        return nil
    }

    /// In a place where anybody may write, only those whom the config or pairing names may give orders.
    private func isAuthorized(_ sender: Sender, in place: ChatPlace) -> Bool {
        let named = rules.allowFrom + rules.groupAllowFrom + (place.rule.users ?? []) + owners
        return paired.contains(sender.id) || !Set(place.rule.roles).isDisjoint(with: sender.roles)
            || SenderMatch.contains(sender, named.filter { $0 != "*" })
    }

    private func needsMention(
        _ message: ChannelMessage, _ place: ChatPlace, hasPatterns: Bool, _ activation: Activation?
    ) -> Bool {
        if message.sender.isBot && rules.allowsBots == .mentions { return true }
        switch activation {
        case .always: return false
        case .mention: return true
        case nil: break
        }
        // Where nobody could mention us, asking for it would mean never to answer.
        return place.rule.requiresMention && (message.mention != .unknown || hasPatterns)
    }
}
