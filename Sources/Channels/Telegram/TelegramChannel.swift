import Core
import Wire

/// One bot on Telegram.
@MainActor
final class TelegramChannel: Channel, FileLeaving {
    /// What the original splits at; 4,096 would be the most, but a table or a quote can grow when it is formatted.
    let limits = MessageLimits(longest: 4000, unit: .utf16, mostFiles: 10)

    let setup: ChannelSetup
    let settings: TelegramSettings
    let api: TelegramAPI
    let buttons = TelegramButtons()
    let people: TelegramPeople
    /// Open when it is known how long Telegram wants to be left alone.
    private let isReady = Gate()
    private(set) var bot: TelegramBot?
    private(set) var house: ChannelHouse?
    private(set) var intake: TelegramIntake?
    private var webhook: TelegramWebhook?
    /// What groups have become, before and while it runs.
    private var moves = TelegramMoves()
    /// Whether drafts are known not to work with this bot.
    var hasNoDrafts = false

    init(_ setup: ChannelSetup) throws(ChannelError) {
        self.setup = setup
        settings = TelegramSettings(setup.settings, account: setup.account)
        people = TelegramPeople(
            named: setup.owners + setup.rules.allowFrom + setup.rules.approvals.approvers)
        guard settings.apiRoot.hasPrefix("https://") || settings.apiRoot.hasPrefix("http://") else {
            throw .refused("`channels.telegram.apiRoot` must begin with `https://` or `http://`.")
        }
        if settings.webhookURL != nil {
            guard let secret = settings.webhookSecret, Self.isFine(secret) else {
                throw .refused(
                    "`channels.telegram.webhookUrl` needs `channels.telegram.webhookSecret`: 1 to 256 of A-Z, a-z, 0-9, _ "
                        + "and -. Without it anybody could write to the bot in other people's names.")
            }
        }
        api = TelegramAPI(web: setup.web, settings: settings, token: setup.secret)
    }

