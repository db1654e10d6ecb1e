extension Message {
    /// The shape of contract §5.6: what is stored, and what `chat.history` sends.
    package var json: JSON {
        switch self {
        case .user(let message): message.json
        case .assistant(let message): message.json
        case .toolResult(let message): message.json
        case .compaction(let message): message.json
        }
    }

    /// Nil for a role we do not know or a message without one. Text content may be a string or blocks.
    package init?(json: JSON) {
        let timestamp = Timestamp(written: json["timestamp"])
        let content = [Block](json: json["content"] ?? .null)
        switch json["role"]?.stringValue {
        case "user":
            var message = UserMessage(
                content: content, timestamp: timestamp, idempotencyKey: json["idempotencyKey"]?.stringValue)
            message.isWithdrawn = json["withdrawn"]?.boolValue ?? false
            self = .user(message)
        case "assistant":
            self = .assistant(AssistantMessage(json: json, content: content, timestamp: timestamp))
        case "toolResult", "tool":
            self = .toolResult(
                ToolResultMessage(
                    toolCallID: json["toolCallId"]?.stringValue ?? "",
                    toolName: json["toolName"]?.stringValue ?? "",
                    content: content, isError: json["isError"]?.boolValue ?? false, details: json["details"],
                    timestamp: timestamp))
        case "system":
            guard let message = CompactionMessage(json: json, timestamp: timestamp) else { return nil }
            self = .compaction(message)
        default:
            return nil
        }
    }
}

extension Timestamp {
    /// Days on either side of 1970 that a clock of JavaScript can tell, in milliseconds; what is beyond is no moment.
    private static let widest = 8_640_000_000_000_000.0

    /// A moment from a stored or received message; zero when it is missing or beyond all reason.
    fileprivate init(written json: JSON?) {
        let value = json?.doubleValue ?? 0
        self.init(milliseconds: abs(value) <= Self.widest ? Int64(value) : 0)
    }
}

extension UserMessage {
    package var json: JSON {
        var object: JSONObject = ["role": "user", "content": content.json, "timestamp": timestamp.json]
        object["idempotencyKey"] = idempotencyKey.map { .string($0) }
        if isWithdrawn { object["withdrawn"] = true }
        return .object(object)
    }
}

extension AssistantMessage {
    package var json: JSON {
        var object: JSONObject = ["role": "assistant", "content": content.json]
        object["api"] = api.map { .string($0) }
        object["provider"] = provider.map { .string($0) }
        object["model"] = model.map { .string($0) }
        object["usage"] = usage?.json
        object["stopReason"] = .string(stopReason.rawValue)
        object["errorMessage"] = errorMessage.map { .string($0) }
        object["errorCode"] = errorCode.map { .string($0) }
        object["responseId"] = responseID.map { .string($0) }
        object["timestamp"] = timestamp.json
        return .object(object)
    }

    init(json: JSON, content: [Block], timestamp: Timestamp) {
        self.init(
            content: content, timestamp: timestamp, api: json["api"]?.stringValue,
            provider: json["provider"]?.stringValue, model: json["model"]?.stringValue,
            usage: json["usage"].flatMap { Usage(json: $0) },
            stopReason: json["stopReason"]?.stringValue.flatMap { StopReason(rawValue: $0) } ?? .stop,
            errorMessage: json["errorMessage"]?.stringValue, responseID: json["responseId"]?.stringValue)
        errorCode = json["errorCode"]?.stringValue
    }
}

extension ToolResultMessage {
    package var json: JSON {
        var object: JSONObject = [
            "role": "toolResult", "toolCallId": .string(toolCallID), "toolName": .string(toolName),
            "content": content.json,
        ]
        object["details"] = details
        object["isError"] = .bool(isError)
        object["timestamp"] = timestamp.json
        return .object(object)
    }
}

extension CompactionMessage {
    /// What clients know is a line of the system's that says `Compaction`; the rest is ours.
    package var json: JSON {
        [
            "role": "system", "content": [["type": "text", "text": "Compaction"]],
            "summary": .string(summary), "firstKeptSequence": .integer(firstKept),
            "tokensBefore": JSON(tokensBefore), "timestamp": timestamp.json,
        ]
    }

