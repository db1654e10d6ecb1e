import Core
import Wire

/// Reads the chunks of streamGenerateContent.
struct GeminiReader: AnswerReader {
    private(set) var answer = AnswerBuilder()
    private var hasFinished = false
    private var callCount = 0

    /// Usage may follow the finish reason, so the stream's end decides.
    var isComplete: Bool { false }
    var mayEnd: Bool { hasFinished }

    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent] {
        let json = try VendorFailure.parsed(event.data)
        if let error = json["error"], !error.isNull { throw VendorFailure(status: nil, json: json) }
        answer.responseID = json["responseId"]?.stringValue ?? answer.responseID
        count(json["usageMetadata"])
        if let reason = json["promptFeedback"]?["blockReason"]?.endReason { refuse(reason) }
        guard let candidate = json["candidates"]?.arrayValue?.first else { return [] }
        var events: [ModelEvent] = []
        for part in candidate["content"]?["parts"]?.arrayValue ?? [] { events += read(part) }
        try finish(candidate["finishReason"]?.endReason)
        return events
    }

    private mutating func read(_ part: JSON) -> [ModelEvent] {
        let signature = part["thoughtSignature"]?.stringValue
        if let call = part["functionCall"] { return read(call: call, signature: signature) }
        let text = part["text"]?.stringValue ?? ""
        let isThought = part["thought"]?.boolValue == true
        switch (isThought, signature) {
        case (true, let signature?): answer.add(thinking: text, signature: signature)
        case (false, let signature?): answer.add(text: text, signature: signature)
        case (_, nil) where text.isEmpty: return []
        case (true, nil): answer.add(thinking: text)
        case (false, nil): answer.add(text: text)
        }
        return text.isEmpty ? [] : [isThought ? .thinking(text) : .text(text)]
    }

    /// Not every model gives a call an id; ours must differ over the whole conversation.
    private mutating func read(call: JSON, signature: String?) -> [ModelEvent] {
        let id = call["id"]?.filledText ?? "call_" + Digest.hex(SecureRandom.bytes(8))
        let name = call["name"]?.stringValue ?? ""
        let arguments = call["args"].flatMap { $0.objectValue == nil ? nil : $0.text } ?? ""
        answer.begin(
            .call(.init(id: id, name: name, arguments: arguments, signature: signature)), at: callCount)
        callCount += 1
        return [.toolCallBegan(id: id, name: name)]
    }

    private mutating func finish(_ reason: String?) throws(VendorFailure) {
        guard let reason else { return }
        hasFinished = true
        switch reason {
        case "STOP": answer.stopReason = answer.hasCalls ? .toolUse : .stop
        case "MAX_TOKENS": answer.stopReason = .length
        case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE":
            // The model stumbled over its own call; asked again it mostly does not.
            throw VendorFailure(
                status: 503, message: "The model wrote a tool call that cannot be read (`\(reason)`).")
        case "MISSING_THOUGHT_SIGNATURE":
            throw VendorFailure(status: 400, message: "A call came back without its signature (`\(reason)`).")
        default: refuse(reason)
        }
    }

    private mutating func refuse(_ reason: String) {
        hasFinished = true
        answer.stopReason = .error
        answer.errorMessage = "The provider stopped the answer (`\(reason)`)."
    }

    /// The prompt's count holds the cached tokens, the answer's does not hold the thoughts.
    private mutating func count(_ json: JSON?) {
        guard let json, json.objectValue != nil else { return }
        func tokens(_ name: String) -> Int { max(json[name]?.intValue ?? 0, 0) }
        let read = tokens("cachedContentTokenCount")
        answer.usage = Usage(
            input: max(tokens("promptTokenCount") &+ tokens("toolUsePromptTokenCount") &- read, 0),
            output: tokens("candidatesTokenCount") &+ tokens("thoughtsTokenCount"), cacheRead: read)
    }
}
