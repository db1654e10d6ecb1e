import Core

/// A request as the Responses API takes it, with nothing kept at the vendor: thoughts travel encrypted.
struct OpenAIResponsesRequest: VendorRequest {
    let body: [UInt8]
    let hasReasoning: Bool
    let imageBytes: Int

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool = true) {
        let conversation = Conversation(request.messages, for: endpoint, keepsReasoning: keepsReasoning)
        var object: JSONObject = [
            "model": .string(endpoint.modelID), "stream": true, "store": false,
        ]
        let isChatGPT = endpoint.dialect.isChatGPT
        if !isChatGPT { object["max_output_tokens"] = JSON(endpoint.maxTokens(for: request)) }
        if !request.system.isBlank || isChatGPT {
            object["instructions"] = .string(request.system.isBlank ? Self.usualInstructions : request.system)
        }
        object["prompt_cache_key"] = request.cacheKey.map { .string($0) }
        if endpoint.model.reasoning { Self.setReasoning(request.thinking, endpoint, in: &object) }
        imageBytes = conversation.imageBytes
        body = Self.body(offering: request.tools, as: { .array($0.map(Self.tool)) }, imageBytes: imageBytes) {
            writer in
            writer.addMembers(of: object)
            writer.addArray("input") { input in
                for item in conversation.turns.lazy.flatMap(Self.items) { input.addElement(item) }
            }
        }
        hasReasoning = conversation.hasReasoning
    }

    /// Said where the server refuses a request without any.
    private static let usualInstructions = "You are a helpful assistant."

    private static func setReasoning(
        _ level: ThinkingLevel, _ endpoint: Endpoint, in object: inout JSONObject
    ) {
        let efforts = endpoint.model.efforts.isEmpty ? ["low", "medium", "high"] : endpoint.model.efforts
        guard let effort = Effort.nearest(to: level, among: efforts) else { return }
        var reasoning: JSONObject = ["effort": .string(effort)]
        if level != .off { reasoning["summary"] = "auto" }
        object["reasoning"] = .object(reasoning)
        object["include"] = ["reasoning.encrypted_content"]
    }

    private static func tool(_ tool: ToolSchema) -> JSON {
        [
            "type": "function", "name": .string(tool.name), "description": .string(tool.description),
            "parameters": tool.parameters, "strict": false,
        ]
    }

    // MARK: Items

    private static func items(_ turn: Conversation.Turn) -> [JSON] {
        switch turn {
        case .model(let blocks):
            return modelItems(blocks)
        case .person(let results, let content):
            let message: [JSON] =
                content.isEmpty ? [] : [["role": "user", "content": .array(content.compactMap(part))]]
            return results.map(output) + message
        }
    }

    /// A thought must be followed by what it led to; one at the end is left out.
    private static func modelItems(_ blocks: [Block]) -> [JSON] {
        var items: [JSON] = []
        var thoughts: [JSON] = []
        for block in blocks {
            switch block {
            case .thinking(_, let signature):
                // The vendor's own item as it came; text of ours would be refused.
                if let item = signature.flatMap({ try? JSON.parse($0) }) { thoughts.append(item) }
            case .text(let text, _):
                // Without its item's id the text goes as a message, whose content is plain.
                items += thoughts + [["role": "assistant", "content": .string(text)]]
                thoughts = []
            case .toolCall(let call):
                items += thoughts + [functionCall(call)]
                thoughts = []
            case .image, .redactedThinking: continue
            }
        }
        return items
    }

    private static func functionCall(_ call: ToolCall) -> JSON {
        var object: JSONObject = [
            "type": "function_call", "call_id": .string(ToolCallID.word(call.id)), "name": .string(call.name),
            "arguments": .string(ToolArguments.object(call.arguments).text),
        ]
        if let item = call.signature, item.hasPrefix("fc_") { object["id"] = .string(item) }
        return .object(object)
    }

    private static func output(_ result: ToolResultMessage) -> JSON {
        let text = result.content.joinedText
        let output: JSON =
            result.content.images.isEmpty
            ? .string(text.isEmpty ? "(no output)" : text) : .array(result.content.compactMap(part))
        return [
            "type": "function_call_output", "call_id": .string(ToolCallID.word(result.toolCallID)),
            "output": output,
        ]
    }

    private static func part(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _): ["type": "input_text", "text": .string(text)]
        case .image(let image):
            ["type": "input_image", "detail": "auto", "image_url": .string(image.dataURL)]
        case .thinking, .redactedThinking, .toolCall: nil
        }
    }
}
