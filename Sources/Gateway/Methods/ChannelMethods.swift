import Core

/// The chat platforms of the config (contract §4.9).
struct ChannelMethods: MethodGroup {
    let settings: SettingsBox

    func register(in table: inout MethodTable) {
        table.addFast(
            "channels.status", .read,
            ParamsSchema(
                .optional("probe", .boolean), .optional("timeoutMs", .integer(least: 0)),
                .optional("channel", .string(least: 1))), status)
    }

    private func status(_ call: Call) throws(RPCError) -> Payload? {
        let only = call.text("channel")
        let channels = settings.now.channels.filter { only == nil || $0.id.rawValue == only }
        func map(_ value: (ChannelFacts) -> JSON) -> JSON {
            .object(JSONObject(channels.map { ($0.id.rawValue, value($0)) }))
        }
        var object: JSONObject = [
            "ts": Timestamp.now.json, "channelOrder": .array(channels.map { .string($0.id.rawValue) }),
            "channelLabels": map { .string($0.label) }, "channelDetailLabels": map { .string($0.label) },
            "channelSystemImages": [:],
            "channelMeta": .array(
                channels.map {
                    [
                        "id": .string($0.id.rawValue), "label": .string($0.label),
                        "detailLabel": .string($0.label),
                    ]
                }),
            "channels": map(\.summary),
            "channelAccounts": map { .array($0.accounts.map(account)) },
            "channelDefaultAccountId": map { .string($0.defaultAccount) },
        ]
        if call.generation == .four { object["statusIssues"] = .array(channels.flatMap(issues)) }
        return .json(.object(object))
    }

    private func account(_ account: ChannelFacts.Account) -> JSON {
        var object: JSONObject = ["accountId": .string(account.id)]
        object["name"] = account.name.map { .string($0) }
        object["enabled"] = .bool(account.isEnabled)
        object["configured"] = .bool(account.isConfigured)
        object["tokenSource"] = .string(account.tokenSource)
        object["running"] = false
        object["lastStartAt"] = .null
        object["lastStopAt"] = .null
        object["lastError"] = account.reason.map { .string($0) } ?? .null
        object["lastInboundAt"] = .null
        object["lastOutboundAt"] = .null
        return .object(object)
    }

    private func issues(_ channel: ChannelFacts) -> [JSON] {
        channel.accounts.compactMap { account in
            account.reason.map { reason in
                [
                    "channel": .string(channel.id.rawValue), "accountId": .string(account.id),
                    "kind": .string(account.isConfigured ? "runtime" : "config"), "message": .string(reason),
                ]
            }
        }
    }
}
