package import Core
package import Store

/// Watches the volume of the state directory, makes room on it, and shuts the door while nothing can be kept.
///
/// While it is shut no message is accepted and no turn is begun; what is stored can be read, and what runs may end. It
/// opens again by itself.
@MainActor
package final class VolumeWatch {
    package private(set) var level = VolumeLevel.roomy
    /// Nil when the folder cannot be asked about.
    package private(set) var space: VolumeSpace?
    /// Told after each change of `level`.
    package var changed: @MainActor () -> Void = {}

    private let state: String
    private let advice: VolumeAdvice
    private let database: Database?
    private let log: Log
    private let clock: any Clock<Duration>
    private let measure: @MainActor () -> VolumeSpace?
    private var bell = Gate()
    private var use: (value: VolumeUse, at: ContinuousClock.Instant)?
    private var lookedAt = ContinuousClock.now
    private var rotatedAt: ContinuousClock.Instant?
    private var wanted: (freeBytes: Int64, then: (@MainActor () -> Void)?)?

    /// Between two looks: 1 GB fills at what a tool writes in seconds, and then a refused write tells; nothing else is
    /// faster.
    private static let interval: Duration = .seconds(60)
    /// While the door is shut people wait for it.
    private static let intervalWhenShut: Duration = .seconds(5)
    /// For who asks whether it can serve.
    private static let freshness: Duration = .seconds(1)
    /// Room is made so often while the volume stays low.
    private static let rotationInterval: Duration = .seconds(3600)
    /// What takes up the room is added up again after so long.
    private static let useInterval: Duration = .seconds(60)

    package init(
        state: String, advice: VolumeAdvice, database: Database?, log: Log,
        clock: any Clock<Duration> = ContinuousClock(), measure: (@MainActor () -> VolumeSpace?)? = nil
    ) {
        self.state = state
        self.advice = advice
        self.database = database
        self.log = log
        self.clock = clock
        self.measure = measure ?? { VolumeSpace(of: state) }
        look()
    }

    // MARK: What the house asks

    /// Why nothing new is taken in, and what helps; nil when it is.
    package var refusal: String? {
        if isShut || database?.refusalReason() != nil { look() }
        return isShut ? problem : nil
    }

    /// Whether no turn may begin, as far as was known at the last look.
    package var isShut: Bool { level >= .full }

    /// `volume full`, `volume read-only` or `database replaced`, for `/readyz`; nil when all is well.
    ///
    /// Who asks that wants to know how it is now.
    package var notReady: String? {
        lookAnew()
        return isShut ? level.reason : nil
    }

    /// What is wrong and what helps, in words; nil when there is room.
    package var problem: String? {
        VolumeProblem(state, space, level: level, advice: advice).map { problem in
            let lack = wanted == nil ? "" : " and has no room for what is to be imported"
            return "\(problem.what)\(lack)\(isShut ? ", so nothing new is taken in" : ""). \(problem.fix)"
        }
    }

    /// Shuts the door for good: what has to come before all else did not fit. Runs `then` once there is clearly more room
    /// than now.
    package func wantRoom(then: @escaping @MainActor () -> Void) {
        let freeBytes = measure().map { $0.freeBytes + $0.fullBytes } ?? 0
        wanted = (freeBytes, then)
        look()
    }

    /// What takes up the room, no older than a minute.
    package func currentUse() async -> VolumeUse {
        if let use, use.at.duration(to: .now) < Self.useInterval { return use.value }
        let value = await VolumeUse.measured(state)
        use = (value, .now)
        return value
    }

    /// For `health` and `status`.
    package var json: JSON? {
        lookAnew()
        guard let space else { return nil }
        var object: JSONObject = [
            "state": .string(level.rawValue), "path": .string(state), "freeBytes": .integer(space.freeBytes),
            "totalBytes": .integer(space.totalBytes),
        ]
        object["problem"] = problem.map { .string($0) }
        return .object(object)
    }

    // MARK: Watching

    /// Looks once a minute until cancelled; makes room when there is little.
    package func run() async {
        while !Task.isCancelled {
            await makeRoom()
            bell = Gate()
            await bell.wait(atMost: isShut ? Self.intervalWhenShut : Self.interval, on: clock)
            guard !Task.isCancelled else { return }
            look()
            await tryToWrite()
        }
    }

    /// For who asks how it is now.
    private func lookAnew() {
        guard isShut || database?.refusalReason() != nil || lookedAt.duration(to: .now) > Self.freshness
        else { return }
        look()
    }

    /// Measures, and tells when that changes what can be done.
    private func look() {
        space = measure()
        lookedAt = .now
        database?.keepLog()
        let before = level
        var now = space?.level(after: before) ?? .roomy
        if now < .full, let space { database?.reserve?.fill(to: space.reserveBytes) }
        switch database?.refusalReason() {
        case .full: now = max(now, .full)
        case .readOnly: now = .readOnly
        case .replaced: now = .replaced
        case nil: break
        }
        if let wanted {
            if now < .full, space.map({ $0.freeBytes >= wanted.freeBytes }) ?? true {
                self.wanted?.then = nil
                wanted.then?()
            }
            now = max(now, .full)
        }
        guard now != before else { return }
        level = now
        tell(before)
        changed()
        bell.open()
    }

    private func tell(_ before: VolumeLevel) {
        switch level {
        case .roomy where before == .replaced: log.info("the database is in its place again")
        case .roomy: log.info("the volume has room again", ["free": space?.text ?? ""])
        case .low where before >= .full:
            log.warning("the volume can be written again; messages are taken in. \(problem ?? "")")
        // The warning waits for what can be said about what takes up the room.
        case .low: break
        case .full, .readOnly, .replaced: log.error("\(problem ?? "")")
        }
    }

    /// A disk may refuse although it seems to have room, with a quota for example: only a write shows when that is over.
    private func tryToWrite() async {
        guard isShut, level < .replaced, space?.level() ?? .roomy < .full, let database,
            database.refusalReason() != nil,
            database.reserve?.isTapped != true
        else { return }
        do {
            try await database.tryToWrite()
        } catch {
            log.debug("the database cannot be written yet", ["reason": "\(error)"])
        }
        look()
    }

    // MARK: Making room

    private func makeRoom() async {
        guard level == .low || level == .full else {
            rotatedAt = nil
            return
        }
        if let rotatedAt, rotatedAt.duration(to: .now) < Self.rotationInterval { return }
        rotatedAt = .now
        use = nil
        let takes = await currentUse()
        // A full one was told of at once.
        let words = level == .low ? problem : nil
        log.warning("\(words ?? "what takes up the room")", ["used": takes.text])
        await VolumeRotation(
            state: state, database: database, log: log,
            isEnough: { [measure, level] in (measure()?.level(after: level) ?? .roomy) < .low }
        ).run()
        use = nil
        look()
    }
}
