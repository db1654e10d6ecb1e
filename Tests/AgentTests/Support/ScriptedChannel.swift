import Core
import Store
import TestSupport
import Testing

@testable import Agent

/// A platform in memory: people write when the test says so, and what is posted is kept.
@MainActor
class ScriptedChannel: Channel, TypingIndicating, Reacting, MessageEditing, TargetResolving, ActionPerforming
{
    /// What the platform does with the next part.
    enum Fate {
        case take
        case fail(DeliveryError)
        /// It has the part, and its answer is lost.
        case takeAndFail(DeliveryError)
        case hang(Gate)
    }

    var limits = MessageLimits(longest: 2_000, unit: .utf16)
    let typingLasts: Duration = .seconds(8)
    var fates: [Fate] = []
    /// Why it takes no message that begins so, whenever it comes.
    var refusals: [String: String] = [:]
    /// What becomes of each message that begins so, whenever it comes.
    var failures: [String: DeliveryError] = [:]
    private(set) var posted: [OutgoingPart] = []
    /// What is still to be seen, by id, in the order it was posted.
    private(set) var messages: [(id: MessageID, text: String)] = []
    private(set) var removed: [MessageID] = []
    /// A part with a mark that was seen is one that is there already.
    private var marks: [String: MessageID] = [:]
    private(set) var attempts: [OutgoingPart] = []
    private(set) var reactions: [String] = []
    private(set) var typingCount = 0
    private(set) var house: ChannelHouse?
    private(set) var runs = 0
    /// Which bot it is.
    var bot = "testbot"
    /// What `run` ends with, one an attempt; without one it goes on.
    var ends: [ChannelError] = []

    func run(in house: ChannelHouse) async throws(ChannelError) {
        runs += 1
        if !ends.isEmpty { throw ends.removeFirst() }
        _ = await house.memory.takeOver(bot) { _ in nil }
        self.house = house
        house.report(.connected(name: "testbot"))
        await Gate().wait()
    }

    func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        attempts.append(part)
        if let refusal = refusals.first(where: { part.content.text.hasPrefix($0.key) }) {
            throw .refused(refusal.value)
        }
        if let failure = failures.first(where: { part.content.text.hasPrefix($0.key) }) {
            throw failure.value
        }
        switch fates.isEmpty ? .take : fates.removeFirst() {
        case .take: break
        case .fail(let error): throw error
        case .takeAndFail(let error):
            _ = try take(part)
            throw error
        case .hang(let gate):
            await gate.wait()
            if Task.isCancelled { throw .unknown("the process ended") }
        }
        return try take(part)
    }

    private func take(_ part: OutgoingPart) throws(DeliveryError) -> MessageID {
        if let id = part.posted ?? marks[part.nonce] {
            guard let place = messages.firstIndex(where: { $0.id == id }) else {
                throw .refused("unknown message")
            }
            messages[place].text = part.content.text
            return id
        }
        posted.append(part)
        let id = MessageID("posted-\(posted.count)")
        messages.append((id, part.content.text))
        marks[part.nonce] = id
        return id
    }

    func editInterval(at address: Address) -> Duration { .milliseconds(2) }

    func remove(_ message: MessageID, at address: Address) async throws(DeliveryError) {
        guard messages.contains(where: { $0.id == message }) else { throw .refused("unknown message") }
        messages.removeAll { $0.id == message }
        removed.append(message)
    }

    /// Somebody takes a message away.
    func lose(_ place: Int) { messages.remove(at: place) }

    /// The same platform for another process.
    func reborn() -> ScriptedChannel {
        let channel = ScriptedChannel()
        (channel.posted, channel.messages, channel.marks) = (posted, messages, marks)
        return channel
    }

    func showTyping(at address: Address) async { typingCount += 1 }

    func react(
        _ emoji: String, to message: MessageID, at address: Address, removes: Bool
    ) async throws(DeliveryError) {
        reactions.append("\(removes ? "-" : "+")\(emoji) \(message)")
    }

    /// Everybody is known but `nobody`.
    func address(of target: String) async throws(DeliveryError) -> Address {
        guard target != "nobody" else { throw .refused("There is no `nobody` here.") }
        return Address(channel: "test", chat: target)
    }

    func address(ofPerson entry: String) async throws(DeliveryError) -> Address {
        try await address(of: "user:\(entry)")
    }

    var actions = ["send", "edit", "poll"]
    private(set) var performed: [String] = []

    func perform(_ action: String, _ params: JSON) async throws(DeliveryError) -> JSON {
        guard actions.contains(action) else { throw .refused("Test has no action `\(action)`.") }
        performed.append("\(action) at \(params["to"]?.stringValue ?? "?")")
        return ["ok": true, "number": JSON(performed.count)]
    }

    var texts: [String] { posted.map(\.content.text) }
    /// What people see.
    var seen: [String] { messages.map(\.text) }
}

