package import Core

/// One part of a reply that has to be sent.
package struct NewOutboxPart: Sendable {
    package var run: RunID
    /// Counts from 0 within the run.
    package var part: Int
    package var address: Address
    package var content: OutgoingPart.Content
    /// Whether people see exactly this already, as the message that its draft became.
    package var isShown = false
    /// The bot that is to post it, whichever account has it by then; nil: the one of the address's account.
    package var bot: String?

    package init(
        run: RunID, part: Int, address: Address, content: OutgoingPart.Content, bot: String? = nil
    ) {
        self.run = run
        self.part = part
        self.address = address
        self.content = content
        self.bot = bot
    }

    /// The same behind so many others of its run.
    func after(_ count: Int) -> NewOutboxPart {
        var part = self
        part.part += count
        return part
    }
}

/// How far a part has come.
package enum OutboxState: String, Sendable {
    /// Its run is still writing it; what people see of it may change.
    case draft
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
    package var content: OutgoingPart.Content
    /// 25 hexadecimal digits, what Discord takes as a mark; in rows of earlier versions 24.
    package var nonce: String
    package var state: OutboxState
    package var attempts: Int
    /// Why it waits, failed or was sent again.
    package var reason: String?
    /// The platform's id of what was posted.
    package var platformID: MessageID?
    package var createdAt: Timestamp
    package var nextAttemptAt: Timestamp
    /// When it was first handed to the platform.
    package var triedAt: Timestamp?
    /// The platform's id of the first part of its run that was posted there before it.
    package var beginning: MessageID?

    /// As the channel posts it.
    package var outgoing: OutgoingPart {
        OutgoingPart(
            address: address, content: content, nonce: nonce, posted: platformID, triedAt: triedAt,
            beginning: beginning)
    }
}
