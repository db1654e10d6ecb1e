import Core

/// A history as vendors accept it: person and model take turns, and every tool call has its result right behind it.
///
/// Histories come from crashes, aborts, cuts and other vendors, so whatever would be refused is put right here, once.
struct Conversation: Equatable {
    enum Turn: Equatable {
        /// Results first, in the order of the calls, then what the person said.
        case person(results: [ToolResultMessage], content: [Block])
        case model([Block])
    }

    private(set) var turns: [Turn] = []
    /// Whether any thought goes back to the vendor that had it.
    private(set) var hasReasoning = false

    /// Base64 of the images in it.
    var imageBytes: Int {
        turns.reduce(0) { bytes, turn in
            guard case .person(let results, let content) = turn else { return bytes }
            let images = results.flatMap(\.content.images) + content.images
            return bytes + images.byteCount
        }
    }

    /// `keepsReasoning` false leaves out every thought, also those of the same model.
    init(_ messages: [Message], for endpoint: Endpoint, keepsReasoning: Bool = true) {
        var calls = CallPairing(messages)
        var open: [ToolResultMessage] = []
        for (place, message) in messages.enumerated() {
            switch message {
            case .user(let message):
                addPerson(results: open, Self.usable(message.content, endpoint))
                open = []
            case .assistant(let message):
                addPerson(results: open, [])
                open = []
                let blocks = Self.usable(message, endpoint, keepsReasoning: keepsReasoning)
                addModel(calls.answer(blocks, at: place, isWhole: message.isWhole, results: &open))
                for index in open.indices { open[index].content = Self.usable(open[index].content, endpoint) }
            case .toolResult, .compaction:
                continue
            }
        }
        addPerson(results: open, [])
        finish()
    }

    /// The calls whose results are still to come when the model speaks next.
    var endsInToolResults: Bool {
        guard case .person(let results, _)? = turns.last else { return false }
        return !results.isEmpty
    }

    // MARK: Turns

    private mutating func addPerson(results: [ToolResultMessage], _ content: [Block]) {
        guard !results.isEmpty || !content.isEmpty else { return }
        if case .person(let earlier, let said)? = turns.last {
            turns[turns.count - 1] = .person(results: earlier + results, content: said + content)
        } else {
            turns.append(.person(results: results, content: content))
        }
    }

    private mutating func addModel(_ blocks: [Block]) {
        guard !blocks.isEmpty else { return }
        if turns.isEmpty { turns.append(.person(results: [], content: [.text(Self.lostBeginning)])) }
        if case .model(let earlier)? = turns.last {
            turns[turns.count - 1] = .model(earlier + blocks)
        } else {
            turns.append(.model(blocks))
        }
    }

    private mutating func finish() {
        if case .person? = turns.last {
        } else {
            turns.append(.person(results: [], content: [.text(Self.goOn)]))
        }
        hasReasoning = turns.contains { turn in
            guard case .model(let blocks) = turn else { return false }
            return blocks.contains(where: \.isReasoning)
        }
    }

    static let lostBeginning = "(The beginning of this conversation is no longer here.)"
    static let goOn = "(Go on.)"
    static let lostResult =
        "No result was recorded: the call was interrupted. Whether it had an effect is not known."
    static let imageLeftOut = "(An image was left out: this model cannot see images.)"

    // MARK: Blocks

    /// What a person said or a tool gave, without what the model cannot take.
    private static func usable(_ blocks: [Block], _ endpoint: Endpoint) -> [Block] {
        if blocks.allSatisfy(\.isSaid) { return blocks }
        return blocks.compactMap { block in
            switch block {
            case .text(let text, _): text.isBlank ? nil : .text(text)
            case .image: endpoint.model.acceptsImages ? block : .text(imageLeftOut)
            case .thinking, .redactedThinking, .toolCall: nil
            }
        }
    }

    /// What the model said.
    ///
    /// Thoughts go back only to the model that had them, and never from an answer that broke off.
    private static func usable(
        _ message: AssistantMessage, _ endpoint: Endpoint, keepsReasoning: Bool
    ) -> [Block] {
        if message.content.allSatisfy(\.isSaid) { return message.content }
        let isOwn =
            keepsReasoning && message.isWhole && message.api == endpoint.api.rawValue
            && message.provider == endpoint.reference.provider && message.model == endpoint.reference.model
        return message.content.compactMap { block in
            switch block {
            case .text(let text, let signature):
                if isOwn && signature != nil { return block }
                return text.isBlank ? nil : .text(text)
            case .thinking, .redactedThinking: return isOwn ? block : nil
            case .image: return nil
            case .toolCall(var call):
                let parts = call.id.split(separator: "|", maxSplits: 1).map(String.init)
                call.signature = isOwn ? call.signature ?? (parts.count == 2 ? parts[1] : nil) : nil
                return .toolCall(call)
            }
        }
    }
}

