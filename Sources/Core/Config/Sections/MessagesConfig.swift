/// `messages`: how messages of chat platforms are read and answered.
package struct MessagesConfig: ConfigSection {
    package var groupChat = GroupChat()

    package init() {}

    package static let spec = ObjectSpec<MessagesConfig>(
        Field("groupChat", \.groupChat, .object).label("Groups"),
        .raw("responsePrefix", at: "messages.responsePrefix"),
        .raw("ackReaction", at: "messages.ackReaction"),
        .raw("ackReactionScope", at: "messages.ackReactionScope"),
        .raw("removeAckAfterReply", at: "messages.removeAckAfterReply"))

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
