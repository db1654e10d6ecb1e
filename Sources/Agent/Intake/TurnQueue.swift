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
        /// Its place among the session's commands, where it need not wait for turns.
        var place: CommandPlace?
        /// What a crash left of this turn.
        var interrupted: InterruptedTurn?
        /// The turn's beginning, when it went to disk together with the message.
        var beginning: Beginning?
        /// Takes the place of the message's text: `/new hello` is a turn about `hello`.
        var text: String?
    }

    private var waiting: [SessionKey: [Item]] = [:]
    private var ready: [SessionKey] = []
    /// Sessions that are at work, and whether on a turn: else on a command.
    private var running: [SessionKey: Bool] = [:]
    private(set) var runningTurns = 0
    /// Sessions whose first item has to be done again, before which nothing of them may start.
    private var stalled: Set<SessionKey> = []

    private(set) var waitingCount = 0

    func waiting(in session: SessionKey) -> [Item] { waiting[session] ?? [] }

    func isBusy(_ session: SessionKey) -> Bool { running[session] != nil || waiting[session] != nil }

    func contains(_ run: RunID) -> Bool {
        waiting.values.contains { $0.contains { $0.entry.run == run } }
    }

    mutating func append(_ item: Item) {
        let session = item.entry.session
        waiting[session, default: []].append(item)
        waitingCount += 1
        if running[session] == nil && waiting[session]?.count == 1 { ready.append(session) }
    }

    /// An item whose outcome the disk did not take: its session waits for `resume`, in its old order.
    mutating func putBack(_ item: Item) {
        let session = item.entry.session
        var items = waiting[session] ?? []
        items.insert(item, at: items.firstIndex { $0.entry.id > item.entry.id } ?? items.count)
        waiting[session] = items
        waitingCount += 1
        ready.removeAll { $0 == session }
        stalled.insert(session)
    }

    /// The items that were put back, one of each session.
    var stalledItems: [Item] { stalled.compactMap { waiting[$0]?.first } }

    /// Lets a session go on with `item`, in the place of what was put back for the same message.
    mutating func resume(with item: Item) {
        let session = item.entry.session
        guard stalled.contains(session), waiting[session]?.first?.entry.id == item.entry.id else { return }
        waiting[session]?[0] = item
        letGoOn(session)
    }

    private mutating func letGoOn(_ session: SessionKey) {
        guard stalled.remove(session) != nil else { return }
        if running[session] == nil && waiting[session] != nil { ready.append(session) }
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
        running[session] = false
        if item.command == nil { isTurn(session) }
        return item
    }

    /// Takes a turn's place for a message that is not on disk yet; `finished` must follow.
    ///
    /// False when somebody is before it.
    mutating func startAtOnce(_ session: SessionKey, mostTurns: Int) -> Bool {
        guard !isBusy(session), runningTurns < mostTurns else { return false }
        isTurn(session)
        return true
    }

    /// The session's command has become a turn: `/new` with a message.
    mutating func becameTurn(_ session: SessionKey) { isTurn(session) }

    private mutating func isTurn(_ session: SessionKey) {
        if running.updateValue(true, forKey: session) != true { runningTurns += 1 }
    }

    /// The session's item has ended; its next one may start.
    mutating func finished(_ session: SessionKey) {
        if running.removeValue(forKey: session) == true { runningTurns -= 1 }
        if waiting[session] != nil && !stalled.contains(session) { ready.append(session) }
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
            if kept.first?.entry.id != items.first?.entry.id { letGoOn(session) }
        }
        waitingCount -= removed.count
        return removed.sorted { $0.entry.id < $1.entry.id }
    }

    private mutating func removeFirst(of session: SessionKey) -> Item? {
        guard var items = waiting[session], !items.isEmpty else { return nil }
        let item = items.removeFirst()
        waitingCount -= 1
        waiting[session] = items.isEmpty ? nil : items
        return item
    }
}
