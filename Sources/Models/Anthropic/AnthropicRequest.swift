import Core

/// A request as the Messages API takes it.
struct AnthropicRequest: VendorRequest {
    let body: [UInt8]
    /// Whether thoughts of earlier turns go back; the vendor may refuse them.
    let hasReasoning: Bool
    let imageBytes: Int
    /// Whether the model thinks by budget, between its tool calls too.
    let thinksByBudget: Bool

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool = true) {
        let conversation = Conversation(request.messages, for: endpoint, keepsReasoning: keepsReasoning)
        let thinking = ThinkingFields(request, endpoint, conversation)
        var object: JSONObject = [
            "model": .string(endpoint.modelID), "max_tokens": JSON(thinking.maxTokens), "stream": true,
        ]
        object["system"] = Self.system(request.system)
        object["thinking"] = thinking.thinking
        object["output_config"] = thinking.effort.map { ["effort": .string($0)] }
        imageBytes = conversation.imageBytes
        body = Self.body(offering: request.tools, as: Self.tools, imageBytes: imageBytes) { writer in
            writer.addMembers(of: object)
            writer.addArray("messages") { messages in
                for (place, turn) in conversation.turns.enumerated() {
                    let isLast = place == conversation.turns.count - 1
                    messages.addElement(Self.message(turn, isLast: isLast))
                }
            }
        }
        hasReasoning = conversation.hasReasoning
        thinksByBudget = thinking.isBudget
    }

    static let cacheMark: JSON = ["type": "ephemeral"]

    private static func system(_ text: String) -> JSON? {
        text.isBlank ? nil : [["type": "text", "text": .string(text), "cache_control": cacheMark]]
    }

    /// The mark on the last tool lets a vendor find the tools again when the system prompt has changed.
    private static func tools(_ tools: [ToolSchema]) -> JSON {
        .array(
            tools.enumerated().map { place, tool in
                var object: JSONObject = [
                    "name": .string(tool.name), "description": .string(tool.description),
                    "input_schema": tool.parameters,
                ]
                if place == tools.count - 1 { object["cache_control"] = cacheMark }
                return .object(object)
            })
    }

    /// The mark on the last block of the conversation makes the next request find all of it in the cache.
    private static func message(_ turn: Conversation.Turn, isLast: Bool) -> JSON {
        var role = "assistant"
        var blocks: [JSON]
        switch turn {
        case .person(let results, let content):
            role = "user"
            blocks = results.map(toolResult) + content.compactMap(block)
        case .model(let content):
            blocks = content.compactMap(block)
        }
        if isLast, var marked = blocks.popLast()?.objectValue {
            marked["cache_control"] = cacheMark
            blocks.append(.object(marked))
        }
        return ["role": .string(role), "content": .array(blocks)]
    }

    private static func toolResult(_ result: ToolResultMessage) -> JSON {
        let content = result.content.compactMap(block)
        var object: JSONObject = [
            "type": "tool_result", "tool_use_id": .string(ToolCallID.word(result.toolCallID)),
            "content": content.isEmpty ? [["type": "text", "text": "(no output)"]] : .array(content),
        ]
        if result.isError { object["is_error"] = true }
        return .object(object)
    }

    private static func block(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _):
            ["type": "text", "text": .string(text)]
        case .image(let image):
            [
                "type": "image",
                "source": [
                    "type": "base64", "media_type": .string(image.mimeType), "data": .string(image.base64),
                ],
            ]
        case .thinking(let text, let signature):
            signature.map { ["type": "thinking", "thinking": .string(text), "signature": .string($0)] }
        case .redactedThinking(let data):
            ["type": "redacted_thinking", "data": .string(data)]
        case .toolCall(let call):
            [
                "type": "tool_use", "id": .string(ToolCallID.word(call.id)), "name": .string(call.name),
                "input": ToolArguments.object(call.arguments),
            ]
        }
    }
}

/// What a request says about thinking, and how long the answer may be with it.
private struct ThinkingFields {
    var thinking: JSON?
    var effort: String?
    var maxTokens: Int
    var isBudget = false

    private static let smallestBudget = 1024
    private static let defaultEfforts = ["low", "medium", "high"]

    init(_ request: ModelRequest, _ endpoint: Endpoint, _ conversation: Conversation) {
        maxTokens = endpoint.maxTokens(for: request)
        switch ClaudeThinking(endpoint.model) {
        case .none: break
        case .budget: setBudget(request.thinking, endpoint, conversation)
        case .adaptive(let off): setEffort(request.thinking, endpoint, off)
        }
    }

    /// Without its thoughts the vendor refuses an open tool call while thinking is on, so it is off until the next turn.
    private mutating func setBudget(
        _ level: ThinkingLevel, _ endpoint: Endpoint, _ conversation: Conversation
    ) {
        guard level != .off, !(conversation.endsInToolResults && !conversation.lastAnswerThinks) else {
            return
        }
        let wanted = ClaudeThinking.budget(for: level)
        maxTokens = min(maxTokens + wanted, max(endpoint.model.maxTokens, maxTokens))
        let budget = min(wanted, maxTokens - Self.smallestBudget)
        guard budget >= Self.smallestBudget else { return }
        thinking = ["type": "enabled", "budget_tokens": JSON(budget)]
        isBudget = true
    }

    /// Newer models show their thoughts only when asked to.
    private mutating func setEffort(_ level: ThinkingLevel, _ endpoint: Endpoint, _ off: ClaudeThinking.Off) {
        let efforts = endpoint.model.efforts.isEmpty ? Self.defaultEfforts : endpoint.model.efforts
        guard level == .off else {
            thinking = ["type": "adaptive", "display": "summarized"]
            effort = Effort.nearest(to: level, among: efforts)
            return
        }
        switch off {
        case .leftOut: break
        case .disabled: thinking = ["type": "disabled"]
        case .betweenTools: thinking = ["type": "between_tools"]
        case .leastEffort: effort = Effort.nearest(to: .off, among: efforts)
        }
    }
}

extension Conversation {
    /// Whether the model's last turn has its thoughts still with it.
    fileprivate var lastAnswerThinks: Bool {
        guard case .model(let blocks)? = turns.dropLast().last else { return false }
        return blocks.contains { block in
            switch block {
            case .thinking(_, let signature): signature != nil
            case .redactedThinking: true
            case .text, .image, .toolCall: false
            }
        }
    }
}
