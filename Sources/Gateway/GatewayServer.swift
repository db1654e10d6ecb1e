package import Agent
package import Core
package import Store
package import Wire

/// The gateway's one port: health checks, the page, and control connections.
@MainActor
package final class GatewayServer: RequestHandler {
    private let settings: SettingsBox
    private let services: GatewayServices
    let plane: ControlPlane
    private let turns: TurnBroadcast
    private let history: HistoryCache
    private let tasks = TaskPool()
    private let answers = SharedAnswers()
    private let log: Log
    private var rules: Rules
    /// Lets the config that a client has just written take effect; true: the gateway is about to start again for it.
    package var takeUpConfig: @MainActor () -> Bool = { false }

    /// Made from the settings once, not at every request.
    private struct Rules {
        let hosts: HostRule
        let origins: OriginRule
        let places: ClientPlaces

        init(_ access: AccessSettings) {
            hosts = access.hosts
            origins = access.origins
            places = access.places
        }
    }

    package init(settings: GatewaySetup, services: GatewayServices) {
        let box = SettingsBox(settings)
        let log = services.log.named("gateway")
        let broadcaster = EventBroadcaster()
        let sessions = services.stores.sessions
        let switchboard = services.switchboard
        let health = HealthBook(
            settings: box, sessions: sessions, board: services.channels, log: log)
        let history = HistoryCache()
        let changes = SessionChanges(
            sessions: sessions, settings: box, models: services.models, broadcaster: broadcaster,
            history: history, health: health, log: log,
            activeRuns: { switchboard.activeRuns(in: $0) })
        self.settings = box
        self.services = services
        self.log = log
        self.history = history
        rules = Rules(settings.access)
        plane = ControlPlane(
            settings: box, host: services.host,
            devices: DeviceDesk(store: services.stores.devices, broadcaster: broadcaster, log: log),
            broadcaster: broadcaster, health: health, tasks: tasks, log: log.named("gateway/ws"))
        turns = TurnBroadcast(
            settings: box, broadcaster: broadcaster, history: history, changes: changes,
            messages: SessionMessages(settings: box, broadcaster: broadcaster),
            tasks: tasks)
        plane.register(methodGroups(changes))
        turns.listen(to: services.events)
    }

    /// Every method there is, by group.
    ///
    /// A new group is one line here.
    private func methodGroups(_ changes: SessionChanges) -> [any MethodGroup] {
        let stores = services.stores
        let chat = ChatHistory(
            sessions: stores.sessions, settings: settings, switchboard: services.switchboard, cache: history,
            models: services.models)
        let config = services.configFile.map { file in
            [
                ConfigMethods(
                    file: file, settings: settings, takeUp: { [weak self] in self?.takeUpConfig() ?? false })
            ]
        }
        let pairing = services.pairing.map { [PairingMethods(desk: $0) as any MethodGroup] } ?? []
        let route = services.messages.map {
            AnswerRoute(desk: $0, sessions: stores.sessions, board: services.channels)
        }
        let messages = services.messages.map { desk in
            [MessageMethods(desk: desk, switchboard: services.switchboard) as any MethodGroup]
        }
        return (config ?? []) + pairing + (messages ?? []) + approvalMethods() + [
            HealthMethods(
                plane: plane, settings: settings, sessions: stores.sessions, board: services.channels,
                switchboard: services.switchboard, logFile: services.logFile),
            ModelMethods(models: services.models, settings: settings),
            AgentMethods(
                settings: settings, switchboard: services.switchboard, turns: turns, models: services.models,
                sessions: stores.sessions, route: route),
            ChannelMethods(
                settings: settings, board: services.channels, file: services.configFile,
                takeUp: { [weak self] in self?.takeUpConfig() ?? false }),
            SessionMethods(
                sessions: stores.sessions, settings: settings, switchboard: services.switchboard,
                changes: changes,
                models: services.models),
            ChatMethods(
                sessions: stores.sessions, settings: settings, switchboard: services.switchboard,
                turns: turns, route: route, changes: changes, history: chat, models: services.models,
                commands: services.commands),
            DeviceMethods(desk: plane.devices, broadcaster: plane.broadcaster),
            SmallMethods(
                commands: services.commands, tools: services.tools, cron: stores.cron, usage: stores.usage,
                settings: settings),
        ]
    }

    private func approvalMethods() -> [any MethodGroup] {
        guard let (desk, file) = services.approvals else { return [] }
        let clients = ApprovalBroadcast(plane.broadcaster)
        desk.audiences.append(clients)
        return [ApprovalMethods(desk: desk, file: file, clients: clients)]
    }

    /// Serves until cancelled.
    ///
    /// Logins wait until the first health summary is made.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tasks.run() }
            group.addTask { await self.open() }
        }
    }

    private func open() async {
        await plane.health.refresh()
        plane.start()
        await plane.keepTime()
    }

    /// Takes over a changed config and tells the clients.
    package func apply(_ changed: GatewaySetup) {
        let old = settings.now.access
        settings.now = changed
        rules = Rules(changed.access)
        plane.settingsChanged(from: old)
        history.forgetAll()
        var payload: JSONObject = ["path": .string(changed.configPath), "ts": Timestamp.now.json]
        payload["hash"] = changed.configHash.map { .string($0) }
        plane.broadcaster.send(.event("config.changed", .object(payload), to: .read), in: .four)
        refreshHealth()
    }

    /// Has a new health summary made and told, because something in it has changed.
    package func refreshHealth() { tasks.add { [plane] in await plane.refreshHealth() } }

    /// Tells all clients that the gateway stops, and ends their connections.
    ///
    /// No client logs in any more.
    package func stop(restartExpected: Duration? = nil) {
        plane.stop()
        let expected = restartExpected.map { JSON.integer($0.milliseconds) }
        let reason: JSON = restartExpected == nil ? "gateway stopping" : "gateway restarting"
        var payload: JSONObject = ["reason": reason]
        payload["restartExpectedMs"] = expected
        plane.broadcaster.send(.event("shutdown", .object(payload), isDroppable: true), in: .four)
        payload["restartExpectedMs"] = expected ?? .null
        plane.broadcaster.send(.event("shutdown", .object(payload), isDroppable: true), in: .three)
        plane.broadcaster.closeAll(code: 1012, reason: "service restart")
    }
}

