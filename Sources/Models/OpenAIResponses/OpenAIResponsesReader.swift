import Core
import Wire

/// Reads the events of the Responses API.
///
/// Kinds of events and items that are newer than this are passed over.
struct OpenAIResponsesReader: AnswerReader {
    private(set) var answer = AnswerBuilder()
    private(set) var isComplete = false
    /// Items whose thought has had a part already: parts are set apart by an empty line.
    private var thoughtsWithText: Set<Int> = []
    /// Messages whose text has come bit by bit. Some servers send it only when it is whole, and then up to three times.
    private var streamed: Set<Int> = []
    /// Parts of the others that are told.
    private var told: Set<Part> = []

    private struct Part: Hashable {
        var item: Int
        var content: Int
    }

    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent] {
        if event.isDoneMark { return [] }
        let json = try VendorFailure.parsed(event.data)
        let index = json["output_index"]?.intValue ?? 0
        switch json["type"]?.stringValue {
        case "response.created", "response.in_progress":
            answer.responseID = json["response"]?["id"]?.stringValue ?? answer.responseID
            return []
        case "response.output_item.added": return begin(json["item"] ?? .null, index)
        case "response.output_text.delta", "response.refusal.delta":
            streamed.insert(index)
            return say(json["delta"], index)
        case "response.output_text.done", "response.refusal.done":
            return tell(json, Part(item: index, content: json["content_index"]?.intValue ?? 0))
        case "response.reasoning_summary_part.added": return separate(index)
        case "response.reasoning_summary_text.delta", "response.reasoning_text.delta":
            return think(json, index)
        case "response.function_call_arguments.delta":
            answer.add(arguments: json["delta"]?.stringValue ?? "", at: index)
            return []
        case "response.function_call_arguments.done":
            return setArguments(json["arguments"]?.stringValue, index)
        case "response.output_item.done": return end(json["item"] ?? .null, index)
        case "response.completed", "response.incomplete", "response.done":
            return finish(json["response"] ?? .null)
        case "response.failed": throw VendorFailure(status: nil, json: json["response"] ?? .null)
        case "error": throw VendorFailure(status: nil, json: json["error"] == nil ? ["error": json] : json)
        default: return []
        }
    }

    private mutating func begin(_ item: JSON, _ index: Int) -> [ModelEvent] {
        switch item["type"]?.stringValue {
        case "message":
            answer.begin(.text(""), at: index)
            return []
        case "reasoning":
            answer.begin(.thinking("", signature: nil), at: index)
            return []
        case "function_call":
            let id = item["call_id"]?.stringValue ?? ""
            let name = item["name"]?.stringValue ?? ""
            answer.begin(
                .call(
                    .init(
                        id: id, name: name, arguments: item["arguments"]?.stringValue ?? "",
                        signature: item["id"]?.stringValue)), at: index)
            return [.toolCallBegan(id: id, name: name)]
        default:
            return []
        }
    }

    private mutating func say(_ text: JSON?, _ index: Int) -> [ModelEvent] {
        guard let text = text?.filledText else { return [] }
        answer.add(text: text, at: index)
        return [.text(text)]
    }

    /// The whole text of a part, where none of it has come before.
    private mutating func tell(_ content: JSON, _ part: Part) -> [ModelEvent] {
        guard !streamed.contains(part.item), told.insert(part).inserted else { return [] }
        return say(content["text"] ?? content["refusal"], part.item)
    }

    private mutating func tellParts(of message: JSON, _ index: Int) -> [ModelEvent] {
        let parts = message["content"]?.arrayValue ?? []
        return parts.enumerated().flatMap { tell($0.element, Part(item: index, content: $0.offset)) }
    }

    private mutating func think(_ json: JSON, _ index: Int) -> [ModelEvent] {
        guard let text = json["delta"]?.stringValue, !text.isEmpty else { return [] }
        answer.add(thinking: text, at: index)
        thoughtsWithText.insert(index)
        return [.thinking(text)]
    }

    private mutating func separate(_ index: Int) -> [ModelEvent] {
        guard thoughtsWithText.contains(index) else { return [] }
        answer.add(thinking: "\n\n", at: index)
        return [.thinking("\n\n")]
    }

    private mutating func setArguments(_ arguments: String?, _ index: Int) -> [ModelEvent] {
        if let arguments { answer.set(arguments: arguments, at: index) }
        return []
    }

    /// The finished item: a thought goes back in exactly this form.
    private mutating func end(_ item: JSON, _ index: Int) -> [ModelEvent] {
        switch item["type"]?.stringValue {
        case "reasoning":
            guard item["encrypted_content"]?.stringValue != nil, let object = item.objectValue else {
                return []
            }
            let kept = JSONObject(object.filter { $0.key != "status" }.map { ($0.key, $0.value) })
            answer.set(signature: JSON.object(kept).text, ofThoughtAt: index)
        case "function_call":
            return setArguments(item["arguments"]?.stringValue, index)
        case "message": return tellParts(of: item, index)
        default: break
        }
        return []
    }

    private mutating func finish(_ response: JSON) -> [ModelEvent] {
        isComplete = true
        answer.responseID = response["id"]?.stringValue ?? answer.responseID
        count(response["usage"])
        // Not every server counts the items of the whole answer as it counted them before.
        let items = streamed.isEmpty && told.isEmpty ? response["output"]?.arrayValue ?? [] : []
        let events = items.enumerated().flatMap { index, item in
            item["type"]?.stringValue == "message" ? tellParts(of: item, index) : []
        }
        switch response["incomplete_details"]?["reason"]?.stringValue {
        case "max_output_tokens": answer.stopReason = .length
        case "content_filter":
            answer.stopReason = .error
            answer.errorMessage = "The provider's filter stopped the answer (`content_filter`)."
        default: answer.stopReason = answer.hasCalls ? .toolUse : .stop
        }
        return events
    }

    /// `input_tokens` holds the cached ones too; ours does not.
    private mutating func count(_ json: JSON?) {
        guard let json, json.objectValue != nil else { return }
        let details = json["input_tokens_details"]
        let read = details?["cached_tokens"]?.intValue ?? 0
        let written = details?["cache_write_tokens"]?.intValue ?? 0
        answer.usage = Usage(
            input: max((json["input_tokens"]?.intValue ?? 0) &- read &- written, 0),
            output: json["output_tokens"]?.intValue ?? 0, cacheRead: read, cacheWrite: written)
    }
}
