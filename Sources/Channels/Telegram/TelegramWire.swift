import Core

/// One thing that happened, as `getUpdates` and webhooks bring it (core.telegram.org/bots/api#update).
struct TelegramUpdate {
    var id: Int
    var event: Event
    /// As it came.
    var json: JSON

    enum Event {
        case message(TelegramMessage)
        case callback(TelegramCallback)
        case reaction(TelegramReactionChange)
        case membership(TelegramMembership)
        case vote(TelegramVote)
        /// Of a kind that we did not ask for, or not readable.
        case other
    }

    /// The kinds we ask for.
    ///
    /// Edited messages are not among them: an edit is no new question.
    static let kinds: [String] = [
        "message", "channel_post", "callback_query", "message_reaction", "my_chat_member", "poll_answer",
    ]

    /// Nil without an id: then there is nothing to confirm either.
    init?(json: JSON) {
        guard let id = json["update_id"]?.intValue else { return nil }
        self.id = id
        self.json = json
        event = Self.event(in: json) ?? .other
    }

    private static func event(in json: JSON) -> Event? {
        if let message = json["message"] ?? json["channel_post"] {
            return TelegramMessage(json: message).map { .message($0) }
        }
        if let callback = json["callback_query"] {
            return TelegramCallback(json: callback).map { .callback($0) }
        }
        if let change = json["message_reaction"] {
            return TelegramReactionChange(json: change).map { .reaction($0) }
        }
        if let change = json["my_chat_member"] {
            return TelegramMembership(json: change).map { .membership($0) }
        }
        return json["poll_answer"].flatMap { TelegramVote(json: $0) }.map { .vote($0) }
    }
}

/// A person or a bot.
struct TelegramUser: Hashable {
    var id: Int
    var isBot = false
    var firstName = ""
    var lastName: String?
    var username: String?

    init(id: Int, firstName: String = "", username: String? = nil, isBot: Bool = false) {
        self.id = id
        self.firstName = firstName
        self.username = username
        self.isBot = isBot
    }

    init?(json: JSON?) {
        guard let id = json?["id"]?.intValue else { return nil }
        self.id = id
        isBot = json?["is_bot"]?.boolValue ?? false
        firstName = json?["first_name"]?.stringValue ?? ""
        lastName = json?["last_name"]?.stringValue
        username = json?["username"]?.stringValue
    }

    /// First and last name.
    var name: String { [firstName, lastName ?? ""].filter { !$0.isEmpty }.joined(separator: " ") }
}

/// A private chat, a group, a supergroup or a channel.
struct TelegramChat: Hashable {
    enum Kind: String { case direct = "private", group, supergroup, channel }

    var id: Int
    var kind: Kind
    var title: String?
    var username: String?
    var isForum = false

    init(id: Int, kind: Kind, title: String? = nil) {
        self.id = id
        self.kind = kind
        self.title = title
    }

    init?(json: JSON?) {
        guard let id = json?["id"]?.intValue else { return nil }
        self.id = id
        kind = json?["type"]?.stringValue.flatMap { Kind(rawValue: $0) } ?? (id > 0 ? .direct : .group)
        title = json?["title"]?.stringValue ?? json?["first_name"]?.stringValue
        username = json?["username"]?.stringValue
        isForum = json?["is_forum"]?.boolValue ?? false
    }

    /// As sentences call it.
    var name: String { title.map { "“\($0)”" } ?? String(id) }
}

/// The bot itself, as `getMe` describes it.
struct TelegramBot: Hashable {
    var user: TelegramUser
    /// Whether private chats with it can have topics.
    var hasTopics = false
    /// Whether it hears everything in groups; otherwise only what is meant for it (privacy mode).
    var readsAllGroupMessages = false

    init(user: TelegramUser, hasTopics: Bool = false) {
        self.user = user
        self.hasTopics = hasTopics
    }

    init?(json: JSON) {
        guard let user = TelegramUser(json: json) else { return nil }
        self.user = user
        hasTopics = json["has_topics_enabled"]?.boolValue ?? false
        readsAllGroupMessages = json["can_read_all_group_messages"]?.boolValue ?? false
    }

    var username: String { user.username ?? "" }
}

/// A press on a button below one of our messages.
struct TelegramCallback {
    var id: String
    var from: TelegramUser
    /// Nil when it is too old for Telegram to tell.
    var message: TelegramMessage?
    var data: String?

    init?(json: JSON) {
        guard let id = json["id"]?.stringValue, let from = TelegramUser(json: json["from"]) else {
            return nil
        }
        self.id = id
        self.from = from
        message = json["message"].flatMap { TelegramMessage(json: $0) }
        data = json["data"]?.stringValue
    }
}

/// Somebody changed what they have put on a message.
struct TelegramReactionChange {
    var chat: TelegramChat
    var messageID: Int
    /// Nil for an anonymous administrator.
    var user: TelegramUser?
    var date: Int
    /// What is new, as emoji; custom ones have none.
    var added: [String]

    init?(json: JSON) {
        guard let chat = TelegramChat(json: json["chat"]), let messageID = json["message_id"]?.intValue else {
            return nil
        }
        self.chat = chat
        self.messageID = messageID
        user = TelegramUser(json: json["user"])
        date = json["date"]?.intValue ?? 0
        let old = Self.emoji(json["old_reaction"])
        added = Self.emoji(json["new_reaction"]).filter { !old.contains($0) }
    }

    private static func emoji(_ json: JSON?) -> [String] {
        (json?.arrayValue ?? []).compactMap { $0["emoji"]?.stringValue }
    }
}

/// Our own place in a chat changed.
struct TelegramMembership {
    var chat: TelegramChat
    var by: TelegramUser
    var old: String
    var new: String

    init?(json: JSON) {
        guard let chat = TelegramChat(json: json["chat"]), let by = TelegramUser(json: json["from"]) else {
            return nil
        }
        self.chat = chat
        self.by = by
        old = json["old_chat_member"]?["status"]?.stringValue ?? ""
        new = json["new_chat_member"]?["status"]?.stringValue ?? ""
    }

    private static let outside: Set<String> = ["left", "kicked"]

    var wasAdded: Bool { Self.outside.contains(old) && !Self.outside.contains(new) }
    var wasRemoved: Bool { !Self.outside.contains(old) && Self.outside.contains(new) }
}

/// What somebody chose in a poll of ours that is not anonymous.
struct TelegramVote {
    var poll: String
    var user: TelegramUser
    /// Places of the options, from 0; none when the vote was taken back.
    var options: [Int]

    init?(json: JSON) {
        guard let poll = json["poll_id"]?.stringValue, let user = TelegramUser(json: json["user"]) else {
            return nil
        }
        self.poll = poll
        self.user = user
        options = (json["option_ids"]?.arrayValue ?? []).compactMap(\.intValue)
    }
}
