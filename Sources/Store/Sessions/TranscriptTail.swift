package import Core

/// The newest messages of a transcript, as much as a model may be sent.
package struct TranscriptTail: Sendable {
    package private(set) var messages: [Message] = []
    /// Stands for what is older than the messages; see `CompactionMessage`.
    package private(set) var summary: CompactionMessage?
    /// Lines of the transcript that are not sent: `summary` stands for them, or they are no part of the conversation.
    private var covered = 0
    /// Where each message stands in the transcript.
    package private(set) var sequences: [Int64] = []
    /// What each message takes of a model's window, in bytes of JSON; see `Message.windowBytes`.
    package private(set) var weights: [Int] = []
    /// The sum of `weights` and the summary's.
    package private(set) var weight = 0
    /// The newest message's place.
    package private(set) var lastSequence: Int64
    /// Messages of the whole transcript.
    package private(set) var total: Int

    /// Nothing of a transcript that has no message yet.
    package init() { self.init(lastSequence: 0, total: 0) }

    init(lastSequence: Int64, total: Int, summary: CompactionMessage? = nil, covered: Int = 0) {
        self.lastSequence = lastSequence
        self.total = total
        self.summary = summary
        self.covered = covered
        weight = summary.map { $0.summary.utf8.count } ?? 0
    }

    /// Whether older messages are left out that no summary stands for.
    package var isCut: Bool { leavesOut(beyond: messages.count) }

    /// The same when only the newest `kept` messages are used.
    package func leavesOut(beyond kept: Int) -> Bool { kept + covered < total }

    /// Whether this is the end of the transcript that `statistics` describe.
    package func matches(_ statistics: TranscriptStatistics) -> Bool {
        lastSequence == statistics.lastSequence && total == statistics.count
    }

    /// Adds a message that has just been stored.
    ///
    /// False when another one came between, or a summary took the place of the oldest: then this is no tail any more.
    package mutating func append(_ message: Message, at position: StoredPosition) -> Bool {
        guard position.sequence == lastSequence + 1 else { return false }
        if case .compaction = message { return false }
        add(message, at: position.sequence, weight: message.windowBytes(json: position.byteCount))
        lastSequence = position.sequence
        total += 1
        return true
    }

    /// The newest messages that fit in `maxBytes` with the summary, beginning with a user message; nil when none of
    /// those fits.
    package func newest(maxBytes: Int) -> [Message]? {
        var start = messages.endIndex
        var bytes = weight - weights.reduce(0, +)
        while start > messages.startIndex, bytes + weights[start - 1] <= maxBytes {
            start -= 1
            bytes += weights[start]
        }
        // The whole of it may begin in the middle of a turn, behind a summary.
        if start == messages.startIndex, !messages.isEmpty { return messages }
        return messages[start...].firstIndex(where: \.isFromUser).map { Array(messages[$0...]) }
    }

    mutating func add(_ message: Message, at sequence: Int64, weight: Int) {
        messages.append(message)
        sequences.append(sequence)
        weights.append(weight)
        self.weight += weight
    }
}

extension Message {
    /// What the message takes of a model's window, told from the size of its JSON.
    ///
    /// An image costs a model at most about 1,600 tokens, however large its file is.
    func windowBytes(json: Int) -> Int {
        guard json > Self.smallestWithImage else { return json }
        return json - images.reduce(0) { $0 + max($1.base64.utf8.count - Self.imageBytes, 0) }
    }

    private static let imageBytes = 6_400
    /// Smaller messages are not searched for images.
    private static let smallestWithImage = 8_192

    private var images: [ImageContent] {
        let content: [Block] =
            switch self {
            case .user(let message): message.content
            case .assistant(let message): message.content
            case .toolResult(let message): message.content
            case .compaction: []
            }
        return content.compactMap { if case .image(let image) = $0 { image } else { nil } }
    }
}
