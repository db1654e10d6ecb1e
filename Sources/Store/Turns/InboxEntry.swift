package import Core

/// The inbox's own number of a message.
package typealias InboxID = Int64

/// How far a received message has come.
package enum InboxState: String, Sendable {
    case queued, running, done, failed
}

/// A message that was received.
package struct InboxEntry: Sendable {
    /// Bytes of a message that is in memory however many wait; a longer one is read in its turn.
    package static let smallBytes = 64 << 10

    package var id: InboxID
    package var channel: ChannelID
    package var account: String
    package var messageID: MessageID
    package var session: SessionKey
    package var run: RunID
    package var state: InboxState
    /// The message's `fingerprint`: another one under the same id is a conflict, not a repeat.
    package var fingerprint: String
    /// What came of it, once it is done or failed.
    package var outcome: JSON?
    package var receivedAt: Timestamp
    /// The message itself, until it is answered.
    @Boxed package var message: InboundMessage?
}

/// Messages without an answer, and the entries of their sessions at the same moment.
package struct UnansweredPage: Sendable {
    package var entries: [InboxEntry]
    package var sessions: [SessionKey: SessionEntry] = [:]
}

/// What the inbox says to a message.
package enum Recorded: Sendable {
    case new(InboxEntry)
    /// It came before; the entry says what has become of it.
    case repeated(InboxEntry)

    package var entry: InboxEntry {
        switch self {
        case .new(let entry), .repeated(let entry): entry
        }
    }
}
