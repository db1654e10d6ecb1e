import Core
import Store

extension TurnQueue.Item {
    /// Bytes of words and images that share a turn; an image alone may be several megabytes.
    private static let mostBytes = 16 << 20

    /// Whether it is a message for a model, in memory, and nothing has been done about it yet.
    var isPlain: Bool { isUntouched && entry.message != nil }

    private var isUntouched: Bool {
        command == nil && interrupted == nil && beginning == nil && text == nil
    }

    /// Whether one turn is to answer both.
    func mayJoin(_ later: TurnQueue.Item) -> Bool {
        guard mayShareTurn(with: later) else { return false }
        if later.rule.mode != .followup { return true }
        // What one person writes in one go is one message, whatever else is said of the queue.
        return rule.inboundQuiet > .zero
            && entry.message?.origin?.sender.id == later.entry.message?.origin?.sender.id
    }

    /// Whether one turn can answer both.
    func mayShareTurn(with later: TurnQueue.Item) -> Bool {
        guard isPlain, later.isPlain, let mine = entry.message, let other = later.entry.message else {
            return false
        }
        return mine.sharesTurn(with: other) && weight + other.weight <= Self.mostBytes
    }

    /// The later item, whose turn answers this one as well.
    func joining(_ later: TurnQueue.Item, share: TurnQueue.Joined.Share = .whole) -> TurnQueue.Item {
        var later = later
        later.joined.insert(contentsOf: joined + [TurnQueue.Joined(entry: entry, share: share)], at: 0)
        later.load = load.map { $0 + later.weight }
        if share == .brief { later.leaveOutOldest() }
        return later
    }

    /// Messages of which a turn is told the beginning.
    private static let mostBrief = 100

    private mutating func leaveOutOldest() {
        let brief = joined.indices.filter { joined[$0].share == .brief }
        for place in brief.dropLast(Self.mostBrief) {
            joined[place].share = .none
            joined[place].entry.message?.text = ""
        }
    }

    /// What its turn is told of the messages that joined it.
    var joinedMessages: [JoinedMessage] {
        var messages = joined.compactMap(\.joinedMessage)
        let leftOut = joined.count { $0.share == .none }
        if leftOut > 0, let first = messages.firstIndex(where: { $0.message != nil }) {
            messages[first].message?.content.insert(
                .text("[\(leftOut) older messages are left out, because many waited]\n"), at: 0)
        }
        return messages
    }

    /// One of its messages, and the item without it; nil when there are no others, or something has been done about them.
    func parted(from run: RunID) -> (one: TurnQueue.Item, others: TurnQueue.Item)? {
        guard isUntouched, var newest = joined.last else { return nil }
        var others = self
        if let place = joined.firstIndex(where: { $0.entry.run == run }) {
            newest = others.joined.remove(at: place)
            return (TurnQueue.Item(entry: newest.entry), others)
        }
        others.joined.removeLast()
        others.entry = newest.entry
        // What was to be told in brief is told whole now, and read back for it.
        if newest.share != .whole { others.entry.message = nil }
        return (TurnQueue.Item(entry: entry), others)
    }

    /// Bytes of its messages that are in memory.
    var weight: Int {
        joined.reduce(entry.message?.weight ?? 0) { $0 + ($1.entry.message?.weight ?? 0) }
    }

    /// Leaves messages to the disk, or only `large` ones: they are read back in their turn.
    mutating func letGo(large: Bool = false) {
        if !large || entry.isLarge { entry.message = nil }
        for place in joined.indices
        where joined[place].share == .whole && (!large || joined[place].entry.isLarge) {
            joined[place].entry.message = nil
        }
    }

    /// Every message it answers, oldest first.
    var entries: [InboxEntry] { joined.map(\.entry) + [entry] }

    /// The messages of which something is kept, oldest first.
    var messages: [InboundMessage] {
        (joined.filter { $0.share != .none }.map(\.entry) + [entry]).compactMap(\.message)
    }
}

extension InboundMessage {
    /// Whether it came the same way, to the same bot, and may do the same as another one.
    func sharesTurn(with other: InboundMessage) -> Bool {
        address == other.address && bot == other.bot && deliversTo == other.deliversTo
            && options.delivers == other.options.delivers
            && options.thinking == other.options.thinking && options.timeout == other.options.timeout
            && origin?.isAuthorized == other.origin?.isAuthorized && origin?.isOwner == other.origin?.isOwner
            && origin?.tools == other.origin?.tools
    }

    /// Bytes of its words and images.
    var weight: Int { text.utf8.count + images.byteCount }
}

extension InboxEntry {
    var isLarge: Bool { (message?.weight ?? 0) > Self.smallBytes }
}

extension TurnQueue.Joined {
    /// Whether the turn is told of it, and it has to be read back for that.
    var isOnDiskOnly: Bool { share == .whole && entry.message == nil }

    /// As the transcript keeps it; nil once it is there.
    fileprivate var joinedMessage: JoinedMessage? {
        guard var message = entry.message else { return nil }
        if share == .none { return JoinedMessage(inbox: entry.id) }
        if share == .brief {
            message.text = Self.note + message.text.singleLine.head(bytes: Self.briefBytes)
        }
        return JoinedMessage(inbox: entry.id, message: message.asUserMessage)
    }

    private static let briefBytes = 160
    private static let note = "[Shortened, because many messages waited] "
}
