/// What a person wrote on a platform, before the house has decided whether it is answered.
package struct ChannelMessage: Sendable {
    /// Unique within the channel and account, and the same when the platform tells of the message again.
    package var id: MessageID
    package var address: Address
    package var kind: ChatKind
    package var sender: Sender
    /// As written, with the platform's marks for people and places turned into names, and without a mention of us at its
    /// beginning.
    package var text: String
    package var files: [IncomingFile] = []
    /// The message that this one answers.
    package var quoted: QuotedMessage?
    /// Whether the platform says that we are meant.
    package var mention = Mention.none
    /// Where it was written; nil in a direct chat.
    package var place: ChatPlace?
    /// Whether it was chosen from the platform's menu of our commands: then it is meant for us.
    package var isCommand = false
    package var sentAt: Timestamp
    /// The chat as a message to it is addressed, in the platform's own spelling; nil: channel and chat.
    package var target: String?
    /// The channel's own, for answering: comes back with every part of the reply.
    package var handle: JSON?
    /// The bot that it was written to, as `ChannelMemory.takeOver` was told; the house fills it in.
    package var bot: String?

    package init(
        id: MessageID, address: Address, kind: ChatKind, sender: Sender, text: String,
        sentAt: Timestamp = .now
    ) {
        self.id = id
        self.address = address
        self.kind = kind
        self.sender = sender
        self.text = text
        self.sentAt = sentAt
    }

    /// Whether a message of a group is meant for us, as far as the platform can tell.
    package enum Mention: Sendable, Hashable {
        /// We are named.
        case named
        /// It answers a message of ours.
        case reply
        /// Others are named, and we are not.
        case others
        case none
        /// The platform cannot tell: we do not know our own name yet.
        case unknown
    }
}

/// What kind of chat it is; the raw value is the word of session keys and of the wire.
package enum ChatKind: String, Sendable {
    case direct, group, channel
}

/// Who wrote.
package struct Sender: Sendable, Hashable {
    /// The platform's, which never changes.
    package var id: String
    /// As it is shown.
    package var name: String?
    /// As it is typed, without `@`.
    package var username: String?
    /// Platforms that had one: `ann#1234`.
    package var tag: String?
    /// Ids of groups the sender is in, where the platform has them: Discord's roles.
    package var roles: [String] = []
    package var isBot = false

    package init(id: String, name: String? = nil, username: String? = nil) {
        self.id = id
        self.name = name
        self.username = username
    }

    /// What to call them.
    package var title: String { name ?? username ?? id }
}

/// A file that came with a message, not yet fetched.
package struct IncomingFile: Sendable {
    package var name: String?
    package var mimeType: String?
    package var byteCount: Int?
    /// Whether it was spoken as a message.
    package var isVoice = false
    /// Whether it came with the message that this one answers.
    package var isQuoted = false
    /// A word on what it shows, such as a sticker's.
    package var caption: String?
    /// A sticker's id, the same whenever and by whomever it is sent; nil for what is no sticker.
    package var sticker: String?
    /// Writes it to `path`; throws when it has more than `most` bytes or cannot be had.
    package var save: @MainActor @Sendable (_ path: String, _ most: Int) async throws(FetchError) -> Void

    package init(
        name: String? = nil, mimeType: String? = nil, byteCount: Int? = nil,
        save: @escaping @MainActor @Sendable (_ path: String, _ most: Int) async throws(FetchError) -> Void
    ) {
        self.name = name
        self.mimeType = mimeType
        self.byteCount = byteCount
        self.save = save
    }

    /// Why a file could not be had.
    package enum FetchError: Error, Sendable, Hashable {
        case tooLarge
        case failed(String)
        /// It may be had after a while.
        case passing(String, after: Duration)
    }
}

/// A message that another one answers.
package struct QuotedMessage: Sendable, Hashable {
    package var id: MessageID?
    package var sender: String?
    package var text: String

    package init(id: MessageID? = nil, sender: String? = nil, text: String) {
        self.id = id
        self.sender = sender
        self.text = text
    }
}

/// A chat of many.
package struct ChatPlace: Sendable, Hashable {
    /// `#general`, a group's name.
    package var title: String?
    /// What it is part of: a Discord server.
    package var space: String?
    /// The platform's id of that.
    package var spaceID: String?
    /// The platform's id of the chat that this one is a thread of, where it has an id of its own.
    package var parent: String?
    /// The name of that chat.
    package var parentTitle: String?
    /// What people have written above it.
    package var topic: String?
    /// What the config says of it.
    package var rule: PlaceRule

    package init(title: String? = nil, space: String? = nil, rule: PlaceRule = PlaceRule()) {
        self.title = title
        self.space = space
        self.rule = rule
    }
}

/// What the config says of one chat of many.
package struct PlaceRule: Sendable, Hashable {
    /// Whether it is one of those the config names.
    ///
    /// With `groupPolicy: "allowlist"` only these are answered.
    package var isListed = false
    /// The key of the channel's section that names such places.
    package var key = "groups"
    /// False: never, whatever the policy.
    package var isEnabled = true
    package var requiresMention = true
    /// Whether a message that names others and not us is passed over even where no mention is asked for.
    package var ignoresOtherMentions = false
    /// Who may write here; nil for everybody who may write in groups at all.
    package var users: [String]?
    /// Members of these roles may, too.
    package var roles: [String] = []
    /// `groupPolicy` of this place alone.
    package var policy: GroupPolicy?
    package var systemPrompt: String?
    /// What each entry of the config that holds here says of tools, the narrowest first.
    package var tools: [SenderTools] = []

    package init() {}

    /// What holds for a sender: the word of the narrowest entry that has one for them.
    package func tools(for sender: Sender, on channel: ChannelID) -> JSON? {
        tools.lazy.compactMap { $0.rule(for: sender, on: channel) }.first
    }
}

/// Something that happened in a chat and is no message: a reaction, a vote.
package struct ChannelNotice: Sendable, Hashable {
    package var address: Address
    package var kind: ChatKind
    /// A sentence for the model.
    package var text: String
    /// The same happening told twice has the same key.
    package var key: String
    /// Who did it, as far as the platform tells: what strangers do need not be heard.
    package var sender: Sender?
    /// Where it happened; nil in a direct chat.
    package var place: ChatPlace?

    package init(address: Address, kind: ChatKind, text: String, key: String) {
        self.address = address
        self.kind = kind
        self.text = text
        self.key = key
    }
}
