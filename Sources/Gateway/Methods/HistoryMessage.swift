import Core
import Store

/// A stored message as clients of each generation want it.
enum HistoryMessage {
    /// Where a message stands.
    struct Place {
        var id: String
        var sequence: Int64
        var recordedAt: Timestamp
        var run: RunID?
    }

    static func encoded(_ message: StoredMessage, _ generation: Generation) -> [UInt8] {
        encoded(
            message.json, role: message.role,
            place: Place(
                id: message.id, sequence: message.sequence, recordedAt: message.createdAt, run: message.run),
            generation)
    }

    /// January's clients get what is stored.
    ///
    /// Today's get a person's words as plain text, and where the message stands.
    static func encoded(
        _ stored: [UInt8], role: String, place: Place, _ generation: Generation
    ) -> [UInt8] {
        guard generation == .four, stored.last == UInt8(ascii: "}") else { return stored }
        if role == "system" {
            return with(place, stored, isCompaction: stored.firstRange(of: Self.compaction) != nil)
        }
        guard role == "user" else { return with(place, explained(stored)) }
        guard let json = try? JSON.parse(stored), var object = json.objectValue else {
            return with(place, stored)  // a row that does not parse goes out as it is
        }
        if let text = plainText(object["content"]) { object["content"] = .string(text) }
        return with(
            place, JSON.object(object).encoded(), idempotencyKey: object["idempotencyKey"]?.stringValue)
    }

    /// Today's clients show the content of an answer, so one that failed says there why.
    private static func explained(_ stored: [UInt8]) -> [UInt8] {
        guard stored.starts(with: Self.withoutWords), let json = try? JSON.parse(stored),
            var object = json.objectValue, let reason = object["errorMessage"]
        else { return stored }  // nearly every message: it has words, and is not parsed
        object["content"] = [["type": "text", "text": reason]]
        return JSON.object(object).encoded()
    }

    private static let compaction = Array(#""text":"Compaction""#.utf8)

    private static let withoutWords = Array(#"{"role":"assistant","content":[],"#.utf8)

    /// The text, when the content is nothing else.
    private static func plainText(_ content: JSON?) -> String? {
        guard let blocks = content?.arrayValue, !blocks.isEmpty else { return nil }
        let texts = blocks.compactMap { $0["type"] == "text" ? $0["text"]?.stringValue : nil }
        return texts.count == blocks.count ? texts.joined(separator: "\n") : nil
    }

    private static func with(
        _ place: Place, _ json: [UInt8], idempotencyKey: String? = nil, isCompaction: Bool = false
    ) -> [UInt8] {
        [UInt8](capacity: json.count + 256) {
            $0.write(encoded: json.dropLast())
            $0.addObject("__openclaw") {
                if isCompaction { $0.add("kind", "compaction") }
                $0.add("id", place.id)
                $0.add("seq", place.sequence)
                $0.add("recordTimestampMs", place.recordedAt)
                if let idempotencyKey { $0.add("idempotencyKey", idempotencyKey) }
                if let run = place.run { $0.add("runId", run) }
            }
            $0.write(raw: "}")
        }
    }
}