// MARK: - The end

extension GatewayServer {
    /// Lets go of the methods, some of which hold what calls them; once nobody is connected any more.
    package func takeApart() { plane.forgetMethods() }
}

// MARK: - HTTP

extension GatewayServer {
    /// Everything is answered at once, but for what a chat platform hands in: that waits for the disk.
    package func respondNow(to request: HTTPRequest) -> HTTPResponse? {
        answer(to: request).map { answers.shared($0) }
    }

    private func answer(to request: HTTPRequest) -> HTTPResponse? {
        guard rules.hosts.allows(request.host) else { return HostRule.refusal }
        if request.method == "POST", services.channels?.isCalled(at: request.path) == true { return nil }
        let place = rules.places.place(peer: request.peer, headers: request.headers, host: request.host)
        let health = HealthRoutes(
            isReady: plane.isReady, failing: services.failing(),
            reason: services.switchboard.volume?.notReady,
            uptime: plane.uptime,
            showsDetail: { [plane] in
                place.isDirectLoopback || plane.acceptsSecret(request.headers["authorization"], from: place)
            })
        return health.response(to: request)
            ?? ControlUIRoutes(
                settings: settings.now.withIdentities(of: services.switchboard),
                version: services.host.version
            ).response(to: request)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        if let answer = respondNow(to: request) { return answer }
        let headers = request.headers.fields
        guard let channel = services.channels?.receiver(at: request.path, with: headers) else {
            return ControlUIRoutes.notFound
        }
        return HTTPResponse(status: await channel.receive(headers: headers, body: request.body))
    }

    /// Only what a chat platform hands in is read, and of those who know its secret.
    package func wantsBody(of request: HTTPRequest) -> Bool {
        guard request.method == "POST", let channels = services.channels, channels.isCalled(at: request.path)
        else { return false }
        let headers = request.headers.fields
        return channels.receiver(at: request.path, with: headers)?.isCalled(with: headers) == true
    }

    package func bringsOthers(_ peer: PeerAddress) -> Bool { rules.places.bringsOthers(peer) }

    package func client(of request: HTTPRequest) -> PeerAddress? {
        rules.places.client(behind: request.peer, request.headers)
    }

    package func refused(_ count: Int, last: PeerAddress) {
        log.warning(
            "connections were refused or ended: there are too many, or too many from one address",
            ["count": "\(count)", "client.address": last.text])
    }

    /// Clients connect at whatever path their address has.
    package func upgrade(_ request: HTTPRequest) -> UpgradeDecision {
        guard rules.hosts.allows(request.host) else { return .refuse(HostRule.refusal) }
        let place = rules.places.place(peer: request.peer, headers: request.headers, host: request.host)
        let origin = rules.origins.verdict(
            origin: request.headers["origin"], host: request.host, isDirectLoopback: place.isDirectLoopback)
        // Whoever comes in will write: what a turn needs is fetched while they log in.
        services.switchboard.expectMessage()
        var options = WebSocketOptions()
        options.maxMessageBytes = Limits.maxBytesBeforeLogin
        return .accept(ControlSocket(plane: plane, place: place, origin: origin), options)
    }
}

/// What the gateway is built from.
package struct GatewayServices {
    package var stores: Stores
    package var switchboard: Switchboard
    /// Nil: no chat platform can be set up.
    package var channels: ChannelBoard?
    package var pairing: PairingDesk?
    /// Nil leaves `send`, `poll` and `message.action` out.
    package var messages: MessageDesk?
    /// Nil leaves the methods about commands that wait for a person out.
    package var approvals: (desk: ApprovalDesk, file: ApprovalsFile)?
    package var events: EventHub
    /// Nil leaves the `config.*` methods out.
    package var configFile: ConfigFile?
    package var models: KnownModels
    package var tools: @MainActor () -> [ToolSchema]
    package var commands: [SlashCommand]
    package var host: HostFacts
    /// The log file of today, for `logs.tail`.
    package var logFile: @MainActor () -> String?
    /// What is not ready, for `/readyz`: `database`, `channel:telegram`.
    package var failing: @MainActor () -> [String]
    package var log: Log

    package init(
        stores: Stores, switchboard: Switchboard, channels: ChannelBoard? = nil, pairing: PairingDesk? = nil,
        messages: MessageDesk? = nil, approvals: (desk: ApprovalDesk, file: ApprovalsFile)? = nil,
        events: EventHub, configFile: ConfigFile?,
        models: KnownModels,
        tools: @escaping @MainActor () -> [ToolSchema], commands: [SlashCommand], host: HostFacts,
        logFile: @escaping @MainActor () -> String?, failing: @escaping @MainActor () -> [String] = { [] },
        log: Log
    ) {
        self.stores = stores
        self.switchboard = switchboard
        self.channels = channels
        self.pairing = pairing
        self.messages = messages
        self.approvals = approvals
        self.events = events
        self.configFile = configFile
        self.models = models
        self.tools = tools
        self.commands = commands
        self.host = host
        self.logFile = logFile
        self.failing = failing
        self.log = log
    }
}