    /// What `setWebhook` takes.
    private static func isFine(_ secret: Secret) -> Bool {
        let text = secret.reveal().utf8
        return (1...256).contains(text.count)
            && text.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == 0x5F
                    || $0 == 0x2D
            }
    }

    private(set) lazy var delivery = TelegramDelivery(
        api: api, settings: settings, buttons: buttons, log: setup.log,
        current: { [weak self] in self?.moves.current($0) ?? $0 },
        moved: { [weak self] in
            self?.pendingMoves.append(($0, $1)); _ = self?.moves.note($0, became: $1)
        })
    /// Moves that a delivery met and that are not on disk yet.
    private var pendingMoves: [(old: Int, new: Int)] = []

    func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        await isReady.wait()
        let id: MessageID
        do throws(DeliveryError) {
            id = try await delivery.deliver(part)
        } catch {
            await keepMoves()
            throw error
        }
        await keepMoves()
        return id
    }

    func leftBehind(of nonce: String) -> String? { delivery.leftBehind.removeValue(forKey: nonce) }

    private func keepMoves() async {
        guard let intake else { return }
        let moves = pendingMoves
        pendingMoves = []
        for move in moves { await intake.noteMove(move.old, move.new) }
    }

    // MARK: Running

    func run(in house: ChannelHouse) async throws(ChannelError) {
        self.house = house
        defer {
            intake = nil
            webhook = nil
        }
        await takeUp(house.memory)
        isReady.open()
        let isExpected = await isExpected(in: house.memory)
        let bot = try await hello()
        self.bot = bot
        setup.log.info("[\(setup.account)] starting provider (@\(bot.username))")
        try await takeOver(house.memory, as: bot)
        // It may have come from another account.
        if !isExpected { await takeUp(house.memory) }
        let intake = await makeIntake(bot, house)
        self.intake = intake
        await keepMoves()
        moves = intake.mapping.moves
        report(bot, to: house)
        let end = await run(bot, intake, house)
        if let end { throw end }
    }

    /// What sending needs to know of what was sent before.
    private func takeUp(_ memory: ChannelMemory) async {
        await api.begin(memory)
        await delivery.progress.begin(memory)
        await buttons.begin(memory)
        await people.begin(memory)
        moves = await TelegramIntake.moves(in: memory)
    }

    /// A token begins with its bot's id.
    private func isExpected(in memory: ChannelMemory) async -> Bool {
        guard let bot = Int(setup.secret.reveal().prefix { $0 != ":" }) else { return false }
        return await memory.expect(String(bot))
    }

    /// Before anything is kept that says whose it is.
    private func takeOver(_ memory: ChannelMemory, as bot: TelegramBot) async throws(ChannelError) {
        guard await memory.takeOver(String(bot.user.id), { $0["bot"]?.intValue.map { String($0) } }) else {
            throw .lost("what the bot has to go on with could not be read")
        }
    }

    /// Asks Telegram who we are: the token's first test.
    private func hello() async throws(ChannelError) -> TelegramBot {
        do throws(TelegramError) {
            if let bot = TelegramBot(json: try await api.call("getMe")) { return bot }
        } catch {
            switch error {
            case .badToken, .impossible, .refused: throw .refused(error.sentence())
            case .flood(let delay): throw .lost(error.sentence(), retryAfter: delay)
            default: throw .lost(error.sentence())
            }
        }
        throw .lost("Telegram's answer to `getMe` has no bot in it; check `channels.telegram.apiRoot`.")
    }

    private func makeIntake(_ bot: TelegramBot, _ house: ChannelHouse) async -> TelegramIntake {
        let mapping = TelegramMapping(
            account: setup.account, bot: bot,
            places: TelegramPlaces(groups: settings.groups, rules: setup.rules))
        let intake = TelegramIntake(
            mapping: mapping, house: house, settings: settings, rules: setup.rules, api: api,
            buttons: buttons, people: people,
            log: setup.log,
            save: { [weak self] file, path, most throws(IncomingFile.FetchError) in
                guard let self else { throw .failed("The channel was closed.") }
                try await self.save(file, to: path, upTo: most)
            },
            ours: { [weak self] in self?.delivery.sent.place(of: $0) })
        await intake.restore()
        return intake
    }

    private func report(_ bot: TelegramBot, to house: ChannelHouse) {
        house.report(.fact(name: "mode", settings.webhookURL == nil ? "polling" : "webhook"))
        house.report(.fact(name: "bot", ["id": JSON(bot.user.id), "username": JSON(bot.username)]))
        house.report(.connected(name: "@" + bot.username))
        let rules = setup.rules
        if rules.groupPolicy == .allowlist, settings.groups == nil, rules.groupAllowFrom.isEmpty,
            rules.allowFrom.isEmpty
        {
            setup.log.info("\(setup.closedPlaces("groups", key: "groups"))")
        }
        if !bot.readsAllGroupMessages,
            settings.groups?.contains(where: { $0.value["requireMention"] == false }) == true
        {
            house.report(
                .problem(
                    "`requireMention: false` has no effect while the bot's privacy mode is on: Telegram brings it only "
                        + "what is meant for it. Turn that off at @BotFather (/setprivacy) and add the bot to the group again."
                ))
        }
    }

    /// Runs all there is side by side; the first that ends ends the others.
    private func run(_ bot: TelegramBot, _ intake: TelegramIntake, _ house: ChannelHouse) async
        -> ChannelError?
    {
        let log = setup.log
        return await withTaskGroup(of: ChannelError?.self) { group in
            group.addTask { await self.sendMenu(intake, house) }
            // A request for updates may be open for half a minute when the token is refused elsewhere. Who has asked ends
            // first, if it ends by that.
            group.addTask {
                await self.api.tokenRefused.wait()
                do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
                return .lost(TelegramError.badToken(status: 401).sentence())
            }
            group.addTask {
                await intake.run()
                return nil
            }
            if settings.webhookURL == nil {
                let poller = TelegramPoller(
                    api: api, intake: intake, house: house, bot: bot, log: log,
                    advice: setup.machineAdvice)
                group.addTask { await poller.run() }
            } else {
                let webhook = TelegramWebhook(
                    api: api, intake: intake, house: house, bot: bot, settings: settings,
                    secret: settings.callSecret(of: setup.secret), log: log)
                self.webhook = webhook
                group.addTask { await webhook.run() }
            }
            let end = await group.next() ?? nil
            group.cancelAll()
            return end
        }
    }

    /// Brings the menu up to date, then waits until cancelled.
    private func sendMenu(_ intake: TelegramIntake, _ house: ChannelHouse) async -> ChannelError? {
        let commands = house.commands()
        let menu = TelegramMenu(setup.rules.hasNativeCommands ? commands : [], own: settings.customCommands)
        // Commands that are typed are understood with or without the menu.
        intake.setMenu(TelegramMenu(commands, own: settings.customCommands).commands)
        for line in menu.left { setup.log.warning("not in the menu: \(line)") }
        do throws(TelegramError) {
            let there = try await api.call("getMyCommands")
            if !menu.matches(there) { _ = try await api.call("setMyCommands", ["commands": menu.json]) }
        } catch {
            setup.log.warning("the menu of commands could not be set. \(error.sentence())")
        }
        await Gate().wait()
        return nil
    }

    // MARK: Files

    private func save(
        _ file: TelegramMedia.File, to path: String, upTo most: Int
    ) async throws(IncomingFile.FetchError) {
        if let byteCount = file.byteCount, byteCount > most { throw .tooLarge }
        do throws(TelegramError) {
            let found = try await api.call("getFile", ["file_id": .string(file.id)])
            guard let place = found["file_path"]?.stringValue else {
                throw .refused(status: 400, description: "the file has no path")
            }
            let stream = try await api.open(api.fileRequest(place))
            // The token is good: `getFile` was answered.
            guard stream.head.status != 404 else {
                throw .refused(status: 404, description: "the file is not there any more")
            }
            guard stream.head.status == 200 else {
                throw TelegramError(status: stream.head.status, answer: nil)
            }
            do throws(WebError) {
                try await stream.save(to: path, upTo: most)
            } catch {
                throw TelegramError(error)
            }
        } catch {
            switch error {
            case .unsuitableFile: throw .tooLarge
            case .flood(let delay): throw .passing(error.sentence(), after: delay)
            case .server, .unreachable, .unanswered: throw .passing(error.sentence(), after: .seconds(1))
            default: throw .failed(error.sentence())
            }
        }
    }
}

extension TelegramChannel: WebhookReceiving {
    var webhookPaths: [String] { settings.webhookPaths }

    func isCalled(with headers: [(name: String, value: String)]) -> Bool {
        guard let secret = settings.callSecret(of: setup.secret), !secret.isEmpty else { return false }
        let sent = headers.first { $0.name.lowercased() == "x-telegram-bot-api-secret-token" }?.value ?? ""
        return secret.matches(sent)
    }

    func receive(headers: [(name: String, value: String)], body: [UInt8]) async -> Int {
        guard isCalled(with: headers) else { return 401 }
        guard let webhook else { return 503 }
        return await webhook.receive(body)
    }
}

extension TelegramChannel {
    /// What the house needs to know to start one.
    static let factory = ChannelFactory(
        id: "telegram", label: "Telegram", secretKeys: ["botToken"], secretFileKey: "tokenFile",
        secretVariable: "TELEGRAM_BOT_TOKEN",
        defaults: ChannelRules.Defaults(
            historyLimit: 50, replyMode: .first, mostFileMegabytes: 5, streaming: .partial),
        keys: ChannelKeys(ChannelRules.keys + " " + TelegramSettings.keys),
        make: { setup throws(ChannelError) in try TelegramChannel(setup) })
}
