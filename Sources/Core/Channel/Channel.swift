/// One account on one chat platform: reads what people write there and posts our replies.
@MainActor
package protocol Channel: AnyObject, Sendable {
    /// What one message may hold; the outbox splits replies to fit.
    var limits: MessageLimits { get }

    /// Reads until cancelled, and hands everything to `house.inbox`.
    ///
    /// Short interruptions are the channel's own business (`house.report(.reconnecting…)`); what it throws ends it, and
    /// the supervisor starts it again when that may help.
    func run(in house: ChannelHouse) async throws(ChannelError)

    /// Posts one part of a reply, or changes the message that it became before.
    ///
    /// Returns when the platform has taken it. The error says what the outbox does next.
    func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID
}

/// Why a channel ended.
package enum ChannelError: Error, Sendable, Hashable {
    /// Nothing helps but a change of the config or on the platform, such as a token that is not valid.
    case refused(String)
    /// Another attempt may succeed.
    case lost(String, retryAfter: Duration? = nil)

    package var reason: String {
        switch self {
        case .refused(let reason), .lost(let reason, _): reason
        }
    }
}

/// What the house gives a channel while it runs.
@MainActor
package struct ChannelHouse {
    package let inbox: Inbox
    package let memory: ChannelMemory
    /// Tells how the channel is, for `channels.status`.
    package let report: (ChannelReport) -> Void
    /// The commands that people may choose from in the platform's own menus.
    package let commands: () -> [ChannelCommand]
    /// Where a message stands that the outbox has posted, if it is one of the newest; nil for others'.
    package let place: (MessageID) async -> Address?
    /// The keys of all that the outbox has in answer to a message in a chat, of whichever account; nil when it cannot tell.
    package let keys: (_ asked: MessageID, _ chat: String) async -> [String]?

    package init(
        inbox: Inbox, memory: ChannelMemory, report: @escaping (ChannelReport) -> Void,
        commands: @escaping () -> [ChannelCommand] = { [] },
        place: @escaping (MessageID) async -> Address? = { _ in nil },
        keys: @escaping (_ asked: MessageID, _ chat: String) async -> [String]? = { _, _ in nil }
    ) {
        self.place = place
        self.keys = keys
        self.inbox = inbox
        self.memory = memory
        self.report = report
        self.commands = commands
    }
}

/// How a channel is.
package enum ChannelReport: Sendable, Hashable {
    /// It can read and write; `name` is the account's on the platform.
    case connected(name: String?)
    /// It cannot for now, and tries again by itself.
    case reconnecting(reason: String)
    /// A mistake that does not keep it from working, in words for its owner.
    case problem(String)
    /// A fact of `channels.status`, such as `bot` or `mode`.
    case fact(name: String, JSON)
}

/// The only door into the house.
@MainActor
package struct Inbox {
    /// Returns once the message is durable or turned away; only then may the platform hear that it was received.
    ///
    /// Messages of one chat are taken in the order of the calls; calls for different chats may run side by side. A
    /// repeated message is recognised and dropped. When it throws, the message was not kept: it has to be handed in again.
    package let receive: (ChannelMessage) async throws(InboxError) -> Void
    /// Takes a button that was pressed, as `receive` takes what it says; what it returns is for that person alone, nil for
    /// nothing.
    package let press: (ChannelMessage) async throws(InboxError) -> PressAnswer?
    /// Something that happened and is no message; the agent hears of it with its next turn in that conversation, which
    /// is that of any message handed in after this returns.
    package let notice: (ChannelNotice) async -> Void
    /// What was said before a conversation began, such as the message a thread hangs on: shown with the next message there
    /// that is answered, unless nobody listens to its writer. `isOurs`: we have written it.
    package let overhear: (_ message: ChannelMessage, _ isOurs: Bool) async -> Void
    /// Whether a message would be answered; nothing comes of asking.
    package let admits: (ChannelMessage) async -> Bool
    private let isStop: (ChannelMessage) -> Bool

    package init(
        receive: @escaping (ChannelMessage) async throws(InboxError) -> Void,
        press: ((ChannelMessage) async throws(InboxError) -> PressAnswer?)? = nil,
        notice: @escaping (ChannelNotice) async -> Void = { _ in },
        overhear: @escaping (_ message: ChannelMessage, _ isOurs: Bool) async -> Void = { _, _ in },
        admits: @escaping (ChannelMessage) async -> Bool = { _ in true },
        isStop: @escaping (ChannelMessage) -> Bool = { _ in false }
    ) {
        self.receive = receive
        self.press =
            press ?? { message throws(InboxError) in
                try await receive(message)
                return nil
            }
        self.notice = notice
        self.overhear = overhear
        self.admits = admits
        self.isStop = isStop
    }

    /// Takes a message that waits behind one which could not be kept, if it stops what runs: that must not wait.
    ///
    /// It is another message then: handed in again in its order, it stops what was said before it.
    package func takeStop(_ message: ChannelMessage) async {
        guard isStop(message) else { return }
        var early = message
        early.id = MessageID("\(message.id):early")
        try? await receive(early)  // the other comes, whatever becomes of this one
    }
}

