import Core
import Store

/// Who waits for a turn: one at a time in each session, sessions in the order they became ready.
///
/// A session that has had its turn goes to the back, so a busy one cannot starve the others.
struct TurnQueue {
    /// One message on its way to an answer.
    struct Item {
        var entry: InboxEntry
        var command: CommandMatch?
        /// Its place among the session's commands, where it need not wait for turns.
        var place: CommandPlace?
        /// Opens when what it takes the place of has its outcome.
        var before: Gate?
        /// What a crash left of this turn.
        var interrupted: InterruptedTurn?
        /// The turn's beginning, when it went to disk together with the message.
        var beginning: Beginning?
        /// What its command, which is done, has left for the model: `/new hello` is a turn about `hello`.
        var text: String?
        /// How it waits.
        var rule = QueueRule()
        /// So long nothing may follow it before it is answered.
        var quiet: Duration = .zero
        /// Whether it came while its session was at work, or behind one that did.
        var isBehindTurn = false
        /// Messages before it that its turn answers as well, oldest first.
        var joined: [Joined] = []
        /// Bytes that its turn will hold, once that was looked up: its messages, and the conversation that goes with them.
        var load: Int?

        /// Whether it takes a place among the turns, which a command does that asks a model.
        var takesTurn: Bool { command?.command.takesTurn ?? true }
    }

    /// A message that is answered in the turn of a later one.
    struct Joined {
        var entry: InboxEntry
        var share = Share.whole

        /// What of it goes into the turn.
        enum Share {
            case whole
            /// Its beginning without its images, because too many waited.
            case brief
            /// Nothing, because even of beginnings there are too many.
            case none
        }
    }

    private var waiting: [SessionKey: [Item]] = [:]
    private var ready = SessionLine()
    /// Sessions that are at work, and whether on a turn: else on a command.
    private var running: [SessionKey: Bool] = [:]
    private(set) var runningTurns = 0
    private var loads = TurnLoads()
    /// Sessions whose first item has to be done again, before which nothing of them may start.
    private var stalled: Set<SessionKey> = []
    /// Sessions in which more may be said before the first item starts, each with the number of its last nap.
    private var resting: [SessionKey: Int] = [:]
    private var lastNap = 0
    /// Sessions in which nothing may start, each with how many hold it.
    private var held: [SessionKey: Int] = [:]

    private(set) var waitingCount = 0
    /// Bytes of the messages that wait and are in memory.
    private(set) var waitingBytes = 0
    /// Of those that wait, the ones that take no turn.
    private var commandCount = 0

    func waiting(in session: SessionKey) -> [Item] { waiting[session] ?? [] }

    private mutating func add(_ item: Item) { count(item, 1) }

    private mutating func subtract(_ item: Item) { count(item, -1) }

    private mutating func count(_ item: Item, _ number: Int) {
        waitingCount += number
        waitingBytes += number * item.weight
        if !item.takesTurn { commandCount += number }
    }

    func isBusy(_ session: SessionKey) -> Bool { running[session] != nil || waiting[session] != nil }

    func isRunning(_ session: SessionKey) -> Bool { running[session] != nil }

    /// Messages that wait, with those that join others.
    func messageCount(in session: SessionKey) -> Int {
        waiting(in: session).reduce(0) { $0 + 1 + $1.joined.count }
    }

    func contains(_ run: RunID) -> Bool {
        waiting.values.contains { $0.contains { $0.entry.run == run } }
    }

    mutating func append(_ item: Item) {
        let session = item.entry.session
        waiting[session, default: []].append(item)
        add(item)
        if waiting[session]?.count == 1 { makeReady(session) }
    }

    private mutating func makeReady(_ session: SessionKey) {
        guard running[session] == nil, waiting[session] != nil, !stalled.contains(session),
            resting[session] == nil, held[session] == nil
        else { return }
        ready.append(session)
    }

