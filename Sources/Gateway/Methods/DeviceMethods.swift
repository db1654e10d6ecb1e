import Core
import Store

/// Pairing of devices, for owners (contract §8.1).
struct DeviceMethods: MethodGroup {
    let desk: DeviceDesk
    let broadcaster: EventBroadcaster

    func register(in table: inout MethodTable) {
        let request = ParamsSchema(.required("requestId", .string(least: 1)))
        let token = [
            ParamsSchema.Field.required("deviceId", .string(least: 1)), .required("role", .string(least: 1)),
        ]
        table.add("device.pair.list", .pairing, .empty, list)
        table.add("device.pair.approve", .pairing, request, approve)
        table.add("device.pair.reject", .pairing, request, reject)
        table.add(
            "device.pair.remove", .pairing, ParamsSchema(.required("deviceId", .string(least: 1))), remove)
        table.add(
            "device.token.rotate", .pairing,
            ParamsSchema(fields: token + [.optional("scopes", .array(of: .string(least: 1)))]), rotate)
        table.add("device.token.revoke", .pairing, ParamsSchema(fields: token), revoke)
    }

    private func list(_ call: Call) async throws(RPCError) -> Payload {
        let (pending, paired) = try await reading { try await desk.list() }
        let connected = Set(broadcaster.connections.compactMap(\.deviceID))
        let rows = paired.map { device -> JSON in
            var object = device.json.objectValue ?? [:]
            if call.generation == .four { object["connected"] = .bool(connected.contains(device.deviceID)) }
            return .object(object)
        }
        return .json(["pending": .array(pending.map(\.json)), "paired": .array(rows)])
    }

    /// Nobody can approve more than they may do themselves.
    private func approve(_ call: Call) async throws(RPCError) -> Payload {
        let id = call.text("requestId") ?? ""
        let waiting = try await reading { try await desk.list() }.pending.first { $0.requestID == id }
        guard let waiting else { throw .invalid("unknown requestId") }
        try Self.check(call.client.scopes, cover: waiting.scopes, call.generation)
        guard let device = try await reading({ try await desk.approve(id, for: call.generation) }) else {
            throw .invalid("unknown requestId")
        }
        return .json(["requestId": .string(id), "device": device.json])
    }

    private static func check(
        _ scopes: Scopes, cover wanted: [String], _ generation: Generation
    ) throws(RPCError) {
        guard !scopes.cover(wanted) else { return }
        let missing = wanted.first { !scopes.cover([$0]) }.flatMap { Scope(rawValue: $0) } ?? .admin
        throw missing.missing(in: generation)
    }

    private func reject(_ call: Call) async throws(RPCError) -> Payload {
        let id = call.text("requestId") ?? ""
        guard let pending = try await reading({ try await desk.reject(id) }) else {
            throw .invalid("unknown requestId")
        }
        return .json(["requestId": .string(id), "deviceId": .string(pending.deviceID)])
    }

    private func remove(_ call: Call) async throws(RPCError) -> Payload {
        let id = call.text("deviceId") ?? ""
        try checkMayEnd(id, try await reading { try await desk.scopes(of: id) }, call)
        guard try await reading({ try await desk.remove(id) }) else { throw .invalid("unknown deviceId") }
        return .json(["deviceId": .string(id)])
    }

    /// Today's clients get a new token only for the device they are.
    private func rotate(_ call: Call) async throws(RPCError) -> Payload {
        let (id, role) = (call.text("deviceId") ?? "", call.text("role") ?? "")
        let scopes = call.params["scopes"]?.strings
        // Nobody makes, or ends, a token that may do more than they.
        let known = try await reading { try await desk.scopes(of: id, role: role) }
        try checkMayEnd(id, known, call)
        if let wanted = scopes ?? known { try Self.check(call.client.scopes, cover: wanted, call.generation) }
        let rotated = try await reading {
            try await desk.rotate(id, role: role, scopes: scopes, for: call.generation)
        }
        guard let rotated else { throw .invalid("unknown deviceId/role") }
        var object: JSONObject = ["deviceId": .string(id), "role": .string(role)]
        let isOwn = call.generation == .three || call.client.deviceID == id
        if isOwn { object["token"] = .string(rotated.secret.reveal()) }
        object["scopes"] = JSON(rotated.scopes)
        object["rotatedAtMs"] = (rotated.rotatedAt ?? rotated.createdAt).json
        if !isOwn { object["tokenDelivery"] = "withheld-cross-device" }
        call.answer(.json(.object(object)))
        broadcaster.disconnect(device: id, beyond: Scopes(rotated.scopes))
        return .sent
    }

    /// Nobody ends what may do more than they, but for the device they are.
    private func checkMayEnd(_ device: String, _ scopes: [String]?, _ call: Call) throws(RPCError) {
        guard let scopes, call.client.deviceID != device else { return }
        try Self.check(call.client.scopes, cover: scopes, call.generation)
    }

    private func revoke(_ call: Call) async throws(RPCError) -> Payload {
        let (id, role) = (call.text("deviceId") ?? "", call.text("role") ?? "")
        try checkMayEnd(id, try await reading { try await desk.scopes(of: id, role: role) }, call)
        guard let at = try await reading({ try await desk.revoke(id, role: role) }) else {
            throw .invalid("unknown deviceId/role")
        }
        return .json(["deviceId": .string(id), "role": .string(role), "revokedAtMs": at.json])
    }
}
