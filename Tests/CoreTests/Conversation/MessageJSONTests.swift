import Core
import Testing

struct MessageJSONTests {
    static let messages: [Message] = [
        .user(
            UserMessage(
                content: [.text("hi")], timestamp: Timestamp(milliseconds: 1), idempotencyKey: "k:user")),
        .user(
            UserMessage(
                content: [.text("look"), .image(ImageContent(mimeType: "image/png", base64: "AAAA"))],
                timestamp: Timestamp(milliseconds: 2))),
        .user(UserMessage(content: [], timestamp: Timestamp(milliseconds: 0))),
        .assistant(
            AssistantMessage(
                content: [
                    .thinking("hm", signature: "s"), .thinking("hm", signature: nil),
                    .redactedThinking(data: "zzz"), .text("ok"),
                    .toolCall(ToolCall(id: "1", name: "read", arguments: ["path": "a"], signature: "g")),
                    .toolCall(ToolCall(id: "2", name: "exec", arguments: [:])),
                ], timestamp: Timestamp(milliseconds: 3), api: "anthropic-messages", provider: "anthropic",
                model: "claude",
                usage: Usage(
                    input: 1, output: 2, cacheRead: 3, cacheWrite: 4,
                    cost: Usage.Cost(input: 0.5, output: 0.25)), stopReason: .toolUse, errorMessage: "e",
                responseID: "r")),
        .assistant(AssistantMessage(content: [], timestamp: Timestamp(milliseconds: 4), stopReason: .error)),
        .toolResult(
            ToolResultMessage(
                toolCallID: "1", toolName: "read", content: [.text("data")], isError: true,
                details: ["lines": 3], timestamp: Timestamp(milliseconds: 5))),
        .toolResult(
            ToolResultMessage(
                toolCallID: "2", toolName: "exec", content: [], isError: false,
                timestamp: Timestamp(milliseconds: 6))),
    ]

    @Test(arguments: messages)
    func `a message survives being written and read`(message: Message) throws {
        #expect(Message(json: try JSON.parse(message.json.text)) == message)
    }

    @Test func `the keys are those of the transcript`() {
        #expect(
            Self.messages[0].json == [
                "role": "user", "content": [["type": "text", "text": "hi"]], "timestamp": 1,
                "idempotencyKey": "k:user",
            ])
        #expect(
            Self.messages[5].json == [
                "role": "toolResult", "toolCallId": "1", "toolName": "read",
                "content": [["type": "text", "text": "data"]], "details": ["lines": 3], "isError": true,
                "timestamp": 5,
            ])
        #expect(Self.messages[3].json["usage"]?["totalTokens"] == 10)
        #expect(Self.messages[3].json["usage"]?["cost"]?["total"] == 0.75)
        #expect(Self.messages[3].json["stopReason"] == "toolUse")
    }

    @Test(arguments: [
        ("{}", false), ("[]", false), ("\"user\"", false), ("{\"role\":\"system\"}", false),
        ("{\"role\":1}", false), ("{\"role\":\"user\"}", true),
        ("{\"role\":\"user\",\"content\":\"text\"}", true),
        ("{\"role\":\"assistant\",\"content\":[{\"type\":\"new\"},{\"type\":\"text\"},7]}", true),
        ("{\"role\":\"tool\"}", true),
        ("{\"role\":\"user\",\"timestamp\":1e400}", false), ("{\"role\":\"user\",\"timestamp\":\"x\"}", true),
    ])
    func `what others wrote is read as far as it is known`(text: String, isMessage: Bool) {
        #expect(((try? JSON.parse(text)).flatMap { Message(json: $0) } != nil) == isMessage)
    }

    @Test(arguments: ["1e300", "-1e300", "9223372036854775808", "1.5"])
    func `a moment beyond all reason does not trap`(moment: String) throws {
        #expect(Message(json: try JSON.parse("{\"role\":\"user\",\"timestamp\":\(moment)}")) != nil)
    }

    @Test func `text content may be a string`() throws {
        let message = Message(json: ["role": "user", "content": "hi"])

        #expect(message == .user(UserMessage(content: [.text("hi")], timestamp: Timestamp(milliseconds: 0))))
    }
}
