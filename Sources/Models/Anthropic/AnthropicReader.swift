import Core
import Wire

/// Reads the events of the Messages API.
///
/// Kinds of events and blocks that are newer than this are passed over.
struct AnthropicReader: AnswerReader {
    private(set) var answer = AnswerBuilder()
    private(set) var isComplete = false

    mutating func read(_ event: SSEEvent) throws(VendorFailure) -> [ModelEvent] {
        let json = try VendorFailure.parsed(event.data)
        switch json["type"]?.stringValue {
        case "message_start": return start(json["message"] ?? .null)
        case "content_block_start": return begin(json["content_block"] ?? .null, json["index"]?.intValue ?? 0)
        case "content_block_delta": return add(json["delta"] ?? .null, json["index"]?.intValue ?? 0)
        case "message_delta": return finish(json)
        case "message_stop":
            isComplete = true
            return []
        case "error": throw VendorFailure(status: nil, json: json)
        default: return []
        }
    }

    private mutating func start(_ message: JSON) -> [ModelEvent] {
        answer.responseID = message["id"]?.stringValue
        count(message["usage"])
        return []
    }

    private mutating func begin(_ block: JSON, _ index: Int) -> [ModelEvent] {
        switch block["type"]?.stringValue {
        case "text":
            let text = block["text"]?.stringValue ?? ""
            answer.begin(.text(text), at: index)
            return text.isEmpty ? [] : [.text(text)]
        case "thinking":
            let text = block["thinking"]?.stringValue ?? ""
            answer.begin(.thinking(text, signature: nil), at: index)
            return text.isEmpty ? [] : [.thinking(text)]
        case "redacted_thinking":
            answer.begin(.redacted(block["data"]?.stringValue ?? ""), at: index)
            return []
        case "tool_use":
            return beginCall(block, index)
        default:
            return []
        }
    }

    /// Some servers send the whole input at once; those that stream it send an empty object first.
    private mutating func beginCall(_ block: JSON, _ index: Int) -> [ModelEvent] {
        guard let id = block["id"]?.stringValue, let name = block["name"]?.stringValue else { return [] }
        let input = block["input"]?.objectValue.flatMap { $0.isEmpty ? nil : JSON.object($0).text } ?? ""
        answer.begin(.call(.init(id: id, name: name, arguments: input)), at: index)
        return [.toolCallBegan(id: id, name: name)]
    }

    private mutating func add(_ delta: JSON, _ index: Int) -> [ModelEvent] {
        guard answer.has(index) else { return [] }
        switch delta["type"]?.stringValue {
        case "text_delta":
            let text = delta["text"]?.stringValue ?? ""
            answer.add(text: text, at: index)
            return text.isEmpty ? [] : [.text(text)]
        case "thinking_delta":
            let text = delta["thinking"]?.stringValue ?? ""
            answer.add(thinking: text, at: index)
            return text.isEmpty ? [] : [.thinking(text)]
        case "signature_delta":
            answer.add(signature: delta["signature"]?.stringValue ?? "", at: index)
            return []
        case "input_json_delta":
            answer.add(arguments: delta["partial_json"]?.stringValue ?? "", at: index)
            return []
        default:
            return []
        }
    }

    private mutating func finish(_ json: JSON) -> [ModelEvent] {
        count(json["usage"])
        switch json["delta"]?["stop_reason"]?.endReason {
        // It was told before; this event only counts.
        case nil where answer.stopReason != .stop: break
        case "max_tokens", "model_context_window_exceeded": answer.stopReason = .length
        case "tool_use": answer.stopReason = .toolUse
        case "refusal":
            answer.stopReason = .error
            answer.errorMessage = "The model declined to answer (`refusal`)."
        default: answer.stopReason = answer.hasCalls ? .toolUse : .stop
        }
        return []
    }

    /// The counts are totals so far; one that is missing keeps its value.
    private mutating func count(_ json: JSON?) {
        guard let json else { return }
        var usage = answer.usage ?? Usage()
        usage.input = json["input_tokens"]?.intValue ?? usage.input
        usage.output = json["output_tokens"]?.intValue ?? usage.output
        usage.cacheRead = json["cache_read_input_tokens"]?.intValue ?? usage.cacheRead
        usage.cacheWrite = json["cache_creation_input_tokens"]?.intValue ?? usage.cacheWrite
        answer.usage = usage
    }
}

extension VendorFailure {
    /// The JSON of one event; what cannot be read counts as the vendor's failure.
    ///
    /// Bytes that are not UTF-8 are read as U+FFFD, as the HTML standard's §9.2.6 has it.
    static func parsed(_ data: [UInt8]) throws(VendorFailure) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(data)
        } catch {
            let repaired = Array(String(decoding: data, as: UTF8.self).utf8)
            if repaired != data, let json = try? JSON.parse(repaired) { return json }
            throw VendorFailure(message: "An event is not JSON (\(error)).")
        }
    }
}
