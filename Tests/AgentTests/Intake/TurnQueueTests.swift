import Core
import Testing

@testable import Agent
@testable import Store

struct TurnQueueTests {
    @Test
    func `a session has one turn at a time and the others go on`() {
        var queue = TurnQueue()
        for (id, session) in [(1, "a"), (2, "a"), (3, "b")] { queue.append(.sample(id, in: session)) }

        #expect(queue.next(mostTurns: 4)?.entry.id == 1)
        #expect(queue.next(mostTurns: 4)?.entry.id == 3)
        #expect(queue.next(mostTurns: 4) == nil)
        queue.finished("a")
        #expect(queue.next(mostTurns: 4)?.entry.id == 2)
    }

    @Test
    func `a busy session goes behind the others`() {
        var queue = TurnQueue()
        for id in 1...3 { queue.append(.sample(id, in: "a")) }
        queue.append(.sample(4, in: "b"))
        var order: [InboxID] = []
        while let item = queue.next(mostTurns: 1) {
            order.append(item.entry.id)
            queue.finished(item.entry.session)
        }

        #expect(order == [1, 4, 2, 3])
    }

    @Test
    func `commands start while turns must wait`() {
        var queue = TurnQueue()
        queue.append(.sample(1, in: "a"))
        queue.append(.sample(2, in: "b"))
        var command = TurnQueue.Item.sample(3, in: "c")
        command.command = SlashCommands.standard.find("/status")
        queue.append(command)

        #expect(queue.next(mostTurns: 1)?.entry.id == 1)
        #expect(queue.next(mostTurns: 1)?.entry.id == 3)
        #expect(queue.next(mostTurns: 1) == nil)
        #expect(queue.runningTurns == 1)
    }

    @Test
    func `a command that asks the model takes a turn's place`() {
        var queue = TurnQueue()
        for (id, session) in [(1, "a"), (2, "b")] {
            var command = TurnQueue.Item.sample(id, in: session)
            command.command = SlashCommands.standard.find("/compact")
            queue.append(command)
        }

        #expect(queue.next(mostTurns: 1)?.entry.id == 1 && queue.runningTurns == 1)
        #expect(queue.next(mostTurns: 1) == nil)
        queue.finished("a")
        #expect(queue.next(mostTurns: 1)?.entry.id == 2)
    }

    @Test
    func `heavy turns wait for room in their order, and light ones pass them`() {
        var queue = TurnQueue()
        for (id, load) in [(1, 40 << 20), (2, 20 << 20), (3, 2 << 20), (4, 1000), (5, 2 << 20)] {
            var item = TurnQueue.Item.sample(id, in: "s\(id)")
            item.load = load
            queue.append(item)
        }

        #expect(queue.next(mostTurns: 4)?.entry.id == 1, "one may always run")
        #expect(queue.next(mostTurns: 4)?.entry.id == 4, "a light one is never kept waiting")
        #expect(queue.next(mostTurns: 4) == nil && queue.runningTurns == 2)
        let passes = queue.holds(2 << 20, in: "s4")
        #expect(!passes, "nobody who turns out to be heavy passes those who wait")
        queue.finished("s1")
        #expect(queue.next(mostTurns: 4)?.entry.id == 2)
        #expect(queue.next(mostTurns: 4)?.entry.id == 3, "22 MiB fit together")
        #expect(queue.next(mostTurns: 4)?.entry.id == 5, "24 MiB as well")
        let goesOn = queue.holds(1000, in: "s4")
        #expect(goesOn)
    }

