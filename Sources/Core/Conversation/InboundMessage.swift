/// Where a conversation happens.
package struct Address: Sendable, Hashable {
    package var channel: ChannelID
    package var account: String
    /// The chat, channel or person on the platform.
    package var chat: String
    package var thread: String?

    package init(channel: ChannelID, account: String = "default", chat: String, thread: String? = nil) {
        self.channel = channel
        self.account = account
        self.chat = chat
        self.thread = thread
    }
}

/// What a person said.
package struct InboundMessage: Sendable {
    /// The platform's id; for clients of the gateway the idempotency key. Unique with the address's channel and account.
    package var id: MessageID
    package var address: Address
    /// The transcript it belongs to, already canonical.
    package var session: SessionKey
    package var text: String
    package var images: [ImageContent]
    package var receivedAt: Timestamp
    package var options: TurnOptions

    package init(
        id: MessageID, address: Address, session: SessionKey, text: String, images: [ImageContent] = [],
        receivedAt: Timestamp = .now, options: TurnOptions = TurnOptions()
    ) {
        self.id = id
        self.address = address
        self.session = session
        self.text = text
        self.images = images
        self.receivedAt = receivedAt
        self.options = options
    }
}

/// What a client may ask for one turn only.
package struct TurnOptions: Sendable, Hashable {
    package var thinking: ThinkingLevel?
    /// Longest time the turn may take. Nil: `agents.defaults.timeoutSeconds`.
    package var timeout: Duration?
    /// Added to the system prompt of this turn.
    package var extraSystemPrompt: String?
    /// Whether the answer goes out through the channel, or only to those who watch.
    package var delivers: Bool

    package init(
        thinking: ThinkingLevel? = nil, timeout: Duration? = nil, extraSystemPrompt: String? = nil,
        delivers: Bool = false
    ) {
        self.thinking = thinking
        self.timeout = timeout
        self.extraSystemPrompt = extraSystemPrompt
        self.delivers = delivers
    }
}