/// Finds the result of each call, and gives calls that share an id ids of their own: some servers number the calls of
/// each answer from 0.
private struct CallPairing {
    private var results: [String: [(place: Int, result: ToolResultMessage)]] = [:]
    private var calls: [String: [Int]] = [:]
    private var uses: [String: Int] = [:]

    init(_ messages: [Message]) {
        for (place, message) in messages.enumerated() {
            switch message {
            case .toolResult(let result):
                results[Self.id(result.toolCallID), default: []].append((place, result))
            case .assistant(let message):
                for call in message.toolCalls { calls[Self.id(call.id), default: []].append(place) }
            case .user, .compaction: continue
            }
        }
    }

    /// The blocks with their calls' final ids, and one result for each call.
    ///
    /// Calls of an answer that broke off count only if they were carried out.
    mutating func answer(
        _ blocks: [Block], at place: Int, isWhole: Bool, results open: inout [ToolResultMessage]
    ) -> [Block] {
        if blocks.allSatisfy(\.isSaid) { return blocks }
        return blocks.compactMap { block in
            guard case .toolCall(var call) = block else { return block }
            let id = Self.id(call.id)
            guard
                let result = result(of: id, at: place)
                    ?? (isWhole && !call.name.isEmpty ? Self.lost(call) : nil)
            else { return nil }
            call.id = unique(id)
            call.name = Self.sendable(call.name)
            open.append(result)
            open[open.count - 1].toolCallID = call.id
            open[open.count - 1].toolName = call.name
            return .toolCall(call)
        }
    }

    /// Each result answers one call: two calls of one answer may share an id.
    private mutating func result(of id: String, at place: Int) -> ToolResultMessage? {
        let next = calls[id]?.first { $0 > place } ?? .max
        guard let index = results[id]?.firstIndex(where: { $0.place > place && $0.place < next }) else {
            return nil
        }
        return results[id]?.remove(at: index).result
    }

    /// What every vendor takes as a tool's name: 1 to 64 letters, digits, `_` and `-`. Models make up others, and one that is
    /// refused would end the conversation.
    private static func sendable(_ name: String) -> String {
        let isPlain = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F || byte == 0x2D
        }
        if !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy(isPlain) { return name }
        let word = name.unicodeScalars.map { $0.isASCII && isPlain(UInt8($0.value)) ? Character($0) : "_" }
            .prefix(64)
        return word.isEmpty ? "unnamed" : String(word)
    }

    private mutating func unique(_ id: String) -> String {
        uses[id, default: 0] += 1
        let count = uses[id] ?? 1
        return count == 1 && !id.isEmpty ? id : "\(id)_\(count)"
    }

    private static func lost(_ call: ToolCall) -> ToolResultMessage {
        ToolResultMessage(
            toolCallID: call.id, toolName: call.name, content: [.text(Conversation.lostResult)],
            isError: true,
            timestamp: Timestamp(milliseconds: 0))
    }

    /// Older transcripts hold `call|item` for the Responses API.
    private static func id(_ id: String) -> String {
        String(id.split(separator: "|", maxSplits: 1).first ?? "")
    }
}

extension AssistantMessage {
    /// Whether the vendor had said all it wanted to.
    fileprivate var isWhole: Bool { stopReason != .error && stopReason != .aborted }
}

extension Block {
    /// Words that every vendor takes as they are; most messages hold nothing else.
    fileprivate var isSaid: Bool { if case .text(let text, _) = self { !text.isBlank } else { false } }

    var isReasoning: Bool {
        switch self {
        case .thinking, .redactedThinking: true
        case .toolCall(let call): call.signature != nil
        case .text(_, let signature): signature != nil
        case .image: false
        }
    }
}

extension String {
    /// Nothing but white space.
    var isBlank: Bool {
        if let first = utf8.first, first > 0x20, first < 0x7F { return false }
        return allSatisfy(\.isWhitespace)
    }
}
