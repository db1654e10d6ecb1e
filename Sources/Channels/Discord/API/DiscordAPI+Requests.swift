import Core
import Wire

/// The requests that the channel itself needs; those of actions are beside them.
extension DiscordAPI {
    /// Where the gateway is, and how often a session may be started today.
    struct GatewayInfo: Sendable {
        var url: String
        var startsLeft: Int
        var startsResetAfter: Duration
    }

    func gateway() async throws(DiscordFailure) -> GatewayInfo {
        let json = try await send(.get("/gateway/bot", template: "/gateway/bot"))
        guard let url = json["url"]?.nonEmptyString else { throw .unknown("Discord named no gateway.") }
        let starts = json["session_start_limit"]
        return GatewayInfo(
            url: url, startsLeft: starts?["remaining"]?.intValue ?? 1,
            startsResetAfter: .milliseconds(starts?["reset_after"]?.intValue ?? 0))
    }

    func me() async throws(DiscordFailure) -> DiscordUser {
        let json = try await send(.get("/users/@me", template: "/users/@me"))
        guard let user = DiscordUser(json: json) else {
            throw .unknown("Discord did not say who the bot is.")
        }
        return user
    }

    func user(_ id: Snowflake) async throws(DiscordFailure) -> DiscordUser {
        let json = try await send(.get("/users/\(id)", template: "/users/*"))
        guard let user = DiscordUser(json: json) else { throw .unknown("Discord did not say who \(id) is.") }
        return user
    }

    /// The application's id and whether the portal's switches let us read what people write (application flags).
    func application() async throws(DiscordFailure) -> JSON {
        let json = try await send(.get("/applications/@me", template: "/applications/@me"))
        let flags = json["flags"]?.intValue ?? 0
        func state(_ full: Int, _ limited: Int) -> JSON {
            flags & full != 0 ? "enabled" : flags & limited != 0 ? "limited" : "disabled"
        }
        return [
            "id": json["id"] ?? .null, "flags": JSON(flags),
            "intents": [
                "presence": state(1 << 12, 1 << 13), "guildMembers": state(1 << 14, 1 << 15),
                "messageContent": state(1 << 18, 1 << 19),
            ],
        ]
    }

    func place(_ id: Snowflake) async throws(DiscordFailure) -> DiscordPlace {
        let json = try await send(.channel("GET", id))
        guard let place = DiscordPlace(json: json) else { throw .unknown("Discord described no channel.") }
        return place
    }

    func guild(_ id: Snowflake, bot: Snowflake) async throws(DiscordFailure) -> DiscordGuild {
        let json = try await send(.guild("GET", id))
        guard let guild = DiscordGuild(json: json, bot: bot) else {
            throw .unknown("Discord described no server.")
        }
        return guild
    }

    /// The guilds that the bot is in, the oldest first, at most 200.
    func guilds() async throws(DiscordFailure) -> [Snowflake] {
        let json = try await send(.get("/users/@me/guilds", template: "/users/@me/guilds"))
        return (json.arrayValue ?? []).compactMap { Snowflake($0["id"]) }
    }

    /// The channels of a guild, without threads.
    func places(of guild: Snowflake) async throws(DiscordFailure) -> [DiscordPlace] {
        let json = try await send(.guild("GET", guild, "/channels"))
        return (json.arrayValue ?? []).compactMap { DiscordPlace(json: $0, in: guild) }
    }

    func member(_ user: Snowflake, of guild: Snowflake) async throws(DiscordFailure) -> DiscordMember {
        let json = try await send(.guild("GET", guild, "/members/\(user)", template: "/members/*"))
        return DiscordMember(json: json) ?? DiscordMember()
    }

    /// The channel of direct messages with a person, made if need be.
    func directPlace(with user: Snowflake) async throws(DiscordFailure) -> DiscordPlace {
        let route = DiscordRoute("POST", "/users/@me/channels", template: "/users/@me/channels")
        let json = try await send(route, .json(["recipient_id": user.json]))
        guard let place = DiscordPlace(json: json) else { throw .unknown("Discord opened no direct chat.") }
        return place
    }

    /// All threads of a guild that are not put away.
    func activeThreads(of guild: Snowflake) async throws(DiscordFailure) -> [DiscordPlace] {
        let json = try await send(.guild("GET", guild, "/threads/active"))
        return (json["threads"]?.arrayValue ?? []).compactMap { DiscordPlace(json: $0) }
    }

    /// The public threads of a channel that were put away last, newest first.
    func archivedThreads(of place: Snowflake, most: Int) async throws(DiscordFailure) -> [DiscordPlace] {
        let json = try await send(
            .channel(
                "GET", place, "/threads/archived/public?limit=\(most)", template: "/threads/archived/public"))
        return (json["threads"]?.arrayValue ?? []).compactMap { DiscordPlace(json: $0) }
    }

