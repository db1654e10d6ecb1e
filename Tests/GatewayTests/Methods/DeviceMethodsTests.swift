import Core
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
                "minProtocol": 4, "maxProtocol": 4, "client": Sample.commandLine, "role": "operator",
                "scopes": JSON(scopes), "auth": ["token": .string(token)],
                "device": Sample.device(Sample.commandLine, scopes, token, handshake),
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
