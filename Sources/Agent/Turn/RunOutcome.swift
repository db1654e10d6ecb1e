package import Core

/// What became of a message: the one outcome that its sender is told, now and when they ask again.
package struct RunOutcome: Sendable, Hashable {
    /// How a run ended.
    package enum Status: String, Sendable {
        case ok, error, aborted
    }

    package var status: Status
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var sessionID: SessionID?
    /// The answer, cut at `mostTextBytes`; the transcript has all of it.
    package var text: String?
    package var failure: TurnFailure?
    /// A model's stop reason or an abort's.
    package var stopReason: String?
    package var model: ModelReference?
    package var usage = Usage()
    package var toolNames: [String] = []
    /// False when the disk refused it: then the message is tried again.
    package var isStored = true

    /// An outcome is kept beside the transcript for those who ask twice; 32 KiB is more than any chat message may hold.
    static let mostTextBytes = 32 << 10

    package init(
        status: Status, startedAt: Timestamp, endedAt: Timestamp = .now, sessionID: SessionID? = nil,
        text: String? = nil, failure: TurnFailure? = nil, stopReason: String? = nil
    ) {
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.sessionID = sessionID
        self.text = text.map { $0.head(bytes: Self.mostTextBytes) }
        self.failure = failure
        self.stopReason = stopReason
    }
}

extension RunOutcome {
    package var json: JSON {
        var object: JSONObject = [
            "status": .string(status.rawValue), "startedAt": startedAt.json, "endedAt": endedAt.json,
        ]
        object["sessionId"] = sessionID.map { .string($0.rawValue) }
        object["text"] = text.map { .string($0) }
        object["failure"] = failure?.json
        object["stopReason"] = stopReason.map { .string($0) }
        object["model"] = model.map { .string($0.description) }
        if usage.totalTokens > 0 { object["usage"] = usage.json }
        if !toolNames.isEmpty { object["tools"] = JSON(toolNames) }
        return .object(object)
    }

    package init?(json: JSON) {
        guard let status = json["status"]?.stringValue.flatMap({ Status(rawValue: $0) }) else { return nil }
        self.init(
            status: status, startedAt: Timestamp(milliseconds: Int64(json["startedAt"]?.intValue ?? 0)),
            endedAt: Timestamp(milliseconds: Int64(json["endedAt"]?.intValue ?? 0)),
            sessionID: json["sessionId"]?.stringValue.map { SessionID($0) }, text: json["text"]?.stringValue,
            failure: json["failure"].flatMap { TurnFailure(json: $0) },
            stopReason: json["stopReason"]?.stringValue)
        model = json["model"]?.stringValue.flatMap { ModelReference($0) }
        usage = json["usage"].flatMap { Usage(json: $0) } ?? Usage()
        toolNames = json["tools"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
