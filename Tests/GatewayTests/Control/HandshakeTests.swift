import Core
import Testing
import Wire

@testable import Gateway

struct HandshakeTests {
    @Test(arguments: HandshakeGolden.all)
    func `a recorded login ends as it did with the original`(golden: HandshakeGolden) throws {
        let outcome = Sample.outcome(golden)

        switch outcome {
        case .refused(let refusal):
            #expect(refusal.error?.json == golden.json["error"])
            #expect(JSON([JSON(refusal.closeCode), .string(refusal.closeReason)]) == golden.json["close"])
        case .accepted(let acceptance):
            let auth = golden.json["auth"] ?? .null
            #expect(golden.json["protocol"] == JSON(acceptance.generation.rawValue))
            if acceptance.generation == .four {
                #expect(auth["scopes"] == JSON(acceptance.scopes))
                #expect(auth["method"]?.stringValue == acceptance.method.rawValue)
            } else if auth["scopes"] != nil {
                #expect(auth["scopes"] == JSON(acceptance.scopes.sorted()))
            }
            #expect(golden.json["token"] == .bool(Sample.givesToken(acceptance)))
        case .pairing:
            Issue.record("\(golden.name) asks for pairing")
        }
    }

    @Test(arguments: [(1, 99, 4), (3, 4, 4), (3, 3, 3), (4, 4, 4), (2, 3, 3), (4, 9, 4)])
    func `the highest common generation is spoken`(least: Int, most: Int, spoken: Int) throws {
        let (_, generation) = try Handshake.read(Sample.params(least: least, most: most))

        #expect(generation.rawValue == spoken)
    }

    @Test(arguments: [(1, 2), (5, 9), (4, 3)])
    func `no common generation is refused with 1002`(least: Int, most: Int) {
        let refusal = #expect(throws: Refusal.self) {
            try Handshake.read(Sample.params(least: least, most: most))
        }

        #expect(refusal?.closeCode == 1002)
    }

    @Test
    func `the page gets in from its own origin with the token alone and with all it asks for`() throws {
        let page = Sample.login(client: Sample.page, origin: .own, place: .far)

        let acceptance = try #require(page.decide().acceptance)

        #expect(acceptance.scopes == Scopes.owner.names)
        #expect(acceptance.device.isNone)
    }

    @Test
    func `the page is recorded as a device when it brings one`() throws {
        let page = Sample.login(client: Sample.page, origin: .own, place: .far, withDevice: true)

        let acceptance = try #require(page.decide().acceptance)

        #expect(acceptance.device.isApproval)
    }

    @Test
    func `the page asks for the token first, not for a device`() throws {
        let page = Sample.login(client: Sample.page, origin: .own, place: .far, token: nil)

        let refusal = try #require(page.decide().refusal)

        #expect(refusal.error?.details?["code"] == "AUTH_TOKEN_MISSING")
    }

    @Test(arguments: [true, false])
    func `a foreign page is refused although it knows the token`(withDevice: Bool) throws {
        let page = Sample.login(client: Sample.page, origin: .foreign, place: .far, withDevice: withDevice)

        let refusal = try #require(page.decide().refusal)

        #expect(refusal.error?.details?["code"] == "CONTROL_UI_ORIGIN_NOT_ALLOWED")
    }

    @Test(arguments: [SharedAuth(mode: .none), SharedAuth(mode: .token, token: Secret(Sample.token))])
    func `no foreign page gets in, whatever it calls itself`(auth: SharedAuth) throws {
        let page = Sample.login(
            client: Sample.commandLine, origin: .foreign, place: .local, auth: auth)

        #expect(page.decide().refusal?.error?.details?["code"] == "CONTROL_UI_ORIGIN_NOT_ALLOWED")
    }

    @Test
    func `a device far away waits for an owner although it knows the token`() throws {
        let app: JSON = ["id": "gateway-client", "version": "1", "platform": "linux", "mode": "backend"]
        let login = Sample.login(client: app, origin: .absent, place: .far, withDevice: true)

        guard case .pairing(let need) = login.decide() else {
            Issue.record("no pairing")
            return
        }
        #expect(need.reason == .notPaired)
        let refusal = need.refusal(requestID: "r1", params: login.params, generation: .four)
        #expect(refusal.closeReason == "pairing required: device is not approved yet (requestId: r1)")
        #expect(refusal.error?.details?["requestId"] == "r1")
    }

    @Test
    func `a command line far away that knows the token waits for nobody, unless a foreign page speaks`() {
        let login = Sample.login(client: Sample.commandLine, origin: .absent, place: .far, withDevice: true)
        let page = Sample.login(client: Sample.commandLine, origin: .foreign, place: .far, withDevice: true)

        #expect(login.decide().acceptance?.device == .approve)
        #expect(login.decide().acceptance?.scopes == Scopes.owner.names)
        #expect(page.decide().acceptance == nil)
    }

    @Test
    func `a device token lets its device in, and no further than its scopes`() throws {
        let known = Sample.known(scopes: ["operator.read"], token: "device-token")
        let reader = Sample.login(
            client: Sample.commandLine, origin: .absent, place: .far, token: "device-token",
            scopes: ["operator.read"], withDevice: true, known: known)
        let writer = Sample.login(
            client: Sample.commandLine, origin: .absent, place: .far, token: "device-token",
            scopes: ["operator.admin"], withDevice: true, known: known)

        #expect(reader.decide().acceptance?.method == .deviceToken)
        #expect(writer.decide().refusal?.error?.details?["code"] == "AUTH_SCOPE_MISMATCH")
    }

    @Test
    func `a locked-out address is told when to come back, even with the right token`() throws {
        let login = Sample.login(
            client: Sample.commandLine, origin: .absent, place: .far, lockout: .seconds(42))

        let refusal = try #require(login.decide().refusal)

        #expect(refusal.error?.details?["code"] == "AUTH_RATE_LIMITED")
        #expect(refusal.error?.retryAfter == .seconds(42))
        #expect(!refusal.isFailedLogin)
    }

    @Test(arguments: [Sample.commandLine, Sample.page])
    func `without a secret nobody gets in from another machine`(client: JSON) {
        for origin in [OriginRule.Verdict.own, .absent] {
            for withDevice in [true, false] {
                let login = Sample.login(
                    client: client, origin: origin, place: .far, token: nil, withDevice: withDevice,
                    auth: SharedAuth(mode: .none))
                #expect(
                    login.decide().refusal?.error?.details?["code"] == "AUTH_TOKEN_NOT_CONFIGURED")
            }
        }
    }

    @Test
    func `only wrong secrets count as failed logins`() {
        let wrong = Sample.login(client: Sample.commandLine, origin: .absent, place: .far, token: "wrong")
        let missing = Sample.login(client: Sample.page, origin: .own, place: .far, token: nil)

        #expect(wrong.decide().refusal?.isFailedLogin == true)
        #expect(missing.decide().refusal?.isFailedLogin == false)
    }
}

extension Handshake.Outcome {
    var acceptance: Acceptance? { if case .accepted(let acceptance) = self { acceptance } else { nil } }
    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}

extension Acceptance.DeviceStep {
    var isNone: Bool { if case .none = self { true } else { false } }
    var isApproval: Bool { if case .approve = self { true } else { false } }
}
