package import Core
import Wire

/// One Discord bot: a session at the gateway to listen, the REST API to speak.
@MainActor
package final class DiscordChannel: Channel, FileLeaving {
    /// Characters in a message; counted in UTF-16, which is never less than what Discord counts.
    package let limits = MessageLimits(
        longest: OutgoingMapping.longestMessage, unit: .utf16, mostLines: 17,
        mostFiles: OutgoingFiles.mostFiles)

    let setup: ChannelSetup
    let settings: DiscordSettings
    let api: DiscordAPI
    let places: KnownPlaces
    let presences = KnownPresences()
    private let buttons = LongCommands()
    private let office: DiscordPostOffice
    private let context: IntakeContext
    private let intake: DiscordIntake
    private let gateway: DiscordGateway
    private let rivals: RivalWatch
    private var menu: CommandMenu?

    init(_ setup: ChannelSetup) {
        let settings = DiscordSettings(setup.settings)
        let api = DiscordAPI(
            root: settings.apiRoot, token: setup.secret, proxy: settings.proxy, web: setup.web)
        let mapping = OutgoingMapping(
            suppressesEmbeds: settings.suppressesEmbeds, mentionAliases: settings.mentionAliases)
        let files = OutgoingFiles(web: setup.web, proxy: settings.proxy)
        let answers = InteractionAnswers(
            api: api, settings: settings, mapping: mapping, buttons: buttons, files: files, log: setup.log)
        self.setup = setup
        self.settings = settings
        self.api = api
        places = KnownPlaces(api: api)
        rivals = RivalWatch(setup: setup, api: api)
        office = DiscordPostOffice(
            api: api, mapping: mapping, answers: answers, buttons: buttons, files: files, places: places,
            rivals: rivals)
        context = IntakeContext(setup: setup, settings: settings, api: api, places: places)
        intake = DiscordIntake(
            context, presences: presences, answers: answers,
            files: IncomingFiles(web: setup.web, proxy: settings.proxy), rivals: rivals)
        gateway = DiscordGateway(setup: setup, settings: settings, api: api)
    }

    package func run(in house: ChannelHouse) async throws(ChannelError) {
        await api.begin(house.memory)
        try await takeOver(house.memory)
        await rivals.begin(house)
        office.known = house.place
        await buttons.begin(house.memory)
        let menu = CommandMenu(api: api, log: setup.log) { [setup] in
            setup.rules.hasNativeCommands ? CommandMapping.registrations(house.commands()) : []
        }
        intake.onReady = { [office, context] application in
            office.bot = context.bot.id
            if let application { menu.application = application }
        }
        let end = await withTaskGroup(of: ChannelError?.self) { group -> ChannelError? in
            group.addTask { () -> ChannelError? in
                await menu.run(house)
                return nil
            }
            group.addTask { () -> ChannelError? in
                await self.rivals.run { self.intake.takeUp($1, in: $0) }
                return nil
            }
            group.addTask { () -> ChannelError? in
                do throws(ChannelError) {
                    try await self.gateway.run(in: house, self.intake)
                    return .lost("the connection to Discord ended")
                } catch {
                    return error
                }
            }
            // The socket stays up with a token that is refused elsewhere: a new start finds out what is so. Who has asked ends
            // first, if it ends by that.
            group.addTask { () -> ChannelError? in
                await self.api.tokenRefused.wait()
                do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
                return .lost(RefusalWords.badToken)
            }
            defer { group.cancelAll() }
            for await end in group { if let end { return end } }
            return nil
        }
        if let end { throw end }
    }

    /// A token that Discord has not accepted yet may be anybody's: what is kept is touched for none that is new here.
    private func takeOver(_ memory: ChannelMemory) async throws(ChannelError) {
        if await memory.expect(gateway.session.login) { return }
        do throws(DiscordFailure) { _ = try await api.me() } catch { throw error.channel }
        guard await gateway.session.takeOver(memory, isShard: settings.shard != nil) else {
            throw .lost("what the bot has to go on with could not be read")
        }
        // It may have come from another account.
        await api.begin(memory)
    }

    package func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        try await office.deliver(part)
    }

    package func leftBehind(of nonce: String) -> String? { office.leftBehind.removeValue(forKey: nonce) }

    /// Posts something that no outbox keeps.
    func post(_ part: OutgoingPart, in place: Snowflake) async throws(DiscordFailure) -> Snowflake {
        try await office.post(part, in: place)
    }
}

extension DiscordChannel {
    /// How a Discord account is set up.
    static var factory: ChannelFactory {
        ChannelFactory(
            id: "discord", label: "Discord", secretKeys: ["token"], secretFileKey: nil,
            secretVariable: "DISCORD_BOT_TOKEN", partingKeys: ["shard"],
            defaults: ChannelRules.Defaults(
                historyLimit: 20, replyMode: .off, mostFileMegabytes: 8, streaming: .off, leastBlock: 1500),
            keys: ChannelKeys(ChannelRules.keys + " " + DiscordSettings.keys),
            make: { setup in DiscordChannel(setup) })
    }
}
