import Core
import Store

/// Sends an answer block by block while it is written, each a message of its own that stays.
///
/// Each has a row in the outbox before it is posted, as in `LiveReply`: after a crash the next attempt's blocks take the
/// places of what was posted. When the answer is whole, its parts begin with what is seen of it.
@MainActor
final class BlockReply: EarlyReply {
    private let plan: ReplyPlan
    private let live: ActiveRun
    private let answer: ResponsePrefix.Answer
    private let channel: any MessageEditing
    private let outbox: Outbox
    private let delay: HumanDelay
    private let clock: any Clock<Duration>
    private let empty: BlockCutter
    private var cutter: BlockCutter
    /// The first part of the message that is being written.
    private var first: Int
    private var seen: [Block] = []
    /// The rest comes with the whole answer.
    private var isDone = false
    /// The message is whole, and another one begins.
    private var closing = Gate()
    private var news = Gate()
    private let over = Gate()

    /// A block that is seen.
    private struct Block {
        let row: Int64
        let posted: MessageID
        let content: OutgoingPart.Content
    }

    /// Between two looks at what the model says.
    static let interval = Duration.milliseconds(200)

    /// `first` is the part that is written next.
    init(
        _ live: ActiveRun, plan: ReplyPlan, channel: any MessageEditing, outbox: Outbox, from first: Int,
        answer: ResponsePrefix.Answer, streaming: BlockStreaming, delay: HumanDelay,
        clock: any Clock<Duration>
    ) {
        self.live = live
        self.plan = plan
        self.channel = channel
        self.outbox = outbox
        self.first = first
        self.answer = answer
        self.delay = delay
        self.clock = clock
        empty = BlockCutter(streaming, for: plan.rules, longest: plan.limits.longest)
        cutter = empty
    }

    private(set) var isSeen = false

    var blocks: BlockStops { cutter.stops }

    func isShown(_ content: OutgoingPart.Content, as part: Int) -> Bool {
        seen.indices.contains(part - first) && seen[part - first].content == content
    }

    func hear(_ event: TurnEvent.Kind) { if case .assistantText = event { news.open() } }

    func close(next: Int) {
        if next > first {
            seen = []
            isSeen = false
        }
        first = next
        cutter = empty
        isDone = false
        closing.open()
        closing = Gate()
    }

    func end() {
        over.open()
        news.open()
        closing.open()
    }

    func run() async {
        var pause = Self.interval
        while true {
            await news.wait()
            await over.wait(atMost: pause, on: clock)
            guard !over.isOpen, !Task.isCancelled else { return }
            news = Gate()
            pause = Self.interval
            guard !isDone, !live.state.text.isEmpty else { continue }
            do throws(DeliveryError) {
                if try await showBlocks() {
                    pause = max(pause, cutter.idle)
                    news.open()
                }
            } catch {
                guard case .retry(_, let after) = error else { continue }
                pause = max(pause, after ?? .zero)
                news.open()
            }
        }
    }

    // MARK: Showing

    /// True when more may be cut off soon, though nothing is added.
    private func showBlocks() async throws(DeliveryError) -> Bool {
        let mine = first
        var answer = answer
        answer.model = live.state.model?.description ?? answer.model
        let (contents, isUnfinished) = plan.blocks(
            of: live.state.text, from: first, answer: answer, cutter: &cutter)
        for (index, content) in contents.enumerated() {
            guard first == mine, !isDone else { return false }
            let known = seen.indices.contains(index) ? seen[index] : nil
            if known?.content == content { continue }
            if known == nil, index > 0 { await closing.wait(atMost: delay.pause(), on: clock) }
            guard first == mine, !isDone, !over.isOpen else { return false }
            try await show(content, at: index, of: mine)
        }
        return isUnfinished
    }

    /// On disk before and after; nothing is posted while something else waits to be said in the conversation.
    private func show(_ content: OutgoingPart.Content, at index: Int, of mine: Int)
        async throws(DeliveryError)
    {
        do {
            guard try await outbox.isIdle(plan.address) else {
                throw DeliveryError.retry("others come first")
            }
            guard first == mine else { return }
            try await outbox.holding(plan.run) { try await post(content, at: index, of: mine) }
        } catch let error as DeliveryError {
            throw error
        } catch {
            // The store's: the answer will meet it, and say so.
            isDone = true
        }
    }

    private func post(_ content: OutgoingPart.Content, at index: Int, of mine: Int) async throws {
        let now = Timestamp.now
        let new = NewOutboxPart(
            run: plan.run, part: mine + index, address: plan.address, content: content, bot: plan.bot)
        guard let row = try await outbox.store.draft(new, at: now) else { return isDone = true }
        // Tried before a crash: the platform may have it, and tells it by its mark if it can.
        let isFirstAttempt = row.platformID == nil && row.triedAt == now
        guard first == mine else {
            if isFirstAttempt { try await outbox.store.forget(row.id) }
            return
        }
        var outgoing = row.outgoing
        if isFirstAttempt { outgoing.triedAt = nil }
        isSeen = true
        do throws(DeliveryError) {
            let id = try await channel.deliver(outgoing)
            try await storing { try await outbox.drafted(row, as: id) }
            if first == mine { note(Block(row: row.id, posted: id, content: content), at: index) }
        } catch {
            switch error {
            // From here on it is the outbox's.
            case .unknown: if first == mine { isDone = true }
            case .retry: if isFirstAttempt { try await outbox.store.forget(row.id) }
            // Or somebody has deleted it: the answer is posted anew.
            case .refused, .closed:
                try await outbox.store.forget(row.id)
                if first == mine {
                    seen.removeSubrange(min(index, seen.count)...)
                    isDone = true
                }
            }
            throw error
        }
    }

    private func note(_ block: Block, at index: Int) {
        if seen.indices.contains(index) {
            seen[index] = block
        } else if index == seen.count {
            seen.append(block)
        }
    }

    private func storing(_ work: () async throws -> Void) async throws(DeliveryError) {
        do { try await work() } catch { throw .unknown("\(error)") }
    }
}
