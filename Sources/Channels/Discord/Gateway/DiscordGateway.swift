import Core
import Wire

/// The way in: keeps a session at Discord's gateway, across lost connections and restarts of the process.
///
/// Events are taken in one after the other for each channel. A session's place moves on only when everything before it has
/// been taken in, so what a crash cuts off is told again.
@MainActor
final class DiscordGateway {
    /// Connections to the session's own address that may fail before a new session is started.
    private static let mostResumeFailures = 3
    /// Between two new sessions of one bot (gateway, rate limits of Identify).
    private static let identifyInterval = Duration.seconds(5.2)
    /// A connection that lasted this long worked.
    private static let goodConnection = Duration.seconds(30)
    /// At most one write to disk in this time.
    private static let saveInterval = Duration.seconds(1)
    /// How wrong Discord's clock may be in `seenUntil`, so that nothing is passed over; what is read twice is dropped.
    private static let clockMargin = Duration.seconds(600)

    private let setup: ChannelSetup
    private let settings: DiscordSettings
    private let api: DiscordAPI
    private let chance: @MainActor () -> Double

    private(set) var session: GatewaySession
    private var ledger = SequenceLedger()
    private var connection: GatewayConnection?
    private var backoff = Backoff(first: .milliseconds(500), longest: .seconds(60))
    /// After connections that were left because the house could not keep something: a stop word comes with the next one.
    private var shortBackoff = Backoff(first: .milliseconds(500), longest: .seconds(4))
    private var resumeFailures = 0
    /// Whether we left the last connection ourselves, because an event could not be taken in.
    private var hasLeft = false
    private var lastIdentify: ContinuousClock.Instant?
    private var hasLoggedIn = false
    /// Whether this bot is here for the first time: what was written before is not answered.
    private var isFirst = false
    private var isUp = false
    /// Whether an event has come since `seenUntil` was moved: that a heartbeat is answered does not mean that events come.
    private var hasHeard = false
    private var unsaved = Gate()
    /// Opens when something must not be told again, if that can be helped.
    private var urgent = Gate()

    init(
        setup: ChannelSetup, settings: DiscordSettings, api: DiscordAPI,
        chance: @escaping @MainActor () -> Double = { .random(in: 0..<1) }
    ) {
        self.setup = setup
        self.settings = settings
        self.api = api
        self.chance = chance
        session = GatewaySession(
            fingerprint: GatewaySession.fingerprint(
                token: setup.secret, settings: settings, machine: setup.machine),
            login: GatewaySession.login(token: setup.secret, settings: settings))
    }

    /// Takes in events until cancelled; `intake` does with them what is to be done.
    func run(in house: ChannelHouse, _ intake: DiscordIntake) async throws(ChannelError) {
        session = session.restored(from: await house.memory.load("session"))
        ledger = SequenceLedger(from: session.sequence)
        await rememberBeginning(house.memory)
        await intake.begin(session, house)
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask { await intake.order.lanes.run() }
            group.addTask { await self.saveNowAndThen(house.memory, intake) }
            let outcome: Result<Void, ChannelError>
            do throws(ChannelError) {
                try await self.stayConnected(house, intake)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            group.cancelAll()
            return outcome
        }
        await save(house.memory, intake)
        try outcome.get()
    }

    /// Whoever dies before the first session is on disk has been here all the same: what is written from now on is answered.
    private func rememberBeginning(_ memory: ChannelMemory) async {
        guard session.seenUntil == nil else { return }
        isFirst = true
        session.seenUntil = Snowflake(at: .now)
        await memory.save("session", session.json)
    }

    // MARK: Connections

