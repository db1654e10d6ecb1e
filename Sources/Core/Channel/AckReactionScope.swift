/// Which messages get a reaction as soon as they are received: `messages.ackReactionScope`.
package enum AckReactionScope: String, Sendable {
    case groupMentions = "group-mentions"
    case groupAll = "group-all"
    case direct, all, off, none

    /// What matters of a message that is going to be answered.
    package struct Message: Sendable, Hashable {
        package var kind: ChatKind
        /// Whether a message of that chat is only answered when we are named.
        package var requiresMention: Bool
        /// Whether we are named, or it is a command, or it answers us.
        package var isForUs: Bool

        package init(kind: ChatKind, requiresMention: Bool, isForUs: Bool) {
            self.kind = kind
            self.requiresMention = requiresMention
            self.isForUs = isForUs
        }
    }

    package func includes(_ message: Message) -> Bool {
        switch self {
        case .off, .none: false
        case .all: true
        case .direct: message.kind == .direct
        case .groupAll: message.kind != .direct
        case .groupMentions: message.kind != .direct && message.requiresMention && message.isForUs
        }
    }
}
