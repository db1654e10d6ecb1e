import Core
import Testing
import Wire

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct GatewayServerTests {
    @Test
    func `where no secret is asked for, names from the internet are not answered`() async throws {
        try await House.with(auth: SharedAuth(mode: .none)) { house in
            let answer = { (host: String) in
                house.server.respondNow(to: .sample("/healthz", host: host))?.status
            }

            #expect(answer("localhost:18789") == 200)
            #expect(answer("127.0.0.1:18789") == 200)
            #expect(answer("evil.example:18789") == 403)
            guard case .refuse(let refusal) = house.server.upgrade(.sample("/", host: "evil.example")) else {
                Issue.record("a socket was opened for a foreign name")
                return
            }
            #expect(refusal.status == 403)
        }
    }

    @Test
    func `only who knows the secret, or is here, is told what is not ready`() async throws {
        try await House.with { house in
            let detail = { (peer: String, token: String?) -> Bool in
                let headers = token.map { [(name: "Authorization", value: "Bearer \($0)")] } ?? []
                let response = house.server.respondNow(to: .sample("/readyz", headers: headers, peer: peer))
                guard case .bytes(let bytes) = response?.body else { return false }
                return (try? JSON.parse(bytes))?["uptimeMs"] != nil
            }

            #expect(detail("127.0.0.1", nil))
            #expect(!detail("192.0.2.1", nil))
            #expect(detail("192.0.2.1", Sample.token))
            #expect(!detail("192.0.2.1", "wrong"))
        }
    }

    @Test
    func `guessing the secret over HTTP is limited like guessing it at a login`() async throws {
        try await House.with { house in
            for guess in 0..<10 {
                _ = house.server.respondNow(
                    to: .sample(
                        "/readyz", headers: [(name: "Authorization", value: "Bearer \(guess)")],
                        peer: "192.0.2.7"))
            }
            let client = house.connect(.far)
            client.login(.four)

            #expect(await client.answer("c1")["error"]?["details"]?["code"] == "AUTH_RATE_LIMITED")
        }
    }

    @Test
    func `a changed secret counts at once and is announced`() async throws {
        try await House.with { house in
            let client = await house.client()
            var setup = GatewaySetup(
                access: AccessSettings(auth: SharedAuth(mode: .token, token: Secret("new"))))
            setup.configPath = "/state/openclaw.json"

            house.server.apply(setup)

            #expect(client.events("config.changed").first?["path"] == "/state/openclaw.json")
            let late = house.connect()
            late.login(.four)
            #expect(await late.answer("c1")["error"]?["details"]?["code"] == "AUTH_TOKEN_MISMATCH")
        }
    }

    @Test
    func `a configured platform is listed as not running, and why`() async throws {
        try await House.with { house in
            var setup = GatewaySetup(
                access: AccessSettings(auth: SharedAuth(mode: .token, token: Secret(Sample.token))))
            setup.channels = [
                ChannelFacts(
                    id: ChannelID("discord"), label: "Discord",
                    accounts: [
                        .init(id: "default", isEnabled: true, tokenSource: "config", reason: "Not built yet.")
                    ], defaultAccount: "default")
            ]
            house.server.apply(setup)
            let client = await house.client()

            let status = await client.call("channels.status")["payload"]
            #expect(status?["channelOrder"] == ["discord"])
            #expect(status?["channelLabels"] == ["discord": "Discord"])
            #expect(status?["channelDefaultAccountId"] == ["discord": "default"])
            let account = status?["channelAccounts"]?["discord"]?.arrayValue?.first
            #expect(account?["configured"] == true && account?["running"] == false)
            #expect(account?["lastError"] == "Not built yet.")
            #expect(status?["channels"]?["discord"]?["lastError"] == "Not built yet.")
            #expect(status?["statusIssues"]?.arrayValue?.first?["kind"] == "runtime")

            let params: JSON = [
                "message": "hi", "channel": "discord", "deliver": true, "idempotencyKey": "k1",
            ]
            let refusal = await client.call("agent", params)["error"]
            #expect(refusal?["code"] == "UNAVAILABLE")
        }
    }

    @Test
    func `clients learn of an agent's picture by its address`() async throws {
        try await House.with { house in
            var setup = GatewaySetup(
                access: AccessSettings(auth: SharedAuth(mode: .token, token: Secret(Sample.token))))
            setup.agents = [AgentFacts(id: .main, emoji: "🦞", avatar: "https://x.example/a.png")]
            house.server.apply(setup)
            let client = await house.client()

            let identity = await client.call("agent.identity.get")["payload"]
            #expect(identity?["avatar"] == "https://x.example/a.png")
            #expect(identity?["avatarStatus"] == "remote" && identity?["emoji"] == "🦞")
            let agent = await client.call("agents.list")["payload"]?["agents"]?.arrayValue?.first
            #expect(agent?["identity"]?["avatarUrl"] == "https://x.example/a.png")
        }
    }

    @Test
    func `every method that is advertised has an answer for a client that sends nothing`() async throws {
        try await House.with { house in
            let client = await house.client()

            for method in house.server.plane.table.names {
                let answer = await client.call(method)
                let message = answer["error"]?["message"]?.stringValue ?? ""
                let isParams =
                    message.hasPrefix("invalid \(method) params") || message.contains("target is unavailable")
                let isKnown = answer["ok"] == true || isParams || method == "sessions.resolve"
                #expect(isKnown, "\(method): \(message)")
            }
        }
    }
}
