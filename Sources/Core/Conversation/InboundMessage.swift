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
    /// Where the answer goes when that is not where the question came from.
    package var deliversTo: Address?
    /// Who wrote it where; nil for clients of the gateway.
    package var origin: MessageOrigin?
    /// The bot that it was written to, which answers it also when another account has it by then; nil where none is known.
    package var bot: String?
    /// For the session's entry, where it is kept; nil for clients of the gateway.
    package var whereabouts: SessionWhereabouts?
    /// Whether something came along: then nobody waits for more words. Not kept.
    package var hasFiles = false

    package init(
        id: MessageID, address: Address, session: SessionKey, text: String, images: [ImageContent] = [],
        receivedAt: Timestamp = .now, options: TurnOptions = TurnOptions(), origin: MessageOrigin? = nil
    ) {
        self.id = id
        self.address = address
        self.session = session
        self.text = text
        self.images = images
        self.receivedAt = receivedAt
        self.options = options
        self.origin = origin
    }
}

extension InboundMessage {
    /// Where the answer goes.
    package var replyAddress: Address { deliversTo ?? address }

    /// The bot that has to answer; nil for the one that the account has by then.
    package var replyBot: String? { deliversTo == nil ? bot : nil }
}

/// What is known of a channel's message beside its words.
package struct MessageOrigin: Sendable, Hashable {
    package var kind: ChatKind
    package var sender: Sender
    /// As it was written, without what the house added for the model: commands are looked for in this.
    package var words: String
    /// The place's title; nil in a direct chat.
    package var place: String?
    /// Whether the sender may use commands that change something.
    package var isAuthorized = true
    /// Whether the sender owns the assistant: lets others in, restarts the gateway.
    package var isOwner = true
    /// Whether it was meant for us by name, or direct.
    package var isAddressed = true
    /// Whether the place asks for a mention, where its session does not say otherwise; nil in a direct chat.
    package var requiresMention: Bool?
    /// `ChannelMessage.handle`.
    package var handle: JSON?
    /// The reaction of ours that it has until its answer has come; nil for none, or for one that stays.
    package var passingReaction: String?
    /// What the place's or the sender's `tools` rule allows; nil for no such rule.
    package var tools: JSON?

    package init(kind: ChatKind, sender: Sender, words: String, place: String? = nil) {
        self.kind = kind
        self.sender = sender
        self.words = words
        self.place = place
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
    /// What becomes of it while its session is at work. Nil: what the session and the config say.
    package var queueMode: QueueMode?
    /// Asked unless the session has a model of its own. Nil: the agent's.
    package var model: ModelReference?
    /// How many of the newest questions the model is shown, with what followed each. Nil: all that fit.
    package var historyTurns: Int?

    package init(
        thinking: ThinkingLevel? = nil, timeout: Duration? = nil, extraSystemPrompt: String? = nil,
        delivers: Bool = false, queueMode: QueueMode? = nil
    ) {
        self.thinking = thinking
        self.timeout = timeout
        self.extraSystemPrompt = extraSystemPrompt
        self.delivers = delivers
        self.queueMode = queueMode
    }
}
