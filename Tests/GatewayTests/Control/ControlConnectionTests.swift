import Agent
import Core
import TestSupport
import Testing

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct ControlConnectionTests {
    @Test
    func `the gateway speaks first, and takes only small messages until the login`() async throws {
        try await House.with { house in
            let client = house.connect()

            #expect(client.received.first?["event"] == "connect.challenge")
            #expect(client.received.first?["seq"] == nil)
            #expect(client.maxMessageBytes == 65_536)

            client.login(.four)
            _ = await client.answer("c1")

            #expect(client.maxMessageBytes == 26_214_400)
        }
    }

    @Test(arguments: Generation.allCases)
    func `the greeting has what clients of its generation read`(generation: Generation) async throws {
        try await House.with { house in
            let client = house.connect()
            client.login(generation)
            let hello = await client.answer("c1")["payload"] ?? .null

            #expect(hello["type"] == "hello-ok")
            #expect(hello["protocol"] == JSON(generation.rawValue))
            #expect(hello["features"]?["methods"]?.strings.contains("chat.send") == true)
            #expect(hello["snapshot"]?["sessionDefaults"]?["mainSessionKey"] == "agent:main:main")
            #expect(hello["snapshot"]?["presence"]?.arrayValue?.first?["reason"] == "self")
            #expect(hello["snapshot"]?["health"]?["ok"] == true)
            #expect(hello["policy"]?["tickIntervalMs"] == 30_000)
            #expect((hello["auth"] != nil) == (generation == .four))
            #expect((hello["server"]?["host"] != nil) == (generation == .three))
        }
    }

    @Test(arguments: [
        ("hello there", 1000, ""), ("[1,2,3]", 1008, "invalid request frame"),
        (#"{"type":"event","event":"x"}"#, 1008, "invalid request frame"),
        (#"{"type":"req","method":"connect","params":{}}"#, 1008, "invalid request frame"),
        (
            #"{"type":"req","id":"r1","method":"health"}"#, 1008,
            "invalid handshake: first request must be connect"
        ),
    ])
    func `a first message that is no login ends the connection`(text: String, code: Int, reason: String)
        async throws
    {
        try await House.with { house in
            let client = house.connect()

            client.say(text)

            #expect(client.closed?.code == code)
            #expect(client.closed?.reason == reason)
            #expect(house.server.plane.broadcaster.connections.count == 0)
        }
    }

    @Test(arguments: Generation.allCases)
    func `after the login bad messages are told so and nothing ends`(generation: Generation) async throws {
        try await House.with { house in
            let client = await house.client(generation)
            let before = client.received.count

            client.say("not json")
            #expect(client.received.count == before)

            client.say(#"{"foo":1}"#)
            let refusal = await client.answer("invalid")
            #expect(refusal["error"]?["message"]?.stringValue?.hasPrefix("invalid request frame: ") == true)

            let second = await client.call("connect")
            #expect(second["error"]?["message"] == "connect is only valid as the first request")
            #expect(client.closed == nil)
        }
    }

    @Test
    func `who may do little is not told which methods exist`() async throws {
        try await House.with { house in
            let nobody = await house.client(.four, scopes: [])
            #expect(await nobody.call("health")["ok"] == true)
            #expect(await nobody.call("status")["error"]?["details"]?["missingScope"] == "operator.read")
            #expect(await nobody.call("nope.method")["error"]?["code"] == "FORBIDDEN")

            let owner = await house.client()
            #expect(await owner.call("nope.method")["error"]?["message"] == "unknown method: nope.method")
        }
    }

    @Test
    func `a wrong token is refused, and after ten the address is locked out`() async throws {
        try await House.with { house in
            for _ in 0..<10 {
                let client = house.connect(.far)
                client.login(.four, token: "wrong")
                #expect(await client.answer("c1")["error"]?["details"]?["code"] == "AUTH_TOKEN_MISMATCH")
                #expect(client.closed?.code == 1008)
            }
            let client = house.connect(.far)
            client.login(.four)
            let refusal = await client.answer("c1")

            #expect(refusal["error"]?["details"]?["code"] == "AUTH_RATE_LIMITED")
            #expect(refusal["error"]?["retryAfterMs"]?.intValue ?? 0 > 0)
        }
    }

    @Test
    func `each connection counts its own events without gaps`() async throws {
        try await House.with { house in
            let one = await house.client()
            house.server.plane.broadcaster.send(.event("tick", [:]))
            let two = await house.client()
            for _ in 0..<3 { house.server.plane.broadcaster.send(.event("tick", [:])) }

            let numbers = { (client: FakeClient) in client.received.compactMap { $0["seq"]?.intValue } }
            #expect(numbers(one) == Array(1...4))
            #expect(numbers(two) == Array(1...3))
        }
    }

    @Test
    func `a client that does not read misses what it may miss, and is cut off at the rest`() async throws {
        try await House.with { house in
            let client = await house.client()
            client.bufferedBytes = 100 << 20

            house.server.plane.broadcaster.send(.event("tick", [:], isDroppable: true))
            #expect(client.events("tick").isEmpty && client.closed == nil)

            house.server.plane.broadcaster.send(.event("x", [:], isDroppable: false))
            #expect(client.closed?.code == 1008)
            #expect(client.closed?.reason == "slow consumer")
            #expect(house.server.plane.broadcaster.connections.count == 0)
        }
    }

    @Test(arguments: Generation.allCases)
    func `what a client asks to read waits until it has read, and a stop does not`(
        generation: Generation
    ) async throws {
        try await House.with { house in
            let client = await house.client(generation)
            client.bufferedBytes = Limits.mostUnreadBytes(generation)
            _ = await client.call("health")
            _ = await client.call("health")

            client.bufferedBytes += 1
            _ = await client.call("health")
            client.bufferedBytes = 20 << 10
            client.ask("health", id: "waits")
            #expect(await client.call("chat.abort", ["sessionKey": "main"])["ok"] == true)
            #expect(!client.received.contains { $0["id"] == "waits" })
            for _ in 1..<Limits.mostFramesHeld {
                #expect(!client.isPaused)
                client.ask("health", id: "waits")
            }
            #expect(client.isPaused)
            house.server.plane.broadcaster.send(.event("tick", [:], isDroppable: true))
            #expect(client.events("tick").isEmpty && client.closed == nil)

            client.bufferedBytes = 0
            client.connection?.drained()
            house.server.plane.broadcaster.send(.event("tick", [:], isDroppable: true))
            #expect(!client.isPaused && client.events("tick").count == 1)
            let answers = client.received.filter { $0["id"] == "waits" }
            #expect(answers.count == Limits.mostFramesHeld && answers.allSatisfy { $0["ok"] == true })
        }
    }

    @Test
    func `who only acts and reads nothing is held back in the end, too`() async throws {
        try await House.with { house in
            let client = await house.client()
            client.bufferedBytes = Limits.mostUnreadBytes(.four) + 1
            _ = await client.call("health")

            for number in 0..<Limits.mostCallsInFlight {
                _ = await client.call("chat.abort", ["sessionKey": "main"], id: "a\(number)")
            }
            client.ask("chat.abort", ["sessionKey": "main"], id: "late")
            client.ask(String(repeating: "x", count: Limits.mostBytesHeld), id: "large")
            #expect(client.isPaused && !client.received.contains { $0["id"] == "late" })

            client.bufferedBytes = 0
            client.connection?.drained()
            #expect(await client.answer("late")["ok"] == true)
            #expect(await client.answer("large")["ok"] == false)
        }
    }

    @Test
    func `clients that leave most unread are cut off when too much waits for all`() async throws {
        try await House.with { house in
            var clients: [FakeClient] = []
            for number in 0..<20 {
                let client = await house.client()
                client.bufferedBytes = (3 << 20) + number * 40_000
                clients.append(client)
            }

            house.server.plane.broadcaster.send(.event("x", [:], isDroppable: false))

            #expect(clients.filter { $0.closed != nil }.map { $0.bufferedBytes } == [(3 << 20) + 760_000])
            #expect(clients.last?.closed?.reason == "slow consumer")
        }
    }

    @Test
    func `who may not write sends nothing large`() async throws {
        try await House.with { house in
            #expect(await house.client(.four, scopes: ["operator.read"]).maxMessageBytes == 512 << 10)
            #expect(await house.client(.three, scopes: ["operator.write"]).maxMessageBytes == 25 << 20)
            #expect(await house.client().maxMessageBytes == 25 << 20)
        }
    }

    @Test
    func `a client that is only slow has room for what it must not miss`() async throws {
        try await House.with { house in
            let client = await house.client()
            let broadcaster = house.server.plane.broadcaster
            client.bufferedBytes = Limits.maxBufferedBytes(.four) / 4 * 3

            broadcaster.send(.event("tick", [:], isDroppable: true))
            broadcaster.send(.event("x", [:], isDroppable: false))
            client.bufferedBytes = 0
            let large = JSON.string(String(repeating: "x", count: Limits.maxBufferedBytes(.four)))
            broadcaster.send(.event("tick", ["text": large], isDroppable: true))

            #expect(client.events("tick").isEmpty && client.events("x").count == 1 && client.closed == nil)
        }
    }

    @Test
    func `who has left before the login is forgotten at once, also while others wait`() async throws {
        try await House.with { house in
            let patient = house.connect()
            let plane = house.server.plane
            if let connection = patient.connection { plane.expectLogin(of: connection) }
            var hasty: FakeClient? = house.connect()
            weak let connection = hasty?.connection
            if let connection { plane.expectLogin(of: connection) }

            hasty?.close(code: 1000, reason: "")
            hasty?.connection = nil
            hasty = nil

            #expect(connection == nil && patient.closed == nil)
        }
    }

    @Test(arguments: ["agent.wait", "exec.approval.waitDecision"])
    func `a wait ends with its client`(method: String) async throws {
        try await House.with { house in
            let approval = try house.approvals.open(ApprovalRequest(command: "ls"), id: nil)
            let client = await house.client()
            let before = house.server.plane.tasks.count
            let params: JSON =
                method == "agent.wait"
                ? ["runId": "never", "timeoutMs": 86_400_000] : ["id": .string(approval.id)]
            client.ask(method, params, id: "w")
            #expect(await client.call("health")["ok"] == true)
            #expect(house.server.plane.tasks.count == before + 1)

            client.close(code: 1000, reason: "")

            for _ in 0..<2000 where house.server.plane.tasks.count > before {
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(house.server.plane.tasks.count <= before)
        }
    }

    @Test
    func `a stop is announced, ends all connections with 1012 and lets nobody in`() async throws {
        try await House.with { house in
            let three = await house.client(.three)
            let four = await house.client(.four)

            house.server.stop()

            #expect(three.events("shutdown") == [["reason": "gateway stopping", "restartExpectedMs": .null]])
            #expect(four.events("shutdown") == [["reason": "gateway stopping"]])
            #expect(three.closed?.code == 1012 && four.closed?.reason == "service restart")

            let late = house.connect()
            late.login(.four)
            #expect(late.closed?.code == 1013)
        }
    }

    @Test
    func `who comes while the gateway starts is let in when it has started, with what they asked meanwhile`()
        async throws
    {
        try await House.with(starts: false) { house in
            let early = house.connect()
            early.login(.four)
            early.say(["type": "req", "id": "h1", "method": "health"])
            let gone = house.connect()
            gone.login(.four)
            gone.connection?.closed()
            #expect(early.received.count == 1 && early.closed == nil, "only the challenge was sent")

            let serving = Task { await house.server.run() }

            #expect(await early.answer("c1")["payload"]?["type"] == "hello-ok")
            #expect(await early.answer("h1")["ok"] == true)
            #expect(gone.received.count == 1)
            serving.cancel()
            await serving.value
        }
    }

    @Test
    func `whatever is sent after the login, the connection lives and valid requests are answered`()
        async throws
    {
        for seed in fuzzSeeds(oneIn: 20) {
            try await House.with { house in
                let client = await house.client()
                var random = SeededGenerator(seed: seed)
                let methods = house.server.plane.table.names.filter { $0 != "agent.wait" && $0 != "agent" }
                for _ in 0..<50 {
                    let method = methods.randomElement(using: &random) ?? "health"
                    let params = Fuzz.params.randomElement(using: &random) ?? "{}"
                    let text = #"{"type":"req","id":"f","method":"\#(method)","params":\#(params)}"#
                    client.connection?.received(Fuzz.mutated(Array(text.utf8), using: &random))
                }
                #expect(await client.call("health", id: "still-here")["ok"] == true, "seed \(seed)")
            }
        }
    }
}
