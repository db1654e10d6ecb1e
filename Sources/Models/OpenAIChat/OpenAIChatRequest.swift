import Core

/// A request as the Chat Completions API takes it.
struct OpenAIChatRequest: VendorRequest {
    let body: [UInt8]
    let hasReasoning: Bool
    let imageBytes: Int

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool = true) {
        let conversation = Conversation(request.messages, for: endpoint, keepsReasoning: keepsReasoning)
        let dialect = endpoint.dialect
        imageBytes = conversation.imageBytes
        body = Self.body(offering: request.tools, as: { .array($0.map(Self.tool)) }, imageBytes: imageBytes) {
            body in
            body.add("model", endpoint.modelID)
            body.addArray("messages") { messages in
                if !request.system.isBlank { Self.add("system", request.system, to: &messages) }
                for turn in conversation.turns { Self.add(turn, dialect, to: &messages) }
            }
            body.add("stream", true)
            body.add("stream_options", ["include_usage": true])
            body.addMembers(of: [dialect.maxTokensField: JSON(endpoint.maxTokens(for: request))])
            if dialect.isOpenAI {
                body.add("store", false)
                if let key = request.cacheKey { body.add("prompt_cache_key", key) }
            }
            Self.addReasoning(request.thinking, endpoint, to: &body)
        }
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

    private static func addReasoning(
        _ level: ThinkingLevel, _ endpoint: Endpoint, to body: inout JSONWriter
    ) {
        guard endpoint.model.reasoning else { return }
        let efforts = endpoint.model.efforts
        switch endpoint.dialect.reasoning {
        case .effort where !efforts.isEmpty: addEffort(level, among: efforts, to: &body)
        case .effort where level != .off: addEffort(level, among: usualEfforts, to: &body)
        case .effort: break
        case .toggle:
            body.add("thinking", ["type": level == .off ? "disabled" : "enabled"])
            if level != .off, !efforts.isEmpty { addEffort(level, among: efforts, to: &body) }
        case .openRouter where level != .off: body.add("reasoning", ["effort": .string(level.rawValue)])
        case .openRouter: break
        }
    }

    private static func addEffort(
        _ level: ThinkingLevel, among efforts: [String], to body: inout JSONWriter
    ) {
        if let effort = Effort.nearest(to: level, among: efforts) { body.add("reasoning_effort", effort) }
    }

    private static let usualEfforts = ["low", "medium", "high"]

    // MARK: Messages

    private static func add(_ role: String, _ text: String, to messages: inout JSONWriter) {
        messages.addElement {
            $0.add("role", role)
            $0.add("content", text)
        }
    }

    private static func add(
        _ turn: Conversation.Turn, _ dialect: ChatDialect, to messages: inout JSONWriter
    ) {
        switch turn {
        case .model(let blocks):
            messages.addElement { addAnswer(blocks, dialect, to: &$0) }
        case .person(let results, let content):
            for result in results {
                messages.addElement { addResult(result, dialect, to: &$0) }
            }
            addWords(images(of: results) + content, to: &messages)
        }
    }

    private static func addAnswer(_ blocks: [Block], _ dialect: ChatDialect, to message: inout JSONWriter) {
        let text = blocks.joinedText
        let calls = blocks.compactMap { if case .toolCall(let call) = $0 { call } else { nil } }
        message.add("role", "assistant")
        message.add("content", text.isEmpty && !calls.isEmpty ? .null : .string(text))
        addThoughts(blocks, dialect, to: &message)
        guard !calls.isEmpty else { return }
        message.addArray("tool_calls") { list in
            for call in calls {
                list.addElement { addCall(call, dialect, to: &$0) }
            }
        }
    }

    private static func addThoughts(
        _ blocks: [Block], _ dialect: ChatDialect, to message: inout JSONWriter
    ) {
        let thoughts = blocks.compactMap { block -> (text: String, signature: String?)? in
            if case .thinking(let text, let signature) = block { (text, signature) } else { nil }
        }
        guard !thoughts.isEmpty else { return }
        switch dialect.reasoning {
        case .effort: break
        case .toggle: message.add("reasoning_content", thoughts.map(\.text).joined())
        case .openRouter:
            // Our own text, so it can be read; if not, the thought is lost and nothing else.
            let details = thoughts.lazy.reversed().compactMap { $0.signature.flatMap { try? JSON.parse($0) } }
            if let last = details.first { message.add("reasoning_details", last) }
        }
    }

    private static func addCall(_ call: ToolCall, _ dialect: ChatDialect, to element: inout JSONWriter) {
        element.add("id", id(call.id, dialect))
        element.add("type", "function")
        element.addObject("function") {
            $0.add("name", call.name)
            $0.add("arguments", ToolArguments.object(call.arguments).text)
        }
    }

    private static func addResult(
        _ result: ToolResultMessage, _ dialect: ChatDialect, to message: inout JSONWriter
    ) {
        let text = result.content.joinedText
        let stand = result.content.images.isEmpty ? "(no output)" : "(The image follows.)"
        message.add("role", "tool")
        message.add("tool_call_id", id(result.toolCallID, dialect))
        message.add("content", text.isEmpty ? stand : text)
    }

    /// A tool message holds text only, so the images of results come right behind as the person's.
    private static func images(of results: [ToolResultMessage]) -> [Block] {
        results.flatMap(\.content.images).map { .image($0) }
    }

    private static func addWords(_ content: [Block], to messages: inout JSONWriter) {
        guard !content.isEmpty else { return }
        guard !content.images.isEmpty else { return add("user", content.joinedText, to: &messages) }
        messages.addElement { message in
            message.add("role", "user")
            message.addArray("content") { parts in
                for block in content { addPart(block, to: &parts) }
            }
        }
    }

    private static func addPart(_ block: Block, to parts: inout JSONWriter) {
        switch block {
        case .text(let text, _):
            parts.addElement {
                $0.add("type", "text")
                $0.add("text", text)
            }
        case .image(let image):
            parts.addElement {
                $0.add("type", "image_url")
                $0.addObject("image_url") { $0.add("url", image.dataURL) }
            }
        case .thinking, .redactedThinking, .toolCall: break
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
