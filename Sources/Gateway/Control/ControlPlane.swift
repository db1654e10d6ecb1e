import Core
import Store
import Wire

/// What all control connections share.
@MainActor
final class ControlPlane {
    let broadcaster: EventBroadcaster
    let devices: DeviceDesk
    let health: HealthBook
    let tasks: TaskPool
    let largeAnswers = LargeAnswers()
    let log: Log
    private(set) var table: MethodTable

    /// Whether clients can log in.
    private enum Phase {
        /// Nobody is heard, and nobody refused: a start takes milliseconds, and a client that was refused comes back half
        /// a second later.
        case starting(waiting: [@MainActor () -> Void])
        case ready, stopping
    }

    private var phase = Phase.starting(waiting: [])

    private let settings: SettingsBox
    let host: HostFacts
    private let startedAt = ContinuousClock.now
    private var limiter: FailedLoginLimiter
    private var presence: PresenceBook
    private var features: [Generation: [UInt8]] = [:]
    /// Those that have not logged in, each with the time until which they may.
    private var waiting: [String: (deadline: ContinuousClock.Instant, connection: ControlConnection)] = [:]
    private var loginWatch: LoopEvent?
    private var isPresenceDue = false
    private var hasHintedAtProxy = false
    private var lastPresence: ContinuousClock.Instant?

    init(
        settings: SettingsBox, host: HostFacts, devices: DeviceDesk, broadcaster: EventBroadcaster,
        health: HealthBook, tasks: TaskPool, log: Log
    ) {
        self.settings = settings
        self.host = host
        self.devices = devices
        self.broadcaster = broadcaster
        self.health = health
        self.tasks = tasks
        self.log = log
        table = MethodTable()
        limiter = FailedLoginLimiter(rules: settings.now.access.loginRules)
        presence = PresenceBook(host: host)
    }

    /// Adds groups of methods; only before the first connection.
    func register(_ groups: [any MethodGroup]) {
        for group in groups { group.register(in: &table) }
        features = [:]
    }

    func forgetMethods() { table = MethodTable() }

    /// False until what a login needs has been set up, and again once the gateway is stopping.
    var isReady: Bool { if case .ready = phase { true } else { false } }

    /// Hears those who waited, in their order, and from now on everybody.
    func start() {
        guard case .starting(let waiting) = phase else { return }
        phase = .ready
        for hear in waiting { hear() }
    }

    func stop() { phase = .stopping }

    /// Does it now, or once the gateway has started.
    func whenStarted(_ work: @escaping @MainActor () -> Void) {
        guard case .starting(let waiting) = phase else { return work() }
        phase = .starting(waiting: waiting + [work])
    }

    var uptime: Duration { ContinuousClock.now - startedAt }

    /// Takes over a changed config.
    ///
    /// Wrong passwords counted so far are kept unless the rules changed.
    func settingsChanged(from old: AccessSettings) {
        let rules = settings.now.access.loginRules
        if rules != old.loginRules { limiter = FailedLoginLimiter(rules: rules) }
        features = [:]
    }

    /// Tells all clients the same thing again and again, until cancelled: a tick, and every other time their health.
    func keepTime() async {
        var isEven = false
        while !Task.isCancelled {
            try? await Task.sleep(for: Limits.tickInterval)  // throws only when cancelled
            if Task.isCancelled { return }
            isEven.toggle()
            if broadcaster.connections.isEmpty { continue }
            broadcaster.send(.event("tick", ["ts": Timestamp.now.json]))
            if !isEven { await refreshHealth() }
        }
    }
}

// MARK: - Traffic

extension ControlPlane {
    func tellAsked(_ call: Call) {
        guard settings.now.traffic == .full else { return }
        log.debug("a request came", ["method": call.method, "request.id": String(call.id.prefix(80))])
    }

    func tellAnswered(_ call: Call, since start: ContinuousClock.Instant) {
        let took = start.duration(to: .now)
        guard settings.now.traffic != .auto || took >= Limits.slowAnswer else { return }
        log.debug(
            "a request was answered",
            [
                "method": call.method, "ms": String(took.milliseconds),
                "request.id": String(call.id.prefix(80)),
            ])
    }
}

