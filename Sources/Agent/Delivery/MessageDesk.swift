package import Core
package import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes to people and changes messages on the chat platforms when an agent, a program or the command line wants it.
///
/// What is sent goes through the outbox: it is on disk before it goes out, in order, and once. The rest is asked of the
/// platform at once.
@MainActor
package final class MessageDesk {
    private let board: ChannelBoard
    private let outbox: Outbox
    private let store: OutboxStore
    private let kept: ReceiptStore
    private let clock: any Clock<Duration>
    /// Who waits for a message to have been sent.
    private var waiting: [RunID: [Gate]] = [:]
    /// Orders that are being carried out.
    private var busy: [String: Gate] = [:]
    private var known = Recent<String>(most: mostReceipts)
    private var receipts: [String: MessageReceipt] = [:]

    /// A client that repeats an order does so within minutes.
    private static let mostReceipts = 1_000
    /// Who sends is told after so long that the platform has not taken it yet.
    private static let patience: Duration = .seconds(20)

    /// The account of a platform that is meant when none is named.
    package var defaultAccount: (ChannelID) -> String = { _ in "default" }
    /// Whether words mean something to the gateway itself.
    package var isCommand: (String) -> Bool = { _ in false }
    /// Puts words that a client sends into the session that it names with them, where there is one.
    package var mirror: (_ session: String, _ text: String) async -> Void = { _, _ in }

    package init(
        board: ChannelBoard, outbox: Outbox, store: OutboxStore,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.board = board
        self.outbox = outbox
        self.store = store
        kept = ReceiptStore(store.database)
        self.clock = clock
        outbox.settled = { [weak self] run in
            for gate in self?.waiting.removeValue(forKey: run) ?? [] { gate.open() }
        }
    }

    /// Carries the order out; one that was carried out before is not done again and answers the same.
    package func carryOut(_ order: MessageOrder) async throws(MessageRefusal) -> MessageReceipt {
        while let gate = busy[order.key] {
            await gate.wait()
            if Task.isCancelled { throw .unavailable("The request was given up.") }
        }
        if let receipt = receipts[order.key] { return receipt }
        let gate = Gate()
        busy[order.key] = gate
        defer {
            busy[order.key] = nil
            gate.open()
        }
        let receipt = try await perform(order)
        keep(receipt, for: order.key)
        return receipt
    }

    private func keep(_ receipt: MessageReceipt, for key: String) {
        let oldest = known.order.first
        known.insert(key)
        receipts[key] = receipt
        if let oldest, !known.contains(oldest) { receipts[oldest] = nil }
    }

    /// Which chat an order means.
    package func address(for order: MessageOrder) async throws(MessageRefusal) -> Address {
        let key = try account(for: order)
        guard let channel = board.channel(key) else { throw notRunning(key) }
        return try await address(for: order, at: key, on: channel)
    }

    private func perform(_ order: MessageOrder) async throws(MessageRefusal) -> MessageReceipt {
        let key = try account(for: order)
        guard let channel = board.channel(key) else { throw notRunning(key) }
        let target = try await address(for: order, at: key, on: channel)
        if let agent = order.agent, let chat = agent.chat,
            let refusal = agent.rules.refusal(of: order.action, at: target, from: chat.address)
                ?? agent.rules.refusal(of: order.action, reaching: order.params, at: target)
        {
            throw .invalid(refusal)
        }
        try check(order, channel, key)
        if Self.sending.contains(order.action) { return try await send(order, to: target, key) }
        let json = try await once(order) { () async throws(MessageRefusal) in
            try await self.act(order, at: target, on: channel, key)
        }
        return MessageReceipt(address: target, json: json)
    }

    /// Longest result that is kept over a restart: a poll's is about 100 bytes. What only reads may be asked again.
    private static let mostReceiptBytes = 16_384

    /// Does something that no outbox keeps, not again when a client repeats it after a restart.
    private func once(
        _ order: MessageOrder, _ work: () async throws(MessageRefusal) -> JSON
    ) async throws(MessageRefusal) -> JSON {
        // A turn's tool calls have a journal.
        guard order.agent == nil else { return try await work() }
        switch try await storing({ try await self.kept.begin(order.key) }) {
        case .done(let json): return json
        case .begun:
            throw .invalid(
                "The gateway ended while it did this for the first time: look whether it was done. With another key it is "
                    + "done again.")
        case .new: break
        }
        let result: JSON
        do throws(MessageRefusal) {
            result = try await work()
        } catch {
            try await storing { try await self.kept.forget(order.key) }
            throw error
        }
        let isShort = result.encoded().count <= Self.mostReceiptBytes
        try await storing {
            isShort ? try await self.kept.finish(order.key, result) : try await self.kept.forget(order.key)
        }
        return result
    }

    private func storing<Value: Sendable>(
        _ work: () async throws -> Value
    ) async throws(MessageRefusal) -> Value {
        do {
            return try await work()
        } catch {
            throw .unavailable("What is done could not be noted: \(error)")
        }
    }

    private static let sending: Set<String> = ["send", "upload-file", "thread-reply"]

    // MARK: Where

    private func account(for order: MessageOrder) throws(MessageRefusal) -> ChannelKey {
        let here = order.agent?.chat?.address
        let names = Set(board.keys.map(\.channel))
        guard let channel = order.channel ?? here?.channel ?? (names.count == 1 ? names.first : nil) else {
            throw .invalid(
                names.isEmpty
                    ? "No chat platform is set up. `openclaw channels add` sets one up."
                    : "Say with `channel` which platform is meant: \(Self.list(names.map(\.rawValue))).")
        }
        guard names.contains(channel) else {
            let there = names.isEmpty ? "none" : Self.list(names.map(\.rawValue))
            throw .invalid(
                "unsupported channel: \(channel.rawValue.prefix(80)). Set up and on: \(there).")
        }
        let own = here?.channel == channel ? here?.account : nil
        if order.account == nil, let own, ChannelMemoryStore.isAside(own) {
            throw .unavailable("The bot of this chat has no account now that runs.")
        }
        let key = ChannelKey(channel: channel, account: order.account ?? own ?? defaultAccount(channel))
        guard board.rules(key) != nil else {
            let accounts = board.keys.filter { $0.channel == channel }.map(\.account)
            throw .invalid(
                "\(channel) has no account `\(key.account.prefix(80))`. It has: \(Self.list(accounts)).")
        }
        return key
    }

    private func notRunning(_ key: ChannelKey) -> MessageRefusal {
        let reason = board.state(key)?.lastError.map { ": \($0)" } ?? "."
        return .unavailable(
            "The account `\(key.account)` of \(board.label(key)) is not running\(reason) "
                + "`openclaw channels status` shows how it is.")
    }

    private func address(
        for order: MessageOrder, at key: ChannelKey, on channel: any Channel
    ) async throws(MessageRefusal) -> Address {
        let here = order.agent?.chat?.address
        // Where a thread is a channel of its own, its number alone says where.
        let isPlace = (channel as? any ActionPerforming)?.actions.contains("thread-reply") ?? false
        let thread = order.text("threadId", "messageThreadId")
        guard let spelling = (isPlace ? thread : nil) ?? order.target else {
            guard var here, here.key == key else {
                // It is about a whole server.
                if order.text("guildId") != nil, !Self.sending.contains(order.action) {
                    return Address(channel: key.channel, account: key.account, chat: "")
                }
                throw .invalid("Say with `target` which chat on \(board.label(key)) is meant.")
            }
            if let thread { here.thread = thread }
            return here
        }
        var found = Address(channel: key.channel, account: key.account, chat: spelling)
        if let channel = channel as? any TargetResolving {
            do throws(DeliveryError) { found = try await channel.address(of: spelling) } catch {
                throw MessageRefusal(error)
            }
        }
        if !isPlace, let thread { found.thread = thread }
        return found
    }

    // MARK: What

    /// The config may have taken the action away from agents; people may always write.
    private func check(
        _ order: MessageOrder, _ channel: any Channel, _ key: ChannelKey
    ) throws(MessageRefusal) {
        let isSend = Self.sending.contains(order.action)
        guard let actions = (channel as? any ActionPerforming)?.actions else {
            if isSend || order.action == "react" && channel is any Reacting { return }
            throw .invalid("\(board.label(key)) has no action `\(order.action)`.")
        }
        guard isSend, order.agent != nil, !actions.contains("send") else { return }
        throw .invalid(
            "The action `\(order.action)` is off: `channels.\(key.channel).actions` switches it.")
    }

    private func act(
        _ order: MessageOrder, at target: Address, on channel: any Channel, _ key: ChannelKey
    ) async throws(MessageRefusal) -> JSON {
        var order = order
        if order.action == "react", order.text("messageId") == nil, let chat = order.agent?.chat,
            chat.address == target
        {
            order.params["messageId"] = .string(chat.message.rawValue)
        }
        do throws(DeliveryError) {
            guard let performer = channel as? any ActionPerforming else {
                return try await react(order, at: target, on: channel)
            }
            var params = order.params
            for name in ["target", "channelId", "chatId"] { params[name] = nil }
            params["to"] = .string(target.chat)
            params["threadId"] = target.thread.map { .string($0) }
            return try await performer.perform(order.action, .object(params))
        } catch {
            guard case .refused(let reason) = error, let performer = channel as? any ActionPerforming,
                !performer.actions.contains(order.action)
            else { throw MessageRefusal(error) }
            throw .invalid("\(reason) There are: \(Self.list(performer.actions)).")
        }
    }

    private func react(
        _ order: MessageOrder, at target: Address, on channel: any Channel
    ) async throws(DeliveryError) -> JSON {
        guard let channel = channel as? any Reacting, let emoji = order.text("emoji"),
            let message = order.text("messageId")
        else { throw .refused("The action needs `emoji` and `messageId`.") }
        let removes = order.params["remove"]?.boolValue ?? false
        try await channel.react(emoji, to: MessageID(message), at: target, removes: removes)
        return ["ok": true, removes ? "removed" : "added": .string(emoji)]
    }

    private static func list(_ names: [String]) -> String { names.sorted().joined(separator: ", ") }
}

