package import Core
import Store

/// `messages.queue` and `messages.inbound`: how messages wait, on each channel.
package struct QueueRules: Sendable, Hashable {
    /// Nil where the config does not say.
    package var mode: QueueMode?
    package var modes: [ChannelID: QueueMode] = [:]
    package var quiet: Duration?
    package var quiets: [ChannelID: Duration] = [:]
    package var most: Int?
    package var overflow: QueueOverflow?
    package var inboundQuiet: Duration?
    package var inboundQuiets: [ChannelID: Duration] = [:]

    package init() {}

    /// From the config's `messages`.
    package init(json messages: JSON) {
        let (queue, inbound) = (messages["queue"], messages["inbound"])
        mode = queue?["mode"]?.stringValue.flatMap { QueueMode(word: $0) }
        modes = Self.byChannel(queue?["byChannel"]) { $0.stringValue.flatMap { QueueMode(word: $0) } }
        quiet = queue?["debounceMs"].flatMap(Self.duration)
        quiets = Self.byChannel(queue?["debounceMsByChannel"], Self.duration)
        most = queue?["cap"]?.intValue.flatMap { $0 < 1 ? nil : $0 }
        overflow = queue?["drop"]?.stringValue.flatMap { QueueOverflow(rawValue: $0) }
        inboundQuiet = inbound?["debounceMs"].flatMap(Self.duration)
        inboundQuiets = Self.byChannel(inbound?["byChannel"], Self.duration)
    }

    private static func byChannel<T>(_ json: JSON?, _ read: (JSON) -> T?) -> [ChannelID: T] {
        let pairs = (json?.objectValue ?? [:]).compactMap { name, value in
            read(value).map { (ChannelID(name.lowercased()), $0) }
        }
        return Dictionary(pairs, uniquingKeysWith: { _, last in last })
    }

    private static func duration(_ json: JSON) -> Duration? { json.intValue.map { QueueRule.quiet($0) } }

    /// What holds in a session of a channel.
    ///
    /// Requests of our own clients each have a run of their own: they are put together only where somebody chose that.
    func rule(for channel: ChannelID, _ wish: QueueWish = QueueWish()) -> QueueRule {
        let chosen = wish.mode ?? modes[channel] ?? mode
        let isOwn = channel == .webchat
        var rule = QueueRule()
        rule.inboundQuiet = isOwn ? .zero : inboundQuiets[channel] ?? inboundQuiet ?? .zero
        if isOwn && chosen == nil { return rule }
        rule.mode = chosen ?? .collect
        let usual: Duration = rule.mode == .collect ? QueueRule.usualQuiet : .zero
        rule.quiet = wish.quiet ?? quiets[channel] ?? quiet ?? usual
        rule.most = min(wish.most ?? most ?? QueueRule.usualMost, QueueRule.largestMost)
        rule.overflow = wish.overflow ?? overflow ?? .summarize
        return rule
    }
}

/// How messages of one session wait.
struct QueueRule: Sendable, Hashable {
    var mode = QueueMode.followup
    /// So long nothing more may be said before messages that waited are answered.
    var quiet: Duration = .zero
    /// So many may wait.
    var most = largestMost
    var overflow = QueueOverflow.new
    /// So long nothing more may be said before a message is answered that need not wait.
    var inboundQuiet: Duration = .zero

    static let usualQuiet: Duration = .seconds(1)
    static let usualMost = 20
    /// A person does not write so many; a runaway client does.
    static let largestMost = 100
    /// Longer than a minute nobody means.
    private static let longestQuiet: Duration = .seconds(60)

    static func quiet(_ milliseconds: Int) -> Duration {
        min(.milliseconds(max(milliseconds, 0)), longestQuiet)
    }
}

/// What a session, or one message, wants otherwise than the config; kept in the session's entry under the original's names.
struct QueueWish: Sendable, Hashable {
    var mode: QueueMode?
    var quiet: Duration?
    var most: Int?
    var overflow: QueueOverflow?

    init() {}

    init(of entry: SessionEntry) {
        mode = entry.extra["queueMode"]?.stringValue.flatMap { QueueMode(word: $0) }
        quiet = entry.extra["queueDebounceMs"]?.intValue.map { QueueRule.quiet($0) }
        most = entry.extra["queueCap"]?.intValue.flatMap { $0 < 1 ? nil : $0 }
        overflow = entry.extra["queueDrop"]?.stringValue.flatMap { QueueOverflow(rawValue: $0) }
    }

    /// What it leaves open is taken from `other`.
    func over(_ other: QueueWish) -> QueueWish {
        var wish = other
        wish.mode = mode ?? other.mode
        wish.quiet = quiet ?? other.quiet
        wish.most = most ?? other.most
        wish.overflow = overflow ?? other.overflow
        return wish
    }

    /// Puts it into an entry; nil takes out what was there.
    func note(in entry: inout SessionEntry) {
        entry.extra["queueMode"] = mode.map { .string($0.rawValue) }
        entry.extra["queueDebounceMs"] = quiet.map { .integer($0.milliseconds) }
        entry.extra["queueCap"] = most.map { JSON($0) }
        entry.extra["queueDrop"] = overflow.map { .string($0.rawValue) }
    }
}