// MARK: - Logins

extension ControlPlane {
    func decide(
        _ params: ConnectParams, on connection: ControlConnection, challenge: Challenge, known: KnownDevice?
    ) -> Handshake.Outcome {
        let now = Timestamp.now
        let place = connection.place
        let handshake = Handshake(
            params: params, generation: connection.generation, challenge: challenge, place: place,
            origin: connection.origin, access: settings.now.access, known: known,
            lockout: limiter.wait(place.guesser, isLoopback: place.isDirectLoopback, now: .steady),
            now: now
        )
        let outcome = handshake.decide()
        switch outcome {
        case .refused: break  // is counted when the client is told
        case .accepted, .pairing:
            if handshake.gaveWrongSecret {
                limiter.failed(place.guesser, isLoopback: place.isDirectLoopback, now: .steady)
            } else if case .accepted(let acceptance) = outcome {
                limiter.succeeded(place.guesser, bySecret: acceptance.method != .deviceToken)
            }
        }
        return outcome
    }

    /// Whether an HTTP request knows the secret.
    ///
    /// Guesses count like those of a login; what a proxy in front has asked for (`Basic`) is none.
    func acceptsSecret(_ authorization: String?, from place: ClientPlace) -> Bool {
        let auth = settings.now.access.auth
        guard auth.asksForSecret, let secret = SharedAuth.bearer(of: authorization) else { return false }
        let now = Timestamp.steady
        let isLoopback = place.isDirectLoopback
        guard limiter.wait(place.guesser, isLoopback: isLoopback, now: now) == nil else { return false }
        if auth.failure(token: secret, password: secret) == nil {
            limiter.succeeded(place.guesser, bySecret: true)
            return true
        }
        limiter.failed(place.guesser, isLoopback: isLoopback, now: now)
        return false
    }

    func refused(_ refusal: Refusal, place: ClientPlace, client: ConnectParams.Client?) {
        if refusal.isFailedLogin {
            limiter.failed(place.guesser, isLoopback: place.isDirectLoopback, now: .steady)
            hintAtProxy(place)
        }
        guard let error = refusal.error else { return }
        log.warning(
            "a client was refused",
            [
                "client.id": client?.id ?? "?", "client.address": place.address, "reason": error.message,
                "close.code": String(refusal.closeCode),
            ])
    }

    private func hintAtProxy(_ place: ClientPlace) {
        guard place.guesser.isHearsay, !hasHintedAtProxy else { return }
        hasHintedAtProxy = true
        log.warning(
            "wrong passwords come through a proxy on this machine that the config does not name, or that names nobody in "
                + "`X-Forwarded-For`, so who sent them is not sure; have it write that, and set `gateway.trustedProxies` to "
                + "[\"\(place.address)\"], to count each client by itself"
        )
    }

    /// Closes the connection unless it logs in in time.
    ///
    /// One timer watches all of them, and only while there are any.
    func expectLogin(of connection: ControlConnection) {
        waiting[connection.id] = (ContinuousClock.now + Limits.handshakeTimeout, connection)
        guard loginWatch == nil else { return }
        loginWatch = LoopEvent.every(.seconds(1)) { [unowned self] in closeSilent() }
    }

    /// It has logged in, or has left.
    func expectsLoginNoMore(of connection: ControlConnection) { waiting[connection.id] = nil }

    private func closeSilent() {
        let now = ContinuousClock.now
        for (id, entry) in waiting where entry.deadline <= now {
            waiting[id] = nil
            entry.connection.close(code: 1000, reason: "")
        }
        if waiting.isEmpty { loginWatch = nil }
    }
}

// MARK: - Presence and health