// MARK: - Sending

extension MessageDesk {
    private func send(
        _ order: MessageOrder, to target: Address, _ key: ChannelKey
    ) async throws(MessageRefusal) -> MessageReceipt {
        let run = RunID(order.key)
        let said = order.text("message", "content", "caption") ?? ""
        let parts = try parts(of: said, order, to: target, run)
        let sent: [OutboxPart]
        do {
            let isNew = try await store.addOnce(parts)
            outbox.wake(target)
            if isNew, order.agent == nil, !said.isEmpty, let session = order.text("sessionKey") {
                await mirror(session, said)
            }
            sent = try await fate(of: run)
        } catch {
            throw .unavailable("The message could not be stored: \(error)")
        }
        let told = target == order.agent?.chat?.address ? said : nil
        do throws(MessageRefusal) {
            try tell(sent, key)
            if let reason = outbox.leftBehind[run] {
                throw .invalid("What goes with a file was posted, the file was not: \(reason)")
            }
        } catch {
            guard let told, !sent.contains(where: { $0.state == .failed }) else { throw error }
            throw .told(told, error)
        }
        let ids = sent.compactMap { $0.platformID.map { Self.outward($0, at: target) } }
        var result: JSONObject = [
            "messageId": .string(ids.last ?? ""), "chatId": .string(target.chat),
            "channelId": .string(target.chat),
        ]
        if ids.count > 1 { result["messageIds"] = JSON(ids) }
        result["threadId"] = target.thread.map { .string($0) }
        return MessageReceipt(
            address: target, json: ["ok": true, "result": .object(result)], told: told)
    }