/// A platform that shows drafts in direct chats, unless it does not want to.
final class DraftingChannel: ScriptedChannel, Drafting {
    let draftInterval: Duration = .milliseconds(2)
    var refusesDrafts = false
    private(set) var drafts: [String] = []

    func draft(_ text: String, number draft: Int, at address: Address) async throws(DeliveryError) {
        if refusesDrafts { throw .refused("no topics") }
        drafts.append(text)
    }
}

/// A house with one channel, `test`.
@MainActor
struct ChannelTestHouse {
    let house: TestHouse
    let channel: ScriptedChannel
    let board: ChannelBoard
    let outbox: Outbox
    let pairing: PairingDesk
    let replies: ReplyDesk

    nonisolated static let key = ChannelKey(channel: "test", account: "default")

    static func rules(_ change: (inout ChannelRules) -> Void = { _ in }) -> ChannelRules {
        var rules = ChannelRules(
            section: ["allowFrom": ["ann"]], shared: [:], messages: [:],
            defaults: ChannelRules.Defaults(
                historyLimit: 3, replyMode: .off, mostFileMegabytes: 1, streaming: .off))
        change(&rules)
        return rules
    }

    static func run(
        in folder: String? = nil, models: ScriptedModels = ScriptedModels(), tools: [any Tool] = [],
        channel: ScriptedChannel? = nil, rules: ChannelRules? = nil,
        clock: any Clock<Duration> = ContinuousClock(), facts: ModelFacts? = nil,
        _ body: @MainActor (ChannelTestHouse) async throws -> Void
    ) async throws {
        try await TestHouse.run(in: folder, models: models, tools: tools, clock: clock, facts: facts) {
            house in
            let log = Log("test", to: SilentSink())
            let board = ChannelBoard(stores: house.stores, log: log)
            let outbox = Outbox(store: house.stores.outbox, board: board, log: log)
            let replies = ReplyDesk(
                board: board, outbox: outbox, stores: house.stores, events: house.switchboard.events, log: log
            )
            let pairing = PairingDesk(store: house.stores.pairing)
            let stickers = StickerBook(
                store: house.stores.channelMemory, models: models, usage: house.stores.usage, log: log)
            let door = ChannelDoor(
                board: board, switchboard: house.switchboard, replies: replies, pairing: pairing,
                stores: house.stores, files: IncomingFiles(base64: { _ in "AAAA" }), stickers: stickers,
                log: log)
            house.switchboard.replies = replies
            house.switchboard.pairing = pairing
            board.receive = { message throws(InboxError) in try await door.receive(message) }
            board.notice = { await door.note($0) }
            board.admits = { await door.admits($0) }
            board.becameReady = { outbox.wake($0) }
            board.isAbandoned = { outbox.wake($0) }
            let channel = channel ?? ScriptedChannel()
            let test = ChannelTestHouse(
                house: house, channel: channel, board: board, outbox: outbox, pairing: pairing,
                replies: replies)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { await outbox.run() }
                group.addTask { await replies.run() }
                group.addTask { await stickers.run() }
                group.addTask { await board.run() }
                board.update([test.account(rules ?? Self.rules())])
                do {
                    try await body(test)
                } catch {
                    group.cancelAll()
                    throw error
                }
                group.cancelAll()
            }
        }
    }

    func account(_ rules: ChannelRules, fingerprint: JSON = .null) -> ChannelAccount {
        let channel = channel
        return ChannelAccount(
            channel: "test", account: "default", label: "Test", rules: rules, fingerprint: fingerprint
        ) { () throws(ChannelError) in channel }
    }

    /// Somebody writes; returns when the channel may tell the platform so.
    func writes(
        _ text: String, by sender: String = "ann", id: MessageID = "m1", group: ChatPlace? = nil,
        _ change: (inout ChannelMessage) -> Void = { _ in }
    ) async throws {
        try await eventually("the channel runs") { channel.house != nil }
        var message = ChannelMessage(
            id: id, address: Address(channel: "test", chat: group == nil ? sender : "room"),
            kind: group == nil ? .direct : .group,
            sender: Sender(id: sender, name: sender.prefix(1).uppercased() + sender.dropFirst()),
            text: text)
        message.place = group
        change(&message)
        try await channel.house?.inbox.receive(message)
    }

    var state: ChannelState { board.state(Self.key) ?? ChannelState() }
}

/// Waits until something holds; fails the test when it never does: not in a minute, and not in as many looks, for a loop that
/// a thousand tests share comes round seldom.
@MainActor
func eventually(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: @MainActor () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    var looks = 0
    while ContinuousClock.now < deadline || looks < 1000 {
        if try await holds() { return }
        looks += 1
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("It never came true that \(what).", sourceLocation: sourceLocation)
    throw CancellationError()
}
