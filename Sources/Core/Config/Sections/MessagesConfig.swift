/// `messages`: how messages of chat platforms are read and answered.
package struct MessagesConfig: ConfigSection {
    package var groupChat = GroupChat()
    package var queue = Queue()
    package var inbound = Inbound()

    package init() {}

    package static let spec = ObjectSpec<MessagesConfig>(
        Field("groupChat", \.groupChat, .object).label("Groups"),
        Field("queue", \.queue, .object).label("Queue"),
        Field("inbound", \.inbound, .object).label("Inbound"),
        .raw("responsePrefix", at: "messages.responsePrefix"),
        .raw("ackReaction", at: "messages.ackReaction"),
        .raw("ackReactionScope", at: "messages.ackReactionScope"),
        .raw("removeAckAfterReply", at: "messages.removeAckAfterReply"))

    /// `messages.queue`: what becomes of messages that come while their session is at work.
    package struct Queue: ConfigSection {
        package init() {}

        package static let spec = ObjectSpec<Queue>(
            .raw("mode", at: "messages.queue.mode"), .raw("byChannel", at: "messages.queue.byChannel"),
            .raw("debounceMs", at: "messages.queue.debounceMs"),
            .raw("debounceMsByChannel", at: "messages.queue.debounceMsByChannel"),
            .raw("cap", at: "messages.queue.cap"), .raw("drop", at: "messages.queue.drop"))
    }

    /// `messages.inbound`: how long a message waits for what is said with it.
    package struct Inbound: ConfigSection {
        package init() {}

        package static let spec = ObjectSpec<Inbound>(
            .raw("debounceMs", at: "messages.inbound.debounceMs"),
            .raw("byChannel", at: "messages.inbound.byChannel"))
    }

    /// `messages.groupChat`: chats of many.
    package struct GroupChat: ConfigSection {
        /// What calls an agent that has no patterns of its own; nil: its name and emoji.
        package var mentionPatterns: [String]?

        package init() {}

        package static let spec = ObjectSpec<GroupChat>(
            Field("mentionPatterns", \.mentionPatterns, .list(.text)).label("Mention Patterns"),
            .raw("historyLimit", at: "messages.groupChat.historyLimit"))
    }
}
