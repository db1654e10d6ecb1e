import Core
import Store

extension Switchboard {
    // MARK: Waiting

    /// How a message waits: its own wish first, then its session's, then the config's.
    func rule(for message: InboundMessage) async throws -> QueueRule {
        rule(for: message, in: try await stores.sessions.entry(message.session))
    }

    func rule(for message: InboundMessage, in session: SessionEntry?) -> QueueRule {
        var wish = session.map { QueueWish(of: $0) } ?? QueueWish()
        wish.mode = message.options.queueMode ?? wish.mode
        return settings.queue.rule(for: message.address.channel, wish)
    }

    /// The same for a message that is found in the inbox, at once: `wish` is its session's.
    ///
    /// There was room for it when it came: it is not turned away now.
    func rule(ofFound entry: InboxEntry, _ wish: QueueWish = QueueWish()) -> QueueRule {
        var wish = wish
        wish.mode = entry.message?.options.queueMode ?? wish.mode
        var rule = settings.queue.rule(for: entry.channel, wish)
        if rule.overflow != .summarize { rule.most = .max }
        return rule
    }

    /// Whether more is likely to be said before a message need be answered (`messages.inbound.debounceMs`).
    func waitsForMore(_ message: InboundMessage) -> Bool {
        !message.isWhole && settings.queue.rule(for: message.address.channel).inboundQuiet > .zero
    }

    /// Puts a message where it waits, and starts what may start.
    func enqueue(_ item: TurnQueue.Item) {
        let session = item.entry.session
        var item = item
        item.isBehindTurn =
            queue.isRunning(session) || queue.waiting(in: session).last?.isBehindTurn == true
        item.quiet = quiet(after: item)
        let isPlain = item.isPlain
        // Where many wait, first pictures and then also words are read back in their turn.
        let most = item.entry.isLarge ? Self.mostLargeBytes : Self.mostWaitingBytes
        if item.weight + queue.waitingBytes > most { item.letGo() }
        queue.append(item)
        if isPlain {
            makeRoom(in: session, item.rule)
            if item.rule.mode == .interrupt { interrupt(session) }
        }
        rest(session)
        startNext()
    }

    /// Bytes in memory of all messages that wait, beyond which no large one is kept there, and no other.
    private static let mostLargeBytes = 16 << 20
    private static let mostWaitingBytes = 24 << 20

    /// What runs gives way to a newer message, and so does what waits for room: the newer one is asked with it behind it.
    private func interrupt(_ session: SessionKey) {
        book.stop(in: session, .interrupt)
        let older = queue.remove { $0.entry.session == session && $0.load != nil && !$0.isPlain }
        guard !older.isEmpty else { return }
        queue.hold(session)
        work.add {
            for item in older { await self.drop(item, .interrupt) }
            self.queue.release(session)
            self.startNext()
        }
    }

    /// What comes while the session is at work waits for an end of what is said; what is said in one go does always.
    private func quiet(after item: TurnQueue.Item) -> Duration {
        guard item.isPlain, let message = item.entry.message else { return .zero }
        let inbound = message.isWhole ? .zero : item.rule.inboundQuiet
        return item.isBehindTurn ? max(item.rule.quiet, inbound) : inbound
    }

    private func makeRoom(in session: SessionKey, _ rule: QueueRule) {
        while queue.waiting(in: session).count(where: \.isPlain) > rule.most {
            let before = queue.waitingCount
            switch rule.overflow {
            case .summarize: queue.shortenOldest(of: session)
            // There was room when they came.
            case .new: return
            case .old:
                if let item = queue.takeOldest(of: session) {
                    // Who has chosen a command from the platform's menu waits for a word.
                    let isTold =
                        item.entry.message.map { $0.origin?.handle != nil || isFirstLeftOut($0) } ?? true
                    work.add { await self.refuse(item, .overtaken(rule.most), isTold: isTold) }
                }
            }
            guard queue.waitingCount < before else { return }
        }
    }

