import Core

/// How far parts that take several messages are posted, also over a restart: what Telegram has is not posted again.
@MainActor
final class TelegramProgress {
    /// What is known of one part.
    struct Steps: Hashable {
        /// How many files are done, whether they went well or not.
        var done = 0
        /// The first message that was posted; 0 while there is none.
        var first = 0
        /// Whether the words are posted, as a file's caption.
        var hasCaption = false
        /// What has to be said of files that could not go.
        var failures: [String] = []
    }

    /// Parts remembered; the oldest is forgotten first.
    private static let most = 64
    private static let memoryName = "unfinished"

    private var parts: [(nonce: String, steps: Steps)] = []
    private var memory: ChannelMemory?

    /// Takes up what the last process left.
    func begin(_ memory: ChannelMemory) async {
        self.memory = memory
        guard parts.isEmpty else { return }
        parts = ((await memory.load(Self.memoryName))?.arrayValue ?? []).compactMap { Self.part($0) }
    }

    subscript(nonce: String) -> Steps? { parts.first { $0.nonce == nonce }?.steps }

    /// Returns when it is on disk.
    func note(_ steps: Steps, of nonce: String) async {
        parts.removeAll { $0.nonce == nonce }
        parts.append((nonce, steps))
        if parts.count > Self.most { parts.removeFirst() }
        await save()
    }

    /// The part is whole.
    func forget(_ nonce: String) async {
        guard self[nonce] != nil else { return }
        parts.removeAll { $0.nonce == nonce }
        await save()
    }

    private func save() async {
        let json = parts.map { part -> JSON in
            [
                "nonce": .string(part.nonce), "done": JSON(part.steps.done), "first": JSON(part.steps.first),
                "caption": .bool(part.steps.hasCaption),
                "failures": JSON(part.steps.failures),
            ]
        }
        await memory?.save(Self.memoryName, json.isEmpty ? nil : .array(json), hasHappened: true)
    }

    private static func part(_ json: JSON) -> (nonce: String, steps: Steps)? {
        guard let nonce = json["nonce"]?.stringValue, let done = json["done"]?.intValue, done >= 0,
            let first = json["first"]?.intValue
        else { return nil }
        let failures = json["failures"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let hasCaption = json["caption"]?.boolValue ?? false
        return (nonce, Steps(done: done, first: first, hasCaption: hasCaption, failures: failures))
    }
}
