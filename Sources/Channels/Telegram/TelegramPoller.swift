import Core

/// Asks Telegram for updates, again and again.
///
/// Telegram keeps an update until a later request names a higher offset. The offset moves only past updates that are on
/// disk, taken or as they came, so whatever happens in between, they come again; those that were kept are recognised.
@MainActor
final class TelegramPoller {
    /// How long Telegram may hold a request that has nothing to bring.
    private static let wait = Duration.seconds(30)
    /// The same while another gateway may be asking, too.
    private static let look = Duration.seconds(10)
    /// The same while something is to be done about what was brought.
    private static let glance = Duration.seconds(1)
    private static let firstDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(30)
    /// A person waits when there is room again.
    private static let longestRefusalDelay = Duration.seconds(10)
    /// After a week without updates Telegram counts from anywhere, so an old offset could skip new ones.
    private static let longestTrust = Duration.seconds(6 * 86_400)
    private static let memoryName = "offset"

    /// How long a slow chat keeps others from being asked for.
    private static let patience = Duration.seconds(1)

    private let api: TelegramAPI
    private let intake: TelegramIntake
    private let lanes: TelegramLanes
    private let slow: TelegramSlowUpdates
    private let house: ChannelHouse
    private let bot: TelegramBot
    private let log: Log
    /// What helps against a second machine, where the platform we run on is known.
    private let advice: String
    private let random: () -> Double
    /// The first update that is not on disk; 0 for the oldest that Telegram has.
    private var offset = 0
    private var backoff = Backoff(first: firstDelay, longest: longestDelay)
    private var rivalry = PollRivalry()
    private let standstills = StandstillWatch()
    private var isStandingDownTold = false
    /// For updates that the house cannot keep for now.
    private var refusals = Backoff(first: firstDelay, longest: longestRefusalDelay)

    init(
        api: TelegramAPI, intake: TelegramIntake, house: ChannelHouse, bot: TelegramBot, log: Log,
        advice: String = "", random: @escaping () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.api = api
        self.intake = intake
        slow = TelegramSlowUpdates(house.memory, of: bot)
        lanes = TelegramLanes(
            take: { (update) throws(InboxError) in try await intake.take(update) },
            takeStop: { await intake.takeStop($0) })
        self.house = house
        self.bot = bot
        self.log = log
        self.advice = advice
        self.random = random
    }

    /// Runs until cancelled, or until Telegram does not know the token any more.
    func run() async -> ChannelError? {
        await loadOffset()
        await slow.restore()
        return await withTaskGroup(of: ChannelError?.self) { group in
            group.addTask {
                await self.lanes.run()
                return nil
            }
            group.addTask {
                await self.standstills.run()
                return nil
            }
            group.addTask { await self.poll() }
            let end = await group.next() ?? nil
            group.cancelAll()
            return end
        }
    }

    private func poll() async -> ChannelError? {
        while !Task.isCancelled {
            // Telegram has them no more, so they wait for no answer of its.
            lanes.add(slow.updates)
            do throws(TelegramError) {
                let began = ContinuousClock.now
                let before = standstills.count()
                let updates = try await api.updates(from: offset, wait: longestPoll)
                // It may have lain unread, and another gateway has taken it meanwhile.
                guard standstills.count() == before else { continue }
                if rivalry.isStandingDown, !rivalry.looked(oldest: updates.first?.id) {
                    await pause(PollRivalry.timeToTake)
                    continue
                }
                recovered()
                guard await take(updates) else {
                    await pause(refusals.next(random()))
                    continue
                }
                intake.asked(at: began)
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

    private var longestPoll: Duration {
        // A shorter look would not see the other between two requests of its own.
        if rivalry.isStandingDown { return Self.look }
        return lanes.isBusy || !slow.updates.isEmpty || intake.waitsForPieces ? Self.glance : Self.wait
    }

    /// Takes a batch; returns whether all of it is on disk or being taken.
    private func take(_ updates: [TelegramUpdate]) async -> Bool {
        lanes.add(slow.updates + updates)
        var refusal: InboxError?
        do throws(InboxError) {
            try await lanes.wait(for: updates, atMost: Self.patience)
        } catch {
            refusal = error
        }
        await confirm(updates, isRefused: refusal != nil)
        if let refusal, refusals.failures == 0 {
            house.report(.problem("A message could not be kept yet: \(refusal.reason)"))
        }
        return refusal == nil
    }

    /// Confirms what is on disk of a batch, and with it all that is being taken unless something was refused.
    private func confirm(_ updates: [TelegramUpdate], isRefused: Bool) async {
        let left = (slow.updates + updates).filter { !lanes.taken.contains($0.id) }
        let isKept = isRefused ? false : await slow.keep(left)
        let ids = updates.map(\.id).sorted()
        guard let first = ids.first, let last = ids.last else {
            // Everything is confirmed: from here on the oldest is the next.
            offset = 0
            return lanes.forget(before: .max, except: slow.updates)
        }
        let next = isKept ? last + 1 : ids.first { !lanes.taken.contains($0) } ?? last + 1
        if next > first { await confirm(next) }
        lanes.forget(before: next, except: slow.updates)
    }

    private func confirm(_ next: Int) async {
        offset = next
        await house.memory.save(
            Self.memoryName, ["bot": JSON(bot.user.id), "next": JSON(next), "at": Timestamp.now.json])
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
