import Core
import Testing

@testable import Gateway

@MainActor
@Suite(.timeLimit(.minutes(1)))
struct SessionMethodsTests {
    @Test
    func `sessions are listed, labelled, found, emptied and deleted as recorded`() async throws {
        try await House.with { house in
            let client = await house.client(.three)
            _ = await client.call(
                "chat.send",
                ["sessionKey": "agent:main:crud", "message": "crud hello", "idempotencyKey": "r1"])
            _ = await client.final("r1")

            let list = await client.call(
                "sessions.list", ["search": "CRUD", "includeDerivedTitles": true, "includeLastMessage": true])
            let row = list["payload"]?["sessions"]?.arrayValue?.first
            #expect(list["payload"]?["count"] == 1)
            #expect(row?["key"] == "agent:main:crud" && row?["kind"] == "direct")
            #expect(row?["derivedTitle"] == "crud hello")
            #expect(row?["lastMessagePreview"] == "Hello from the fake model.")

            let labelled = await client.call(
                "sessions.patch", ["key": "agent:main:crud", "label": "My label"])
            #expect(labelled["payload"]?["entry"]?["label"] == "My label")
            let taken = await client.call("sessions.patch", ["key": "agent:main:other", "label": "My label"])
            #expect(taken["error"]?["message"] == "label already in use: My label")
            #expect(
                await client.call("sessions.resolve", ["label": "My label"])["payload"]?["key"]
                    == "agent:main:crud")

            let reset = await client.call("sessions.reset", ["key": "agent:main:crud"])
            #expect(reset["payload"]?["entry"]?["sessionId"] != row?["sessionId"])
            let history = await client.call("chat.history", ["sessionKey": "agent:main:crud"])
            #expect(history["payload"]?["messages"] == [])

            #expect(
                await client.call("sessions.delete", ["key": "agent:main:crud"])["payload"]?["deleted"]
                    == true)
            #expect(
                await client.call("sessions.delete", ["key": "agent:main:crud"])["payload"]?["deleted"]
                    == false)
            let main = await client.call("sessions.delete", ["key": "main"])
            #expect(main["error"]?["message"] == "Cannot delete the main session (agent:main:main).")
        }
    }

    @Test(
        arguments: [
            (
                Generation.three, ["thinkingLevel": "bogus"],
                "invalid thinkingLevel (use off|minimal|low|medium|high)"
            ),
            (.four, ["thinkingLevel": "bogus"], "invalid thinkingLevel (use off)"),
            (
                .four, ["thinkingLevel": "high"],
                "thinkingLevel \"high\" is not supported for fake/fake-1 (use off)"
            ),
            (.three, ["verboseLevel": "bogus"], "invalid verboseLevel (use \"on\"|\"off\")"),
            (.four, ["verboseLevel": "bogus"], "invalid verboseLevel (use \"on\"|\"off\"|\"full\")"),
            (.four, ["model": "nope/nope"], "Unknown provider \"nope\". Use /models to list providers."),
            (.four, ["bogus": 1], "invalid sessions.patch params: at root: unexpected property 'bogus'"),
        ] as [(Generation, JSON, String)])
    func `a change that cannot be made says why`(
        generation: Generation, change: JSON, message: String
    ) async throws {
        try await House.with { house in
            let client = await house.client(generation)
            var params = change.objectValue ?? [:]
            params["key"] = "agent:main:x"

            let answer = await client.call("sessions.patch", .object(params))

            #expect(answer["error"]?["message"]?.stringValue == message)
        }
    }

    @Test
    func `null takes an override away`() async throws {
        try await House.with { house in
            let client = await house.client(.three)
            _ = await client.call(
                "sessions.patch",
                ["key": "x", "model": "fake/fake-2", "icon": "star", "thinkingLevel": "high"])

            let cleared = await client.call(
                "sessions.patch", ["key": "x", "model": .null, "icon": .null, "thinkingLevel": "off"])

            let entry = cleared["payload"]?["entry"]
            #expect(entry?["modelOverride"] == nil && entry?["icon"] == nil && entry?["thinkingLevel"] == nil)
        }
    }

    @Test
    func `previews are short and come in the order asked for`() async throws {
        try await House.with { house in
            let client = await house.client(.three)
            _ = await client.call(
                "chat.send", ["sessionKey": "main", "message": "hi there", "idempotencyKey": "r1"])
            _ = await client.final("r1")

            let answer = await client.call("sessions.preview", ["keys": ["nope", "main"], "maxChars": 20])

            let previews = answer["payload"]?["previews"]?.arrayValue ?? []
            #expect(previews.map { $0["status"] } == ["missing", "ok"])
            #expect(
                previews.last?["items"] == [
                    ["role": "user", "text": "hi there"],
                    ["role": "assistant", "text": "Hello from the fake "],
                ])
        }
    }
}