    /// Nil for another line of the system's.
    init?(json: JSON, timestamp: Timestamp) {
        guard let summary = json["summary"]?.stringValue, let first = json["firstKeptSequence"]?.intValue
        else {
            return nil
        }
        self.init(
            summary: summary, firstKept: Int64(first), tokensBefore: json["tokensBefore"]?.intValue ?? 0,
            timestamp: timestamp)
    }
}

extension Usage {
    package var json: JSON {
        var object: JSONObject = [
            "input": JSON(input), "output": JSON(output), "cacheRead": JSON(cacheRead),
            "cacheWrite": JSON(cacheWrite),
            "totalTokens": JSON(totalTokens),
        ]
        let cost = cost ?? Cost()
        object["cost"] = [
            "input": JSON(cost.input), "output": JSON(cost.output), "cacheRead": JSON(cost.cacheRead),
            "cacheWrite": JSON(cost.cacheWrite), "total": JSON(cost.total),
        ]
        return .object(object)
    }

    package init?(json: JSON) {
        guard json.objectValue != nil else { return nil }
        self.init(
            input: json["input"]?.intValue ?? 0, output: json["output"]?.intValue ?? 0,
            cacheRead: json["cacheRead"]?.intValue ?? 0, cacheWrite: json["cacheWrite"]?.intValue ?? 0)
        if let cost = json["cost"], cost["total"]?.doubleValue ?? 0 > 0 {
            self.cost = Cost(
                input: cost["input"]?.doubleValue ?? 0, output: cost["output"]?.doubleValue ?? 0,
                cacheRead: cost["cacheRead"]?.doubleValue ?? 0,
                cacheWrite: cost["cacheWrite"]?.doubleValue ?? 0)
        }
    }
}

extension [Block] {
    package var json: JSON { .array(map(\.json)) }

    /// Blocks of types we do not know are left out.
    package init(json: JSON) {
        switch json {
        case .string(let text): self = [.text(text)]
        case .array(let items): self = items.compactMap { Block(json: $0) }
        default: self = []
        }
    }
}

extension Block {
    package var json: JSON {
        switch self {
        case .text(let text, let signature):
            var object: JSONObject = ["type": "text", "text": .string(text)]
            object["textSignature"] = signature.map { .string($0) }
            return .object(object)
        case .thinking(let text, let signature):
            var object: JSONObject = ["type": "thinking", "thinking": .string(text)]
            object["thinkingSignature"] = signature.map { .string($0) }
            return .object(object)
        case .redactedThinking(let data):
            return ["type": "thinking", "thinking": "", "redacted": true, "thinkingSignature": .string(data)]
        case .toolCall(let call):
            var object: JSONObject = [
                "type": "toolCall", "id": .string(call.id), "name": .string(call.name),
                "arguments": call.arguments,
            ]
            object["thoughtSignature"] = call.signature.map { .string($0) }
            return .object(object)
        case .image(let image):
            return ["type": "image", "data": .string(image.base64), "mimeType": .string(image.mimeType)]
        }
    }

    package init?(json: JSON) {
        switch json["type"]?.stringValue {
        case "text":
            guard let text = json["text"]?.stringValue else { return nil }
            self = .text(text, signature: json["textSignature"]?.stringValue)
        case "thinking":
            let signature = json["thinkingSignature"]?.stringValue
            if json["redacted"]?.boolValue == true, let signature {
                self = .redactedThinking(data: signature)
            } else {
                self = .thinking(json["thinking"]?.stringValue ?? "", signature: signature)
            }
        case "toolCall":
            guard let id = json["id"]?.stringValue, let name = json["name"]?.stringValue else { return nil }
            self = .toolCall(
                ToolCall(
                    id: id, name: name, arguments: json["arguments"] ?? [:],
                    signature: json["thoughtSignature"]?.stringValue))
        case "image":
            guard let data = json["data"]?.stringValue else { return nil }
            self = .image(ImageContent(mimeType: json["mimeType"]?.stringValue ?? "image/png", base64: data))
        default:
            return nil
        }
    }
}
