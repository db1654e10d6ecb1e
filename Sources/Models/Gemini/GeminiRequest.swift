import Core

/// A request as Google's generateContent takes it.
struct GeminiRequest: VendorRequest {
    let body: [UInt8]
    let hasReasoning: Bool
    let imageBytes: Int

    init(_ request: ModelRequest, for endpoint: Endpoint, keepsReasoning: Bool = true) {
        let conversation = Conversation(request.messages, for: endpoint, keepsReasoning: keepsReasoning)
        let family = ModelFamily(endpoint.reference.model)
        var object: JSONObject = [:]
        if !request.system.isBlank {
            object["systemInstruction"] = ["parts": [["text": .string(request.system)]]]
        }
        var generation: JSONObject = ["maxOutputTokens": JSON(endpoint.maxTokens(for: request))]
        generation["thinkingConfig"] = Self.thinking(request.thinking, endpoint, family)
        object["generationConfig"] = .object(generation)
        imageBytes = conversation.imageBytes
        body = Self.body(offering: request.tools, as: Self.tools, imageBytes: imageBytes) { writer in
            writer.addMembers(of: object)
            writer.addArray("contents") { contents in
                for turn in conversation.turns { contents.addElement(Self.content(turn, family)) }
            }
        }
        hasReasoning = conversation.hasReasoning
    }

    private static func tools(_ tools: [ToolSchema]) -> JSON {
        [["functionDeclarations": .array(tools.map(Self.declaration))]]
    }

    private static func declaration(_ tool: ToolSchema) -> JSON {
        [
            "name": .string(tool.name), "description": .string(tool.description),
            "parametersJsonSchema": tool.parameters,
        ]
    }

    // MARK: Thinking

    /// Since Gemini 3 a level, before that a budget of tokens.
    private static func thinking(_ level: ThinkingLevel, _ endpoint: Endpoint, _ family: ModelFamily) -> JSON?
    {
        guard endpoint.model.reasoning, family.begins(with: "gemini") else { return nil }
        guard isThirdOrLater(family) else {
            return ["includeThoughts": .bool(level != .off), "thinkingBudget": JSON(budget(level, family))]
        }
        let levels = endpoint.model.efforts.isEmpty ? ["low", "high"] : endpoint.model.efforts
        guard let effort = Effort.nearest(to: level, among: levels) else { return nil }
        return ["includeThoughts": .bool(level != .off), "thinkingLevel": .string(effort)]
    }

    private static func isThirdOrLater(_ family: ModelFamily) -> Bool {
        (family.version ?? ModelFamily.Version(3)) >= ModelFamily.Version(3)
    }

    /// Pro cannot stop thinking: 128 is its least.
    ///
    /// Flash-Lite takes 0 or at least 512.
    private static func budget(_ level: ThinkingLevel, _ family: ModelFamily) -> Int {
        switch level {
        case .off: family.has("pro") ? 128 : 0
        case .minimal: 512
        case .low: 2048
        case .medium: 8192
        case .high, .xhigh: 24_576
        }
    }

    // MARK: Contents

    private static func content(_ turn: Conversation.Turn, _ family: ModelFamily) -> JSON {
        switch turn {
        case .model(let blocks):
            ["role": "model", "parts": .array(modelParts(blocks, family))]
        case .person(let results, let content):
            [
                "role": "user",
                "parts": .array(
                    results.map { functionResponse($0, family) }
                        + results.flatMap(\.content.images).map(image)
                        + content.compactMap(part)),
            ]
        }
    }

    /// A signature goes back where it came, on its own part; thoughts without one stay out.
    private static func modelParts(_ blocks: [Block], _ family: ModelFamily) -> [JSON] {
        var parts: [JSON] = []
        var isFirstCall = true
        for block in blocks {
            switch block {
            case .text(let text, let signature):
                parts.append(signed(["text": .string(text)], signature))
            case .thinking(let text, let signature?):
                parts.append(signed(["text": .string(text), "thought": true], signature))
            case .toolCall(let call):
                parts.append(functionCall(call, family, isFirst: isFirstCall))
                isFirstCall = false
            case .thinking, .redactedThinking, .image: continue
            }
        }
        return parts.isEmpty ? [["text": "…"]] : parts
    }

    private static func signed(_ part: JSONObject, _ signature: String?) -> JSON {
        var part = part
        part["thoughtSignature"] = signature.map { .string($0) }
        return .object(part)
    }

    /// What Google takes for a signature where there is none: a call that another model made, or that lost its own.
    ///
    /// https://ai.google.dev/gemini-api/docs/thought-signatures
    private static let unsigned: JSON = "skip_thought_signature_validator"

    /// Since Gemini 3 the first call of a step must be signed; those beside it are not.
    private static func functionCall(_ call: ToolCall, _ family: ModelFamily, isFirst: Bool) -> JSON {
        var fields: JSONObject = [
            "name": .string(call.name), "args": ToolArguments.object(call.arguments),
        ]
        fields["id"] = callID(call.id, family)
        var object: JSONObject = ["functionCall": .object(fields)]
        if call.signature == nil, isFirst, checksCalls(family) { object["thoughtSignature"] = unsigned }
        return call.signature.map { signed(object, $0) } ?? .object(object)
    }

    /// Since Gemini 3 a call and its response find each other by id, before that by name and order.
    private static func callID(_ id: String, _ family: ModelFamily) -> JSON? {
        checksCalls(family) ? .string(ToolCallID.word(id)) : nil
    }

    /// Whether signatures and ids count: with every model that no older family's name is known of.
    private static func checksCalls(_ family: ModelFamily) -> Bool {
        family.begins(with: "gemini") ? isThirdOrLater(family) : !family.begins(with: "gemma")
    }

    private static func functionResponse(_ result: ToolResultMessage, _ family: ModelFamily) -> JSON {
        let text = result.content.joinedText
        let said =
            text.isEmpty ? (result.content.images.isEmpty ? "(no output)" : "(The image follows.)") : text
        var fields: JSONObject = [
            "name": .string(result.toolName),
            "response": [result.isError ? "error" : "output": .string(said)],
        ]
        fields["id"] = callID(result.toolCallID, family)
        return ["functionResponse": .object(fields)]
    }

    private static func part(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _): ["text": .string(text)]
        case .image(let content): image(content)
        case .thinking, .redactedThinking, .toolCall: nil
        }
    }

    private static func image(_ image: ImageContent) -> JSON {
        ["inlineData": ["mimeType": .string(image.mimeType), "data": .string(image.base64)]]
    }
}