    private func parts(
        of said: String, _ order: MessageOrder, to target: Address, _ run: RunID
    ) throws(MessageRefusal) -> [NewOutboxPart] {
        guard var rules = board.rules(target.key) else { throw notRunning(target.key) }
        rules.replyMode = .off
        let chat = order.agent?.chat
        let text = chat.map { order.agent?.rules.marked(said, at: target, from: $0) ?? said } ?? said
        let plan = ReplyPlan(
            rules: rules, limits: board.limits(target.key), address: target, bot: board.bot(target.key),
            asked: chat?.message ?? MessageID(""), handle: nil, run: run)
        var parts = plan.parts(of: text, from: 0)
        let files = order.files
        for file in files where !file.isRemote && access(file.source, R_OK) != 0 {
            throw .invalid(
                "`\(file.source)` was not sent: there is no such file where the gateway runs, or it cannot be read."
            )
        }
        if parts.isEmpty, !files.isEmpty {
            parts = [
                NewOutboxPart(
                    run: run, part: 0, address: target, content: OutgoingPart.Content(), bot: plan.bot)
            ]
        }
        guard let last = parts.indices.last else { throw .invalid("A message needs a `message` or a file.") }
        // What an agent sends besides is not its answer.
        for index in parts.indices { parts[index].content.answered = nil }
        parts = ReplyPlan.adding(
            parts[last].content.files + files, to: parts, most: board.limits(target.key).mostFiles)
        parts[parts.count - 1].content.buttons = try buttons(of: order)
        if let reply = order.text("replyTo", "replyToId") {
            parts[0].content.replyTo = MessageID(reply)
        }
        if order.params["silent"]?.boolValue == true {
            for index in parts.indices { parts[index].content.isSilent = true }
        }
        return parts
    }

