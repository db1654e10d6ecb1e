import Core
import Store

/// The messages of a session that wait for their turn, as today's clients show them beside its history.
struct PendingInputs {
    private let shown: ArraySlice<InboxEntry>
    private let total: Int
    private let hasOlder: Bool

    /// The newest of those that came before `before`.
    init(_ waiting: [InboxEntry], before: InboxID?) {
        let older = before.map { before in waiting.prefix { $0.id < before } } ?? waiting[...]
        shown = older.suffix(Self.most)
        total = waiting.count
        hasOlder = older.count > Self.most
    }

    func write(to json: inout JSONWriter) {
        json.addObject("pendingInputs") {
            $0.addArray("items") { for entry in shown { $0.addElement(Self.item(entry)) } }
            $0.add("total", total)
            if hasOlder, let first = shown.first { $0.add("nextBefore", first.id) }
        }
    }

    private static func item(_ entry: InboxEntry) -> JSON {
        [
            "id": .string("\(entry.id)"), "runId": .string(entry.run.rawValue), "state": "queued",
            "acceptedAt": entry.receivedAt.json, "message": message(entry),
        ]
    }

    /// Words are cut and images left out: the history has the whole once their turn has begun.
    private static func message(_ entry: InboxEntry) -> JSON {
        let text =
            entry.message.map { shortened($0.text) }
            ?? "This message is shown when its turn begins."
        let images = entry.message?.images ?? []
        let pictures = images.map(\.omittedJSON)
        return [
            "role": "user", "timestamp": entry.receivedAt.json,
            "content": pictures.isEmpty
                ? .string(text) : .array([["type": "text", "text": .string(text)]] + pictures),
            "__openclaw": ["id": .string("pending:\(entry.id)")],
        ]
    }

    private static func shortened(_ text: String) -> String {
        text.utf8.count > mostBytes ? text.head(bytes: mostBytes) + "…" : text
    }

    /// As many as the protocol allows in one answer.
    private static let most = 20
    private static let mostBytes = 8 << 10
}
