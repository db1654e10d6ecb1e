import Core
import Foundation
import Testing

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct AgentMethodsTests {
    @Test(arguments: Generation.allCases)
    func `a program's turn is answered twice under one id`(generation: Generation) async throws {
        try await House.with { house in
            let client = await house.client(generation)

            let accepted = await client.call(
                "agent", ["message": "hi", "sessionKey": "agent:main:main", "idempotencyKey": "a1"], id: "q1")
            await client.wait { client.received.filter { $0["id"] == "q1" }.count == 2 }

            #expect(accepted["payload"]?["status"] == "accepted")
            #expect((accepted["payload"]?["sessionKey"] != nil) == (generation == .four))
            let final = client.received.last { $0["id"] == "q1" }?["payload"] ?? .null
            #expect(final["status"] == "ok" && final["summary"] == "completed")
            #expect(
                final["result"]?["payloads"] == [["text": "Hello from the fake model.", "mediaUrl": .null]])
            #expect(final["result"]?["meta"]?["agentMeta"]?["model"] == "fake-1")
            #expect(final["result"]?["meta"]?["aborted"] == false)

            let again = await client.call(
                "agent", ["message": "hi", "sessionKey": "agent:main:main", "idempotencyKey": "a1"])
            #expect(again["payload"]?["status"] == "ok")
            let waited = await client.call("agent.wait", ["runId": "a1", "timeoutMs": 3000])
            #expect(waited["payload"]?["status"] == "ok" && waited["payload"]?["endedAt"] != nil)
        }
    }

    @Test
    func `what an agent's own file says of it is told where the config says nothing`() async throws {
        try await House.with { house in
            let client = await house.client()
            let workspace = house.folder + "/workspace"
            try FileManager.default.createDirectory(atPath: workspace, withIntermediateDirectories: true)
            func write(_ text: String) throws {
                try Data(text.utf8).write(to: URL(fileURLWithPath: workspace + "/IDENTITY.md"))
            }
            try write("- **Name:** Molly\n- **Emoji:** 🦞\n")
            let identity = await client.call("agent.identity.get")["payload"] ?? .null
            let listed = await client.call("agents.list")["payload"]?["agents"]?.arrayValue?.first ?? .null
            try write("- Name: Otto the second\n")
            let later = await client.call("agent.identity.get")["payload"] ?? .null

            #expect(identity["name"] == "Molly" && identity["emoji"] == "🦞" && identity["avatar"] == "🦞")
            #expect(identity["nameSource"] == "workspace")
            #expect(listed["identity"]?["name"] == "Molly")
            #expect(later["name"] == "Otto the second" && later["emoji"] == nil)
        }
    }

    @Test
    func `a run nobody knows is waited for in vain`() async throws {
        try await House.with { house in
            let client = await house.client()

            let waited = await client.call("agent.wait", ["runId": "nope", "timeoutMs": 1])

            #expect(waited["payload"] == ["runId": "nope", "status": "timeout"])
        }
    }

    @Test(
        arguments: [
            (
                ["message": "x", "agentId": "nope", "idempotencyKey": "k"],
                "invalid agent params: unknown agent id \"nope\""
            ),
            (
                ["message": "x", "channel": "nochannel", "idempotencyKey": "k"],
                "invalid agent params: unknown channel: nochannel"
            ),
            (["idempotencyKey": "k"], "invalid agent params: must have required property 'message'"),
        ] as [(JSON, String)])
    func `what cannot run is refused in the original's words`(params: JSON, message: String) async throws {
        try await House.with { house in
            let client = await house.client()

            #expect(await client.call("agent", params)["error"]?["message"]?.stringValue == message)
        }
    }

    @Test
    func `agents have names and faces`() async throws {
        try await House.with { house in
            let client = await house.client(.three)

            let list = await client.call("agents.list")["payload"]
            let identity = await client.call("agent.identity.get", ["sessionKey": "main"])["payload"]

            #expect(
                list == [
                    "defaultId": "main", "mainKey": "main", "scope": "per-sender", "agents": [["id": "main"]],
                ])
            #expect(identity == ["agentId": "main", "name": "Assistant", "avatar": "A"])
        }
    }
}
