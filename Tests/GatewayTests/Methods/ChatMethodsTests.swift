import Agent
import Core
import Testing

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct ChatMethodsTests {
    private func send(_ key: String, run: String, _ text: String = "hi") -> JSON {
        [
            "sessionKey": .string(key), "message": .string(text), "idempotencyKey": .string(run),
            "deliver": false,
        ]
    }

    @Test(arguments: Generation.allCases)
    func `a message is acknowledged, then its answer streams in, then it is in the history`(
        generation: Generation
    ) async throws {
        try await House.with { house in
            let client = await house.client(generation)

            let answer = await client.call("chat.send", send("agent:main:main", run: "r1"), id: "q1")
            let final = await client.final("r1")

            #expect(answer["payload"] == ["runId": "r1", "status": "started"])
            let order = client.received.drop { $0["id"] != "q1" }
            #expect(order.dropFirst().contains { $0["event"] == "agent" })
            #expect(!client.received.prefix { $0["id"] != "q1" }.contains { $0["event"] == "agent" })
            #expect(final["message"]?["content"] == [["type": "text", "text": "Hello from the fake model."]])

            let history =
                await client.call("chat.history", ["sessionKey": "agent:main:main"])["payload"] ?? .null
            let messages = history["messages"]?.arrayValue ?? []
            #expect(messages.map { $0["role"] } == ["user", "assistant"])
            #expect(
                messages.first?["content"]
                    == (generation == .three ? [["type": "text", "text": "hi"]] : "hi"))
            if generation == .four {
                #expect(messages.first?["__openclaw"]?["seq"] == 1)
                #expect(history["totalMessages"] == 2 && history["hasMore"] == false)
            }
        }
    }

    @Test(arguments: ["hi", "/stop"])
    func `a session that takes no messages says so and keeps nothing`(text: String) async throws {
        try await House.with { house in
            let client = await house.client()
            _ = await client.call("sessions.patch", ["key": "agent:main:main", "sendPolicy": "deny"])

            let refused = await client.call("chat.send", send("agent:main:main", run: "r1", text))

            #expect(refused["error"]?["message"] == "send blocked by session policy")
            let history = await client.call("chat.history", ["sessionKey": "agent:main:main"])
            #expect(history["payload"]?["totalMessages"] == 0)

            _ = await client.call("sessions.patch", ["key": "agent:main:main", "sendPolicy": "allow"])
            let accepted = await client.call("chat.send", send("agent:main:main", run: "r1"))
            #expect(accepted["payload"]?["status"] == "started")
            _ = await client.final("r1")
        }
    }

    @Test
    func `January's clients get events under the key they used, today's under the whole one`() async throws {
        try await House.with { house in
            let three = await house.client(.three)
            let four = await house.client(.four)

            _ = await three.call("chat.send", send("main", run: "r1"))
            _ = await three.final("r1")
            _ = await four.final("r1")

            #expect(Set(three.events("chat").compactMap { $0["sessionKey"]?.stringValue }) == ["main"])
            #expect(
                Set(four.events("chat").compactMap { $0["sessionKey"]?.stringValue }) == ["agent:main:main"])
        }
    }

    @Test
    func `the history says whether a run is on, also when its page is kept`() async throws {
        try await House.with { house in
            let client = await house.client()
            let params: JSON = ["sessionKey": "agent:main:main"]
            func info() async -> JSON {
                await client.call("chat.history", params)["payload"]?["sessionInfo"] ?? .null
            }
            #expect(await info()["hasActiveRun"] == false)
            house.model.waitsAfterFirstPiece = true
            _ = await client.call("chat.send", send("agent:main:main", run: "r1"))
            while house.model.gate == nil { try await Task.sleep(for: .milliseconds(1)) }
            _ = await info()
            let during = await info()
            house.model.goOn()
            _ = await client.final("r1")
            while !house.switchboard.activeRuns.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            let after = await info()

            #expect(during["hasActiveRun"] == true && during["activeRunIds"] == ["r1"])
            #expect(after["hasActiveRun"] == false && after["activeRunIds"] == [])
        }
    }

    @Test(arguments: Generation.allCases)
    func `a summary is a line of the system's in the history`(generation: Generation) async throws {
        try await House.with { house in
            let client = await house.client(generation)
            for run in ["r1", "r2", "r3"] {
                _ = await client.call("chat.send", send("agent:main:main", run: run))
                _ = await client.final(run)
            }
            _ = await client.call("chat.send", send("agent:main:main", run: "c", "/compact"))
            _ = await client.final("c")
            let history =
                await client.call("chat.history", ["sessionKey": "agent:main:main"])["payload"] ?? .null
            let line = history["messages"]?.arrayValue?.first { $0["role"] == "system" } ?? .null
            let phases = client.events("agent").filter { $0["stream"] == "compaction" }.map {
                $0["data"]?["phase"]
            }

            #expect(line["content"] == [["type": "text", "text": "Compaction"]])
            #expect(line["summary"] == "Hello from the fake model.")
            #expect(line["__openclaw"]?["kind"] == (generation == .four ? "compaction" : nil))
            #expect(phases == ["start", "end"])
        }
    }

    @Test
    func `the same message again is not answered again`() async throws {
        try await House.with { house in
            let client = await house.client()
            house.model.waitsAfterFirstPiece = true

            _ = await client.call("chat.send", send("main", run: "r1"))
            let during = await client.call("chat.send", send("main", run: "r1"))
            while house.model.gate == nil { try await Task.sleep(for: .milliseconds(1)) }
            house.model.goOn()
            _ = await client.final("r1")
            let after = await client.call("chat.send", send("main", run: "r1"))
            let other = await client.call("chat.send", send("main", run: "r1", "something else"))

            #expect(during["payload"]?["status"] == "in_flight")
            #expect(after["payload"]?["status"] == "ok")
            #expect(other["error"]?["details"]?["reason"] == "chat-request-conflict")
        }
    }

    @Test(arguments: Generation.allCases)
    func `a run is stopped, and the answer comes after the news`(generation: Generation) async throws {
        try await House.with { house in
            let client = await house.client(generation)
            house.model.waitsAfterFirstPiece = true
            _ = await client.call("chat.send", send("agent:main:main", run: "r1"))
            while house.model.gate == nil { try await Task.sleep(for: .milliseconds(1)) }

            let answer = await client.call(
                "chat.abort", ["sessionKey": "agent:main:main", "runId": "r1"], id: "stop")

            #expect(answer["payload"] == ["ok": true, "aborted": true, "runIds": ["r1"]])
            let news = client.received.firstIndex { $0["payload"]?["state"] == "aborted" }
            let answered = client.received.firstIndex { $0["id"] == "stop" }
            #expect(news.map { $0 < answered ?? 0 } == true)
            let idle = await client.call("chat.abort", ["sessionKey": "agent:main:main"])
            #expect(idle["payload"] == ["ok": true, "aborted": false, "runIds": []])
        }
    }

    @Test
    func `who comes back in the middle sees what was said so far`() async throws {
        try await House.with { house in
            let client = await house.client()
            house.model.waitsAfterFirstPiece = true
            _ = await client.call("chat.send", send("main", run: "r1"))
            while house.model.gate == nil { try await Task.sleep(for: .milliseconds(1)) }

            let again = await house.client()
            let history = await again.call("chat.history", ["sessionKey": "main"])

            #expect(history["payload"]?["inFlightRun"]?["runId"] == "r1")
            #expect(history["payload"]?["inFlightRun"]?["text"] == "Hello")
            house.model.goOn()
            _ = await again.final("r1")
            let done = await again.call("chat.history", ["sessionKey": "main"])
            #expect(done["payload"]?["inFlightRun"] == nil)
            #expect(done["payload"]?["messages"]?.arrayValue?.count == 2)
        }
    }

    @Test
    func `history comes in pages, the newest first`() async throws {
        try await House.with { house in
            let client = await house.client()
            for number in 1...3 {
                _ = await client.call("chat.send", send("main", run: "r\(number)", "say \(number)"))
                _ = await client.final("r\(number)")
            }

            let newest =
                await client.call("chat.history", ["sessionKey": "main", "limit": 2])["payload"] ?? .null
            let next = newest["nextOffset"] ?? 0
            let older = await client.call("chat.history", ["sessionKey": "main", "limit": 2, "offset": next])

            #expect(newest["messages"]?.arrayValue?.first?["content"] == "say 3")
            #expect(newest["hasMore"] == true && newest["totalMessages"] == 6 && next == 2)
            #expect(older["payload"]?["messages"]?.arrayValue?.first?["content"] == "say 2")
        }
    }

    @Test
    func `a second client that follows the session is told each message`() async throws {
        try await House.with { house in
            let sender = await house.client()
            let watcher = await house.client()
            _ = await watcher.call("sessions.subscribe")
            _ = await watcher.call("sessions.messages.subscribe", ["key": "main"])

            _ = await sender.call("chat.send", send("main", run: "r1"))
            _ = await watcher.final("r1")

            let messages = watcher.events("session.message").compactMap { $0["message"] }
            #expect(messages.map { $0["role"] } == ["user", "assistant"])
            #expect(messages.first?["content"] == "hi")
            await watcher.wait { watcher.events("sessions.changed").contains { $0["phase"] == "end" } }
            #expect(sender.events("session.message").isEmpty)
        }
    }

    @Test
    func `a note is put into a conversation that exists`() async throws {
        try await House.with { house in
            let client = await house.client(.three)
            let missing = await client.call("chat.inject", ["sessionKey": "main", "message": "x"])
            _ = await client.call("chat.send", send("main", run: "r1"))
            _ = await client.final("r1")

            let note = await client.call(
                "chat.inject", ["sessionKey": "main", "message": "Labelled note.", "label": "System"])

            #expect(missing["error"]?["message"] == "session not found")
            let id = note["payload"]?["messageId"]?.stringValue ?? ""
            let final = await client.final("inject-\(id)")
            #expect(
                final["message"]?["content"] == [["type": "text", "text": "[System]\n\nLabelled note."]])
            #expect(final["message"]?["stopReason"] == "injected" && final["seq"] == 0)
        }
    }

    @Test(
        arguments: [
            ([:], "session mutation target is unavailable"),
            (["sessionKey": "main", "message": "", "idempotencyKey": "k"], "message or attachment required"),
            (
                ["sessionKey": "main", "message": "x", "idempotencyKey": "k", "bogus": 1],
                "invalid chat.send params: at root: unexpected property 'bogus'"
            ),
            (
                ["sessionKey": "agent:nope:x", "message": "x", "idempotencyKey": "k"],
                "Agent \"nope\" no longer exists in configuration"
            ),
            (
                ["sessionKey": "main", "message": 5, "idempotencyKey": "k"],
                "invalid chat.send params: at /message: must be string"
            ),
        ] as [(JSON, String)])
    func `what cannot be sent is refused in the original's words`(params: JSON, message: String) async throws
    {
        try await House.with { house in
            let client = await house.client()

            #expect(await client.call("chat.send", params)["error"]?["message"]?.stringValue == message)
        }
    }
}
