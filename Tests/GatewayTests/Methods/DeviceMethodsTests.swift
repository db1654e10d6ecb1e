import Core
import Store
import Testing
import Wire

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct DeviceMethodsTests {
    /// A login of one device, signed for the socket's challenge.
    private func login(_ client: FakeClient, scopes: [String], token: String) {
        let challenge = client.received.first?["payload"] ?? .null
        let handshake = Challenge(
            nonce: challenge["nonce"]?.stringValue ?? "",
            at: Timestamp(milliseconds: Int64(challenge["ts"]?.intValue ?? 0)))
        client.say([
            "type": "req", "id": "c1", "method": "connect",
            "params": [
                "minProtocol": 4, "maxProtocol": 4, "client": Sample.program, "role": "operator",
                "scopes": JSON(scopes), "auth": ["token": .string(token)],
                "device": Sample.device(Sample.program, scopes, token, handshake),
            ],
        ])
    }

    @Test
    func `a device waits, is approved, comes in by its own token and can be sent away`() async throws {
        try await House.with { house in
            let owner = await house.client()
            let stranger = house.connect(.far)
            login(stranger, scopes: ["operator.read"], token: Sample.token)
            let refusal = await stranger.answer("c1")
            let request = refusal["error"]?["details"]?["requestId"] ?? .null
            #expect(refusal["error"]?["message"] == "pairing required: device is not approved yet")
            #expect(owner.events("device.pair.requested").first?["requestId"] == request)

            let again = house.connect(.far)
            login(again, scopes: ["operator.read"], token: Sample.token)
            #expect(await again.answer("c1")["error"]?["details"]?["requestId"] == request)
            #expect(owner.events("device.pair.requested").count == 1)

            let approved = await owner.call("device.pair.approve", ["requestId": request])
            #expect(approved["payload"]?["device"]?["scopes"] == ["operator.read"])
            #expect(owner.events("device.pair.resolved").first?["decision"] == "approved")

            let known = house.connect(.far)
            login(known, scopes: ["operator.read"], token: Sample.token)
            let token = await known.answer("c1")["payload"]?["auth"]?["deviceToken"]?.stringValue ?? ""
            #expect(token.count == 43)

            let byToken = house.connect(.far)
            login(byToken, scopes: ["operator.read"], token: token)
            #expect(await byToken.answer("c1")["payload"]?["auth"]?["method"] == "device-token")

            let device = approved["payload"]?["device"]?["deviceId"] ?? .null
            let rotated = await owner.call("device.token.rotate", ["deviceId": device, "role": "operator"])
            #expect(rotated["payload"]?["tokenDelivery"] == "withheld-cross-device")
            #expect(rotated["payload"]?["token"] == nil)

            _ = await owner.call("device.pair.remove", ["deviceId": device])
            #expect(byToken.closed?.code == 1008)
            #expect(await owner.call("device.pair.list")["payload"] == ["pending": [], "paired": []])
        }
    }

    @Test
    func `a request is rejected once`() async throws {
        try await House.with { house in
            let owner = await house.client()
            let stranger = house.connect(.far)
            login(stranger, scopes: ["operator.read"], token: Sample.token)
            let request = await stranger.answer("c1")["error"]?["details"]?["requestId"] ?? .null

            let rejected = await owner.call("device.pair.reject", ["requestId": request])
            let second = await owner.call("device.pair.reject", ["requestId": request])

            #expect(rejected["ok"] == true)
            #expect(second["error"]?["message"] == "unknown requestId")
        }
    }

    @Test
    func `nobody approves more than they may do themselves`() async throws {
        try await House.with { house in
            let clerk = await house.client(.four, scopes: ["operator.pairing"])
            let stranger = house.connect(.far)
            login(stranger, scopes: ["operator.admin"], token: Sample.token)
            let request = await stranger.answer("c1")["error"]?["details"]?["requestId"] ?? .null

            let answer = await clerk.call("device.pair.approve", ["requestId": request])

            #expect(answer["error"]?["details"]?["missingScope"] == "operator.admin")
        }
    }

    @Test
    func `nobody ends a device that may do more than they, and one that may do less from now on is cut`()
        async throws
    {
        try await House.with { house in
            let owner = await house.client()
            let clerk = await house.client(.four, scopes: ["operator.pairing"])
            let device = house.connect(.local)
            login(device, scopes: Scopes.owner.names, token: Sample.token)
            _ = await device.answer("c1")
            let list = await owner.call("device.pair.list")["payload"]
            let id = list?["paired"]?.arrayValue?.first?["deviceId"] ?? .null

            for (method, params) in [
                ("device.token.revoke", ["deviceId": id, "role": "operator"] as JSON),
                (
                    "device.token.rotate",
                    ["deviceId": id, "role": "operator", "scopes": ["operator.pairing"]]
                ),
                ("device.pair.remove", ["deviceId": id]),
            ] {
                let answer = await clerk.call(method, params)
                #expect(answer["error"]?["details"]?["missingScope"] == "operator.admin", "\(method)")
            }
            #expect(device.closed == nil)

            let same = ["deviceId": id, "role": "operator"] as JSON
            #expect(await owner.call("device.token.rotate", same)["ok"] == true)
            #expect(device.closed == nil)
            let fewer = ["deviceId": id, "role": "operator", "scopes": ["operator.read"]] as JSON
            #expect(await owner.call("device.token.rotate", fewer)["ok"] == true)
            #expect(device.closed?.code == 1008)
        }
    }

    @Test(arguments: ["device.token.revoke", "device.pair.remove", "device.token.rotate"])
    func `a device that is changed while it logs in is decided on again`(method: String) async throws {
        try await House.with { house in
            let owner = await house.client()
            let first = house.connect(.local)
            login(first, scopes: Scopes.owner.names, token: Sample.token)
            let token = await first.answer("c1")["payload"]?["auth"]?["deviceToken"]?.stringValue ?? ""
            let desk = house.server.plane.devices
            let params = Sample.login(
                client: Sample.commandLine, origin: .absent, place: .far, token: token, withDevice: true
            ).params
            let id = try #require(params.device?.id)
            let known = try await desk.known(id)
            let acceptance = Acceptance(
                generation: .four, role: "operator", scopes: Scopes.owner.names, method: .deviceToken,
                device: .known)

            var change: JSONObject = ["deviceId": .string(id)]
            if method != "device.pair.remove" { change["role"] = "operator" }
            if method == "device.token.rotate" { change["scopes"] = ["operator.read"] }
            #expect(await owner.call(method, .object(change))["ok"] == true)
            let after = try await desk.known(id)
            let admission = try await desk.admit(params, acceptance, known: known, address: "192.0.2.7")

            guard case .outdated = admission else {
                Issue.record("it was let in")
                return
            }
            #expect(try await desk.known(id) == after)
            let late = house.connect(.far)
            login(late, scopes: Scopes.owner.names, token: token)
            #expect(await late.answer("c1")["ok"] == false)
        }
    }

    @Test
    func `a token given for a secret goes with it, one that an owner approved stays`() async throws {
        try await House.with { house in
            let owner = await house.client()
            let device = house.connect(.local)
            login(device, scopes: ["operator.read"], token: Sample.token)
            let first = await device.answer("c1")["payload"]?["auth"]?["deviceToken"]?.stringValue ?? ""
            let id = (await owner.call("device.pair.list"))["payload"]?["paired"]?.arrayValue?
                .first?["deviceId"]
            _ = await owner.call("device.token.rotate", ["deviceId": id ?? "", "role": "operator"])
            let rotated = try #require(
                try await house.stores.devices.paired(id?.stringValue ?? "")?.tokens["operator"]?.secret)
            #expect(rotated.reveal() != first)

            @MainActor func change(_ secret: String) {
                let auth = SharedAuth(mode: .token, token: Secret(secret))
                house.server.apply(GatewaySetup(access: AccessSettings(auth: auth)))
            }
            @MainActor func answer(_ scopes: [String], _ token: String, _ place: Sample.Place = .local) async
                -> JSON
            {
                let client = house.connect(place)
                login(client, scopes: scopes, token: token)
                return await client.answer("c1")
            }
            let read = ["operator.read"]
            #expect(await answer(read, rotated.reveal())["ok"] == true)
            change("another-secret-0123456789")
            let refused = await answer(read, rotated.reveal())
            #expect(refused["error"]?["details"]?["code"] == "AUTH_TOKEN_MISMATCH")
            let new = await answer(read, "another-secret-0123456789")["payload"]?["auth"]?["deviceToken"]
            let fresh = try #require(new?.stringValue)
            #expect(fresh != rotated.reveal())
            #expect(await answer(read, fresh)["ok"] == true)

            // An owner lets it do more, and that does not hang on the secret.
            let more = ["operator.read", "operator.write"]
            let asked = await answer(more, "another-secret-0123456789", .far)
            let request = asked["error"]?["details"]?["requestId"] ?? .null
            #expect(await owner.call("device.pair.approve", ["requestId": request])["ok"] == true)
            let approved = await answer(more, "another-secret-0123456789")["payload"]?["auth"]?["deviceToken"]
            change("a-third-secret-0123456789")
            #expect(await answer(more, try #require(approved?.stringValue))["ok"] == true)
        }
    }

    @Test
    func `a local device is approved at once`() async throws {
        try await House.with { house in
            let client = house.connect(.local)
            login(client, scopes: Scopes.owner.names, token: Sample.token)

            let hello = await client.answer("c1")["payload"]

            #expect(hello?["auth"]?["deviceToken"] != nil)
            #expect(hello?["auth"]?["scopes"] == JSON(Scopes.owner.names))
        }
    }
}
