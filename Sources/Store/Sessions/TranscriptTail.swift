package import Core

/// The newest messages of a transcript, as much as a model may be sent; of their images the newest have their bytes.
package struct TranscriptTail: Sendable {
    package private(set) var messages: [Message] = []
    /// Stands for what is older than the messages; see `CompactionMessage`.
    package private(set) var summary: CompactionMessage?
    /// Lines of the transcript that are not sent: `summary` stands for them, or they are no part of the conversation.
    private var covered = 0
    /// Where each message stands in the transcript.
    package private(set) var sequences: [Int64] = []
    /// Whose run wrote each message; nil for what comes from elsewhere.
    package private(set) var runs: [RunID?] = []
    /// What each message takes of a model's window, in bytes of JSON; see `Message.windowBytes`.
    package private(set) var weights: [Int] = []
    /// The sum of `weights` and the summary's.
    package private(set) var weight = 0
    /// What its images have beyond their weight.
    private var imageExcess = 0
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

    /// Bytes of JSON it holds, images and all.
    package var byteCount: Int { weight + imageExcess }

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
    package mutating func append(_ message: Message, at position: StoredPosition, of run: RunID?) -> Bool {
        guard position.sequence == lastSequence + 1 else { return false }
        if case .compaction = message { return false }
        add(
            message, at: position.sequence, of: run,
            weight: message.windowBytes(json: position.byteCount))
        lastSequence = position.sequence
        total += 1
        return true
    }

    /// The places of the newest messages before `end` that fit in `maxBytes` with the summary, beginning with a user
    /// message.
    package func newest(before end: Int, maxBytes: Int) -> [Int] {
        let room = maxBytes - (weight - weights.reduce(0, +))
        let start = place(before: end, room)
        // The whole of it may begin in the middle of a turn, behind a summary.
        if start == messages.startIndex { return Array(0..<end) }
        if let question = (start..<end).first(where: { messages[$0].isFromUser }) {
            return Array(question..<end)
        }
        // The last turn alone is larger: its question stays, and the newest calls that have their results.
        guard let question = messages[..<start].lastIndex(where: \.isFromUser) else { return [] }
        let calls = (place(before: end, room - weights[question])..<end).drop { messages[$0].isResult }
        return calls.isEmpty ? [] : [question] + calls
    }

    /// Where the messages before `end` begin that take up `bytes` at most.
    private func place(before end: Int, _ bytes: Int) -> Int {
        var (start, left) = (end, bytes)
        while start > messages.startIndex, weights[start - 1] <= left {
            start -= 1
            left -= weights[start]
        }
        return start
    }

    /// The messages at `places`, turn by turn: what was written while a turn ran, and not by it, comes after it.
    package func turns(at places: some Sequence<Int>) -> [[Message]] {
        var turns: [[Message]] = []
        var known: [RunID: Int] = [:]
        for place in places {
            let (message, run) = (messages[place], runs[place])
            if let turn = run.flatMap({ known[$0] }) {
                turns[turn].append(message)
            } else if let last = turns.indices.last, run == nil, !message.isFromUser {
                turns[last].append(message)
            } else {
                if let run { known[run] = turns.endIndex }
                turns.append([message])
            }
        }
        return turns
    }

    mutating func add(_ message: Message, at sequence: Int64, of run: RunID?, weight: Int) {
        messages.append(message)
        sequences.append(sequence)
        runs.append(run)
        weights.append(weight)
        self.weight += weight
        if weight >= Message.imageBytes { imageExcess += message.imageExcess }
    }
}

extension Message {
    var isResult: Bool { if case .toolResult = self { true } else { false } }

    /// What the message takes of a model's window, told from the size of its JSON.
    ///
    /// An image costs a model at most about 1,600 tokens, however large its file is.
    func windowBytes(json: Int) -> Int {
        guard json > Self.smallestWithImage else { return json }
        return json - imageExcess
    }

    fileprivate var imageExcess: Int {
        images.reduce(0) { $0 + max($1.base64.utf8.count - Self.imageBytes, 0) }
    }

    fileprivate static let imageBytes = 6_400
    /// Smaller messages are not searched for images.
    private static let smallestWithImage = 8_192
}
