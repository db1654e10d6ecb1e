import Agent
import Core
import Gateway
import Models
import Store
import Tools
import Wire

/// Builds everything from the config, and is the only list of services.
@MainActor
final class Assembly {
    private let plan: ListenPlan
    private let secret: SharedSecret
    private let logs: LogSetup
    private var setup: LocalSetup

    private let database: Database
    private let stores: Stores
    private let web: WebServer
    private let router: ModelRouter
    private let client: WebClient
    private let certificates: CertificateVariables
    private let switchboard: Switchboard
    private let volume: VolumeWatch
    private let board: ChannelBoard
    private let outbox: Outbox
    private let replies: ReplyDesk
    private let stickers: StickerBook
    private let messages: MessageDesk
    private let door: ChannelDoor
    private let approvals: ApprovalDesk
    private let approver: CommandApprover
    private let chatApprovals: ChatApprovals
    private let gateway: GatewayServer
    private let startedAt = ContinuousClock.now
    private let notices: ConfigNotices
    private lazy var reloader = ConfigReloader(file: setup.file, log: log) { [unowned self] plan, _ in
        apply(plan)
    }
    private let signals: StopSignals

    private var log: Log { logs.log }
    private var knownSecrets: [String] { setup.knownSecrets(secret) + router.knownSecrets }

