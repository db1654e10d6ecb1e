import Core
import Wire

/// Watches for another gateway with the same token, and sees to it that one of the two answers.
@MainActor
final class RivalWatch {
    private static let memoryName = "rivalry"
    /// Before what could not be read is tried again.
    private static let retryPause = Duration.seconds(10)
    /// Answers of which something has been posted.
    private static let mostBegun = 1000

    private let setup: ChannelSetup
    private let api: DiscordAPI
    private let startedAt = Timestamp.now
    private var rivalry = TokenRivalry(own: 0)
    private var house: ChannelHouse?
    /// The numbers of this gateway's accounts.
    private var kin: Set<UInt64> = []
    private let isKnown = Gate()
    private var news = Gate()
    private var isElderTold = false
    private var begun = Recent<Snowflake>(most: RivalWatch.mostBegun)
    private var lookedUp = Recent<Snowflake>(most: RivalWatch.mostBegun)
    /// Places whose messages are being taken up.
    private var underWay: Set<Snowflake> = []

    init(setup: ChannelSetup, api: DiscordAPI) {
        self.setup = setup
        self.api = api
    }

    var isStandingDown: Bool { rivalry.isStandingDown }

    /// Finds our number and what waited at the last end.
    func begin(_ house: ChannelHouse) async {
        self.house = house
        if let kept = TokenRivalry(json: await house.memory.load(Self.memoryName), at: .now) {
            rivalry = kept
            // The original of a copied state directory may go on elsewhere.
            if let machine = setup.machine, let known = kept.machine, known != machine {
                rivalry.move(to: machine, as: Self.newNumber())
            }
        } else {
            rivalry = TokenRivalry(own: Self.newNumber())
        }
        rivalry.machine = setup.machine ?? rivalry.machine
        let accounts = await house.memory.loadAll(Self.memoryName)
            .compactMap { TokenRivalry(json: $0, at: .now) }
        kin = Set(accounts.filter { $0.machine == rivalry.machine }.map(\.own))
        if rivalry.isStandingDown { standDown() }
    }

    private static func newNumber() -> UInt64 {
        let chance = SecureRandom.bytes(4).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return PostMark.newGateway(at: .now, chance: chance)
    }

