import Core
import Wire

/// Reads the chunks of the Chat Completions API, with what the servers that follow it add.
struct OpenAIChatReader: AnswerReader {
    private(set) var answer = AnswerBuilder()
    private var isDone = false
    private var hasFinished = false
    private var calls = CallPieces()
    private var details = ReasoningDetails()
    private var thoughts = LeadingThought()

    /// Some servers never send `[DONE]`, and usage comes after the finish reason: the stream's end decides then.
    var isComplete: Bool { isDone }
    var mayEnd: Bool { isDone || hasFinished }

    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent] {
        if event.isDoneMark {
            isDone = true
            if !hasFinished { signThought() }
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
        guard let reason = choice["finish_reason"]?.endReason else { return events }
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
        if !hasFinished, let parts = delta["reasoning_details"]?.arrayValue {
            answer.count(bytes: details.add(parts))
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

    private mutating func read(call: JSON) -> [ModelEvent] {
        let function = call["function"] ?? .null
        let arguments = function["arguments"] ?? .null
        let piece = CallPieces.Piece(
            index: call["index"]?.intValue, id: call["id"]?.filledText, name: function["name"]?.filledText,
            arguments: arguments.stringValue ?? (arguments.isNull ? "" : arguments.text))
        let (place, isNew) = calls.place(of: piece)
        var events: [ModelEvent] = []
        if isNew {
            let id = piece.id ?? "call_" + newID()
            answer.begin(.call(.init(id: id, name: piece.name ?? "")), at: place)
            events.append(.toolCallBegan(id: id, name: piece.name ?? ""))
        } else if let name = piece.name {
            answer.set(name: name, at: place)
        }
        answer.add(arguments: piece.arguments, at: place)
        return events
    }

    private func newID() -> String { Digest.hex(SecureRandom.bytes(8)) }

    /// Only a whole answer's details go back, so they are written out once.
    private mutating func signThought() {
        guard !details.isEmpty else { return }
        answer.set(signatureOfFirstThought: details.json.text)
    }

    private mutating func finish(_ reason: String) throws(VendorFailure) {
        hasFinished = true
        signThought()
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
    private struct Item {
        var fields: JSONObject
        /// Apart from the other fields, so that they grow in place.
        var texts: [String: String] = [:]
    }

    private struct Place: Hashable {
        var index: Int
        var type: JSON?
    }

    private var items: [Item] = []
    private var places: [Place: Int] = [:]

    private static let textFields: Set<String> = ["text", "summary", "data"]

    var isEmpty: Bool { items.isEmpty }

    /// Returns how many bytes it holds more.
    mutating func add(_ parts: [JSON]) -> Int {
        parts.reduce(0) { bytes, part in bytes + (part.objectValue.map { add($0) } ?? 0) }
    }

    private mutating func add(_ object: JSONObject) -> Int {
        let wanted = Place(index: object["index"]?.intValue ?? items.count, type: object["type"])
        var bytes = 0
        let place = places[wanted] ?? items.count
        if place == items.count {
            items.append(Item(fields: JSONObject()))
            places[wanted] = place
            bytes += Self.itemBytes
        }
        for (key, value) in object where !value.isNull || items[place].fields[key] == nil {
            if let text = value.stringValue, Self.textFields.contains(key) {
                // In its place among the fields until all is there.
                if items[place].fields[key] == nil { items[place].fields[key] = "" }
                items[place].texts[key, default: ""] += text
                bytes += text.utf8.count
            } else if items[place].fields[key] != value {
                items[place].fields[key] = value
                bytes += value.text.utf8.count
            }
        }
        return bytes
    }

    private static let itemBytes = 64

    var json: JSON {
        .array(
            items.map { item in
                var fields = item.fields
                for (key, text) in item.texts { fields[key] = .string(text) }
                return .object(fields)
            })
    }
}
