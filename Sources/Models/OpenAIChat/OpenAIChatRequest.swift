import Core

/// A request as the Chat Completions API takes it.
struct OpenAIChatRequest: VendorRequest {
    let body: RequestBody
    let hasReasoning: Bool

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool = true) {
        let conversation = Conversation(request.messages, for: endpoint, keepsReasoning: keepsReasoning)
        let dialect = endpoint.dialect
        var messages: [JSON] = []
        if !request.system.isBlank {
            messages.append(["role": "system", "content": .string(request.system)])
        }
        for turn in conversation.turns { messages += Self.messages(turn, dialect) }
        var object: JSONObject = [
            "model": .string(endpoint.modelID), "messages": .array(messages), "stream": true,
            "stream_options": ["include_usage": true],
        ]
        object[dialect.maxTokensField] = JSON(endpoint.maxTokens(for: request))
        if dialect.isOpenAI {
            object["store"] = false
            object["prompt_cache_key"] = request.cacheKey.map { .string($0) }
        }
        Self.setReasoning(request.thinking, endpoint, in: &object)
        body = RequestBody(object, of: Self.self, tools: request.tools) { .array($0.map(Self.tool)) }
        hasReasoning = conversation.hasReasoning
    }

    private static func tool(_ tool: ToolSchema) -> JSON {
        [
            "type": "function",
            "function": [
                "name": .string(tool.name), "description": .string(tool.description),
                "parameters": tool.parameters,
            ],
        ]
    }

    private static func setReasoning(
        _ level: ThinkingLevel, _ endpoint: Endpoint, in object: inout JSONObject
    ) {
        guard endpoint.model.reasoning else { return }
        let efforts = endpoint.model.efforts
        switch endpoint.dialect.reasoning {
        case .effort where !efforts.isEmpty:
            object["reasoning_effort"] = Effort.nearest(to: level, among: efforts).map { .string($0) }
        case .effort where level != .off:
            object["reasoning_effort"] = Effort.nearest(to: level, among: usualEfforts).map { .string($0) }
        case .effort: break
        case .toggle:
            object["thinking"] = ["type": level == .off ? "disabled" : "enabled"]
            if level != .off, !efforts.isEmpty {
                object["reasoning_effort"] = Effort.nearest(to: level, among: efforts).map { .string($0) }
            }
        case .openRouter where level != .off:
            object["reasoning"] = ["effort": .string(level.rawValue)]
        case .openRouter: break
        }
    }

    private static let usualEfforts = ["low", "medium", "high"]

    // MARK: Messages

    private static func messages(_ turn: Conversation.Turn, _ dialect: ChatDialect) -> [JSON] {
        switch turn {
        case .model(let blocks):
            [assistant(blocks, dialect)]
        case .person(let results, let content):
            results.map { toolResult($0, dialect) } + user(images(of: results) + content)
        }
    }

    private static func assistant(_ blocks: [Block], _ dialect: ChatDialect) -> JSON {
        var calls: [JSON] = []
        for case .toolCall(let call) in blocks { calls.append(toolCall(call, dialect)) }
        let text = blocks.joinedText
        var object: JSONObject = ["role": "assistant", "content": text.isEmpty ? .null : .string(text)]
        addThoughts(blocks, dialect, to: &object)
        if !calls.isEmpty { object["tool_calls"] = .array(calls) }
        if calls.isEmpty && text.isEmpty { object["content"] = "" }
        return .object(object)
    }

    private static func addThoughts(_ blocks: [Block], _ dialect: ChatDialect, to object: inout JSONObject) {
        for case .thinking(let text, let signature) in blocks {
            switch dialect.reasoning {
            case .effort: continue
            case .toggle:
                let earlier = object["reasoning_content"]?.stringValue ?? ""
                object["reasoning_content"] = .string(earlier + text)
            case .openRouter:
                // Our own text, so it can be read; if not, the thought is lost and nothing else.
                guard let signature, let details = try? JSON.parse(signature) else { continue }
                object["reasoning_details"] = details
            }
        }
    }

    private static func toolCall(_ call: ToolCall, _ dialect: ChatDialect) -> JSON {
        [
            "id": .string(id(call.id, dialect)), "type": "function",
            "function": [
                "name": .string(call.name), "arguments": .string(ToolArguments.object(call.arguments).text),
            ],
        ]
    }

    private static func toolResult(_ result: ToolResultMessage, _ dialect: ChatDialect) -> JSON {
        let text = result.content.joinedText
        let hasImages = !result.content.images.isEmpty
        let content = text.isEmpty ? (hasImages ? "(The image follows.)" : "(no output)") : text
        return [
            "role": "tool", "tool_call_id": .string(id(result.toolCallID, dialect)),
            "content": .string(content),
        ]
    }

    /// A tool message holds text only, so the images of results come right behind as the person's.
    private static func images(of results: [ToolResultMessage]) -> [Block] {
        results.flatMap(\.content.images).map { .image($0) }
    }

    private static func user(_ content: [Block]) -> [JSON] {
        guard !content.isEmpty else { return [] }
        guard !content.images.isEmpty else {
            return [["role": "user", "content": .string(content.joinedText)]]
        }
        return [["role": "user", "content": .array(content.compactMap(part))]]
    }

    private static func part(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _): ["type": "text", "text": .string(text)]
        case .image(let image): ["type": "image_url", "image_url": ["url": .string(image.dataURL)]]
        case .thinking, .redactedThinking, .toolCall: nil
        }
    }

    private static func id(_ id: String, _ dialect: ChatDialect) -> String {
        dialect.toolIDs == .nine ? ToolCallID.nine(id) : ToolCallID.word(id, limit: 40)
    }
}

extension ImageContent {
    var dataURL: String { "data:\(mimeType);base64,\(base64)" }
}

extension [Block] {
    /// The text blocks, a line break between.
    var joinedText: String {
        if count == 1, case .text(let text, _) = self[0] { return text }
        return texts.joined(separator: "\n")
    }
    var texts: [String] { compactMap { if case .text(let text, _) = $0 { text } else { nil } } }
    var images: [ImageContent] { compactMap { if case .image(let image) = $0 { image } else { nil } } }
}