    /// Takes over when it is time, until cancelled; `takeUp` takes in what has waited in a place.
    func run(_ takeUp: @escaping @MainActor (_ place: Snowflake, _ messages: [Snowflake]) -> Void) async {
        // Our number is on disk before the first message has it.
        await save()
        isKnown.open()
        while !Task.isCancelled {
            news = Gate()
            if let deadline = rivalry.deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                if left > .zero {
                    await news.wait(atMost: left)
                } else {
                    await takeOver()
                }
            } else if !isStandingDown, !rivalry.waiting.isEmpty {
                for (place, messages) in rivalry.waiting where underWay.insert(place).inserted {
                    takeUp(place, messages)
                }
                await news.wait(atMost: Self.retryPause)
            } else {
                await news.wait()
            }
        }
    }

    // MARK: The other

    /// Our bot writes something, here or elsewhere.
    func saw(_ message: DiscordMessage) {
        guard let mark = PostMark(nonce: message.nonce), !isOwn(mark, message) else { return }
        take(mark, of: message, isLive: true)
    }

    /// Our bot has written something that is read only now.
    func found(_ message: DiscordMessage) async {
        guard let mark = PostMark(nonce: message.nonce) else { return }
        guard isOwn(mark, message) else { return take(mark, of: message, isLive: false) }
        guard let answered = mark.answered, !begun.contains(answered) else { return }
        if await isRemembered(mark, of: message, answering: answered) {
            begun.insert(answered)
        } else {
            rivalry.note(mark, on: message.id, in: message.channelID)
        }
    }

    /// What was posted with our former number before the start, this one did.
    private func isOwn(_ mark: PostMark, _ message: DiscordMessage) -> Bool {
        mark.gateway == rivalry.own || kin.contains(mark.gateway)
            || mark.gateway == rivalry.former && message.id.timestamp < startedAt
    }

    /// Whether the outbox knows of a message that we have posted, also if a crash has kept Discord's answer from it.
    ///
    /// After a state directory was put back to an earlier day it does not: what was answered since then is as good as answered
    /// by another gateway.
    private func isRemembered(_ mark: PostMark, of message: DiscordMessage, answering asked: Snowflake) async
        -> Bool
    {
        guard let house,
            let keys = await house.keys(MessageID(asked.description), message.channelID.description)
        else { return true }
        return keys.contains { mark.nonce(key: $0) == message.nonce }
    }

    private func take(_ mark: PostMark, of message: DiscordMessage, isLive: Bool) {
        let change = rivalry.saw(
            mark, message.id, in: message.channelID, isLive: isLive, at: .now, today: .now)
        switch change {
        case .none: break
        case .standsDown:
            standDown()
            setup.log.warning("\(words)")
        case .isElder:
            guard !isElderTold else { break }
            isElderTold = true
            setup.log.warning(
                "Another gateway answers with this bot's token, too; it is to stand down. \(setup.machineAdvice)"
            )
        }
        news.open()
    }

    private func standDown() { house?.report(.reconnecting(reason: words)) }

    /// Says it again, after a report that all is well.
    func repeatReport() { if isStandingDown { standDown() } }

    private var words: String {
        "Another gateway answers with this bot's token, so this one stands down. \(setup.machineAdvice)"
            + "It takes over when the other is silent."
    }

    /// From now on this one answers, what has waited first.
    func takeOver() async {
        guard isStandingDown else { return }
        rivalry.takeOver(at: .now)
        setup.log.info("The other gateway is silent: this one answers again.")
        house?.report(.connected(name: nil))
        await save()
        news.open()
    }

    // MARK: What people write

    /// Whether this has been answered, or something after it in its turn, and this gateway does not remember doing it.
    func isAnswered(_ message: Snowflake, in place: Snowflake) -> Bool {
        rivalry.isAnswered(message, in: place)
    }

    /// Keeps a message for when the other is gone; returns whether that is on disk.
    func hold(_ message: Snowflake, in place: Snowflake) async -> Bool {
        rivalry.hold(message, in: place, at: .now)
        news.open()
        return await save()
    }

    /// Which of these still wait in a place; none when it is not this one's turn.
    func stillWaiting(in place: Snowflake) -> [Snowflake] {
        isStandingDown ? [] : rivalry.waiting[place] ?? []
    }

    /// The place's messages have been taken in, except when something went wrong.
    func tookUp(_ messages: [Snowflake], in place: Snowflake) async {
        underWay.remove(place)
        guard !messages.isEmpty else { return }
        rivalry.took(messages, in: place)
        await save()
    }

    @discardableResult
    private func save() async -> Bool {
        if isStandingDown || !rivalry.waiting.isEmpty {
            let count = rivalry.waiting.values.reduce(0) { $0 + $1.count }
            house?.report(.fact(name: "waitingForOther", JSON(count)))
        }
        return await house?.memory.save(Self.memoryName, rivalry.json) ?? false
    }

    // MARK: What is posted

    /// The nonce of a part, which tells others who posted it.
    func nonce(of part: OutgoingPart) async -> String {
        await isKnown.wait()
        var gateway = rivalry.own
        if let former = rivalry.former, let triedAt = part.triedAt, triedAt < PostMark.birth(of: gateway) {
            gateway = former
        }
        let mark = PostMark(
            gateway: gateway, answered: Self.answered(part), isAside: part.content.isAside)
        return mark.nonce(key: part.nonce)
    }

    /// What is to be done with a part that may be posted.
    func verdict(on part: OutgoingPart, in place: Snowflake, bot: Snowflake?)
        async throws(DiscordFailure) -> TokenRivalry.Verdict
    {
        // What has been begun is brought to its end.
        guard let asked = Self.answered(part), part.triedAt == nil, !begun.contains(asked) else {
            return .say
        }
        if asked.timestamp < startedAt, lookedUp.insert(asked) { try await lookUp(asked, in: place, bot) }
        if begun.contains(asked) { return .say }
        let verdict = rivalry.verdict(on: asked, in: place, start: startedAt, today: .now)
        if verdict == .wait, !rivalry.isAnswered(asked, in: place) {
            // It is in the house already, and only needs this one's turn to come.
            _ = await hold(asked, in: place)
        }
        return verdict
    }

    /// Something of the answer to this message can be seen.
    func posted(_ part: OutgoingPart) {
        if let asked = Self.answered(part) { begun.insert(asked) }
    }

    /// A message of before the start may have been answered by another gateway while this one was away, or by this one before
    /// its memory was put back.
    private func lookUp(_ asked: Snowflake, in place: Snowflake, _ bot: Snowflake?)
        async throws(DiscordFailure)
    {
        guard let bot else { return }
        do throws(DiscordFailure) {
            for message in try await api.messages(in: place, after: asked) where message.author.id == bot {
                await found(message)
            }
        } catch {
            // Where nothing may be read, nobody can be asked.
            if case .refused = error { return }
            lookedUp.remove(asked)
            throw error
        }
    }

    private static func answered(_ part: OutgoingPart) -> Snowflake? {
        part.content.answered.flatMap { Snowflake($0.rawValue) }
    }
}
