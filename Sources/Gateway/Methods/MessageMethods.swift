import Agent
import Core

/// Messages that people and programs send and change on the chat platforms, past the agents (contract §4.9).
struct MessageMethods: MethodGroup {
    let desk: MessageDesk
    let switchboard: Switchboard

    func register(in table: inout MethodTable) {
        table.add("send", .write, Self.sendParams, send)
        table.add("poll", .write, before: .admin, Self.pollParams, poll)
        table.add("message.action", .write, Self.actionParams, act)
    }

    private static let text = ParamsSchema.Shape.string(least: 1)
    private static let place: [ParamsSchema.Field] = [
        .required("to", text), .required("idempotencyKey", text), .optional("channel", .string()),
        .optional("accountId", .string()), .optional("threadId", .string()), .optional("silent", .boolean),
    ]

    private static let sendParams = ParamsSchema(
        fields: place + [
            .optional("message", .string()), .optional("mediaUrl", .string()),
            .optional("mediaUrls", .array(of: .string())), .optional("gifPlayback", .boolean),
            .optional("asVoice", .boolean), .optional("replyToId", .string()),
            .optional("forceDocument", .boolean), .optional("agentId", .string()),
            .optional("sessionKey", .string()), .optional("buttons", .array(of: .any)),
        ])

    private static let pollParams = ParamsSchema(
        fields: place + [
            .required("question", text), .required("options", .array(of: text, least: 2, most: 12)),
            .optional("maxSelections", .integer(least: 1, most: 12)),
            .optional("durationHours", .integer(least: 1, most: 768)),
            .optional("durationSeconds", .integer(least: 1, most: 2_764_800)),
            .optional("isAnonymous", .boolean),
        ])

    /// What else clients say of who asks means nothing here: the gateway knows.
    private static let actionParams = ParamsSchema(
        .required("channel", text), .required("action", text), .required("params", .map(of: .any)),
        .required("idempotencyKey", text), .optional("accountId", .string()), isOpen: true)

    private func send(_ call: Call) async throws(RPCError) -> Payload {
        let receipt = try await carryOut(call, "send", call.params.objectValue ?? [:])
        return .json(answer(call, receipt, receipt.json["result"] ?? [:]))
    }

    private func poll(_ call: Call) async throws(RPCError) -> Payload {
        var params = call.params.objectValue ?? [:]
        params["allowMultiselect"] = .bool((params["maxSelections"]?.intValue ?? 1) > 1)
        let receipt = try await carryOut(call, "poll", params)
        return .json(answer(call, receipt, receipt.json))
    }

    private func act(_ call: Call) async throws(RPCError) -> Payload {
        .json(
            try await carryOut(call, call.text("action") ?? "", call.params["params"]?.objectValue ?? [:])
                .json)
    }

    private func answer(_ call: Call, _ receipt: MessageReceipt, _ result: JSON) -> JSON {
        var object: JSONObject = [
            "runId": .string(call.text("idempotencyKey") ?? ""),
            "channel": .string(receipt.address.channel.rawValue),
        ]
        for (name, value) in result.objectValue ?? [:] where name != "ok" { object[name] = value }
        return .object(object)
    }

    private func carryOut(
        _ call: Call, _ action: String, _ params: JSONObject
    ) async throws(RPCError) -> MessageReceipt {
        let order = MessageOrder(
            action: action, params: params,
            channel: call.text("channel").flatMap { $0.isEmpty ? nil : ChannelID($0.lowercased()) },
            account: call.text("accountId").flatMap { $0.isEmpty ? nil : $0 },
            key: "\(call.method):\(call.text("idempotencyKey") ?? "")")
        guard order.files.allSatisfy({ $0.isRemote }) || call.client.scopes.allow(.admin) else {
            throw .invalid("files of the gateway's machine can be sent with the scope operator.admin only")
        }
        // Who presses a button gives its command, perhaps the owner: nobody gets more done that way than they may do.
        for button in order.buttons.joined() { try call.checkCommand(button.command, to: switchboard) }
        do throws(MessageRefusal) {
            return try await desk.carryOut(order)
        } catch {
            throw RPCError(error)
        }
    }
}
