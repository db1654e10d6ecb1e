import Core

/// Asks Telegram for updates, again and again.
///
/// Telegram keeps an update until a later request names a higher offset. The offset moves only past updates that are on
/// disk, so whatever happens in between, they come again; those that were kept are recognised.
@MainActor
final class TelegramPoller {
    /// How long Telegram may hold a request that has nothing to bring.
    private static let wait = Duration.seconds(30)
    /// The same while another gateway may be asking, too.
    private static let look = Duration.seconds(10)
    private static let firstDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(30)
    /// A person waits when there is room again.
    private static let longestRefusalDelay = Duration.seconds(10)
    /// After a week without updates Telegram counts from anywhere, so an old offset could skip new ones.
    private static let longestTrust = Duration.seconds(6 * 86_400)
    private static let memoryName = "offset"

    private let api: TelegramAPI
    private let intake: TelegramIntake
    private let house: ChannelHouse
    private let bot: TelegramBot
    private let log: Log
    /// What helps against a second machine, where the platform we run on is known.
    private let advice: String
    private let random: () -> Double
    /// The first update that is not on disk; 0 for the oldest that Telegram has.
    private var offset = 0
    /// Updates behind `offset` that are on disk already.
    private var ahead: Set<Int> = []
    private var backoff = Backoff(first: firstDelay, longest: longestDelay)
    private var rivalry = PollRivalry()
    private var isStandingDownTold = false
    /// For updates that the house cannot keep for now.
    private var refusals = Backoff(first: firstDelay, longest: longestRefusalDelay)

    init(
        api: TelegramAPI, intake: TelegramIntake, house: ChannelHouse, bot: TelegramBot, log: Log,
        advice: String = "", random: @escaping () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.api = api
        self.intake = intake
        self.house = house
        self.bot = bot
        self.log = log
        self.advice = advice
        self.random = random
    }

    /// Runs until cancelled, or until Telegram does not know the token any more.
    func run() async -> ChannelError? {
        await loadOffset()
        while !Task.isCancelled {
            do throws(TelegramError) {
                let updates = try await api.updates(
                    from: offset, wait: rivalry.isStandingDown ? Self.look : Self.wait)
                if rivalry.isStandingDown, !rivalry.looked(oldest: updates.first?.id) {
                    await pause(PollRivalry.timeToTake)
                    continue
                }
                recovered()
                guard await take(updates) else {
                    await pause(refusals.next(random()))
                    continue
                }
                if refusals.failures > 0 {
                    refusals.succeeded()
                    house.report(.connected(name: "@" + bot.username))
                }
            } catch {
                if let end = await failed(error) { return end }
            }
        }
        return nil
    }

    // MARK: Offset

    private func loadOffset() async {
        guard let kept = await house.memory.load(Self.memoryName), kept["bot"]?.intValue == bot.user.id,
            let next = kept["next"]?.intValue, let at = kept["at"]?.intValue
        else { return }
        let age = Timestamp.now - Timestamp(milliseconds: Int64(at))
        if age >= .zero, age < Self.longestTrust { offset = next }
    }

    /// Takes a batch, chats side by side; returns whether all of it is on disk.
    private func take(_ updates: [TelegramUpdate]) async -> Bool {
        guard !updates.isEmpty else {
            // Everything is confirmed: from here on the oldest is the next.
            offset = 0
            ahead = []
            return true
        }
        let lanes = lanes(updates.filter { !ahead.contains($0.id) })
        await withTaskGroup(of: [Int].self) { group in
            for lane in lanes { group.addTask { await self.take(inOrder: lane) } }
            for await done in group { ahead.formUnion(done) }
        }
        let ids = updates.map(\.id).sorted()
        let left = ids.first { !ahead.contains($0) }
        let next = left ?? (ids.last ?? 0) + 1
        if next > (ids.first ?? 0) { await confirm(next) }
        ahead = ahead.filter { $0 >= next }
        return left == nil
    }

    private func confirm(_ next: Int) async {
        offset = next
        await house.memory.save(
            Self.memoryName, ["bot": JSON(bot.user.id), "next": JSON(next), "at": Timestamp.now.json])
    }

    /// One list for each chat, in the order of the updates.
    private func lanes(_ updates: [TelegramUpdate]) -> [[TelegramUpdate]] {
        var lanes: [Int: [TelegramUpdate]] = [:]
        for update in updates { lanes[update.event.chat, default: []].append(update) }
        return Array(lanes.values)
    }

    private func take(inOrder updates: [TelegramUpdate]) async -> [Int] {
        var done: [Int] = []
        for update in updates {
            do throws(InboxError) {
                try await intake.take(update)
            } catch {
                if refusals.failures == 0 {
                    house.report(.problem("A message could not be kept yet: \(error.reason)"))
                }
                return done
            }
            done.append(update.id)
        }
        return done
    }

    // MARK: Failures

    private func recovered() {
        guard backoff.failures > 0 else { return }
        backoff.succeeded()
        isStandingDownTold = false
        log.info("connected again")
        house.report(.connected(name: "@" + bot.username))
    }

    /// Waits before the next attempt; returns why there is none.
    private func failed(_ error: TelegramError) async -> ChannelError? {
        switch error {
        case .cancelled: return nil
        // Once may be a proxy's mistake: a new start asks who we are, and ends when that is refused, too.
        case .badToken: return .lost(error.sentence())
        case .impossible: return .refused(error.sentence())
        case .webhookIsSet:
            if await removeWebhook() { return nil }
        case .flood(let delay):
            await pause(.seconds(delay.components.seconds))
            return nil
        case .otherPoller:
            if let time = rivalry.interrupted(at: .now, chance: random()) {
                await standDown(for: time, error)
                return nil
            }
        default: break
        }
        if backoff.failures == 0 {
            log.warning("\(error.sentence())")
            house.report(.reconnecting(reason: error.sentence()))
        }
        await pause(backoff.next(random()))
        return nil
    }

    /// Another gateway has this bot: it answers, and we look now and then whether it still does.
    private func standDown(for time: Duration, _ error: TelegramError) async {
        let words =
            "Another gateway asks for this bot's messages and answers them, so this one stands down. \(advice)"
            + "It takes over when the other is gone."
        if !isStandingDownTold {
            isStandingDownTold = true
            log.warning("\(words)")
        }
        house.report(.reconnecting(reason: words))
        // It is told as an interruption, once, and as the end of one when it is our turn again.
        _ = backoff.next(random())
        await pause(time)
    }

    /// The config says polling, so a webhook that is still set is from before.
    private func removeWebhook() async -> Bool {
        do throws(TelegramError) {
            _ = try await api.call("deleteWebhook", ["drop_pending_updates": false])
            log.info("webhook removed: `channels.telegram.webhookUrl` is not set")
            return true
        } catch {
            return false
        }
    }

    private func pause(_ time: Duration) async {
        // Cancelled: the loop's condition sees it.
        try? await Task.sleep(for: time)
    }
}

extension TelegramUpdate.Event {
    /// The chat it belongs to; 0 for none.
    fileprivate var chat: Int {
        switch self {
        case .message(let message): message.chat.id
        case .callback(let callback): callback.message?.chat.id ?? callback.from.id
        case .reaction(let change): change.chat.id
        case .membership(let change): change.chat.id
        case .vote, .other: 0
        }
    }
}