    /// Lets a session wait until nothing more has been said for a while, when that is what its last message wants.
    func rest(_ session: SessionKey) {
        guard !queue.isRunning(session), let first = queue.waiting(in: session).first else { return }
        let rest = first.isPlain ? restLeft(in: session) : .zero
        guard rest > .zero else { return queue.wake(session) }
        let nap = queue.rest(session)
        work.add {
            do { try await self.clock.sleep(for: rest) } catch { return }
            self.queue.wake(session, after: nap)
            self.startNext()
        }
    }

    /// Of the messages that would be answered together, the last one counts.
    private func restLeft(in session: SessionKey) -> Duration {
        let items = queue.waiting(in: session)
        var last = items[0]
        for item in items.dropFirst() {
            guard last.mayJoin(item) else { break }
            last = item
        }
        // A clock that was set back must not make it longer.
        return last.quiet - max(.now - last.entry.receivedAt, .zero)
    }

    // MARK: Sharing a turn

    /// A message that was answered in the turn of another one has its outcome, too.
    func end(_ entry: InboxEntry, with outcome: RunOutcome) {
        counts.count(outcome)
        book.ended(entry.run, outcome)
        // On chat platforms nobody knows of runs.
        guard entry.channel == .webchat else { return }
        events.publish(
            TurnEvent(
                run: entry.run, session: entry.session, sessionID: outcome.sessionID,
                agent: settings.agent(of: entry.session), sequence: 1, at: .now, kind: outcome.endOfSharer))
    }
}

/// Messages that come while a turn runs and are to be heard in it (`QueueMode.steer`).
@MainActor
final class Latecomers {
    private let live: ActiveRun
    private let message: InboundMessage
    private unowned let switchboard: Switchboard

    init(of live: ActiveRun, _ message: InboundMessage, at switchboard: Switchboard) {
        self.live = live
        self.message = message
        self.switchboard = switchboard
    }

    /// Whether somebody waits to be heard.
    var areWaiting: Bool {
        switchboard.queue.waiting(in: live.session).first.map(mayJoin) ?? false
    }

    /// Takes them out of the queue: from here on the turn answers them, too.
    func take() -> [TurnQueue.Item] {
        let items = switchboard.queue.takeFirst(of: live.session, while: mayJoin)
        live.joined += items.flatMap(\.entries)
        return items
    }

    /// Puts them back, because the turn could not be told of them.
    func giveBack(_ items: [TurnQueue.Item]) {
        let ids = Set(items.flatMap { $0.entries.map(\.id) })
        live.joined.removeAll { ids.contains($0.id) }
        switchboard.queue.giveBack(items)
    }

    private func mayJoin(_ item: TurnQueue.Item) -> Bool {
        guard live.abortReason == nil, item.isPlain, item.rule.mode == .steer, let other = item.entry.message
        else { return false }
        return other.images.isEmpty && message.sharesTurn(with: other)
    }
}

extension InboundMessage {
    /// Whether nothing is to be expected behind it: a file ends what is said in one go.
    fileprivate var isWhole: Bool { hasFiles || !images.isEmpty || address.channel == .webchat }
}

extension RunOutcome {
    /// What is told of a message whose answer was told as another one's.
    fileprivate var endOfSharer: TurnEvent.Kind {
        switch status {
        case .ok:
            .ended(
                TurnEnd(
                    startedAt: startedAt, endedAt: endedAt, stopReason: .stop, text: nil, wholeText: "",
                    usage: Usage(), model: nil, toolNames: []))
        case .aborted:
            .aborted(
                stopReason.flatMap { AbortReason(rawValue: $0) } ?? .rpc, startedAt: startedAt,
                endedAt: endedAt, partialText: nil)
        case .error:
            .failed(failure ?? .lost, startedAt: startedAt, endedAt: endedAt, partialText: nil)
        }
    }
}

extension TurnFailure {
    static func overtaken(_ most: Int) -> TurnFailure {
        TurnFailure(
            kind: .rejected,
            message: "This message was left out, because \(most) newer ones waited for an answer "
                + "(`messages.queue.cap`). Send it again if it still matters.")
    }
}