    /// Puts items of one session before all that waits there.
    mutating func giveBack(_ items: [Item]) {
        guard let session = items.first?.entry.session else { return }
        waiting[session, default: []].insert(contentsOf: items, at: 0)
        for item in items { add(item) }
        makeReady(session)
    }

    func isHeld(_ session: SessionKey) -> Bool { held[session] != nil }

    /// Nothing of a session starts any more; `release` must follow.
    mutating func hold(_ session: SessionKey) {
        held[session, default: 0] += 1
        ready.remove(session)
    }

    /// The session may go on, unless another holds it as well.
    mutating func release(_ session: SessionKey) {
        let left = (held[session] ?? 1) - 1
        held[session] = left > 0 ? left : nil
        makeReady(session)
    }

    /// Lets a session wait until `wake` is told of this nap, the last one.
    mutating func rest(_ session: SessionKey) -> Int {
        lastNap += 1
        resting[session] = lastNap
        ready.remove(session)
        return lastNap
    }

    /// Ends a session's rest; with a nap's number only when none has followed it.
    mutating func wake(_ session: SessionKey, after nap: Int? = nil) {
        guard let last = resting[session], nap == nil || nap == last else { return }
        resting[session] = nil
        makeReady(session)
    }

    /// An item whose outcome the disk did not take: it is its session's first again, which waits for `resume`.
    mutating func putBack(_ item: Item) {
        stalled.insert(item.entry.session)
        ready.remove(item.entry.session)
        giveBack([item])
    }

    /// The items that were put back, one of each session.
    var stalledItems: [Item] { stalled.compactMap { waiting[$0]?.first } }

    /// Lets a session go on with `item`, in the place of what was put back for the same message.
    mutating func resume(with item: Item) {
        let session = item.entry.session
        guard stalled.contains(session), let old = waiting[session]?.first, old.entry.id == item.entry.id
        else { return }
        waiting[session]?[0] = item
        subtract(old)
        add(item)
        letGoOn(session)
    }

    private mutating func letGoOn(_ session: SessionKey) {
        guard stalled.remove(session) != nil else { return }
        makeReady(session)
    }

    /// Takes the next item that may start.
    ///
    /// Commands may always; turns while fewer than `mostTurns` run, and heavy ones while there is room for them.
    mutating func next(mostTurns: Int) -> Item? {
        guard let place = placeOfNext(mostTurns: mostTurns) else { return nil }
        let session = ready.remove(at: place)
        guard let item = takeFirst(of: session) else { return nil }
        running[session] = false
        if item.takesTurn { isTurn(session) }
        if let load = item.load { loads.add(load, of: session) }
        return item
    }

    /// Of heavy turns the first is the next, or none.
    private func placeOfNext(mostTurns: Int) -> Int? {
        // Nobody is looked at where nobody may start, however many wait.
        guard runningTurns < mostTurns || commandCount > 0 else { return nil }
        var heavyWaits = false
        return ready.sessions.firstIndex { session in
            guard let item = waiting[session]?.first else { return false }
            if !item.takesTurn { return true }
            guard runningTurns < mostTurns else { return false }
            guard let load = item.load, TurnLoads.isHeavy(load) else { return true }
            defer { heavyWaits = true }
            return !heavyWaits && loads.hasRoom(for: load)
        }
    }

    /// Whether a turn that has just started may go on with this load; false when it must wait for room, or behind others.
    mutating func holds(_ load: Int, in session: SessionKey) -> Bool {
        guard loads.isHeld(by: session) || !TurnLoads.isHeavy(load) || !heavyWaits && loads.hasRoom(for: load)
        else { return false }
        loads.add(load, of: session)
        return true
    }

    private var heavyWaits: Bool {
        ready.sessions.contains { session in waiting[session]?.first?.load.map(TurnLoads.isHeavy) ?? false }
    }

    /// Takes a turn's place for a message that is not on disk yet; `finished` must follow.
    ///
    /// False when somebody is before it.
    mutating func startAtOnce(_ session: SessionKey, mostTurns: Int) -> Bool {
        guard !isBusy(session), !isHeld(session), runningTurns < mostTurns else { return false }
        isTurn(session)
        return true
    }

