import Core
import Store

/// Shows an answer while it is written: by changing a message that is posted early, or by drafts that vanish.
///
/// In `progress` mode it shows what the turn does, until the answer takes its place.
///
/// The early message has a row in the outbox before it is posted, and its id is in that row as soon as it is known. The
/// final text takes the row's place, so that it changes the message: also when the process dies in between.
@MainActor
final class LiveReply: EarlyReply {
    /// What shows it.
    private enum Way {
        case drafts(any Drafting)
        case edits(any MessageEditing)
    }

    /// The early message that is seen.
    private struct Early {
        let row: Int64
        let nonce: String
        let posted: MessageID
    }

    private let plan: ReplyPlan
    private let live: ActiveRun
    private let answer: ResponsePrefix.Answer
    private let channel: any Channel
    private let outbox: Outbox
    private let clock: any Clock<Duration>
    private var way: Way
    /// The same for all messages of a turn: a new one takes the place of what the last one showed.
    private let draft: Int
    /// The part that is being written.
    private var part: Int
    private var early: Early?
    /// What is seen of the part now.
    private var shown = ""
    /// Nothing more is shown of this part.
    private var isDone = false
    /// In `block` mode: bytes of the message that are shown.
    private var blockEnd = 0
    /// Asked for by the platform.
    private var delay: Duration = .zero
    private var news = Gate()
    /// Opened where the next look must not wait.
    private var quick = Gate()
    private let over = Gate()
    /// In `progress` mode.
    private var progress: ProgressLines?

    /// A beginning that rings a phone should say something.
    private static let leastCharacters = 30
    /// Bytes of an answer after which its first part does not change any more.
    private static let mostBytes = 16_384

    /// Nil when nothing is to be seen before the answer is whole. `draft` is a number of the turn's own; `first` is the part
    /// that is written next.
    init?(
        _ live: ActiveRun, plan: ReplyPlan, channel: any Channel, outbox: Outbox, draft: Int, from first: Int,
        isDirect: Bool, answer: ResponsePrefix.Answer, clock: any Clock<Duration>
    ) {
        // What answers a menu of the platform has a place of its own.
        guard plan.rules.streaming != .off, plan.handle == nil else { return nil }
        if isDirect, let drafting = channel as? any Drafting {
            way = .drafts(drafting)
        } else if let editing = channel as? any MessageEditing {
            way = .edits(editing)
        } else {
            return nil
        }
        self.live = live
        self.plan = plan
        self.channel = channel
        self.outbox = outbox
        self.draft = draft
        self.answer = answer
        self.clock = clock
        part = first
        if plan.rules.streaming == .progress { progress = ProgressLines(plan.rules.progress) }
    }

    /// Whether people may see a message that stands for the part.
    private var isPosted = false

    var isSeen: Bool { isPosted && progress == nil }

    var blocks: BlockStops { BlockStops() }

    /// Its last words bring the whole.
    func isShown(_ content: OutgoingPart.Content, as part: Int) -> Bool { false }

    func hear(_ event: TurnEvent.Kind) {
        switch event {
        case .assistantText where progress == nil: news.open()
        case .toolStarted(_, let title):
            switch progress?.toolStarted(title) {
            case .begins: delay = ProgressLines.patience
            case .appears: quick.open()
            case .goesOn: break
            case nil: return
            }
            news.open()
        default: break
        }
    }

    func close(next: Int) {
        if next > part {
            early = nil
            isPosted = false
        }
        part = next
        shown = ""
        blockEnd = 0
        isDone = false
    }

    func end() {
        over.open()
        quick.open()
        news.open()
    }

    func run() async {
        while true {
            await news.wait()
            await quick.wait(atMost: max(interval, delay), on: clock)
            guard !over.isOpen, !Task.isCancelled else { return }
            news = Gate()
            quick = Gate()
            delay = .zero
            await show()
        }
    }

    private var interval: Duration {
        switch way {
        case .drafts(let channel): channel.draftInterval
        case .edits(let channel): channel.editInterval(at: plan.address)
        }
    }

    // MARK: Showing

    private func show() async {
        guard !isDone, let content, content.text != shown else { return }
        do throws(DeliveryError) {
            switch way {
            case .drafts(let channel):
                try await channel.draft(content.text, number: draft, at: plan.address)
                shown = content.text
            case .edits: try await early == nil ? post(content) : change(content)
            }
        } catch {
            switch (error, way) {
            case (.retry(_, let after), _):
                delay = after ?? .zero
                news.open()
            case (.refused, .drafts), (.closed, .drafts):
                guard let editing = channel as? any MessageEditing else { return isDone = true }
                way = .edits(editing)
                news.open()
            case (.unknown, _), (.refused, .edits), (.closed, .edits): break
            }
        }
    }