extension ControlPlane {
    /// Puts the client on the list and returns the key it has there; nil for clients that are not listed.
    func joined(_ connection: ControlConnection, _ params: ConnectParams, _ acceptance: Acceptance) -> String?
    {
        let client = params.client
        let isListed =
            acceptance.generation == .three ? !client.isCommandLine : client.isWebchat || client.mode == "ui"
        guard isListed else { return nil }
        let key = params.device?.id ?? client.instanceID ?? connection.id
        let now = Timestamp.now
        presence.connected(
            PresenceBook.Entry(
                client: client, role: acceptance.role, scopes: acceptance.scopes, deviceID: params.device?.id,
                address: connection.place.isDirectLoopback ? nil : connection.place.address, since: now,
                at: now,
                sockets: 1),
            as: key)
        if acceptance.generation == .four { announcePresence() }
        return key
    }

    func left(_ key: String) {
        presence.disconnected(key, at: .now)
        announcePresence()
    }

    func presenceList() -> JSON { presence.list(now: .now) }

    /// At most once a second: a thousand pages that reconnect at once must not become a thousand lists of a thousand.
    private func announcePresence() {
        guard !isPresenceDue, !broadcaster.connections.isEmpty else { return }
        isPresenceDue = true
        let next = lastPresence.map { $0 + .seconds(1) } ?? .now
        tasks.add { [self] in
            try? await Task.sleep(until: next, clock: .continuous)  // throws only when cancelled
            isPresenceDue = false
            lastPresence = .now
            broadcaster.send(
                .event("presence", ["presence": presenceList()], stateVersion: stateVersion))
        }
    }

    var stateVersion: StateVersion { StateVersion(presence: presence.version, health: health.version) }

    func refreshHealth() async {
        await health.refresh()
        for generation in Generation.allCases {
            let body = healthEvent(for: generation)
            for connection in broadcaster.connections where connection.generation == generation {
                connection.deliver(body, isDroppable: true)
            }
        }
    }

    func healthEvent(for generation: Generation) -> EventBody {
        EventBody("health", payload: health.encoded(generation), stateVersion: stateVersion)
    }
}

// MARK: - Greeting

extension ControlPlane {
    func hello(for connection: ControlConnection, _ acceptance: Acceptance, _ token: DeviceToken?) -> [UInt8]
    {
        Hello(
            acceptance: acceptance, connectionID: connection.id, token: token,
            features: features(acceptance.generation),
            snapshot: snapshot(acceptance.generation, scopes: Scopes(acceptance.scopes)), host: host
        ).encoded()
    }

    private func features(_ generation: Generation) -> [UInt8] {
        if let known = features[generation] { return known }
        var object: JSONObject = ["methods": JSON(table.names), "events": JSON(EventNames.all(generation))]
        if generation == .four { object["capabilities"] = [] }
        let encoded = JSON.object(object).encoded()
        features[generation] = encoded
        return encoded
    }

    private func snapshot(_ generation: Generation, scopes: Scopes) -> [UInt8] {
        let settings = settings.now
        return .jsonObject(capacity: 2048) {
            if generation == .four { $0.add("suspension", ["phase": "accepting"]) }
            $0.add("presence", scopes.allow(.read) || generation == .three ? presenceList() : [])
            $0.add("health", encoded: health.encoded(generation))
            $0.add("stateVersion", stateVersion.json)
            $0.add("uptimeMs", uptime.milliseconds)
            $0.add("sessionDefaults", settings.sessionDefaults(generation))
            if generation == .four {
                $0.add("authMode", settings.access.auth.mode.rawValue)
                if let hash = settings.configHash { $0.add("appliedConfigHash", hash) }
            }
            if scopes.allow(.admin) || generation == .three {
                $0.add("configPath", settings.configPath)
                $0.add("stateDir", settings.stateDirectory)
            }
        }
    }
}

/// What `features.events` says: the events this gateway really sends.
enum EventNames {
    static func all(_ generation: Generation) -> [String] {
        let both = [
            "connect.challenge", "agent", "chat", "presence", "tick", "shutdown", "health",
            "device.pair.requested",
            "device.pair.resolved", "exec.approval.requested", "exec.approval.resolved",
        ]
        guard generation == .four else { return both }
        return both + ["sessions.changed", "session.message", "session.tool", "config.changed"]
    }
}