    /// `logs` and `signals` are the process's, and outlive this gateway.
    init(_ setup: LocalSetup, _ logs: LogSetup, _ signals: StopSignals) throws {
        self.setup = setup
        self.logs = logs
        self.signals = signals
        (plan, secret) = try setup.entrance()
        logs.update(setup, secrets: setup.knownSecrets(secret))
        let log = logs.log

        notices = ConfigNotices(log: log.named("config"))
        let rooms = RoomSettings(setup: setup, secret: secret)
        database = try Self.openDatabase(setup, log.named("store"))
        stores = Stores(database)
        certificates = CertificateVariables(setup)
        client = WebClient(setup, certificates)
        router = ModelRouter(
            settings: rooms.models, web: client, book: CooldownStore(database), logins: LoginTable(database),
            log: log.named("models"), record: logs.streamRecorder(setup))
        let events = EventHub()
        switchboard = Switchboard(
            stores: stores, models: router, directory: Self.directory(router),
            tools: ToolBox(), settings: rooms.agent, events: events, log: log.named("agent"),
            facts: HouseFacts(version: Version.text))
        volume = VolumeWatch(
            state: setup.state, advice: setup.platform.volumeAdvice,
            // A copy says nothing of the volume.
            database: setup.isReadOnly ? nil : database, log: log.named("volume"))
        switchboard.volume = volume
        board = ChannelBoard(stores: stores, log: log)
        outbox = Outbox(store: stores.outbox, board: board, log: log.named("outbox"))
        messages = MessageDesk(board: board, outbox: outbox, store: stores.outbox)
        replies = ReplyDesk(board: board, outbox: outbox, stores: stores, events: events, log: log)
        stickers = StickerBook(
            store: stores.channelMemory, models: router, usage: stores.usage, log: log)
        let pairing = PairingDesk(store: stores.pairing)
        door = ChannelDoor(
            board: board, switchboard: switchboard, replies: replies, pairing: pairing, stores: stores,
            files: IncomingFiles(base64: { Base64.encode($0) }), stickers: stickers, log: log)
        approvals = ApprovalDesk()
        let approvalsFile = ApprovalsFile(setup)
        approver = CommandApprover(
            desk: approvals, file: approvalsFile, switchboard: switchboard, log: log.named("approvals"))
        chatApprovals = ChatApprovals(
            desk: approvals, board: board, switchboard: switchboard, pairing: pairing, outbox: outbox,
            store: stores.outbox, log: log)
        approvals.audiences = [chatApprovals]
        door.approvals = chatApprovals
        switchboard.replies = replies
        switchboard.pairing = pairing
        switchboard.approvals = approvals
        switchboard.chatApprovals = chatApprovals
        messages.isCommand = { [weak switchboard] in switchboard?.isCommand($0) ?? false }
        // Those who are called hold the callers already: held in turn, no gateway would ever leave the process.
        let ended = InboxError("the gateway has ended")
        board.receive = { [weak door] message throws(InboxError) in
            guard let door else { throw ended }
            try await door.receive(message)
        }
        board.press = { [weak door] message throws(InboxError) in
            guard let door else { throw ended }
            return try await door.press(message)
        }
        board.notice = { [weak door] in await door?.note($0) }
        board.overhear = { [weak door] in await door?.overhear($0, isOurs: $1) }
        board.admits = { [weak door] in await door?.admits($0) ?? false }
        board.isStop = { [weak switchboard] in switchboard?.isStop($0.text) ?? false }
        board.becameReady = { [weak outbox] in outbox?.wake($0) }
        board.haveMoved = { [weak pairing] in pairing?.forget($0) }
        board.isAbandoned = { [weak outbox] in outbox?.wake($0) }
        messages.mirror = { [weak switchboard, log] spelling, text in
            guard let switchboard else { return }
            let session = switchboard.settings.keys.canonical(spelling)
            do throws(InjectError) { _ = try await switchboard.inject(text, into: session) } catch {
                log.named("outbox").warning(
                    "what was sent is not in the conversation that was named with it: \(error.message)",
                    ["session": session.rawValue])
            }
        }
        board.commands = { [weak switchboard] in
            switchboard.map { ChannelCommand.menu(of: SlashCommands.standard, $0.directory) } ?? []
        }
        gateway = GatewayServer(
            settings: rooms.gateway(
                configHash: setup.snapshot.hash, databasePath: database.path,
                defaultModel: router.defaultModel,
                catalog: router.catalog),
            services: Self.services(
                stores, switchboard, board, pairing, messages, (approvals, approvalsFile), events, setup,
                rooms,
                router, logs: logs, log: log))
        web = WebServer(options: ServerOptions(), handler: gateway)
        board.rulesOfAbsent = { [weak self] key in
            guard let setup = self?.setup else { return nil }
            return ChannelSections(config: setup.config, environment: setup.environment).rules(of: key)
        }
        volume.changed = { [weak self] in
            guard let self else { return }
            gateway.refreshHealth()
            guard !volume.isShut else { return }
            switchboard.reopen()
            guard self.setup.isReadOnly else { return }
            log.info("restarting, now that the volume can be written")
            signals.end(.restart)
        }
        switchboard.restart = {
            log.info("restarting, as asked for in a chat")
            signals.end(.restart)
        }
        router.whenLoginsChange = { [weak self] in
            guard let self else { return }
            logs.hide(knownSecrets, self.setup)
        }
        router.whenLoginsChange()
        gateway.takeUpConfig = { [weak self] in self?.reloader.reloadNow()?.needsRestart ?? false }
    }

