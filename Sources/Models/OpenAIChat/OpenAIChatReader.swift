import Core
import Wire

/// Reads the chunks of the Chat Completions API, with what the servers that follow it add.
struct OpenAIChatReader: AnswerReader {
    private(set) var answer = AnswerBuilder()
    private var isDone = false
    private var hasFinished = false
    /// Text, thoughts and calls are numbered apart; calls have the vendor's index.
    private var lastCall = -1
    private var details = ReasoningDetails()
    private var thoughts = LeadingThought()

    /// Some servers never send `[DONE]`, and usage comes after the finish reason: the stream's end decides then.
    var isComplete: Bool { isDone }
    var mayEnd: Bool { isDone || hasFinished }

    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent] {
        if event.isDoneMark {
            isDone = true
            return tell(thoughts.rest())
        }
        let json = try VendorFailure.parsed(event.data)
        if let error = json["error"], !error.isNull { throw VendorFailure(status: nil, json: json) }
        answer.responseID = answer.responseID ?? json["id"]?.stringValue
        count(json["usage"])
        guard let choice = json["choices"]?.arrayValue?.first else { return [] }
        if let error = choice["error"], !error.isNull { throw VendorFailure(status: nil, json: choice) }
        count(choice["usage"])
        let events = read(choice["delta"] ?? choice["message"] ?? .null)
        guard let reason = choice["finish_reason"]?.stringValue else { return events }
        try finish(reason)
        return events + tell(answer.stopReason == .stop ? thoughts.end() : thoughts.rest())
    }

    private mutating func read(_ delta: JSON) -> [ModelEvent] {
        var events: [ModelEvent] = []
        for name in ["reasoning_content", "reasoning"] {
            guard let thought = delta[name]?.stringValue, !thought.isEmpty else { continue }
            events.append(think(thought))
            break
        }
        if let parts = delta["reasoning_details"]?.arrayValue {
            details.add(parts)
            answer.set(signatureOfFirstThought: details.json.text)
        }
        events += readContent(delta["content"] ?? .null)
        if let refusal = delta["refusal"]?.stringValue, !refusal.isEmpty { events.append(say(refusal)) }
        for call in delta["tool_calls"]?.arrayValue ?? [] {
            events += tell(thoughts.rest()) + read(call: call)
        }
        return events
    }

    /// Text, or Mistral's list of text and thoughts.
    private mutating func readContent(_ content: JSON) -> [ModelEvent] {
        if let text = content.stringValue { return text.isEmpty ? [] : tell(thoughts.read(text)) }
        var events: [ModelEvent] = []
        for part in content.arrayValue ?? [] {
            switch part["type"]?.stringValue {
            case "text":
                if let text = part["text"]?.stringValue, !text.isEmpty { events.append(say(text)) }
            case "thinking":
                for thought in part["thinking"]?.arrayValue ?? [] {
                    if let text = thought["text"]?.stringValue, !text.isEmpty { events.append(think(text)) }
                }
            default: continue
            }
        }
        return events
    }

    private mutating func tell(_ pieces: [LeadingThought.Piece]) -> [ModelEvent] {
        pieces.map { piece in
            switch piece {
            case .thought(let text): think(text)
            case .text(let text): say(text)
            }
        }
    }

    private mutating func say(_ text: String) -> ModelEvent {
        answer.add(text: text)
        return .text(text)
    }

    private mutating func think(_ text: String) -> ModelEvent {
        answer.add(thinking: text)
        return .thinking(text)
    }

    /// A chunk with an id or a name the call does not have yet begins a call; servers that leave the index out send
    /// each call whole.
    private mutating func read(call: JSON) -> [ModelEvent] {
        let function = call["function"] ?? .null
        let index =
            call["index"]?.intValue ?? (call["id"]?.stringValue == nil ? max(lastCall, 0) : lastCall + 1)
        var events: [ModelEvent] = []
        if !answer.has(index) {
            let id = call["id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "call_" + newID()
            let name = function["name"]?.stringValue ?? ""
            answer.begin(.call(.init(id: id, name: name)), at: index)
            lastCall = index
            events.append(.toolCallBegan(id: id, name: name))
        }
        if let arguments = function["arguments"] {
            answer.add(
                arguments: arguments.stringValue ?? (arguments.isNull ? "" : arguments.text), at: index)
        }
        return events
    }

    private func newID() -> String { Digest.hex(SecureRandom.bytes(8)) }

    private mutating func finish(_ reason: String) throws(VendorFailure) {
        hasFinished = true
        switch reason {
        case "length": answer.stopReason = .length
        case "error":
            throw VendorFailure(message: "The answer was broken off (`finish_reason: error`).")
        case "content_filter":
            answer.stopReason = .error
            answer.errorMessage = "The provider's filter stopped the answer (`content_filter`)."
        default: answer.stopReason = answer.hasCalls ? .toolUse : .stop
        }
    }

    /// `prompt_tokens` holds the cached ones too; ours does not.
    private mutating func count(_ json: JSON?) {
        guard let json, json.objectValue != nil else { return }
        let details = json["prompt_tokens_details"]
        let read = details?["cached_tokens"]?.intValue ?? json["prompt_cache_hit_tokens"]?.intValue ?? 0
        let written = details?["cache_write_tokens"]?.intValue ?? 0
        let prompt = json["prompt_tokens"]?.intValue ?? 0
        answer.usage = Usage(
            input: max(prompt &- read &- written, 0), output: json["completion_tokens"]?.intValue ?? 0,
            cacheRead: read, cacheWrite: written)
    }
}

/// OpenRouter's `reasoning_details`: pieces of the same index are put together again and go back as they came.
private struct ReasoningDetails {
    private var items: [(index: Int, item: JSONObject)] = []

    mutating func add(_ parts: [JSON]) {
        for part in parts {
            guard let object = part.objectValue else { continue }
            let index = object["index"]?.intValue ?? items.count
            guard
                let place = items.firstIndex(where: { $0.index == index && $0.item["type"] == object["type"] }
                )
            else {
                items.append((index, object))
                continue
            }
            for (key, value) in object {
                let isText = ["text", "summary", "data"].contains(key)
                let earlier = items[place].item[key]?.stringValue ?? ""
                if value.isNull { continue }
                items[place].item[key] = isText ? .string(earlier + (value.stringValue ?? "")) : value
            }
        }
    }

    var json: JSON { .array(items.map { .object($0.item) }) }
}