    @Test
    func `what is put back comes before what waits, and only when it may`() {
        var queue = TurnQueue()
        for id in 1...3 { queue.append(.sample(id, in: "a")) }
        let first = queue.next(mostTurns: 1)
        queue.putBack(.sample(1, in: "a"))
        queue.finished("a")

        #expect(first?.entry.id == 1 && queue.waitingCount == 3 && queue.runningTurns == 0)
        #expect(queue.next(mostTurns: 1) == nil && queue.isBusy("a"))
        #expect(queue.stalledItems.map(\.entry.id) == [1])
        queue.resume(with: .sample(2, in: "a"))
        #expect(queue.next(mostTurns: 1) == nil, "that is not what was put back")
        queue.resume(with: .sample(1, in: "a"))
        #expect(queue.next(mostTurns: 1)?.entry.id == 1 && queue.stalledItems.isEmpty)
        queue.finished("a")
        #expect(queue.next(mostTurns: 1)?.entry.id == 2)
    }

    @Test
    func `what was under way comes first again, also before what was recorded before it`() {
        var queue = TurnQueue()
        queue.append(.sample(1, in: "a"))
        queue.putBack(.sample(2, in: "a"))

        #expect(queue.stalledItems.map(\.entry.id) == [2])
        queue.resume(with: .sample(2, in: "a"))
        #expect(queue.next(mostTurns: 1)?.entry.id == 2)
    }

    @Test(arguments: [false, true])
    func `a session goes on when what was put back is taken out`(all: Bool) {
        var queue = TurnQueue()
        queue.append(.sample(2, in: "a"))
        queue.putBack(.sample(1, in: "a"))
        let removed = queue.remove { all || $0.entry.id == 1 }

        #expect(removed.map(\.entry.id) == (all ? [1, 2] : [1]) && queue.stalledItems.isEmpty)
        #expect(queue.next(mostTurns: 1)?.entry.id == (all ? nil : 2))
    }

    @Test
    func `a place can be taken before the message is there`() {
        var queue = TurnQueue()
        let started = queue.startAtOnce("a", mostTurns: 1)
        let second = queue.startAtOnce("b", mostTurns: 1)
        queue.append(.sample(1, in: "a"))
        queue.append(.sample(2, in: "b"))

        #expect(started && !second && queue.runningTurns == 1)
        #expect(queue.next(mostTurns: 1) == nil)
        queue.finished("a")
        #expect(queue.next(mostTurns: 2)?.entry.id == 2)
        #expect(queue.next(mostTurns: 2)?.entry.id == 1)
        let again = queue.startAtOnce("a", mostTurns: 9)
        #expect(!again)
    }

    @Test
    func `what is taken out does not run`() {
        var queue = TurnQueue()
        for id in 1...4 { queue.append(.sample(id, in: id % 2 == 0 ? "a" : "b")) }
        let removed = queue.remove { $0.entry.session == "a" }

        #expect(removed.map(\.entry.id) == [2, 4])
        #expect(queue.waitingCount == 2)
        #expect(queue.next(mostTurns: 9)?.entry.id == 1)
        #expect(queue.next(mostTurns: 9) == nil)
    }

    @Test
    func `what was shortened is whole when those after it are withdrawn, and none goes with them`() {
        var queue = TurnQueue()
        for id in 1...3 {
            var item = TurnQueue.Item.sample(id, in: "a")
            let image = ImageContent(mimeType: "image/png", base64: "iVBO")
            item.entry.message = .sample("look", images: [image])
            queue.append(item)
        }
        for _ in 1...2 { queue.shortenOldest(of: "a") }

        #expect(queue.waiting(in: "a").map(\.joined.count) == [2])
        #expect(queue.remove("3").map(\.entry.id) == [3])
        let left = queue.waiting(in: "a")
        #expect(left.map(\.entry.id) == [2] && left.first?.entry.message == nil)
        #expect(queue.remove("2").map(\.entry.id) == [2])
        #expect(queue.waiting(in: "a").map(\.entry.id) == [1])
    }
}

extension TurnQueue.Item {
    static func sample(_ id: Int, in session: String) -> TurnQueue.Item {
        TurnQueue.Item(
            entry: InboxEntry(
                id: InboxID(id), channel: .webchat, account: "default", messageID: MessageID("\(id)"),
                session: SessionKey(session), run: RunID("\(id)"), state: .queued, fingerprint: "",
                receivedAt: .now))
    }
}
