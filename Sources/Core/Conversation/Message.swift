/// One entry of a transcript, in the shape that `chat.history` sends (contract §5.6).
///
/// Indirect: conversations are handed from step to step, and copying one is then a count for each message, not for each
/// of its fields.
package indirect enum Message: Sendable, Hashable {
    case user(UserMessage)
    case assistant(AssistantMessage)
    case toolResult(ToolResultMessage)
    case compaction(CompactionMessage)

    package var isFromUser: Bool { if case .user = self { true } else { false } }

    /// What was said, called or brought, in order; empty for a summary.
    package var content: [Block] {
        switch self {
        case .user(let message): message.content
        case .assistant(let message): message.content
        case .toolResult(let message): message.content
        case .compaction: []
        }
    }

    package var images: [ImageContent] {
        content.compactMap { if case .image(let image) = $0 { image } else { nil } }
    }

    package var hasImages: Bool { content.contains(where: \.isImage) }

    /// The same message with each block changed.
    package func mapContent(_ change: (Block) -> Block) -> Message {
        let content = content.map(change)
        switch self {
        case .user(var message):
            message.content = content
            return .user(message)
        case .assistant(var message):
            message.content = content
            return .assistant(message)
        case .toolResult(var message):
            message.content = content
            return .toolResult(message)
        case .compaction: return self
        }
    }
}

/// A piece of a message.
package enum Block: Sendable, Hashable {
    /// `signature` is what the vendor wants back with the text, which may be empty then.
    case text(String, signature: String? = nil)
    /// Reasoning. `signature` is what the vendor wants back unchanged.
    case thinking(String, signature: String?)
    /// Reasoning that the vendor sends encrypted; it goes back unchanged.
    case redactedThinking(data: String)
    case toolCall(ToolCall)
    case image(ImageContent)

    package var isImage: Bool { if case .image = self { true } else { false } }
}

/// An image as base64 text.
package struct ImageContent: Sendable, Hashable {
    package var mimeType: String
    package var base64: String

    package init(mimeType: String, base64: String) {
        self.mimeType = mimeType
        self.base64 = base64
    }

    /// That there is an image, for clients that are shown it elsewhere.
    package var omittedJSON: JSON {
        ["type": "image", "mimeType": .string(mimeType), "omitted": true]
    }
}

extension Sequence<ImageContent> {
    /// Bytes of their base64 text.
    package var byteCount: Int { reduce(0) { $0 + $1.base64.utf8.count } }
}

/// A model's wish to run a tool.
package struct ToolCall: Sendable, Hashable {
    package var id: String
    package var name: String
    package var arguments: JSON
    /// Gemini's thought signature or the Responses API's item id: goes back unchanged.
    package var signature: String?

    package init(id: String, name: String, arguments: JSON, signature: String? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.signature = signature
    }
}

/// What a person said, as the transcript keeps it.
package struct UserMessage: Sendable, Hashable {
    package var content: [Block]
    package var timestamp: Timestamp
    /// `<idempotency key>:user` for what a client sent; lets the client recognise its own message.
    package var idempotencyKey: String?
    /// Whether it was taken back before anybody answered it: people still see it, models do not.
    package var isWithdrawn = false

    package init(content: [Block], timestamp: Timestamp, idempotencyKey: String? = nil) {
        self.content = content
        self.timestamp = timestamp
        self.idempotencyKey = idempotencyKey
    }
}

/// What a model answered, and what the answer cost.
package struct AssistantMessage: Sendable, Hashable {
    package var content: [Block]
    package var timestamp: Timestamp
    /// `anthropic-messages`, `openai-completions`, `openai-responses` or `google-generative-ai`.
    package var api: String?
    package var provider: String?
    package var model: String?
    package var usage: Usage?
    package var stopReason: StopReason
    package var errorMessage: String?
    /// A word for why there is no answer, for clients with words of their own: `rate_limit`, `auth`, ….
    package var errorCode: String?
    package var responseID: String?

    package init(
        content: [Block], timestamp: Timestamp, api: String? = nil, provider: String? = nil,
        model: String? = nil,
        usage: Usage? = nil, stopReason: StopReason = .stop, errorMessage: String? = nil,
        responseID: String? = nil
    ) {
        self.content = content
        self.timestamp = timestamp
        self.api = api
        self.provider = provider
        self.model = model
        self.usage = usage
        self.stopReason = stopReason
        self.errorMessage = errorMessage
        self.responseID = responseID
    }

    /// The text blocks, joined.
    package var text: String { content.text }

    package var toolCalls: [ToolCall] {
        content.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
    }
}

/// What a tool gave back for one call.
package struct ToolResultMessage: Sendable, Hashable {
    package var toolCallID: String
    package var toolName: String
    package var content: [Block]
    package var isError: Bool
    package var details: JSON?
    package var timestamp: Timestamp

    package init(
        toolCallID: String, toolName: String, content: [Block], isError: Bool, details: JSON? = nil,
        timestamp: Timestamp
    ) {
        self.toolCallID = toolCallID
        self.toolName = toolName
        self.content = content
        self.isError = isError
        self.details = details
        self.timestamp = timestamp
    }
}

/// A summary that stands for the older part of a transcript; the messages it stands for stay where they are.
package struct CompactionMessage: Sendable, Hashable {
    package var summary: String
    /// The transcript's sequence number of the first message that a model is still sent word for word.
    package var firstKept: Int64
    /// Tokens of the conversation that was summarised, about.
    package var tokensBefore: Int
    package var timestamp: Timestamp

    package init(summary: String, firstKept: Int64, tokensBefore: Int, timestamp: Timestamp) {
        self.summary = summary
        self.firstKept = firstKept
        self.tokensBefore = tokensBefore
        self.timestamp = timestamp
    }
}

/// Why a model stopped; the raw value is what transcripts store.
package enum StopReason: String, Sendable, Hashable {
    case stop, length, toolUse, error, aborted, injected
}

/// Tokens of one model request, and their price in US dollars where the catalogue knows it.
package struct Usage: Sendable, Hashable {
    package var input = 0
    package var output = 0
    package var cacheRead = 0
    package var cacheWrite = 0
    package var cost: Cost?

    /// US dollars by kind of token.
    package struct Cost: Sendable, Hashable {
        package var input = 0.0
        package var output = 0.0
        package var cacheRead = 0.0
        package var cacheWrite = 0.0

        package init(input: Double = 0, output: Double = 0, cacheRead: Double = 0, cacheWrite: Double = 0) {
            self.input = input
            self.output = output
            self.cacheRead = cacheRead
            self.cacheWrite = cacheWrite
        }

        package var total: Double { input + output + cacheRead + cacheWrite }
    }

    package init(input: Int = 0, output: Int = 0, cacheRead: Int = 0, cacheWrite: Int = 0, cost: Cost? = nil)
    {
        self.input = input
        self.output = output
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.cost = cost
    }

    package var totalTokens: Int { input &+ output &+ cacheRead &+ cacheWrite }
}

extension [Block] {
    /// The text blocks, joined.
    package var text: String {
        var text = ""
        for case .text(let piece, _) in self { text += piece }
        return text
    }
}
