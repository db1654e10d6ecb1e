package import Core

/// One thing a turn did, written down when it began or ended, so that a crash leaves no doubt.
package enum TurnStep: Sendable, Hashable {
    case modelRequest(ModelReference?)
    /// Written before the tool runs.
    case toolStarted(ToolCall, changesTheWorld: Bool)
    case toolFinished(callID: String, isError: Bool)
    case note(String)
}

extension TurnStep {
    var json: JSON {
        switch self {
        case .modelRequest(let model):
            var object: JSONObject = ["kind": "modelRequest"]
            object["model"] = model.map { .string($0.description) }
            return .object(object)
        case .toolStarted(let call, let changesTheWorld):
            return [
                "kind": "toolStarted", "call": Block.toolCall(call).json,
                "changesTheWorld": .bool(changesTheWorld),
            ]
        case .toolFinished(let callID, let isError):
            return ["kind": "toolFinished", "callId": .string(callID), "isError": .bool(isError)]
        case .note(let text):
            return ["kind": "note", "text": .string(text)]
        }
    }

    /// Nil for a kind that a later version wrote.
    init?(json: JSON) {
        switch json["kind"]?.stringValue {
        case "modelRequest":
            self = .modelRequest(json["model"]?.stringValue.flatMap { ModelReference($0) })
        case "toolStarted":
            guard let call = json["call"], case .toolCall(let started)? = Block(json: call) else {
                return nil
            }
            // What is not known to be harmless is not.
            self = .toolStarted(started, changesTheWorld: json["changesTheWorld"]?.boolValue ?? true)
        case "toolFinished":
            self = .toolFinished(
                callID: json["callId"]?.stringValue ?? "", isError: json["isError"]?.boolValue ?? false)
        case "note":
            self = .note(json["text"]?.stringValue ?? "")
        default:
            return nil
        }
    }
}
