import Core

/// Turns stored messages into what a model may be sent: whole, in order, every call with its result, few images.
struct ContextWindow {
    let acceptsImages: Bool
    /// Whether the transcript holds more than fits.
    let isCut: Bool
    /// Stands for what is older than the messages.
    var summary: CompactionMessage?
    /// How many of the newest turns are shown; nil for all.
    var mostTurns: Int?

    /// Images are most of a request's size, and old ones are seldom looked at again.
    static let turnsWithImages = 3
    /// What all vendors take in one request.
    static let mostImages = 20
    /// Base64 of one request's images: beside the longest conversation, less than the 20 MB that the strictest vendor takes.
    static let mostImageBytes = 16 << 20

    /// Tokens kept free for the answer and for what the estimate misses; of a small window a quarter.
    static func reserve(_ wish: Int, of window: Int) -> Int { min(max(wish, 0), window / 4) }

    /// JSON of the transcript that is read for a turn: enough for the largest windows, and parsed within milliseconds.
    static let mostBytes = 3 << 20
    /// Even the smallest window gets this much.
    static let leastBytes = 8 << 10

    /// Bytes of transcript that fit beside `otherBytes` of prompt and tools, with `reserve` tokens left free.
    static func bytes(window: Int, reserve wish: Int, otherBytes: Int) -> Int {
        let tokens = max(window - reserve(wish, of: window), 0)
        let bytes = min(tokens, mostBytes) * PromptBuilder.bytesPerToken - otherBytes
        return min(max(bytes, leastBytes), mostBytes)
    }

    func messages(from turns: [[Message]]) -> [Message] {
        let said = Self.answeredTogether(turns.map(Self.said))
        let shown = mostTurns.map { said.suffix($0) } ?? said[...]
        let leavesOut = shown.count < said.count
        var messages = Self.answered(withRecentImages(shown))
        if isCut || leavesOut, let first = messages.firstIndex(where: \.isFromUser),
            case .user(var message) = messages[first]
        {
            message.content.insert(.text(Self.cutNote), at: 0)
            messages[first] = .user(message)
        }
        if let summary, !leavesOut { messages.insert(.user(summary.asUserMessage), at: 0) }
        return messages
    }

    /// What was said between the person and the model.
    static func said(_ stored: [Message]) -> [Message] {
        let isAllSaid = stored.allSatisfy { !$0.isCommand && isSaid($0) }
        return isAllSaid ? stored : withoutCommands(stored).filter(isSaid)
    }

    static let cutNote = "[Earlier messages of this conversation are left out.]"

    // MARK: Steps

    /// What was said in a row has one answer, and a note without a question belongs to what is before it.
    private static func answeredTogether(_ turns: [[Message]]) -> [[Message]] {
        turns.reduce(into: []) { joined, turn in
            guard let last = joined.last else { return joined += turn.isEmpty ? [] : [turn] }
            if last.allSatisfy(\.isFromUser) || !turn.contains(where: \.isFromUser) {
                joined[joined.endIndex - 1] += turn
            } else {
                joined.append(turn)
            }
        }
    }

    /// A slash command and its answer are between the person and the house.
    private static func withoutCommands(_ messages: [Message]) -> [Message] {
        var kept: [Message] = []
        var isAnswer = false
        for (index, message) in messages.enumerated() {
            if isAnswer {
                isAnswer = false
                continue
            }
            isAnswer = message.isCommand && index + 1 < messages.count && messages[index + 1].isInjected
            if !isAnswer { kept.append(message) }
        }
        return kept
    }

    /// Failed answers, empty ones and what was taken back are not part of the conversation.
    private static func isSaid(_ message: Message) -> Bool {
        switch message {
        case .user(let question): !question.isWithdrawn
        case .assistant(let answer): answer.stopReason != .error && !answer.content.isEmpty
        case .toolResult, .compaction: true
        }
    }