    /// Runs until a signal or a config change ends it.
    func run() async throws {
        defer { takeApart() }
        signals.attach(
            reload: { [weak self] in
                self?.log.named("reload").info(
                    "received SIGHUP; reading the config and the .env files again")
                self?.reloader.reloadNow()
            },
            mayRestart: { [weak self] in self?.setup.config.commands.restart ?? true })
        reportStart()
        let bringingIn = ImportService(
            StateImport(
                stateDirectory: setup.state, database: database,
                sessionLists: OriginalConfig.sessionLists(in: setup)), approvals: ApprovalsFile(setup),
            volume: volume, restart: { [signals] in signals.end(.restart) },
            hints: { [setup] in EarlyWorkspaces(setup).unused.map { "\($0.text); to use it: \($0.fix)" } },
            log: log.named("import"))
        let answering: [any Service] = [
            OutboxService(outbox), SwitchboardService(switchboard),
            ChannelsService(board, replies, stickers, chatApprovals) { [unowned self] in channelAccounts },
        ]
        // What is brought in, answered or sent has to be written down first.
        let isReadOnly = setup.isReadOnly
        let services: [any Service] =
            [DatabaseService(database, log: log.named("store")), VolumeService(volume)]
            + (isReadOnly ? [] : [bringingIn])
            + [ModelsService(router) { [unowned self] in applySettings() }]
            + (isReadOnly ? [] : answering)
            + [
                ServerService(gateway, web) { [signals] in signals.isRestarting ? .milliseconds(1500) : nil },
                ReloadService(reloader),
            ] + TailscaleService.all(setup.tailscalePlan, port: plan.port, log: log.named("tailscale"))
        do {
            try listen()
            if !isReadOnly { Orphans.endThoseOfEarlierProcess(stateDirectory: setup.state) }
            let group = ServiceGroup(services, log: log)
            try await group.run(until: { [signals] in await signals.wait() }) {
                setup.file.keep()
                ListenNotices(plan: plan, secret: secret, setup: setup, logFile: logs.file, log: log)
                    .report(model: switchboard.settings.agents.first?.model ?? router.defaultModel)
                log.debug("started in \(startedAt.duration(to: .now).text)")
                MemoryTrim.shared.beforeTrim("gateway") { [weak switchboard, weak database] in
                    switchboard?.releaseMemory()
                    database?.releaseMemory()
                }
                MemoryTrim.shared.trimLater()
            }
        } catch {
            // Whoever starts next needs both.
            await web.finish(within: .zero)
            await database.close()
            throw error
        }
        // A start that was cut short has not come to the service that closes it.
        await web.finish(within: .zero)
    }

    /// Parts those who hold each other, and closes the connections to vendors and platforms: the process may go on with
    /// another gateway.
    private func takeApart() {
        approvals.audiences = []
        switchboard.chatApprovals = nil
        switchboard.tools = ToolBox()
        gateway.takeApart()
        client.close()
    }

    private func reportStart() {
        notices.reportFile(setup)
        notices.reportEffects(setup, router)
        for mistake in certificates.mistakes { log.warning("\(mistake)") }
        if secret.mode == .none {
            log.info(
                "no token is asked for: only this machine can connect; set OPENCLAW_GATEWAY_TOKEN to ask for one"
            )
        }
    }

    private func listen() throws {
        do throws(ListenError) {
            try web.listen(plan.endpoint(port: plan.port))
        } catch {
            throw error.refusedStart
        }
    }

    // MARK: Reload

    /// Gives every room its part of a changed config; what cannot change while running restarts in the process.
    private func apply(_ plan: ReloadPlan) {
        guard !plan.needsRestart else { return signals.end(.restart) }
        setup.refresh()
        router.update(RoomSettings(setup: setup, secret: secret).models)
        logs.update(setup, secrets: knownSecrets)
        notices.reportEffects(setup, router)
        applySettings()
        board.update(channelAccounts)
    }

    /// The accounts of the chat platforms that are to run.
    ///
    /// None with `OPENCLAW_SKIP_CHANNELS`: a second machine can be looked into while the first one answers.
    private var channelAccounts: [ChannelAccount] {
        guard setup.environment["OPENCLAW_SKIP_CHANNELS"] != "1" else { return [] }
        let rooms = RoomSettings(setup: setup, secret: secret)
        return rooms.channelSections.accounts(web: client, log: log, assistantName: rooms.assistantName)
    }

    /// Gives the rooms what follows from the config and from the models that can be used.
    private func applySettings() {
        let rooms = RoomSettings(setup: setup, secret: secret)
        replies.typingMode = rooms.agent.typingMode
        replies.blockStreaming = rooms.agent.blockStreaming
        switchboard.settings = rooms.agent
        switchboard.directory = Self.directory(router)
        switchboard.tools = ToolBox(Self.tools(rooms, messages, approver.gate))
        messages.defaultAccount = { channel in
            rooms.channels.first { $0.id == channel }?.defaultAccount ?? "default"
        }
        chatApprovals.defaultAccount = messages.defaultAccount
        gateway.apply(
            rooms.gateway(
                configHash: setup.snapshot.hash, databasePath: database.path,
                defaultModel: router.defaultModel,
                catalog: router.catalog))
    }

