import Core

/// What the config says of groups and their topics (`channels.telegram.groups`).
struct TelegramPlaces {
    let groups: JSONObject?
    let rules: ChannelRules

    /// The rule for a group, a supergroup or a channel; `former` is the id it had as a group.
    ///
    /// The map is an allowlist when it is there. A group it names is open to its members unless somebody is named who
    /// may write; `*` lets in no group by itself, only the people named in `groupAllowFrom` or `allowFrom`.
    func rule(chat: Int, former: Int? = nil, topic: Int?) -> PlaceRule {
        let entry = groups?[String(chat)] ?? former.flatMap { groups?[String($0)] }
        let group = entry ?? groups?["*"]
        let ofTopic = topic.flatMap { group?["topics"]?[String($0)] } ?? group?["topics"]?["*"]
        let entries = [ofTopic, group, entry == nil ? nil : groups?["*"]].compactMap(\.self)
        func value(_ key: String) -> JSON? { entries.lazy.compactMap { $0[key] }.first }

        var rule = PlaceRule()
        rule.policy = value("groupPolicy")?.stringValue.flatMap { GroupPolicy(rawValue: $0) }
        rule.isEnabled = group?["enabled"]?.boolValue != false && ofTopic?["enabled"]?.boolValue != false
        rule.requiresMention = value("requireMention")?.boolValue ?? true
        rule.users = value("allowFrom").map { ChannelRules.names($0) } ?? everywhere(under: policy(rule))
        rule.isListed = groups == nil ? !isOpenToAll(rule.users) : group != nil
        if groups != nil, group == nil { rule.isEnabled = false }
        if entry == nil, policy(rule) == .allowlist, isOpenToAll(rule.users) { rule.users = [] }
        rule.systemPrompt = joined(group?["systemPrompt"]?.stringValue, ofTopic?["systemPrompt"]?.stringValue)
        rule.tools = entries.map(SenderTools.init)
        return rule
    }

    /// Who may write in every group; nil leaves it to `groupAllowFrom`. Where groups are open, `allowFrom` is about direct
    /// chats only.
    private func everywhere(under policy: GroupPolicy) -> [String]? {
        guard policy != .open, rules.groupAllowFrom.isEmpty, !rules.allowFrom.isEmpty else { return nil }
        return rules.allowFrom
    }

    private func policy(_ rule: PlaceRule) -> GroupPolicy { rule.policy ?? rules.groupPolicy }

    private func isOpenToAll(_ users: [String]?) -> Bool { users == nil && rules.groupAllowFrom.isEmpty }

    private func joined(_ group: String?, _ topic: String?) -> String? {
        let parts = [group, topic].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
    }
}
