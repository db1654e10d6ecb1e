package import Core
package import Store

/// Sends what is stored to be sent: each conversation's parts one after another, conversations side by side.
///
/// A part is on disk before it goes out, and its fate is on disk before the next one does.
@MainActor
package final class Outbox {
    let store: OutboxStore
    private let board: ChannelBoard
    private let clock: any Clock<Duration>
    private let log: Log
    private let work = TaskPool()
    /// Conversations that are being worked on, and whether something new has come meanwhile.
    private var busy: [Address: Bool] = [:]
    /// Runs of which something is on its way to be seen early: their parts wait until it is known what became of it.
    private var early: [RunID: Gate] = [:]
    /// Parts that are being sent.
    private var inFlight: [Int64: Flight] = [:]
    /// Hears of each part that no platform will get.
    var gaveUp: (OutboxPart) -> Void = { _ in }
    /// What platforms have, and the disk does not know yet because it refused to be written.
    private var unwritten: [Int64: Posted] = [:]
    /// Parts that were begun, and of which the disk does not know yet what became of them.
    private var unsettled: Set<Int64> = []
    /// What is to be in their place afterwards.
    private var changes: [Int64: OutgoingPart.Content] = [:]
    private var isStopping = false
    /// Why files did not go with the words of these runs.
    private(set) var leftBehind: [RunID: String] = [:]
    /// When parts have failed last.
    private var failures: [Int64: Timestamp] = [:]
    /// Told when a part was sent, put off or given up.
    var settled: (RunID) -> Void = { _ in }
    private let stopping = Gate()

    private struct Flight {
        let began = Timestamp.now
        let end = Gate()
    }

    private struct Posted {
        let id: MessageID
        /// Whether it is all of the part.
        let isWhole: Bool
    }

    /// A part that could not be sent for so long is given up: the person has moved on.
    private static let longestWait: Duration = .seconds(24 * 3600)
    private static let firstPause: Duration = .seconds(1)
    private static let longestPause: Duration = .seconds(300)
    /// Between two attempts to write, while the disk refuses: room is made within seconds.
    private static let longestDiskPause: Duration = .seconds(10)
    /// After a restart with a clock that was set back a moment may seem far away; a platform that still wants to be left
    /// alone says so again.
    private static let longestTrustedPause: Duration = .seconds(900)
    /// What was tried less often is not given up for its age: the clock may have been set forward.
    private static let leastAttempts = 10
    /// What failed so often, which takes an hour, and again after others of its account arrived, must not hold up its chat
    /// for a day.
    private static let mostAttemptsAlone = 20
    /// Parts whose last failure is remembered.
    private static let mostFailures = 500

    /// Runs remembered whose files stayed behind; who has sent them looks at once.
    private static let mostLeftBehind = 500

    package init(
        store: OutboxStore, board: ChannelBoard, log: Log, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.store = store
        self.board = board
        self.log = log
        self.clock = clock
    }

    /// Takes up what the last process left, then sends what comes until cancelled.
    package func run() async {
        do {
            let unknown = try await store.recover()
            if unknown > 0 {
                log.info("Parts of replies may have been sent before the restart.", ["count": "\(unknown)"])
            }
        } catch {
            log.error("The outbox could not be read.", ["reason": "\(error)"])
        }
        await work.run()
    }

    /// Starts nothing new, and waits for what is on its way.
    package func flush(timeout: Duration) async {
        isStopping = true
        stopping.open()
        let deadline = ContinuousClock.now + timeout
        while !busy.isEmpty, ContinuousClock.now < deadline {
            do { try await clock.sleep(for: .milliseconds(20)) } catch { return }
        }
    }

    /// There is something to send in this conversation.
    package func wake(_ conversation: Address) {
        guard !isStopping else { return }
        if busy.updateValue(true, forKey: conversation) == nil {
            work.add { await self.empty(conversation) }
        }
    }

    /// The account can be sent to: takes up all that waits for it.
    package func wake(_ account: ChannelKey) {
        work.add {
            do {
                for conversation in try await self.store.conversations() where conversation.key == account {
                    self.wake(conversation)
                }
            } catch {
                self.log.error("The outbox could not be read.", ["reason": "\(error)"])
            }
        }
    }

    // MARK: Early messages

    /// Whether nothing waits to be said in a conversation.
    func isIdle(_ conversation: Address) async throws -> Bool {
        guard busy[conversation] == nil, !isStopping else { return false }
        return try await store.next(in: conversation) == nil
    }

    /// Keeps the parts of a run from going out while `work` shows the beginning of one.
    func holding(_ run: RunID, _ work: () async throws -> Void) async rethrows {
        let gate = Gate()
        early[run] = gate
        defer {
            early[run] = nil
            gate.open()
        }
        try await work()
    }

    /// The beginning of a part is to be seen as this message.
    func drafted(_ part: OutboxPart, as id: MessageID) async throws {
        try await write(Posted(id: id, isWhole: false), of: part)
    }

    // MARK: Changes

    /// Puts something else in the place of a part, whether people see it already or not; empty content takes it away.
    func change(_ part: OutboxPart, to content: OutgoingPart.Content) async throws {
        // It may begin to be sent, and have been sent, while the store is asked.
        for _ in 0..<3 where !unsettled.contains(part.id) {
            if try await store.change(part.id, to: content) {
                settled(part.run)
                var address = part.address
                address.account = try await store.account(of: part.id) ?? address.account
                return wake(address)
            }
            // What was given up nobody will see.
            let now = try await store.parts(of: part.run).first { $0.id == part.id }
            guard now?.state == .sending else { return }
        }
        changes[part.id] = content
    }

    /// Puts in the place of a part what was to come there after it.
    private func takeUpChanges(of part: OutboxPart) async throws {
        defer { unsettled.remove(part.id) }
        while let content = changes.removeValue(forKey: part.id) {
            _ = try await store.change(part.id, to: content)
        }
    }

    // MARK: One conversation

    private func empty(_ conversation: Address) async {
        var pauses = Backoff(first: Self.firstPause, longest: Self.longestDiskPause)
        while busy[conversation] == true {
            busy[conversation] = false
            do {
                try await sendAll(in: conversation)
                pauses.succeeded()
            } catch {
                if pauses.failures == 0 {
                    log.error(
                        "The outbox cannot be written: nothing is sent until it can.",
                        ["reason": "\(error)", "channel": conversation.channel.rawValue])
                }
                await stopping.wait(atMost: pauses.next(), on: clock)
                if !isStopping && !Task.isCancelled { busy[conversation] = true }
            }
        }
        busy[conversation] = nil
    }

    private func sendAll(in conversation: Address) async throws {
        while !isStopping, !Task.isCancelled, var part = try await store.next(in: conversation) {
            if let gate = early[part.run] {
                await gate.wait()
                continue
            }
            // Begun by the account that its bot had before.
            if let flight = inFlight[part.id] {
                await flight.end.wait()
                continue
            }
            if let posted = unwritten[part.id] {
                try await write(posted, of: part)
                guard !posted.isWhole else {
                    try await takeUpChanges(of: part)
                    continue
                }
                part.platformID = posted.id
            }
            guard await isDue(part) else { return }
            guard let channel = board.channel(conversation.key) else {
                // `wake` comes when the account runs again.
                guard try await giveUpIfOld(part, "\(board.label(conversation.key)) is not running") else {
                    return
                }
                continue
            }
            try await send(part, through: channel)
        }
    }

    /// Writes down what a platform has; it is remembered for as long as the disk refuses.
    private func write(_ posted: Posted, of part: OutboxPart) async throws {
        unwritten[part.id] = posted
        if posted.isWhole {
            try await store.sent(part.id, platformID: posted.id)
        } else {
            try await store.drafted(part.id, platformID: posted.id)
        }
        unwritten[part.id] = nil
        if posted.isWhole { settled(part.run) }
    }

    /// Waits until the part's time has come; false when the gateway stops first.
    private func isDue(_ part: OutboxPart) async -> Bool {
        let pause = min(part.nextAttemptAt - Timestamp.now, Self.longestTrustedPause)
        if pause > .zero { await stopping.wait(atMost: pause, on: clock) }
        return !isStopping && !Task.isCancelled
    }

    private func send(_ part: OutboxPart, through channel: any Channel) async throws {
        let flight = Flight()
        inFlight[part.id] = flight
        unsettled.insert(part.id)
        defer {
            inFlight[part.id] = nil
            flight.end.open()
        }
        try await attempt(part, through: channel)
        try await takeUpChanges(of: part)
    }

    private func attempt(_ part: OutboxPart, through channel: any Channel) async throws {
        if part.content.isEmpty { return try await withdraw(part, from: channel) }
        guard try await store.sending(part.id, by: part.address.account) else { return }
        if part.triedAt != nil && part.platformID == nil {
            board.change(part.address.key) { $0.repeatedCount += 1 }
        }
        let id: MessageID
        do throws(DeliveryError) {
            id = try await channel.deliver(part.outgoing)
        } catch {
            switch error {
            // What was seen early is gone, or cannot be changed: all of it is posted anew.
            case .refused where part.platformID != nil, .closed where part.platformID != nil:
                try await store.forget(part.id)
            case .refused(let reason):
                try await giveUp(part, reason, telling: Undelivered.note(on: part, reason))
            case .closed(let reason): try await giveUp(part, reason)
            case .retry(let reason, let after):
                try await retry(part, reason, after: after, triedAt: part.triedAt)
            case .unknown(let reason):
                try await retry(part, reason, after: nil, triedAt: part.triedAt ?? .now)
            }
            return
        }
        if let reason = (channel as? any FileLeaving)?.leftBehind(of: part.nonce) {
            if leftBehind.count > Self.mostLeftBehind { leftBehind = [:] }
            leftBehind[part.run] = reason
        }
        // What is counted is on disk, or could not be written.
        defer { noteSent(on: part.address.key) }
        try await write(Posted(id: id, isWhole: true), of: part)
    }

    /// A part has reached its platform.
    func noteSent(on account: ChannelKey) {
        board.change(account) {
            $0.lastOutboundAt = .now
            $0.sentCount += 1
        }
    }

    /// Takes away what was seen of an answer that has come to nothing.
    private func withdraw(_ part: OutboxPart, from channel: any Channel) async throws {
        if let posted = part.platformID, let channel = channel as? any MessageEditing {
            guard try await store.sending(part.id, by: part.address.account) else { return }
            do throws(DeliveryError) {
                try await channel.remove(posted, at: part.address)
            } catch {
                switch error {
                case .refused, .closed: break  // somebody else did, or it stays
                case .retry(let reason, let after):
                    return try await retry(part, reason, after: after, triedAt: part.triedAt)
                case .unknown(let reason):
                    return try await retry(part, reason, after: nil, triedAt: part.triedAt)
                }
            }
        }
        try await store.sent(part.id, platformID: nil, reason: "there was nothing to say after all")
        settled(part.run)
    }

    private func retry(_ part: OutboxPart, _ reason: String, after: Duration?, triedAt: Timestamp?)
        async throws
    {
        let isOld = isTooOld(part) && part.attempts >= Self.leastAttempts
        guard !isOld, after != nil || !failsAlone(part) else {
            return try await giveUp(part, reason, telling: Undelivered.note(on: part, reason))
        }
        var backoff = Backoff(first: Self.firstPause, longest: Self.longestPause, failures: part.attempts)
        let pause = after ?? backoff.next()
        board.change(part.address.key) { $0.lastError = reason }
        log.named(part.address.channel.rawValue).warning(
            "a part of a reply was not sent: \(reason); trying again in \(max(pause.components.seconds, 1)) s",
            ["attempt": "\(part.attempts + 1)", "run.id": part.run.rawValue])
        try await store.retry(part.id, at: .now + pause, reason: reason, triedAt: triedAt)
        settled(part.run)
    }

    /// Whether it has failed very often, and its account could send others between its last failure and this attempt.
    private func failsAlone(_ part: OutboxPart) -> Bool {
        if failures.count > Self.mostFailures { failures = [:] }
        guard let before = failures.updateValue(.now, forKey: part.id),
            let sent = board.state(part.address.key)?.lastOutboundAt
        else { return false }
        return part.attempts >= Self.mostAttemptsAlone && before < sent
            && sent < inFlight[part.id]?.began ?? .now
    }

    private func isTooOld(_ part: OutboxPart) -> Bool { Timestamp.now - part.createdAt > Self.longestWait }

    /// An account that is on may be between two attempts to connect. Returns whether it was given up.
    private func giveUpIfOld(_ part: OutboxPart, _ reason: String) async throws -> Bool {
        let isOff = board.rules(part.address.key) == nil
        guard isTooOld(part), isOff || part.attempts >= Self.leastAttempts else { return false }
        try await giveUp(part, reason)
        return true
    }

    /// The note stands in the conversation's order like everything else that is said there.
    private func giveUp(_ part: OutboxPart, _ reason: String, telling note: NewOutboxPart? = nil) async throws
    {
        try await store.failed(part.id, reason: reason, telling: note)
        failures[part.id] = nil
        changes[part.id] = nil
        unsettled.remove(part.id)
        gaveUp(part)
        board.change(part.address.key) { $0.lastError = reason }
        log.named(part.address.channel.rawValue).error(
            "a part of a reply was given up: \(reason)",
            ["run.id": part.run.rawValue, "part": "\(part.part)"])
        settled(part.run)
    }
}
