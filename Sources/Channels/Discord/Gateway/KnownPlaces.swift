import Core

/// What has been told of guilds and their channels, so that Discord need not be asked for each message.
@MainActor
final class KnownPlaces {
    /// Channels kept, about 200 bytes each; beyond it those are forgotten that can be asked for again.
    static let mostPlaces = 20_000
    /// Guilds whose channels are asked for, with three requests each.
    private static let mostGuilds = 100

    private let api: DiscordAPI
    /// Our own id, once it is known.
    var bot = Snowflake(rawValue: 0)
    private var guilds: [Snowflake: DiscordGuild] = [:]
    private var places: [Snowflake: DiscordPlace] = [:]
    /// Whether all guilds have been told of, or will be: events do that at the beginning of a session alone.
    private var areAllTold = false
    /// What Discord is being asked about.
    private var asked: [Snowflake: Gate] = [:]

    init(api: DiscordAPI) { self.api = api }

    // MARK: What events tell

    /// A session begins: each guild is told of with all its channels.
    func sessionBegan() { areAllTold = true }

    /// Takes in a whole guild; returns those of its channels that can hold messages, with threads.
    func take(guild json: JSON) -> [DiscordPlace] {
        guard let guild = DiscordGuild(json: json, bot: bot) else { return [] }
        guilds[guild.id] = guild
        let parts = (json["channels"]?.arrayValue ?? []) + (json["threads"]?.arrayValue ?? [])
        let found = parts.compactMap { DiscordPlace(json: $0, in: guild.id) }
        for place in found { keep(place) }
        return found.filter { $0.kind != .category && !$0.holdsPosts }
    }

    /// The channels of a guild that may have threads.
    func threadParents(in guild: Snowflake) -> [DiscordPlace] {
        places.values.filter { place in
            place.guildID == guild && (place.kind == .text || place.kind == .announcement || place.holdsPosts)
        }
    }

    /// Takes in an event about guilds, channels, threads or roles; others are ignored.
    func take(_ name: String, _ data: JSON) {
        switch name {
        case "CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE":
            if let place = DiscordPlace(json: data) { keep(place) }
        case "CHANNEL_DELETE", "THREAD_DELETE":
            if let id = Snowflake(data["id"]) { places[id] = nil }
        case "THREAD_LIST_SYNC":
            let guild = Snowflake(data["guild_id"])
            for thread in data["threads"]?.arrayValue ?? [] {
                if let place = DiscordPlace(json: thread, in: guild) { keep(place) }
            }
        case "GUILD_UPDATE":
            if let guild = DiscordGuild(json: data, bot: bot) { guilds[guild.id] = guild }
        case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE":
            if let id = Snowflake(data["guild_id"]), let role = data["role"] {
                guilds[id]?.take(role: role, bot: bot)
            }
        case "GUILD_ROLE_DELETE":
            if let id = Snowflake(data["guild_id"]), let role = Snowflake(data["role_id"]) {
                guilds[id]?.roleNames[role] = nil
            }
        case "GUILD_DELETE":
            // A guild that is only unavailable comes back as it was.
            if data["unavailable"]?.boolValue != true, let id = Snowflake(data["id"]) { forget(guild: id) }
        default: break
        }
    }

    // MARK: Where something was

    /// All that is known of a place; what is not known is asked for.
    ///
    /// `guild` and `kind` are what an event said of it.
    func whereabouts(of id: Snowflake, guild: Snowflake?, kind: DiscordPlace.Kind? = nil)
        async throws(DiscordFailure) -> Whereabouts
    {
        if guild == nil, kind == .direct { return Whereabouts(place: DiscordPlace(id: id, kind: .direct)) }
        let place = try await place(id)
        guard let guildID = place.guildID ?? guild else { return Whereabouts(place: place) }
        let parent: DiscordPlace? =
            if place.isThread, let parentID = place.parentID { try await self.place(parentID) } else { nil }
        return Whereabouts(place: place, parent: parent, guild: try await self.guild(guildID))
    }

    func place(_ id: Snowflake) async throws(DiscordFailure) -> DiscordPlace {
        await waitIfAsked(id)
        if let place = places[id] { return place }
        let answered = begin(id)
        defer { finish(id, answered) }
        let place = try await api.place(id)
        keep(place)
        return place
    }

    /// Asks for the guilds and channels that events have not told of, which a session that is gone on with leaves out.
    func learnAll() async throws(DiscordFailure) {
        guard !areAllTold else { return }
        for id in try await api.guilds().prefix(Self.mostGuilds) {
            do throws(DiscordFailure) {
                _ = try await guild(id)
                for place in try await api.places(of: id) { keep(place) }
                for place in try await api.activeThreads(of: id) { keep(place) }
            } catch {
                // The bot has just left it, or may not see it.
                guard case .refused = error else { throw error }
            }
        }
        areAllTold = true
    }

    private func guild(_ id: Snowflake) async throws(DiscordFailure) -> DiscordGuild {
        await waitIfAsked(id)
        if let guild = guilds[id] { return guild }
        let answered = begin(id)
        defer { finish(id, answered) }
        let guild = try await api.guild(id, bot: bot)
        guilds[id] = guild
        return guild
    }

    /// After a restart messages of many channels come at once, and all want to know the same.
    private func waitIfAsked(_ id: Snowflake) async {
        while let answered = asked[id], !Task.isCancelled { await answered.wait() }
    }

    private func begin(_ id: Snowflake) -> Gate {
        let gate = Gate()
        asked[id] = gate
        return gate
    }

    private func finish(_ id: Snowflake, _ answered: Gate) {
        asked[id] = nil
        answered.open()
    }

    // MARK: Looking up

    /// Guilds that are known, by name.
    var allGuilds: [DiscordGuild] { guilds.values.sorted { $0.name < $1.name } }

    /// What has been told of a place.
    func known(_ id: Snowflake) -> DiscordPlace? { places[id] }

    /// Channels whose name in the config's spelling is `slug`, in a guild or in all, threads included.
    func places(named slug: String, in guild: Snowflake? = nil) -> [DiscordPlace] {
        places.values.filter { place in
            place.guildID != nil && place.kind != .category
                && (guild == nil || place.guildID == guild)
                && place.name.map(Slug.of) == slug
        }.sorted { $0.id < $1.id }
    }

    // MARK: Inside

    private func keep(_ place: DiscordPlace) {
        if places[place.id] == nil, places.count >= Self.mostPlaces {
            places.removeAll()
            areAllTold = false
        }
        var place = place
        place.lastMessageID = nil
        places[place.id] = place
    }

    private func forget(guild id: Snowflake) {
        guilds[id] = nil
        places = places.filter { $0.value.guildID != id }
    }
}
