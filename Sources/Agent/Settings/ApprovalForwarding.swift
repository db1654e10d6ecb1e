package import Core

/// `approvals.exec`: which chats are asked beside the channels' own approvers.
package struct ApprovalForwarding: Sendable, Hashable {
    package var isEnabled = false
    package var mode = Mode.session
    package var filter = ApprovalFilter()
    package var targets: [Target] = []

    /// Where the question goes.
    package enum Mode: String, Sendable {
        /// To the chat that the turn answers.
        case session
        case targets, both
    }

    /// A chat of the config.
    package struct Target: Sendable, Hashable {
        package var channel: ChannelID
        /// Nil: the platform's default.
        package var account: String?
        /// As `message --target` takes it.
        package var to: String
        package var thread: String?

        package init(channel: ChannelID, account: String?, to: String, thread: String?) {
            self.channel = channel
            self.account = account
            self.to = to
            self.thread = thread
        }
    }

    package init() {}
}
