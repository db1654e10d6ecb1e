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
            "channelAccounts": map { [account($0)] },
            "channelDefaultAccountId": map { _ in "default" },
        ]
        if call.generation == .four { object["statusIssues"] = [] }
        return .json(.object(object))
    }

    private func account(_ channel: ChannelFacts) -> JSON {
        ["accountId": "default", "enabled": .bool(channel.isEnabled), "configured": true, "running": false]
    }
}
