package import Core
import Wire

/// One Discord bot: a session at the gateway to listen, the REST API to speak.
@MainActor
package final class DiscordChannel: Channel {
    /// Characters in a message; counted in UTF-16, which is never less than what Discord counts.
    package let limits = MessageLimits(longest: OutgoingMapping.longestMessage, unit: .utf16, mostLines: 17)

    let setup: ChannelSetup
    let settings: DiscordSettings
    let api: DiscordAPI
    let places: KnownPlaces
    let presences = KnownPresences()
    private let buttons = LongCommands()
    private let office: DiscordPostOffice
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
        intake = DiscordIntake(
            setup: setup, settings: settings, api: api, places: places, presences: presences,
            answers: answers,
            files: IncomingFiles(web: setup.web, proxy: settings.proxy), rivals: rivals)
        gateway = DiscordGateway(setup: setup, settings: settings, api: api)
    }

    package func run(in house: ChannelHouse) async throws(ChannelError) {
        await rivals.begin(house)
        await buttons.begin(house.memory)
        let menu = CommandMenu(api: api, log: setup.log) { [setup] in
            setup.rules.hasNativeCommands ? CommandMapping.registrations(house.commands()) : []
        }
        intake.onReady = { [office, intake] application in
            office.bot = intake.mapping.bot.id
            if let application { menu.application = application }
        }
        let outcome = await withTaskGroup(of: Void.self) { group in
            group.addTask { await menu.run(house) }
            group.addTask { await self.rivals.run { self.intake.takeUp($1, in: $0) } }
            let outcome: Result<Void, ChannelError>
            do throws(ChannelError) {
                try await self.gateway.run(in: house, self.intake)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            group.cancelAll()
            return outcome
        }
        try outcome.get()
    }

    package func deliver(_ part: OutgoingPart) async throws(DeliveryError) -> MessageID {
        try await office.deliver(part)
    }

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
            secretVariable: "DISCORD_BOT_TOKEN",
            defaults: ChannelRules.Defaults(
                historyLimit: 20, replyMode: .off, mostFileMegabytes: 8, streaming: .off, leastBlock: 1500),
            keys: ChannelKeys(ChannelRules.keys + " " + DiscordSettings.keys),
            make: { setup in DiscordChannel(setup) })
    }
}
