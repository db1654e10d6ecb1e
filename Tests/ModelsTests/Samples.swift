import Core
import Wire

@testable import Models

extension Endpoint {
    static func sample(
        _ api: ModelAPI, model: String = "fake-1", provider: String = "fake", reasoning: Bool = false,
        efforts: [String] = [], images: Bool = true, dialect: ChatDialect = ChatDialect(),
        maxTokens: Int = 8192,
        contextWindow: Int = 200_000
    ) -> Endpoint {
        var endpoint = Endpoint(
            model: ModelInfo(
                reference: ModelReference(provider: provider, model: model), contextWindow: contextWindow,
                maxTokens: maxTokens, acceptsImages: images, reasoning: reasoning, efforts: efforts,
                price: .init(input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5)),
            api: api, baseURL: "http://127.0.0.1:1",
            credential: Credential(
                id: "fake:env", provider: provider, kind: .apiKey, secret: Secret("secret-key-0123")),
            dialect: dialect)
        endpoint.mask = SecretMask(["secret-key-0123"])
        return endpoint
    }
}

extension ModelRequest {
    static func sample(
        _ messages: [Message] = [.person("hi")], system: String = "", tools: ToolOffer = [],
        thinking: ThinkingLevel = .off, maxTokens: Int? = nil, cacheKey: String? = nil
    ) -> ModelRequest {
        ModelRequest(
            model: ModelReference(provider: "fake", model: "fake-1"), system: system, messages: messages,
            tools: tools,
            thinking: thinking, maxTokens: maxTokens, cacheKey: cacheKey)
    }
}

extension ToolSchema {
    static let read = ToolSchema(
        name: "read", description: "Reads a file.",
        parameters: [
            "type": "object", "properties": ["path": ["type": "string"]], "required": ["path"],
        ])
    static let write = ToolSchema(
        name: "write", description: "Writes a file.", parameters: ["type": "object", "properties": [:]])
}

extension Message {
    static let noTime = Timestamp(milliseconds: 0)

    static func person(_ text: String) -> Message {
        .user(UserMessage(content: [.text(text)], timestamp: noTime))
    }

    static func person(_ blocks: [Block]) -> Message {
        .user(UserMessage(content: blocks, timestamp: noTime))
    }

    static func model(_ text: String) -> Message { .model([.text(text)]) }

    /// By default the same model as the sample endpoint's.
    static func model(
        _ blocks: [Block], _ endpoint: Endpoint? = nil, stopReason: StopReason = .stop
    ) -> Message {
        .assistant(
            AssistantMessage(
                content: blocks, timestamp: noTime, api: endpoint?.api.rawValue,
                provider: endpoint?.reference.provider, model: endpoint?.reference.model,
                stopReason: stopReason))
    }

    static func result(_ id: String, _ text: String, isError: Bool = false, images: [ImageContent] = [])
        -> Message
    {
        .toolResult(
            ToolResultMessage(
                toolCallID: id, toolName: "read",
                content: (text.isEmpty ? [] : [.text(text)]) + images.map { .image($0) },
                isError: isError, timestamp: noTime))
    }
}

extension Block {
    static func call(_ id: String, _ arguments: JSON = ["path": "a"], signature: String? = nil) -> Block {
        .toolCall(ToolCall(id: id, name: "read", arguments: arguments, signature: signature))
    }
}

extension ImageContent {
    static let png = ImageContent(mimeType: "image/png", base64: "iVBORw0KGgo=")
}

extension AnswerReader {
    /// Reads a whole stream, cut where `cuts` says.
    mutating func readAll(_ text: String, cuts: [Int] = []) throws -> [ModelEvent] {
        let bytes = Array(text.utf8)
        var parser = SSEParser()
        var events: [ModelEvent] = []
        var start = 0
        for end in cuts.filter({ $0 <= bytes.count }) + [bytes.count] where end >= start {
            for event in try parser.feed(Array(bytes[start..<end])) { events += try read(event) }
            start = end
        }
        return events
    }
}

/// A stream as a vendor writes it, from the events' JSON.
func stream(_ events: [String], named: Bool = false) -> String {
    events.map { event in
        let type = (try? JSON.parse(event))?["type"]?.stringValue
        return (named ? type.map { "event: \($0)\n" } ?? "" : "") + "data: \(event)\n\n"
    }.joined()
}

func json(_ text: String) throws -> JSON { try JSON.parse(text) }

extension [ModelEvent] {
    var summary: [String] {
        map { event in
            switch event {
            case .began(let model): "began \(model)"
            case .text(let text): "text \(text)"
            case .thinking(let text): "thinking \(text)"
            case .toolCallBegan(let id, let name): "call \(id) \(name)"
            case .usage(let usage): "usage \(usage.totalTokens)"
            }
        }
    }
}

extension VendorRequest {
    /// The body as the vendor reads it.
    var json: JSON { (try? JSON.parse(body)) ?? .null }
}
