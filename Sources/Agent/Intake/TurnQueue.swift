import Core
import Store

/// Who waits for a turn: one at a time in each session, sessions in the order they became ready.
///
/// A session that has had its turn goes to the back, so a busy one cannot starve the others.
struct TurnQueue {
    /// One message on its way to an answer.
    struct Item {
        var entry: InboxEntry
        /// A command needs no model and takes no place among the turns.
        var command: CommandMatch?
        /// What a crash left of this turn.
        var interrupted: InterruptedTurn?
        /// Takes the place of the message's text: `/new hello` is a turn about `hello`.
        var text: String?
    }

    private var waiting: [SessionKey: [Item]] = [:]
    private var ready: [SessionKey] = []
    private var running: [SessionKey: Item] = [:]

    var runningTurns: Int { running.values.count { $0.command == nil } }
    var waitingCount: Int { waiting.values.reduce(0) { $0 + $1.count } }

    func waiting(in session: SessionKey) -> [Item] { waiting[session] ?? [] }

    func isBusy(_ session: SessionKey) -> Bool { running[session] != nil || waiting[session] != nil }

    func contains(_ run: RunID) -> Bool {
        waiting.values.contains { $0.contains { $0.entry.run == run } }
    }

    mutating func append(_ item: Item) {
        let session = item.entry.session
        waiting[session, default: []].append(item)
        if running[session] == nil && waiting[session]?.count == 1 { ready.append(session) }
    }

    /// Takes the next item that may start.
    ///
    /// Commands may always; turns while fewer than `mostTurns` run.
    mutating func next(mostTurns: Int) -> Item? {
        let isFull = runningTurns >= mostTurns
        guard let place = ready.firstIndex(where: { !isFull || waiting[$0]?.first?.command != nil }) else {
            return nil
        }
        let session = ready.remove(at: place)
        guard let item = removeFirst(of: session) else { return nil }
        running[session] = item
        return item
    }

    /// The session's command has become a turn: `/new` with a message.
    mutating func becameTurn(_ session: SessionKey) { running[session]?.command = nil }

    /// The session's item has ended; its next one may start.
    mutating func finished(_ session: SessionKey) {
        running[session] = nil
        if waiting[session] != nil { ready.append(session) }
    }

    /// Takes out what waits and matches.
    mutating func remove(where matches: (Item) -> Bool) -> [Item] {
        var removed: [Item] = []
        for (session, items) in waiting {
            let gone = items.filter(matches)
            guard !gone.isEmpty else { continue }
            removed += gone
            let kept = items.filter { !matches($0) }
            waiting[session] = kept.isEmpty ? nil : kept
            if kept.isEmpty { ready.removeAll { $0 == session } }
        }
        return removed.sorted { $0.entry.id < $1.entry.id }
    }

    private mutating func removeFirst(of session: SessionKey) -> Item? {
        guard var items = waiting[session], !items.isEmpty else { return nil }
        let item = items.removeFirst()
        waiting[session] = items.isEmpty ? nil : items
        return item
    }
}
