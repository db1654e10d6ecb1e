import Core
import Store

/// What a turn is made of before it begins.
struct TurnOrder {
    let live: ActiveRun
    @Boxed var message: InboundMessage
    @Boxed var profile: AgentProfile
    /// What a crash left of an earlier attempt.
    let interrupted: InterruptedTurn?
    /// Nil when the turn is still to begin.
    let beginning: Beginning?
    /// What was said before `message` and is answered as well.
    var joined: [JoinedMessage] = []
    /// Nil where nothing that comes later is heard in the turn.
    var latecomers: Latecomers?

    /// What the agent may use, and of that what the place of the chat or its sender allows.
    var toolPolicy: ToolPolicy {
        profile.tools.and(ofPlace: message.origin?.tools)
    }

    /// Where the files are that an answer may bring along; nil for none.
    var sendableFolder: String? { toolPolicy.sendsFiles ? profile.workspace : nil }

    @MainActor var userMessage: UserMessage { message.asUserMessage }

    /// Everything that was said, as the transcript keeps it.
    @MainActor var userMessages: [Message] {
        joined.compactMap(\.message).map { .user($0) } + [.user(userMessage)]
    }

    /// A message that was read back with its images in the memory that the order has them in.
    func sharingImages(_ stored: Message) -> Message {
        guard stored.hasImages else { return stored }
        let images = message.images + joined.compactMap(\.message).flatMap { Message.user($0).images }
        return stored.mapContent { block in
            guard case .image(let image) = block else { return block }
            return .image(images.first { $0 == image } ?? image)
        }
    }

    @MainActor var hasImages: Bool {
        !message.images.isEmpty || joined.compactMap(\.message).contains { Message.user($0).hasImages }
    }
}

/// A turn whose beginning is on disk.
struct Beginning {
    var turn: BegunTurn
    let at: Timestamp
}

/// A turn on its way: everything the steps hand on to each other.
struct Turn {
    @Boxed var order: TurnOrder
    let startedAt: Timestamp
    let entry: SessionEntry
    let choice: ModelChoice
    let system: String
    let tools: ToolOffer
    /// Bytes of transcript a request may hold; less after a model has said that it was too much.
    var contextBytes: Int
    /// The transcript as the turn found it; nil once something may have been added.
    var transcript: TranscriptStatistics?
    /// A summary has taken the place of the conversation's older part.
    var hasCompacted = false
    /// The model has said that its window is smaller than was thought, now or earlier.
    var hasBeenTooLong = false
    /// Who has refused how much as too long, until a shorter request is answered.
    var refusal: (model: ModelReference, bytes: Int)?
    /// Bytes of images a request may hold; less after a model has said that it was too much.
    var imageBytes = ContextWindow.mostImageBytes
    /// A summary could not be had; it is not asked for again.
    var hasGivenUpCompacting = false
    /// What a model has refused, until it has answered without.
    var leftOutImages: [ImageContent] = []
    /// What the model has been and will be sent.
    var messages: [Message] = []
    /// Messages that the transcript lacks still.
    var unsaved: [Message] = []
    var rounds = 0
    var usage = Usage()
    var records: [UsageRecord] = []
    /// The model that answered last.
    var model: ModelReference?
    /// How often in a row each model's answers have broken off.
    var breaks: [ModelReference: Int] = [:]
    /// Tokens that the last request sent: how full the window is.
    var lastTokens = 0
    var toolNames: [String] = []
    /// What tools have told the chat that is answered.
    var told: [String] = []
    /// Parts of the answer that are stored for the channel already.
    var partCount = 0
    /// Parts that are to be stored with the next step.
    var unsavedParts: [NewOutboxPart] = []

    @MainActor var live: ActiveRun { order.live }
    var sessionID: SessionID { entry.sessionID }
    /// Whether it has called tools, in this process or before a crash.
    var isUnderWay: Bool { rounds > 0 || order.interrupted != nil }

    mutating func add(_ usage: Usage, of model: ModelReference, source: String, agent: AgentID) {
        self.usage.input += usage.input
        self.usage.output += usage.output
        self.usage.cacheRead += usage.cacheRead
        self.usage.cacheWrite += usage.cacheWrite
        if let cost = usage.cost {
            let sum = self.usage.cost ?? Usage.Cost()
            self.usage.cost = Usage.Cost(
                input: sum.input + cost.input, output: sum.output + cost.output,
                cacheRead: sum.cacheRead + cost.cacheRead,
                cacheWrite: sum.cacheWrite + cost.cacheWrite)
        }
        lastTokens = usage.input + usage.cacheRead + usage.cacheWrite
        records.append(
            UsageRecord(
                provider: model.provider, model: model.model, source: source, agent: agent, usage: usage))
    }
}

/// Why a turn goes no further.
enum TurnStop: Error {
    /// The task was cancelled: by a person or a deadline, or because the process is going down.
    case cancelled(partial: AssistantMessage?)
    case failed(TurnFailure, partial: AssistantMessage?)
}

extension TurnOrder {
    /// Where the turn's own messages begin in a transcript's tail: its question, and all that came of it so far.
    @MainActor func place(in tail: TranscriptTail) -> Int {
        tail.runs.firstIndex(of: live.run) ?? tail.messages.endIndex
    }
}

extension Turn {
    /// What of the transcript the model is sent, turn by turn: of what was before this one what fits, and all of its own.
    ///
    /// What others have written since it began is for later turns: the question stays the question.
    @MainActor func part(of tail: TranscriptTail) -> (turns: [[Message]], isCut: Bool) {
        let place = order.place(in: tail)
        let own = ContextWindow.shortened(
            tail.turns(at: place..<tail.messages.endIndex).first ?? [], to: contextBytes)
        let earlier = tail.newest(before: place, maxBytes: contextBytes - ContextWindow.bytes(of: own))
        let kept = earlier.count + tail.messages.endIndex - place
        return (tail.turns(at: earlier) + [own], tail.leavesOut(beyond: kept))
    }

    /// Whether a tool has told the chat already what the model says now.
    func hasTold(_ text: String) -> Bool {
        let words = Self.words(of: ReplyDirectives(text).text)
        guard !words.isEmpty else { return false }
        return told.contains { told in
            let told = Self.words(of: told)
            return told == words || words.utf8.count >= Self.fewestBytes && told.contains(words)
        }
    }

    /// Something shorter may be part of a message and still be news: `yes`, `12`.
    private static let fewestBytes = 10

    /// Case and white space make no difference to people.
    private static func words(of text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension InboundMessage {
    /// As tools know it, at its address of now; nil for clients of the gateway.
    func chat(at address: Address) -> ToolContext.Chat? {
        address.channel == .webchat
            ? nil : ToolContext.Chat(address: address, message: id, title: origin?.place, bot: bot)
    }
}
