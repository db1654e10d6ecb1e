import Agent
import Core
import Store

/// Letting people in who wrote to the assistant on a chat platform, by the code they were given (features.md 2.11).
struct PairingMethods: MethodGroup {
    let desk: PairingDesk

    func register(in table: inout MethodTable) {
        let code = ParamsSchema(
            .required("channel", .string(least: 1)), .required("code", .string(least: 1)))
        table.add(
            "pairing.list", .pairing, ParamsSchema(.optional("channel", .string(least: 1))), list)
        table.add("pairing.approve", .pairing, code, approve)
        table.add("pairing.reject", .pairing, code, reject)
        table.add(
            "pairing.remove", .pairing,
            ParamsSchema(
                .required("channel", .string(least: 1)), .required("id", .string(least: 1)),
                .optional("accountId", .string(least: 1))), remove)
        table.add(
            "pairing.forget", .pairing,
            ParamsSchema(
                .required("channel", .string(least: 1)), .required("accountId", .string(least: 1))), forget)
    }

    private func list(_ call: Call) async throws(RPCError) -> Payload {
        let channel = call.text("channel").map { ChannelID($0) }
        let requests = try await reading { try await desk.pending(channel: channel) }
        let allowed = try await reading { try await desk.everybodyLetIn(on: channel) }
        return .json(["requests": .array(requests.map(\.json)), "allowed": .array(allowed.map(\.json))])
    }

    private func remove(_ call: Call) async throws(RPCError) -> Payload {
        let (id, channel) = (call.text("id") ?? "", ChannelID(call.text("channel") ?? ""))
        let wasIn = try await reading {
            try await desk.remove(id, channel: channel, account: call.text("accountId"))
        }
        guard wasIn else { throw .invalid("nobody with this id was let in there by a code") }
        return .json(["channel": .string(channel.rawValue), "id": .string(id)])
    }

    private func forget(_ call: Call) async throws(RPCError) -> Payload {
        let key = ChannelKey(
            channel: ChannelID(call.text("channel") ?? ""), account: call.text("accountId") ?? "")
        return .json(["removed": JSON(try await reading { try await desk.removeAll(key) })])
    }

    private func approve(_ call: Call) async throws(RPCError) -> Payload {
        try await answer(call) { try await desk.approve($0, channel: $1) }
    }

    private func reject(_ call: Call) async throws(RPCError) -> Payload {
        try await answer(call) { try await desk.reject($0, channel: $1) }
    }

    private func answer(
        _ call: Call, _ act: (String, ChannelID) async throws -> PairingRequest?
    ) async throws(RPCError) -> Payload {
        let channel = ChannelID(call.text("channel") ?? "")
        let code = call.text("code") ?? ""
        guard let request = try await reading({ try await act(code, channel) }) else {
            throw .invalid("no pending pairing request has this code; codes hold for an hour")
        }
        return .json(["request": request.json])
    }
}

extension AllowedSender {
    fileprivate var json: JSON {
        [
            "channel": .string(channel.rawValue), "accountId": .string(account), "id": .string(sender),
            "addedAt": addedAt.json,
        ]
    }
}

extension PairingRequest {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "channel": .string(channel.rawValue), "accountId": .string(account), "id": .string(sender),
            "code": .string(code), "createdAt": createdAt.json, "lastSeenAt": lastSeenAt.json,
        ]
        object["meta"] = meta
        return .object(object)
    }
}
