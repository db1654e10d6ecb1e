package import Core

/// Some messages of a transcript, oldest first, read from the disk without the rest.
package struct HistoryPage: Sendable {
    package var messages: [StoredMessage]
    /// How many messages the transcript has.
    package var total: Int
    package var hasMore: Bool
    /// Whether there are fewer than asked for because the page would have grown too large.
    package var truncatedByBytes: Bool

    /// JSON in one page: what `chat.history` sends at most (contract §5.6).
    package static let mostBytes = 6 << 20
    /// Messages in one page; clients ask for 1,000 at most.
    package static let mostMessages = 1_000

    /// Pass it as `before` to get the page before this one; nil when there is none.
    package var nextBefore: Int64? { hasMore ? messages.first?.sequence : nil }
}

/// One message as it was stored.
package struct StoredMessage: Sendable {
    /// Counts from 1 within a transcript.
    package var sequence: Int64
    package var id: String
    package var role: String
    package var createdAt: Timestamp
    package var run: RunID?
    /// The message's JSON text, not parsed again.
    package var json: [UInt8]
}

/// A transcript's size, without reading it.
package struct TranscriptStatistics: Sendable, Hashable {
    package var count: Int
    package var bytes: Int64
    package var lastSequence: Int64
    package var updatedAt: Timestamp
}

/// What a new message was stored as.
package struct StoredPosition: Sendable, Hashable {
    package var sequence: Int64
    package var id: String
    /// False when the transcript had the message already, known by its idempotency key.
    package var isNew: Bool
    /// Bytes of JSON; 0 for a message that is not new.
    package var byteCount = 0
}