    /// What was said may be taken back.
    private var hasSomething: Bool { progress != nil || !live.state.text.isEmpty }

    /// The first part as it is now; nil while there is too little to show.
    private var content: OutgoingPart.Content? {
        if progress != nil { return progress?.text().map { plan.status($0, isFirst: part == 0) } }
        let text = live.state.text
        guard !text.isEmpty, text.utf8.count <= Self.mostBytes || early == nil else { return nil }
        var answer = answer
        answer.model = live.state.model?.description ?? answer.model
        let visible = plan.rules.streaming == .block ? blocks(of: text) : text
        let content = plan.beginning(of: visible, from: part, answer: answer)
        guard let content, !shown.isEmpty || content.text.count >= Self.leastCharacters else { return nil }
        return content
    }

    /// What is shown of a text that is shown block by block.
    private func blocks(of text: String) -> String {
        let start = text.utf8.index(text.startIndex, offsetBy: blockEnd, limitedBy: text.endIndex)
        if let start, let end = plan.rules.draftChunk.end(of: text[start...]) {
            blockEnd = text.utf8.distance(from: text.startIndex, to: end)
            return String(text[..<end])
        }
        return String(text[..<(start ?? text.endIndex)])
    }

    // MARK: The early message

    /// On disk before and after; nothing is posted while something else waits to be said in the conversation.
    private func post(_ content: OutgoingPart.Content) async throws(DeliveryError) {
        let mine = part
        do {
            guard try await outbox.isIdle(plan.address) else {
                throw DeliveryError.retry("others come first")
            }
            guard part == mine, hasSomething else { return }
            try await outbox.holding(plan.run) { try await post(content, as: mine) }
        } catch let error as DeliveryError {
            throw error
        } catch {
            // The store's: the answer will meet it, and say so.
            isDone = true
        }
    }

    private func post(_ content: OutgoingPart.Content, as mine: Int) async throws {
        let now = Timestamp.now
        let new = NewOutboxPart(
            run: plan.run, part: mine, address: plan.address, content: content, bot: plan.bot)
        guard let row = try await outbox.store.draft(new, at: now) else { return isDone = true }
        var outgoing = row.outgoing
        // Posted before a crash, but under which id is not known: the outbox finds out, with the whole answer.
        guard row.platformID != nil || row.triedAt == now else { return isDone = true }
        guard part == mine, hasSomething else {
            if row.platformID == nil { try await outbox.store.forget(row.id) }
            return
        }
        outgoing.triedAt = nil
        isPosted = true
        do throws(DeliveryError) {
            let id = try await channel.deliver(outgoing)
            try await storing { try await outbox.drafted(row, as: id) }
            guard part == mine else { return }
            early = Early(row: row.id, nonce: row.nonce, posted: id)
            shown = content.text
        } catch {
            switch error {
            // Whether it is seen is not known, or it was and is gone: from here on it is the outbox's.
            case .unknown: if row.platformID == nil, part == mine { isDone = true }
            case .retry:
                if row.platformID == nil { try await outbox.store.forget(row.id) }
                if part == mine { isPosted = row.platformID != nil }
            case .refused, .closed:
                try await outbox.store.forget(row.id)
                if part == mine {
                    isPosted = false
                    isDone = true
                }
            }
            throw error
        }
    }

    private func storing(_ work: () async throws -> Void) async throws(DeliveryError) {
        do { try await work() } catch { throw .unknown("\(error)") }
    }

    private func change(_ content: OutgoingPart.Content) async throws(DeliveryError) {
        guard let early else { return }
        let mine = part
        let outgoing = OutgoingPart(
            address: plan.address, content: content, nonce: early.nonce, posted: early.posted)
        do {
            try await outbox.holding(plan.run) {
                do throws(DeliveryError) {
                    _ = try await channel.deliver(outgoing)
                    if part == mine { shown = content.text }
                } catch {
                    // Somebody has deleted it: the answer is posted anew.
                    switch error {
                    case .retry, .unknown: break
                    case .refused, .closed:
                        try await outbox.store.forget(early.row)
                        if part == mine {
                            self.early = nil
                            isPosted = false
                            isDone = true
                        }
                    }
                    throw error
                }
            }
        } catch let error as DeliveryError {
            throw error
        } catch {
            isDone = true
        }
    }
}
