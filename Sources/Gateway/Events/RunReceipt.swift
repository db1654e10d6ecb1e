import Core

/// What a finished run came to, as today's clients read it: in its last event and in the answers to `agent`.
struct RunReceipt {
    let run: RunID
    let session: SessionID?
    let model: ModelReference?
    let toolNames: [String]
    /// The answer without white space at both ends; empty: the agent chose to say nothing.
    let text: String

    /// `terminalReply`.
    var reply: JSON {
        var object: JSONObject = ["disposition": disposition]
        if !text.isEmpty { object["text"] = .string(text) }
        return .object(object)
    }

    /// `terminalReceipt`.
    var json: JSON {
        let name: JSON = model.map { .string($0.model) } ?? .null
        var asked: JSONObject = [
            "provider": model.map { .string($0.provider) } ?? .null, "model": name,
        ]
        let requested = JSON.object(asked)
        asked["responseModel"] = name
        return [
            "runId": .string(run.rawValue), "sessionId": session.map { .string($0.rawValue) } ?? .null,
            "turnId": .string(run.rawValue), "requested": requested, "effective": .object(asked),
            "successfulToolNames": JSON(toolNames), "rerouted": false, "terminalDisposition": disposition,
        ]
    }

    private var disposition: JSON { text.isEmpty ? "silent" : "visible" }
}