    /// Whoever presses a button says what stands behind it: an agent must not put a command there, which people do not see.
    private func buttons(of order: MessageOrder) throws(MessageRefusal) -> [[ReplyButton]] {
        let buttons = order.buttons
        let hasCommand = buttons.joined().contains {
            $0.command.trimmed.hasPrefix("/") || isCommand($0.command)
        }
        guard order.agent == nil || !hasCommand else {
            throw .invalid("A button cannot hold a command: choose other words for its `callback_data`.")
        }
        return buttons
    }

    /// Waits until what a run had to say is posted; throws why a part of it is not, or not yet.
    package func delivered(_ run: RunID, by account: ChannelKey) async throws(MessageRefusal) {
        let parts: [OutboxPart]
        do { parts = try await fate(of: run) } catch { throw .unavailable("\(error)") }
        try tell(parts, account)
    }

    /// Waits until all parts are sent or given up, or until it takes too long.
    private func fate(of run: RunID) async throws -> [OutboxPart] {
        let deadline = Timestamp.now + Self.patience
        while true {
            let gate = Gate()
            waiting[run, default: []].append(gate)
            defer { leave(gate, of: run) }
            let parts = try await store.parts(of: run)
            let open = parts.filter { $0.state != .sent && $0.state != .failed }
            let isPutOff = open.contains { $0.reason != nil && $0.nextAttemptAt > deadline }
            let left = deadline - .now
            if open.isEmpty || isPutOff || left <= .zero || Task.isCancelled { return parts }
            await gate.wait(atMost: left, on: clock)
        }
    }

    private func leave(_ gate: Gate, of run: RunID) {
        waiting[run]?.removeAll { $0 === gate }
        if waiting[run]?.isEmpty == true { waiting[run] = nil }
    }

    /// Throws what the sender has to know when not all was sent.
    private func tell(_ parts: [OutboxPart], _ key: ChannelKey) throws(MessageRefusal) {
        if let failed = parts.first(where: { $0.state == .failed }) {
            throw .invalid(failed.reason ?? "\(board.label(key)) did not take it.")
        }
        guard let open = parts.first(where: { $0.state != .sent }) else { return }
        throw .unavailable(
            "\(board.label(key)) has not taken it yet\(open.reason.map { " (\($0))" } ?? ""). It waits in the outbox and "
                + "is tried again by itself: do not send it anew.")
    }

    /// As the platform's users know it: our own spelling may begin with the chat.
    private static func outward(_ id: MessageID, at target: Address) -> String {
        let own = target.chat + ":"
        return id.rawValue.hasPrefix(own) ? String(id.rawValue.dropFirst(own.count)) : id.rawValue
    }
}
