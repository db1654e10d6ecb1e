import Core

@testable import Store

extension Message {
    static func person(_ text: String, at milliseconds: Int64 = 1_000, key: String? = nil) -> Message {
        .user(
            UserMessage(
                content: [.text(text)], timestamp: Timestamp(milliseconds: milliseconds), idempotencyKey: key)
        )
    }

    static func answer(_ text: String, at milliseconds: Int64 = 2_000) -> Message {
        .assistant(AssistantMessage(content: [.text(text)], timestamp: Timestamp(milliseconds: milliseconds)))
    }

    static func call(_ id: String, at milliseconds: Int64 = 2_000) -> Message {
        .assistant(
            AssistantMessage(
                content: [.toolCall(ToolCall(id: id, name: "exec", arguments: ["command": "ls"]))],
                timestamp: Timestamp(milliseconds: milliseconds), stopReason: .toolUse))
    }

    static func result(_ id: String, _ text: String = "done", at milliseconds: Int64 = 3_000) -> Message {
        .toolResult(
            ToolResultMessage(
                toolCallID: id, toolName: "exec", content: [.text(text)], isError: false,
                timestamp: Timestamp(milliseconds: milliseconds)))
    }

    var plainText: String {
        switch self {
        case .user(let message): message.content.text
        case .assistant(let message): message.text
        case .toolResult(let message): message.content.text
        case .compaction(let message): message.summary
        }
    }

    static func summary(_ text: String, before first: Int64) -> Message {
        .compaction(
            CompactionMessage(
                summary: text, firstKept: first, tokensBefore: 1, timestamp: Timestamp(milliseconds: 4_000)))
    }
}

extension InboundMessage {
    static func sample(
        _ id: String, _ text: String = "hi", channel: ChannelID = .webchat,
        session: SessionKey = "agent:main:main"
    ) -> InboundMessage {
        InboundMessage(
            id: MessageID(id), address: Address(channel: channel, chat: "someone"), session: session,
            text: text,
            receivedAt: Timestamp(milliseconds: 5_000))
    }
}

extension StoredMessage {
    /// The message again, as a client would read it.
    func parsed() throws -> JSON { try JSON.parse(json) }
}