    private mutating func isTurn(_ session: SessionKey) {
        if running.updateValue(true, forKey: session) != true { runningTurns += 1 }
    }

    /// The session's item has ended; its next one may start.
    mutating func finished(_ session: SessionKey) {
        if running.removeValue(forKey: session) == true { runningTurns -= 1 }
        loads.remove(session)
        makeReady(session)
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
            if kept.isEmpty {
                ready.remove(session)
                resting[session] = nil
            }
            if kept.first?.entry.id != items.first?.entry.id { letGoOn(session) }
        }
        for item in removed { subtract(item) }
        return removed.sorted { $0.entry.id < $1.entry.id }
    }

    /// Takes out one message; those that share its turn stay.
    mutating func remove(_ run: RunID) -> [Item] {
        for (session, items) in waiting {
            guard let place = items.firstIndex(where: { $0.entries.contains { $0.run == run } }) else {
                continue
            }
            guard let (one, others) = items[place].parted(from: run), !stalled.contains(session) else {
                return remove { $0.entry.id == items[place].entry.id }
            }
            subtract(items[place])
            add(others)
            waiting[session]?[place] = others
            return [one]
        }
        return []
    }

    /// The session's first item, with those behind it that may share its turn.
    private mutating func takeFirst(of session: SessionKey) -> Item? {
        guard var item = removeFirst(of: session) else { return nil }
        while let later = waiting[session]?.first, item.mayJoin(later), let next = removeFirst(of: session) {
            item = item.joining(next)
        }
        return item
    }

    /// Takes the items at the front of a session's queue that match.
    mutating func takeFirst(of session: SessionKey, while matches: (Item) -> Bool) -> [Item] {
        var taken: [Item] = []
        while let item = waiting[session]?.first, matches(item), let next = removeFirst(of: session) {
            taken.append(next)
        }
        return taken
    }

    /// Takes the session's oldest message that waits for a model.
    mutating func takeOldest(of session: SessionKey) -> Item? {
        guard let place = waiting[session]?.firstIndex(where: \.isPlain),
            let item = waiting[session]?.remove(at: place)
        else { return nil }
        subtract(item)
        return item
    }

    /// Lets the session's oldest message share the turn of the one behind it, in brief; not where that is another chat's.
    mutating func shortenOldest(of session: SessionKey) {
        guard let items = waiting[session], let place = items.firstIndex(where: \.isPlain),
            place + 1 < items.count
        else { return }
        var oldest = items[place]
        oldest.entry.message?.images = []
        guard oldest.mayShareTurn(with: items[place + 1]) else { return }
        let both = oldest.joining(items[place + 1], share: .brief)
        for item in items[place...(place + 1)] { subtract(item) }
        add(both)
        waiting[session]?.replaceSubrange(place...(place + 1), with: [both])
    }

    private mutating func removeFirst(of session: SessionKey) -> Item? {
        // In place: a copy for each of thousands that share a turn would take seconds.
        guard waiting[session]?.isEmpty == false, let item = waiting[session]?.removeFirst() else {
            return nil
        }
        subtract(item)
        if waiting[session]?.isEmpty == true { waiting[session] = nil }
        return item
    }
}

/// Sessions in the order in which they came, each once.
private struct SessionLine {
    private(set) var sessions: [SessionKey] = []
    private var members: Set<SessionKey> = []

    mutating func append(_ session: SessionKey) {
        if members.insert(session).inserted { sessions.append(session) }
    }

    mutating func remove(_ session: SessionKey) {
        guard members.remove(session) != nil else { return }
        // Who leaves has mostly just come.
        if let place = sessions.lastIndex(of: session) { sessions.remove(at: place) }
    }

    mutating func remove(at place: Int) -> SessionKey {
        let session = sessions.remove(at: place)
        members.remove(session)
        return session
    }
}
