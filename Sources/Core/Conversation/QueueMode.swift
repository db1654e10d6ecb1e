/// What becomes of messages that come while their session is at work; the raw value is the config's and the wire's word.
package enum QueueMode: String, Sendable, CaseIterable {
    /// They are answered together once the turn has ended and nothing more is said.
    case collect
    /// Each gets a turn of its own, one after another.
    case followup
    /// The running turn hears of them before it asks its model again; what comes too late is collected.
    case steer
    /// The running turn is stopped; they are answered together with what waited.
    case interrupt

    /// Also the original's older words, whose messages went both into the running turn and into one of their own.
    package init?(word: String) {
        switch word.lowercased() {
        case "queue", "steer-backlog", "steer+backlog": self = .steer
        case let word:
            guard let mode = QueueMode(rawValue: word) else { return nil }
            self = mode
        }
    }
}

/// What becomes of the oldest messages when more of them wait than may; the raw value is the config's word.
package enum QueueOverflow: String, Sendable, CaseIterable {
    /// Their beginnings go into the next turn.
    case summarize
    /// They are not answered, which their chat is told.
    case old
    /// The newest is turned away, which its chat is told.
    case new
}