    // MARK: Messages

    /// Most that one request gives.
    static let mostMessages = 100

    /// At most 100 messages, oldest first: those right after an id, or the newest.
    func messages(in place: Snowflake, after id: Snowflake? = nil, most: Int = mostMessages)
        async throws(DiscordFailure) -> [DiscordMessage]
    {
        let query = "?limit=\(most)" + (id.map { "&after=\($0)" } ?? "")
        let json = try await send(.channel("GET", place, "/messages" + query, template: "/messages"))
        return (json.arrayValue ?? []).compactMap { DiscordMessage(json: $0) }.sorted { $0.id < $1.id }
    }

    /// Nil for one that is not there, which is no error here, as it is when Discord is asked for it alone.
    func message(_ id: Snowflake, in place: Snowflake) async throws(DiscordFailure) -> DiscordMessage? {
        let before = Snowflake(rawValue: max(id.rawValue, 1) - 1)
        return try await messages(in: place, after: before, most: 1).first { $0.id == id }
    }

    func post(_ body: DiscordBody, in place: Snowflake) async throws(DiscordFailure) -> Snowflake {
        try await create(body, in: place).id
    }

    /// The new message with what it says: that of an earlier one, where Discord knows the mark.
    func create(_ body: DiscordBody, in place: Snowflake) async throws(DiscordFailure)
        -> (id: Snowflake, content: String)
    {
        let json = try await send(.channel("POST", place, "/messages"), body)
        return (try Self.id(json), json["content"]?.stringValue ?? "")
    }

    func remove(_ message: Snowflake, in place: Snowflake) async throws(DiscordFailure) {
        _ = try await send(.channel("DELETE", place, "/messages/\(message)", template: "/messages/*"))
    }

    func change(_ id: Snowflake, in place: Snowflake, _ body: DiscordBody) async throws(DiscordFailure)
        -> Snowflake
    {
        try Self.id(
            try await send(.channel("PATCH", place, "/messages/\(id)", template: "/messages/*"), body))
    }

    func showTyping(in place: Snowflake) async throws(DiscordFailure) {
        _ = try await send(.channel("POST", place, "/typing"), patience: .zero)
    }

    /// `emoji` is a Unicode emoji, or `name:id` for one of a server's own.
    func react(_ emoji: String, to message: Snowflake, in place: Snowflake, removes: Bool)
        async throws(DiscordFailure)
    {
        let path = "/messages/\(message)/reactions/\(emoji.percentEncoded)/@me"
        _ = try await send(
            .channel(removes ? "DELETE" : "PUT", place, path, template: "/messages/*/reactions"))
    }

    // MARK: Commands

    func commands(of application: Snowflake) async throws(DiscordFailure) -> [JSON] {
        let path = "/applications/\(application)/commands"
        return try await send(.get(path, template: "/applications/*/commands")).arrayValue ?? []
    }

    func setCommands(_ commands: [JSON], of application: Snowflake) async throws(DiscordFailure) {
        let path = "/applications/\(application)/commands"
        let route = DiscordRoute("PUT", path, template: "/applications/*/commands")
        _ = try await send(route, .json(.array(commands)), patience: .seconds(60))
    }

    // MARK: Interactions

    func answer(_ interaction: Snowflake, _ token: String, _ kind: InteractionAnswer, _ data: JSON? = nil)
        async throws(DiscordFailure)
    {
        var body: JSONObject = ["type": JSON(kind.rawValue)]
        body["data"] = data
        _ = try await send(.interaction(interaction, token), .json(.object(body)), patience: .seconds(2))
    }

    /// The first answer to an interaction, as it is now.
    func originalAnswer(_ application: Snowflake, _ token: String) async throws(DiscordFailure)
        -> DiscordMessage?
    {
        DiscordMessage(json: try await send(.webhook("GET", application, token, message: "@original")))
    }

    /// Fills or changes an answer: `@original`, or the message with this id.
    func changeAnswer(_ application: Snowflake, _ token: String, _ message: String, _ body: DiscordBody)
        async throws(DiscordFailure) -> Snowflake
    {
        try Self.id(try await send(.webhook("PATCH", application, token, message: message), body))
    }

    func followUp(_ application: Snowflake, _ token: String, _ body: DiscordBody)
        async throws(DiscordFailure) -> Snowflake
    {
        try Self.id(try await send(.webhook("POST", application, token), body))
    }

    private static func id(_ json: JSON) throws(DiscordFailure) -> Snowflake {
        guard let id = Snowflake(json["id"]) else { throw .unknown("Discord did not name the message.") }
        return id
    }
}
