/// A channel that can show that an answer is being written.
@MainActor
package protocol TypingIndicating: Channel {
    /// How long the platform shows it; it is asked for again before that.
    var typingLasts: Duration { get }
    func showTyping(at address: Address) async
}

/// A channel whose messages can have reactions.
@MainActor
package protocol Reacting: Channel {
    /// Adds our reaction, or takes it away.
    func react(
        _ emoji: String, to message: MessageID, at address: Address, removes: Bool
    ) async throws(DeliveryError)
}

/// A channel that can change what it has posted, so that an answer can be read while it is written.
///
/// `deliver` with `posted` changes that message.
@MainActor
package protocol MessageEditing: Channel {
    /// The least time between two changes of one message.
    func editInterval(at address: Address) -> Duration
    /// Takes a message of ours away.
    func remove(_ message: MessageID, at address: Address) async throws(DeliveryError)
}

/// A channel that shows text being written without posting it; what is shown vanishes when the answer comes.
@MainActor
package protocol Drafting: Channel {
    var draftInterval: Duration { get }
    /// Shows `text` as what is being written; the same `draft`, 1 and up, takes the place of what it showed before.
    func draft(_ text: String, number draft: Int, at address: Address) async throws(DeliveryError)
}

/// A channel that can be asked whether it works.
@MainActor
package protocol Probing: Channel {
    /// What the platform says of the account: `{ok, error?, elapsedMs?, bot?}` of contract §4.9.
    func probe() async -> JSON
}

/// A channel that people can be looked up on: for `message send --target`, allowlists and bindings.
@MainActor
package protocol TargetResolving: Channel {
    /// The chat that a spelling such as `#general`, `channel:123`, `user:123`, `@ann` or `-100123:topic:4` means.
    func address(of target: String) async throws(DeliveryError) -> Address
    /// The chat with one person, whom the config spells as in `allowFrom`: never a place of many.
    func address(ofPerson entry: String) async throws(DeliveryError) -> Address
}

/// A channel that posts words without a file that it cannot post.
@MainActor
package protocol FileLeaving: Channel {
    /// Why a file of a part stayed behind for which `deliver` has returned; told once.
    func leftBehind(of nonce: String) -> String?
}

/// A channel that can do more than write and read: pins, threads, polls.
@MainActor
package protocol ActionPerforming: Channel {
    /// Names of what can be done with this account, as the `message` tool and `openclaw message` call them.
    var actions: [String] { get }
    /// Does it. Parameters and result have the shapes of the original's `message` tool.
    func perform(_ action: String, _ params: JSON) async throws(DeliveryError) -> JSON
}

/// A channel that the platform calls, instead of being asked again and again.
@MainActor
package protocol WebhookReceiving: Channel {
    /// Where on the gateway's port; none when this account does not listen.
    var webhookPaths: [String] { get }
    /// Whether a call is for this account: accounts may be called at the same path.
    func isCalled(with headers: [(name: String, value: String)]) -> Bool
    /// Takes one call; returns the HTTP status for it once what it brought is durable.
    func receive(headers: [(name: String, value: String)], body: [UInt8]) async -> Int
}