    /// Gives every call a result and drops results without a call: vendors refuse anything else.
    private static func answered(_ messages: [Message]) -> [Message] {
        guard messages.contains(where: \.hasCallOrResult) else { return messages }
        var kept: [Message] = []
        var open: [ToolCall] = []
        for message in messages {
            if case .toolResult(let result) = message {
                guard let place = open.firstIndex(where: { $0.id == result.toolCallID }) else { continue }
                open.remove(at: place)
            } else {
                kept += open.map(noResult)
                open = []
                if case .assistant(let answer) = message { open = answer.toolCalls }
            }
            kept.append(message)
        }
        return kept + open.map(noResult)
    }

    private static func noResult(_ call: ToolCall) -> Message {
        .toolResult(
            ToolResultMessage(
                toolCallID: call.id, toolName: call.name,
                content: [.text("No result of this call was kept.")],
                isError: true, timestamp: .now))
    }

    private func withRecentImages(_ turns: ArraySlice<[Message]>) -> [Message] {
        let recent = turns.suffix(acceptsImages ? Self.turnsWithImages : 0)
        let note = acceptsImages ? "[older image left out]" : Self.blindNote
        return turns.dropLast(recent.count).joined().map { $0.replacingImages(with: note) } + recent.joined()
    }

    /// The messages with as many of their newest images as a request may hold, and `most` bytes of them.
    static func withNewestImages(_ messages: [Message], most: Int = mostImageBytes) -> [Message] {
        guard messages.contains(where: \.hasImages) else { return messages }
        var (count, bytes) = (0, 0)
        let newestFirst = messages.reversed().map { message in
            message.replacingImages(with: "[image left out: more than a request may hold]") { image in
                count += 1
                bytes += image.base64.utf8.count
                return count > mostImages || bytes > most || image.base64.isEmpty
            }
        }
        return newestFirst.reversed()
    }

    /// Base64 of the messages' images.
    static func imageBytes(of messages: [Message]) -> Int {
        messages.reduce(0) { $0 + $1.images.byteCount }
    }

    /// The images that no answer has followed yet, or all of them when there are none: those before an answer were taken.
    static func unansweredImages(of messages: [Message]) -> [ImageContent] {
        let answered = messages.lastIndex(where: \.isFromModel).map { $0 + 1 } ?? 0
        let newest = messages[answered...].flatMap(\.images)
        return newest.isEmpty ? messages.flatMap(\.images) : newest
    }

    /// What is asked when a model has refused the same with images.
    static func withoutImages(
        _ messages: [Message], where isRefused: (ImageContent) -> Bool = { _ in true }
    ) -> [Message] {
        messages.map {
            $0.replacingImages(with: "[image left out: the model did not take it]", where: isRefused)
        }
    }

    private static let blindNote = "[image left out: this model cannot see images]"
}

extension Message {
    fileprivate var isCommand: Bool {
        if case .user(let message) = self { message.content.text.hasPrefix("/") } else { false }
    }

    fileprivate var hasCallOrResult: Bool {
        switch self {
        case .user, .compaction: false
        case .assistant(let message): message.content.contains(where: \.isToolCall)
        case .toolResult: true
        }
    }

    fileprivate var isInjected: Bool {
        if case .assistant(let message) = self { message.stopReason == .injected } else { false }
    }

    fileprivate func replacingImages(
        with note: String, where isLeftOut: (ImageContent) -> Bool = { _ in true }
    ) -> Message {
        guard hasImages else { return self }
        return mapContent { block in
            if case .image(let image) = block, isLeftOut(image) { .text(note) } else { block }
        }
    }
}

extension Block {
    fileprivate var isToolCall: Bool { if case .toolCall = self { true } else { false } }
}

extension CompactionMessage {
    /// As a model is told of what it is not sent any more.
    var asUserMessage: UserMessage {
        UserMessage(
            content: [
                .text(
                    "[The older part of this conversation is no longer sent. This summary of it takes its place.]\n\n"
                        + "<summary>\n\(summary)\n</summary>")
            ], timestamp: timestamp)
    }
}