    // MARK: Parts

    /// Every tool; the one for chat platforms only where there is one.
    private static func tools(
        _ rooms: RoomSettings, _ messages: MessageDesk, _ gate: CommandGate
    ) -> [any Tool] {
        let tools = ToolCatalog.tools(rooms.tools, gate: gate)
        guard rooms.channelSections.hasAccounts else { return tools }
        let agents = rooms.agent
        return tools + [
            MessageTool(
                desk: messages, staysInside: rooms.tools.workspaceOnly,
                rules: { agents.profile($0)?.messages ?? MessageRules() })
        ]
    }

    private static func openDatabase(_ setup: LocalSetup, _ log: Log) throws -> Database {
        let state = setup.state
        do {
            if setup.isReadOnly {
                return try Database(
                    readingOnly: "\(state)/openclaw.sqlite", copiedInto: setup.environment["TMPDIR"] ?? "/tmp"
                )
            }
            return try Database(path: "\(state)/openclaw.sqlite") { log.warning($0) }
        } catch StoreError.alreadyOpen {
            throw GatewayRun.alreadyRunning(
                pid: try GatewayRun.gateway(holding: "\(state)/openclaw.sqlite"), setup.platform)
        } catch {
            throw CommandError("Gateway failed to start: \(error)")
        }
    }

    private static func directory(_ router: ModelRouter) -> ModelDirectory {
        ModelDirectory(
            info: { [router] reference in
                let info = router.catalog.info(reference)
                return Agent.ModelFacts(
                    contextWindow: info.contextWindow, maxTokens: info.maxTokens,
                    acceptsImages: info.acceptsImages,
                    reasoning: info.reasoning)
            },
            models: { [router] in router.availableModels.map(\.reference) },
            providers: { [router] in router.configuredProviders },
            defaultModel: { [router] in router.defaultModel }, rests: { [router] in router.cooldowns },
            wake: { [router] in await router.wake($0) })
    }

    private static func services(
        _ stores: Stores, _ switchboard: Switchboard, _ board: ChannelBoard, _ pairing: PairingDesk,
        _ messages: MessageDesk, _ approvals: (ApprovalDesk, ApprovalsFile), _ events: EventHub,
        _ setup: LocalSetup, _ rooms: RoomSettings,
        _ router: ModelRouter, logs: LogSetup, log: Log
    ) -> GatewayServices {
        GatewayServices(
            stores: stores, switchboard: switchboard, channels: board, pairing: pairing,
            messages: messages, approvals: approvals, events: events,
            configFile: setup.file,
            models: KnownModels(
                list: { [router] in
                    let usable = Set(router.configuredProviders)
                    return router.catalog.models.map { info in
                        KnownModel(
                            reference: info.reference, name: info.name, contextWindow: info.contextWindow,
                            reasoning: info.reasoning, acceptsImages: info.acceptsImages,
                            isAvailable: usable.contains(info.reference.provider))
                    }
                },
                providers: { [router] in
                    let usable = Set(router.configuredProviders)
                    return Set(router.catalog.models.map(\.reference.provider)).union(usable).sorted().map {
                        id in
                        Gateway.KnownProvider(
                            id: id, name: id, status: usable.contains(id) ? "ok" : "missing", source: nil)
                    }
                }),
            tools: { [switchboard] in switchboard.tools.offer(ToolPolicy()).schemas },
            commands: SlashCommands.standard.commands,
            host: HostFacts(
                name: Version.hostname, address: NetworkAddresses.all().first, version: Version.text,
                platform: "\(Version.platform) \(Version.systemRelease)", family: "Linux",
                architecture: Version.architecture, instanceID: randomUUID()),
            logFile: { logs.file.path },
            failing: { [database = stores.database] in database.isRefusing() ? ["database"] : [] }, log: log)
    }
}
