package import Core
package import Store

/// Runs every account of every channel, each on its own: what happens to one touches no other.
@MainActor
package final class ChannelBoard {
    private let stores: Stores
    private let clock: any Clock<Duration>
    private let log: Log
    private let work = TaskPool()
    private var seats: [ChannelKey: ChannelSeat] = [:]
    /// Those that have been taken away or replaced and may not have ended yet, the last one last.
    private var leaving: [ChannelSeat] = []
    private var lastLimits: [ChannelID: MessageLimits] = [:]
    private var isStopped = false

    /// How often what waits for an account that is off is looked at: it is left out after a day.
    private static let abandonedInterval: Duration = .seconds(3600)

    /// Takes what people write; set before `run`.
    package var receive: (ChannelMessage) async throws(InboxError) -> Void = { _ throws(InboxError) in
        throw InboxError("the gateway is starting")
    }
    /// Takes buttons that people press; set before `run`.
    package var press: (ChannelMessage) async throws(InboxError) -> PressAnswer? = { _ throws(InboxError) in
        throw InboxError("the gateway is starting")
    }
    /// Takes what was said before a conversation began.
    package var overhear: (_ message: ChannelMessage, _ isOurs: Bool) async -> Void = { _, _ in }
    /// Whether a message would be answered.
    package var admits: (ChannelMessage) async -> Bool = { _ in true }
    /// Whether a message stops what runs.
    package var isStop: (ChannelMessage) -> Bool = { _ in false }
    /// Takes what happens and is no message.
    package var notice: @MainActor @Sendable (ChannelNotice) async -> Void = { _ in }
    /// Told when an account can be sent to.
    package var becameReady: (ChannelKey) -> Void = { _ in }
    /// Told when what is kept for a channel's accounts may have gone to others with their bots.
    package var haveMoved: (ChannelID) -> Void = { _ in }
    /// Told of an account that is off and for which answers wait, every now and then.
    package var isAbandoned: (ChannelKey) -> Void = { _ in }
    /// The rules of an account that is off or logged out: what it owes people waits for it in the outbox.
    package var rulesOfAbsent: (ChannelKey) -> ChannelRules? = { _ in nil }
    /// The commands that people may choose from in the platforms' menus.
    package var commands: () -> [ChannelCommand] = { [] }

    package init(stores: Stores, log: Log, clock: any Clock<Duration> = ContinuousClock()) {
        self.stores = stores
        self.clock = clock
        self.log = log
    }

    /// Runs the accounts until cancelled.
    package func run() async {
        work.add { await self.lookForAbandoned() }
        await work.run()
    }

    /// Nothing more is read; what is on its way out can still be sent.
    package func stopReading() async {
        isStopped = true
        for seat in seats.values { await seat.stop(keepsChannel: true) }
    }

    /// Starts what is new, ends what is gone, and starts anew what has changed; leaves the others alone.
    package func update(_ accounts: [ChannelAccount]) {
        guard !isStopped else { return }
        let wanted = Dictionary(accounts.map { ($0.key, $0) }) { first, _ in first }
        for (key, seat) in seats where wanted[key]?.fingerprint != seat.account.fingerprint {
            seats[key] = nil
            leaving.append(seat)
            work.add {
                await seat.stop()
                self.leaving.removeAll { $0 === seat }
            }
        }
        for account in accounts where seats[account.key] == nil {
            start(account, after: leaving.last { $0.account.key == account.key })
        }
        work.add { await self.tellWhatWaits() }
    }

    private func lookForAbandoned() async {
        while true {
            await Gate().wait(atMost: Self.abandonedInterval)
            guard !Task.isCancelled else { return }
            for key in await abandoned() { isAbandoned(key) }
        }
    }

    /// Answers wait for their own bot.
    private func tellWhatWaits() async {
        for key in await abandoned() {
            let place =
                ChannelMemoryStore.isAside(key.account)
                ? "a bot that no account has"
                : "the account `\(key.account)`, which the config has off or has not"
            log.named(key.channel.rawValue).warning(
                "answers wait for \(place): they are sent when its bot is there again, and left out after a day"
            )
            isAbandoned(key)
        }
    }

    /// Accounts that the config has off or has not, and for which answers wait.
    private func abandoned() async -> [ChannelKey] {
        do {
            return Set(try await stores.outbox.conversations().map(\.key)).filter { seats[$0] == nil }
        } catch {
            log.warning("The outbox could not be read.", ["reason": "\(error)"])
            return []
        }
    }

    /// An account is in two places at once never: its successor waits until it has left.
    private func start(_ account: ChannelAccount, after old: ChannelSeat?) {
        let seat = ChannelSeat(account, clock: clock, log: log)
        if let old {
            seat.state.lastInboundAt = old.state.lastInboundAt
            seat.state.lastOutboundAt = old.state.lastOutboundAt
        }
        seats[account.key] = seat
        let house = house(for: seat)
        work.add {
            await old?.stop()
            await seat.run(house)
        }
    }

    private func house(for seat: ChannelSeat) -> ChannelHouse {
        let key = seat.account.key
        return ChannelHouse(
            inbox: Inbox(
                receive: { [unowned self] message throws(InboxError) in
                    seat.state.lastInboundAt = .now
                    seat.state.receivedCount += 1
                    try await receive(seat.naming(message))
                },
                press: { [unowned self] message throws(InboxError) in
                    seat.state.lastInboundAt = .now
                    return try await press(seat.naming(message))
                },
                notice: { [unowned self] in await notice($0) },
                overhear: { [unowned self] in await overhear($0, $1) },
                admits: { [unowned self] in await admits($0) }, isStop: { [unowned self] in isStop($0) }),
            memory: memory(of: seat), report: { seat.report($0) }, commands: { [unowned self] in commands() },
            place: { [unowned self] in await place(of: $0, on: key) },
            keys: { [unowned self] in await keys(answering: $0, on: key.channel, chat: $1) })
    }

    private func place(of message: MessageID, on key: ChannelKey) async -> Address? {
        do {
            return try await stores.outbox.place(of: message, channel: key.channel, account: key.account)
        } catch {
            log.warning("The outbox could not be read.", ["reason": "\(error)"])
            return nil
        }
    }

    private func keys(answering asked: MessageID, on channel: ChannelID, chat: String) async -> [String]? {
        do {
            return try await stores.outbox.nonces(answering: asked, on: channel, chat: chat)
        } catch {
            log.warning("The outbox could not be read.", ["reason": "\(error)"])
            return nil
        }
    }

    private func memory(of seat: ChannelSeat) -> ChannelMemory {
        let (store, log, key) = (stores.channelMemory, log, seat.account.key)
        return ChannelMemory(
            load: { name in
                do {
                    return try await store.value(name, channel: key.channel, account: key.account)
                } catch {
                    log.warning(
                        "A channel's memory could not be read.", ["name": name, "reason": "\(error)"])
                    return nil
                }
            },
            loadAll: { name in
                do {
                    return try await store.values(name, channel: key.channel)
                } catch {
                    log.warning(
                        "A channel's memory could not be read.", ["name": name, "reason": "\(error)"])
                    return []
                }
            },
            expect: { [unowned self] in await expect($0, for: seat) },
            takeOver: { [unowned self] in await takeOver($0, for: seat, $1) },
            save: { name, value, hasHappened in
                do {
                    try await store.set(
                        name, value, channel: key.channel, account: key.account, hasHappened: hasHappened)
                    return true
                } catch {
                    log.warning(
                        "A channel's memory could not be kept.", ["name": name, "reason": "\(error)"])
                    return false
                }
            })
    }

    /// The account's last bot serves until its platform says that it is another one.
    private func expect(_ bot: String, for seat: ChannelSeat) async -> Bool {
        let key = seat.account.key
        do {
            guard try await stores.channelMemory.isLast(bot, in: key.account, channel: key.channel) else {
                return false
            }
            seat.isKnown(as: bot)
            becameReady(key)
            return true
        } catch {
            log.warning("Which bot an account had last could not be read.", ["reason": "\(error)"])
            return false
        }
    }

    /// What a bot had in another account; who is leaving has left by then. False when that cannot be done now.
    private func takeOver(
        _ bot: String, for new: ChannelSeat, _ whose: @escaping @Sendable (JSON) -> String?
    ) async -> Bool {
        let key = new.account.key
        for seat in leaving where seat.account.key.channel == key.channel { await seat.stop() }
        do {
            let brought = try await stores.channelMemory.bring(
                bot, to: key.account, channel: key.channel, whose: whose)
            for (other, seat) in seats where other.channel == key.channel && seat.bot == bot {
                seat.isKnown(as: nil)
            }
            new.isKnown(as: bot)
            haveMoved(key.channel)
            tell(brought, key)
            becameReady(key)
            return true
        } catch {
            log.warning("A channel's memory could not be taken over.", ["reason": "\(error)"])
            return false
        }
    }

    private func tell(_ brought: Brought, _ key: ChannelKey) {
        let log = log.named(key.channel.rawValue)
        if brought.hasCome { log.info("[\(key.account)] goes on where its bot has ended in another account") }
        guard brought.hasDisplaced else { return }
        log.info(
            "[\(key.account)] has another bot than before: what that one had, and who was let in there, waits for it"
        )
        work.add { await self.tellWhatWaits() }
    }

    // MARK: Looking

    /// The account's channel, while it runs and it is known which bot it is.
    package func channel(_ key: ChannelKey) -> (any Channel)? {
        seats[key].flatMap { $0.bot == nil ? nil : $0.channel }
    }

    /// Where a bot is now that something was written to at this address: in another account, or in none that runs.
    ///
    /// Without a bot it is the one that the address's account has.
    func address(_ address: Address, of bot: String?) -> Address {
        guard let bot, seats[address.key]?.bot != bot else { return address }
        let seat = seats.first { $0.key.channel == address.channel && $0.value.bot == bot }
        var now = address
        now.account = seat?.key.account ?? ChannelMemoryStore.aside(bot)
        return now
    }

    /// The bot that an account has, as far as that is known.
    func bot(_ key: ChannelKey) -> String? { seats[key]?.bot }

    /// The account's rules, while the config has it.
    package func rules(_ key: ChannelKey) -> ChannelRules? { seats[key]?.account.rules }

    /// The rules by which an answer is written; nil for what is no chat platform.
    func answerRules(_ key: ChannelKey) -> ChannelRules? { rules(key) ?? rulesOfAbsent(key) }

    /// What a message there may hold; the tightest of all platforms while the account does not run.
    func limits(_ key: ChannelKey) -> MessageLimits {
        if let channel = seats[key]?.channel { lastLimits[key.channel] = channel.limits }
        return lastLimits[key.channel] ?? MessageLimits(longest: 2_000, unit: .utf16, mostFiles: 10)
    }

    package func label(_ key: ChannelKey) -> String { seats[key]?.account.label ?? key.channel.rawValue }

    package func state(_ key: ChannelKey) -> ChannelState? { seats[key]?.state }

    /// Accounts that are set up, by channel and name.
    package var keys: [ChannelKey] {
        seats.keys.sorted { ($0.channel.rawValue, $0.account) < ($1.channel.rawValue, $1.account) }
    }

    /// Whether a platform calls at this path.
    package func isCalled(at path: String) -> Bool { receivers.contains { $0.webhookPaths.contains(path) } }

    /// The account that a call is for; where no account knows the call, one that is called at its path.
    package func receiver(at path: String, with headers: [(name: String, value: String)])
        -> (any WebhookReceiving)?
    {
        guard let here = receivers.first(where: { $0.webhookPaths.contains(path) }) else { return nil }
        return receivers.first { $0.isCalled(with: headers) } ?? here
    }

    private var receivers: [any WebhookReceiving] {
        seats.values.compactMap { $0.channel as? any WebhookReceiving }
    }

    func change(_ key: ChannelKey, _ change: (inout ChannelState) -> Void) {
        if let seat = seats[key] { change(&seat.state) }
    }
}

extension ChannelCommand {
    /// Our commands, as platforms list them, with what can be chosen now.
    @MainActor
    package static func menu(of commands: SlashCommands, _ directory: ModelDirectory) -> [ChannelCommand] {
        commands.commands.map { command in
            var entry = ChannelCommand(name: command.name, help: command.help, argument: command.arguments)
            switch command.choices {
            case .none: break
            case .only(let words): (entry.choices, entry.isClosed) = (words, true)
            case .among(let words): entry.choices = words
            case .models(let words): entry.choices = words + directory.models().map(\.description)
            case .providers: entry.choices = directory.providers()
            }
            return entry
        }
    }
}
