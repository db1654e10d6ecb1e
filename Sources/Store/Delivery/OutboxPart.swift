package import Core

/// One part of a reply that has to be sent.
package struct NewOutboxPart: Sendable {
    package var run: RunID
    /// Counts from 0 within the run.
    package var part: Int
    package var address: Address
    /// What to send; only the channel reads it.
    package var content: JSON
    /// The mark that keeps a platform from taking the part twice.
    ///
    /// Nil: a new one.
    package var nonce: String?

    package init(run: RunID, part: Int, address: Address, content: JSON, nonce: String? = nil) {
        self.run = run
        self.part = part
        self.address = address
        self.content = content
        self.nonce = nonce
    }
}

/// How far a part has come.
package enum OutboxState: String, Sendable {
    case waiting, sending, sent, failed
    /// A crash came between sending and the platform's answer.
    case unknown
}

/// A stored part of a reply.
package struct OutboxPart: Sendable {
    package var id: Int64
    package var run: RunID
    package var part: Int
    package var address: Address
    package var content: JSON
    package var nonce: String
    package var state: OutboxState
    package var attempts: Int
    /// Why it waits, failed or was sent again.
    package var reason: String?
    package var platformID: MessageID?
    package var nextAttemptAt: Timestamp
}
