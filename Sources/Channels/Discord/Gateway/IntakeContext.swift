import Core

/// What everything that is taken in needs: who we are, where things are, and who listens.
@MainActor
final class IntakeContext {
    let setup: ChannelSetup
    let settings: DiscordSettings
    let places: KnownPlaces
    let reader: DiscordReader
    var house: ChannelHouse?
    private(set) var mapping: IncomingMapping
    /// Since when something may have been missed; nil when nothing was.
    private(set) var since: Snowflake?

    init(setup: ChannelSetup, settings: DiscordSettings, api: DiscordAPI, places: KnownPlaces) {
        self.setup = setup
        self.settings = settings
        self.places = places
        reader = DiscordReader(api: api, places: places, rules: settings.rules, log: setup.log)
        mapping = IncomingMapping(
            account: setup.account, bot: DiscordUser(id: Snowflake(rawValue: 0), username: ""),
            rules: settings.rules)
    }

    var bot: DiscordUser { mapping.bot }

    /// Learns who we are and since when we may have missed something; whether it is known whose bot we are.
    func know(_ session: GatewaySession) -> Bool {
        since = session.since
        guard let bot = session.bot else { return false }
        places.bot = bot.id
        mapping = IncomingMapping(account: setup.account, bot: bot, rules: settings.rules)
        return true
    }

    func isListenedTo(_ whereabouts: Whereabouts) -> Bool {
        guard let rule = mapping.rule(at: whereabouts) else { return true }
        return rule.isEnabled && setup.rules.groupPolicy != .disabled
            && (rule.isListed || setup.rules.groupPolicy == .open)
    }

    /// A guild has been told of: what the config calls by a name there is in the log with its id.
    func logNames(in id: Snowflake) {
        guard let guild = places.allGuilds.first(where: { $0.id == id }),
            let meanings = settings.rules.meanings(in: guild, places.threadParents(in: id))
        else { return }
        setup.log.info("[\(setup.account)] names of the config in \(guild.name) (\(guild.id)): \(meanings)")
    }

    func completed(_ message: DiscordMessage, at whereabouts: Whereabouts) async throws(IntakeFailure)
        -> DiscordMessage
    {
        try await reader.completed(message, at: whereabouts, mapping.rule(at: whereabouts))
    }
}
