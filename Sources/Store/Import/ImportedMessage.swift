import Core

/// A line of the original's transcript, made into a row of ours.
struct ImportedMessage {
    let row: TranscriptWriter.NewRow

    /// Nil for a line that is no message.
    init?(event: JSON) {
        guard var message = event["message"]?.objectValue, let role = message["role"]?.stringValue else {
            return nil
        }
        let createdAt =
            Self.moment(message["timestamp"]) ?? Self.moment(event["timestamp"]) ?? Timestamp(milliseconds: 0)
        message["timestamp"] = createdAt.json
        message["content"] = Self.content(message["content"], isFromUser: role == "user")
        let text =
            role == "user" || role == "assistant" ? [Block](json: message["content"] ?? .null).text : nil
        row = TranscriptWriter.NewRow(
            role: role, json: JSON.object(message).encoded(), text: text, createdAt: createdAt,
            idempotencyKey: message["idempotencyKey"]?.stringValue,
            id: event["id"]?.stringValue ?? randomUUID())
    }

    /// Clients count on a list of blocks; old lines have a plain string.
    private static func content(_ content: JSON?, isFromUser: Bool) -> JSON {
        switch content {
        case .string(let text)?:
            return [["type": "text", "text": .string(isFromUser ? Envelope.stripped(text) : text)]]
        case .array(let blocks)?:
            return .array(isFromUser ? blocks.map(stripped) : blocks)
        default:
            return .array([])
        }
    }

    private static func stripped(_ block: JSON) -> JSON {
        guard var object = block.objectValue, let text = object["text"]?.stringValue else { return block }
        object["text"] = .string(Envelope.stripped(text))
        return .object(object)
    }

    private static func moment(_ json: JSON?) -> Timestamp? {
        if let milliseconds = json?.doubleValue, let whole = Int64(exactly: milliseconds.rounded()) {
            return Timestamp(milliseconds: whole)
        }
        return json?.stringValue.flatMap { Timestamp(iso8601: $0) }
    }
}