/// What a person who has pressed a button is told.
package struct PressAnswer: Sendable, Hashable {
    package var text: String
    /// Whether nothing has come of the press.
    package var isRefusal: Bool

    package init(_ text: String, isRefusal: Bool = false) {
        self.text = text
        self.isRefusal = isRefusal
    }
}

/// Why a message was not kept.
package struct InboxError: Error, Sendable, Hashable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// Small things that a channel must find again after a restart, such as its place in the platform's stream of events.
@MainActor
package struct ChannelMemory {
    package let load: (_ name: String) async -> JSON?
    /// What all accounts of the channel remember under a name, this one included.
    package let loadAll: (_ name: String) async -> [JSON]
    /// Tells which bot is about to log in, before its platform says so; whether it is the one that the account had last.
    ///
    /// That one has all that it left, and can be sent through from then on, also while its platform is slow to answer.
    package let expect: (_ bot: String) async -> Bool
    /// Takes over what a bot has left in any account, before anything is loaded or saved; false: try again later.
    ///
    /// Each run of a channel calls it, once its platform has accepted the bot, unless `expect` knows it: before that nothing is
    /// sent through the channel. `whose` tells the bot that a value names. What other bots have left here waits for them.
    package let takeOver: (_ bot: String, _ whose: @escaping @Sendable (JSON) -> String?) async -> Bool
    private let keep: (_ name: String, JSON?, _ hasHappened: Bool) async -> Bool

    package init(
        load: @escaping (_ name: String) async -> JSON?,
        loadAll: @escaping (_ name: String) async -> [JSON] = { _ in [] },
        expect: @escaping (_ bot: String) async -> Bool = { _ in false },
        takeOver: @escaping (_ bot: String, _ whose: @escaping @Sendable (JSON) -> String?) async -> Bool = {
            _, _ in true
        },
        save: @escaping (_ name: String, JSON?, _ hasHappened: Bool) async -> Bool
    ) {
        self.load = load
        self.loadAll = loadAll
        self.expect = expect
        self.takeOver = takeOver
        keep = save
    }

    /// Returns when the value is on disk; false when it could not be kept. Nil forgets it.
    ///
    /// For what `hasHappened` on the platform and cannot be asked of it, a full disk still has some room.
    @discardableResult
    package func save(_ name: String, _ value: JSON?, hasHappened: Bool = false) async -> Bool {
        await keep(name, value, hasHappened)
    }
}

/// A command of ours in a platform's menu.
package struct ChannelCommand: Sendable, Hashable {
    /// Without the slash; lower case letters, digits, `-` and `_`.
    package var name: String
    package var help: String
    /// What may follow it, for menus that ask for it; nil when nothing may.
    package var argument: String?
    /// Values of the argument to choose from.
    package var choices: [String]
    /// Whether it may have only these values.
    package var isClosed: Bool

    package init(
        name: String, help: String, argument: String? = nil, choices: [String] = [], isClosed: Bool = false
    ) {
        self.name = name
        self.help = help
        self.argument = argument
        self.choices = choices
        self.isClosed = isClosed
    }
}
