import Core
import Store

extension Switchboard {
    /// Takes up what a crash left, then runs turns until cancelled.
    ///
    /// Turns that are cancelled with it stay in the journal and are run again at the next start.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.deadlines.run(on: self.clock) }
            group.addTask { await self.work.run() }
            group.addTask {
                await self.recover()
                await self.watch()
            }
        }
    }

    /// Starts no more turns, and waits until those that run have ended or the time is up.
    package func drain(timeout: Duration) async {
        isDraining = true
        let runs = Array(book.active.values)
        guard !runs.isEmpty else { return }
        let allEnded = Gate()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for run in runs { await run.ended.wait() }
                allEnded.open()
            }
            await allEnded.wait(atMost: timeout, on: clock)
            group.cancelAll()
        }
        await putDown(runs.filter { !$0.ended.isOpen })
    }

    /// A stop in order is no sign that a message brings the process down; one in the middle of a tool may be the tool's
    /// doing.
    private func putDown(_ runs: [ActiveRun]) async {
        let runs = runs.filter { $0.state.openTools.isEmpty }.map(\.run)
        guard !runs.isEmpty else { return }
        do {
            try await stores.journal.putDown(runs)
        } catch {
            log.debug(
                "Turns that wait for the next start count as ones that failed.", ["reason": "\(error)"])
        }
    }

    // MARK: Recovery

    /// Nothing new begins before what the last process has left is known.
    private func recover() async {
        var pauses = Backoff(first: .seconds(1), longest: .seconds(10))
        while true {
            do {
                try await takeUpAll()
                break
            } catch {
                log.error("What the last process left could not be read.", ["reason": "\(error)"])
            }
            do { try await clock.sleep(for: pauses.next()) } catch { break }
        }
        recovered.open()
    }

    private func takeUpAll() async throws {
        // What a turn has said already stands in its transcript: nothing else of its session may come before it.
        var nobodys: [RunID] = []
        for turn in try await stores.journal.interrupted() {
            guard let entry = turn.inbox, entry.outcome == nil else {
                nobodys.append(turn.run)
                continue
            }
            counts.recovered += 1 + turn.joined.count
            admit(entry, rule(ofFound: entry), interrupted: turn)
        }
        try await eachUnanswered { entry, wish in
            guard !held.contains(entry.id) else { return }
            counts.recovered += 1
            takeUp(entry, wish)
        }
        // A journal without a message has nobody to answer.
        for run in nobodys { try await stores.journal.abandon(run) }
        if counts.recovered > 0 {
            log.info("Took up messages without an answer.", ["count": "\(counts.recovered)"])
        }
    }

    /// `take` must not wait: what a page says of a message holds only until somebody has had time to answer it.
    private func eachUnanswered(_ take: (InboxEntry, QueueWish) -> Void) async throws {
        var last: InboxID = 0
        while true {
            let page = try await stores.inbox.unanswered(after: last)
            guard let end = page.entries.last?.id else { return }
            last = end
            let wishes = page.sessions.mapValues { QueueWish(of: $0) }
            for entry in page.entries { take(entry, wishes[entry.session] ?? QueueWish()) }
        }
    }

    /// A message that is found in the inbox, and that nobody works on; `wish` is its session's.
    func takeUp(_ entry: InboxEntry, _ wish: QueueWish) {
        guard let message = entry.message, isStop(message) else {
            return admit(entry, rule(ofFound: entry, wish))
        }
        held.insert(entry.id)
        let before = takeOut(before: entry)
        work.add { await self.carryOut(stop: entry, of: before) }
    }

    /// The volume can be written again: takes up what waited, and what could not be stored.
    package func reopen() {
        guard recovered.isOpen else { return }
        startNext()
        work.add { await self.takeUpStalled() }
    }

    /// The disk may refuse and have room; where it has none, `reopen` tells when there is some.
    func takeUpLater() {
        guard !isPausing else { return }
        isPausing = true
        let pause = storePauses.next()
        work.add {
            do { try await self.clock.sleep(for: pause) } catch { return }
            self.isPausing = false
            await self.takeUpStalled()
        }
    }

    private func takeUpStalled() async {
        let items = queue.stalledItems
        guard !items.isEmpty, !isDraining, volume?.isShut != true else { return }
        do {
            let turns = try await stores.journal.interrupted()
            for item in items { resume(item, turns.first { $0.run == item.entry.run }) }
            // Another item may have come to be the first meanwhile.
            if !queue.stalledItems.isEmpty { takeUpLater() }
            startNext()
        } catch {
            log.error("What could not be stored before could not be read.", ["reason": "\(error)"])
            takeUpLater()
        }
    }

    /// What it is and what shares its turn is known by the journal, or by the item when nothing of a turn is in there.
    private func resume(_ item: TurnQueue.Item, _ turn: InterruptedTurn?) {
        var again = TurnQueue.Item(entry: item.entry, interrupted: turn)
        again.rule = item.rule
        again.text = item.text
        if let turn {
            again.joined = turn.joined.map { TurnQueue.Joined(entry: $0) }
        } else {
            (again.command, again.joined) = (item.command, item.joined)
        }
        queue.resume(with: again)
    }

    // MARK: Watchdog

    /// A message that is in the inbox and in nobody's hands would wait for ever; every five minutes is soon enough.
    private static let watchInterval: Duration = .seconds(300)

    private func watch() async {
        while !Task.isCancelled {
            do { try await clock.sleep(for: Self.watchInterval) } catch { return }
            _ = await unanswered()
        }
    }

    /// A message may be on disk and its `submit` not yet back: only older ones count.
    private static let grace: Duration = .seconds(10)

    /// Counts acknowledged messages that nobody works on, and takes them up again.
    package func unanswered() async -> Int {
        guard recovered.isOpen, !isDraining else { return 0 }
        do {
            var lost = 0
            try await eachUnanswered { entry, wish in
                guard !held.contains(entry.id), entry.receivedAt < .now - Self.grace else { return }
                lost += 1
                log.error("A message had no outcome and nobody at work.", ["run.id": entry.run.rawValue])
                takeUp(entry, wish)
            }
            counts.unanswered = lost
        } catch {
            log.error("The inbox could not be counted.", ["reason": "\(error)"])
        }
        return counts.unanswered
    }
}