    private func stayConnected(_ house: ChannelHouse, _ intake: DiscordIntake) async throws(ChannelError) {
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let end: GatewayConnection.End
            do throws(DiscordFailure) {
                end = try await connect(house, intake)
            } catch {
                if case .unauthorized(let reason) = error { throw .refused(reason) }
                end = .resumes(error.reason)
                if case .limited(_, let wait) = error {
                    report(error.reason, house)
                    await rest(wait)
                }
            }
            isUp = false
            if began.duration(to: .now) > Self.goodConnection {
                backoff.succeeded()
                shortBackoff.succeeded()
            }
            try await goOn(after: end, house)
        }
    }

    private func goOn(after end: GatewayConnection.End, _ house: ChannelHouse) async throws(ChannelError) {
        switch end {
        case .cancelled: return
        case .refused(let reason): throw .refused(reason)
        case .restarts(let reason, let wait):
            session.end()
            markUnsaved()
            report(reason, house)
            await rest(wait)
        case .resumes(let reason):
            report(reason, house)
            await rest(hasLeft ? shortBackoff.next(chance()) : backoff.next(chance()))
        }
        ledger.rewind()
        session.sequence = ledger.durable
    }

    private func report(_ reason: String, _ house: ChannelHouse) {
        guard !Task.isCancelled else { return }
        house.report(.reconnecting(reason: reason))
        setup.log.debug("connection lost", ["reason": reason, "account": setup.account])
    }

    private func rest(_ wait: Duration) async {
        try? await Task.sleep(for: wait)  // a cancelled task goes on at once, and its loop ends
    }

    private func connect(_ house: ChannelHouse, _ intake: DiscordIntake)
        async throws(DiscordFailure) -> GatewayConnection.End
    {
        let resumes = session.canResume
        let address = try await address(house)
        guard !Task.isCancelled else { return .cancelled }
        let login: GatewayConnection.Login
        if session.canResume {
            login = .resume(resumeData)
        } else {
            ledger = SequenceLedger()
            await waitForIdentify()
            lastIdentify = .now
            login = .identify(identifyData)
        }
        let connection = GatewayConnection(
            web: setup.web, proxy: settings.proxy, sequence: { self.ledger.newest },
            onAlive: { self.isAlive() }, chance: chance,
            onEvent: { name, sequence, data in
                await self.took(name, sequence, data, house, intake)
            })
        self.connection = connection
        defer { self.connection = nil }
        intake.order.beginAttempt()
        hasLeft = false
        let end = await connection.run(at: address, login)
        resumeFailures = resumes && !isUp && !hasLeft ? resumeFailures + 1 : 0
        return end
    }

    /// Where to connect: the session's own address, or for a new one what Discord says today.
    private func address(_ house: ChannelHouse) async throws(DiscordFailure) -> String {
        if let url = session.resumeURL, session.canResume, resumeFailures < Self.mostResumeFailures {
            return url
        }
        let info = try await api.gateway()
        if session.canResume {
            // Discord is there, and this address is not.
            session.end()
            resumeFailures = 0
        }
        guard info.startsLeft > 0 else {
            throw .limited(
                "Discord allows no more logins for \(info.startsResetAfter.roundedUpSeconds / 60) minutes: its limit of a day "
                    + "is reached.", after: info.startsResetAfter)
        }
        return info.url
    }

    private func waitForIdentify() async {
        guard let lastIdentify else { return }
        let passed = lastIdentify.duration(to: .now)
        if passed < Self.identifyInterval { await rest(Self.identifyInterval - passed) }
    }

    private var identifyData: JSON {
        var data: JSONObject = [
            "token": .string(setup.secret.reveal()), "intents": JSON(settings.intents),
            "properties": ["os": "linux", "browser": "openclaw", "device": "openclaw"],
        ]
        if let shard = settings.shard { data["shard"] = [JSON(shard.number), JSON(shard.count)] }
        data["presence"] = settings.presence
        return .object(data)
    }

    private var resumeData: JSON {
        [
            "token": .string(setup.secret.reveal()), "session_id": .string(session.id ?? ""),
            "seq": JSON(session.sequence),
        ]
    }

    // MARK: Events

    private func took(
        _ name: String, _ sequence: Int, _ data: JSON, _ house: ChannelHouse, _ intake: DiscordIntake
    ) async {
        if name == "READY" {
            session.begin(data)
            if isFirst {
                (session.since, session.seenUntil, isFirst) = (nil, now ?? session.seenUntil, false)
            }
            ledger = SequenceLedger()
            intake.know(session)
        }
        ledger.begin(sequence)
        hasHeard = true
        let (id, attempt) = (session.id, intake.order.attempt)
        intake.take(name, data) { outcome in
            // What an earlier connection brought comes again with this one.
            if case .failed = outcome, attempt != intake.order.attempt { return }
            self.finished(sequence, of: id, outcome)
            // An interaction can be acknowledged once; of a direct chat nothing else tells.
            if name == "INTERACTION_CREATE" || intake.seen.hasUnsavedDirect { self.urgent.open() }
        }
        if name == "READY" || name == "RESUMED" { cameUp(house, intake) }
        await intake.order.lanes.waitForRoom()
    }

    private func finished(
        _ sequence: Int, of id: String?, _ outcome: IntakeOutcome
    ) {
        guard id == session.id else { return }
        switch outcome {
        case .taken: ledger.end(sequence)
        case .sawGuild(let guild):
            session.unseenGuilds.remove(guild)
            ledger.end(sequence)
        case .failed(let reason):
            hasLeft = true
            connection?.leave(.resumes(reason))
        }
        session.sequence = ledger.durable
        markUnsaved()
    }

    private func cameUp(_ house: ChannelHouse, _ intake: DiscordIntake) {
        isUp = true
        resumeFailures = 0
        let name = session.bot?.username
        if !hasLoggedIn {
            hasLoggedIn = true
            setup.log.info("logged in to discord as \(name ?? session.bot?.id.description ?? "a bot")")
            if setup.rules.groupPolicy == .allowlist, settings.rules.namesNoGuild {
                setup.log.info("\(setup.closedPlaces("servers", key: "guilds"))")
            }
        }
        house.report(.connected(name: name))
        intake.rivals.repeatReport()
        markUnsaved()
    }

    /// Nil while Discord has not said what time it is.
    private var now: Snowflake? { api.now.map { Snowflake(at: $0 + (.zero - Self.clockMargin)) } }

    private func isAlive() {
        // What is being taken in may still fail.
        guard isUp, hasHeard, ledger.durable == ledger.newest, let now else { return }
        hasHeard = false
        session.sawEverything(until: now)
        markUnsaved()
    }

    // MARK: Memory

    private func markUnsaved() { unsaved.open() }

    private func saveNowAndThen(_ memory: ChannelMemory, _ intake: DiscordIntake) async {
        while !Task.isCancelled {
            await unsaved.wait()
            guard !Task.isCancelled else { return }
            unsaved = Gate()
            urgent = Gate()
            await save(memory, intake)
            await urgent.wait(atMost: Self.saveInterval)
        }
    }

    private func save(_ memory: ChannelMemory, _ intake: DiscordIntake) async {
        // What has been seen is written first: a session's place must not be ahead of it.
        if let seen = intake.seen.unsaved() { await memory.save("seen", seen) }
        await memory.save("session", session.json)
    }
}
