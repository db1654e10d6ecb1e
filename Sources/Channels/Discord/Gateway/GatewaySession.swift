import Core
import Wire

/// A session at Discord's gateway: what is needed to go on with it, also after a restart of the process.
struct GatewaySession: Sendable, Hashable {
    /// Discord's id; nil before the first.
    var id: String?
    var resumeURL: String?
    /// The last event that is surely taken in.
    var sequence = 0
    var bot: DiscordUser?
    var applicationID: Snowflake?
    /// Everything older than this was taken in before the session began.
    ///
    /// What came in a channel after it, and that nobody remembers, is read by REST. Nil at the first start of all.
    var since: Snowflake?
    /// Everything older than this has been taken in.
    var seenUntil: Snowflake?
    /// Guilds that have not been looked at since the session began.
    var unseenGuilds: Set<Snowflake> = []
    /// Tells whether it was made with the same token, shard and intents, on the same machine; nothing can be learned from it.
    var fingerprint: String
    /// Tells which bot and which shard of it this is, whatever else changes.
    var login: String

    /// Guilds whose order of arrival is remembered; a bot in more of them is sharded.
    static let mostUnseenGuilds = 2500

    init(fingerprint: String, login: String) {
        self.fingerprint = fingerprint
        self.login = login
    }

    /// The same for the same login on the same machine: of two with one session each would end the other's.
    static func fingerprint(token: Secret, settings: DiscordSettings, machine: String?) -> String {
        let shard = settings.shard.map { "\($0.number)/\($0.count)" } ?? ""
        return hash([token.reveal(), settings.apiRoot, String(settings.intents), shard, machine])
    }

    /// A token begins with its bot's id, which a new token of the same bot has as well.
    static func login(token: Secret, settings: DiscordSettings) -> String {
        login(String(token.reveal().prefix { $0 != "." }), shard: settings.shardNumber)
    }

    private static func login(_ bot: String, shard: Int) -> String { hash([bot, String(shard)]) }

    private static func hash(_ parts: [String?]) -> String {
        let text = parts.compactMap(\.self).joined(separator: "\n")
        return String(Digest.hex(Digest.sha256(Array(text.utf8))).prefix(16))
    }

    var canResume: Bool { id != nil && resumeURL != nil && bot != nil }

    /// Forgets the session but not what has been seen.
    mutating func end() {
        id = nil
        resumeURL = nil
        sequence = 0
    }

    /// A new one has begun, with these guilds.
    mutating func begin(_ ready: JSON) {
        id = ready["session_id"]?.nonEmptyString
        resumeURL = ready["resume_gateway_url"]?.nonEmptyString
        sequence = 0
        bot = DiscordUser(json: ready["user"]) ?? bot
        applicationID = Snowflake(ready["application"]?["id"]) ?? applicationID
        since = seenUntil
        let guilds = (ready["guilds"]?.arrayValue ?? []).compactMap { Snowflake($0["id"]) }
        unseenGuilds = Set(guilds.prefix(Self.mostUnseenGuilds))
    }

    /// Moves `seenUntil` on, unless something of before the session may still have to be read.
    ///
    /// Back as well, with a clock that was set back: what is still to come has not been seen.
    mutating func sawEverything(until moment: Snowflake) {
        guard unseenGuilds.isEmpty || seenUntil == nil else { return }
        seenUntil = moment
    }
}

extension GatewaySession {
    var json: JSON {
        var object: JSONObject = [
            "fingerprint": .string(fingerprint), "login": .string(login), "sequence": JSON(sequence),
        ]
        object["id"] = id.map { .string($0) }
        object["resumeUrl"] = resumeURL.map { .string($0) }
        object["bot"] = bot.map { ["id": $0.id.json, "username": .string($0.username), "bot": true] }
        object["application"] = applicationID?.json
        object["since"] = since?.json
        object["seenUntil"] = seenUntil?.json
        if !unseenGuilds.isEmpty { object["unseenGuilds"] = .array(unseenGuilds.sorted().map(\.json)) }
        return .object(object)
    }

    /// What is kept of an earlier session; one of another login is only good for what has been seen.
    func restored(from json: JSON?) -> GatewaySession {
        GatewaySession(json: json, fingerprint: fingerprint, login: login)
    }

    /// Finds what this bot has left in whichever account; false when that cannot be done now.
    @MainActor
    func takeOver(_ memory: ChannelMemory, isShard: Bool) async -> Bool {
        await memory.takeOver(login) { login(of: $0, isShard: isShard) }
    }

    /// Whose a kept session is; nil when that cannot be told, as of other shards in an `isShard`.
    func login(of kept: JSON, isShard: Bool) -> String? {
        if let login = kept["login"]?.stringValue { return login }
        // Earlier versions noted no `login`, nor which shard it was.
        if kept["fingerprint"]?.stringValue == fingerprint { return login }
        guard !isShard, let bot = Snowflake(kept["bot"]?["id"]) else { return nil }
        return Self.login(Base64.encodeURL(Array(bot.description.utf8)), shard: 0)
    }

    init(json: JSON?, fingerprint: String, login: String) {
        self.init(fingerprint: fingerprint, login: login)
        guard let json else { return }
        bot = DiscordUser(json: json["bot"])
        applicationID = Snowflake(json["application"])
        since = Snowflake(json["since"])
        seenUntil = Snowflake(json["seenUntil"])
        unseenGuilds = Set(json["unseenGuilds"]?.snowflakes ?? [])
        guard json["fingerprint"]?.stringValue == fingerprint else { return }
        id = json["id"]?.nonEmptyString
        resumeURL = json["resumeUrl"]?.nonEmptyString
        sequence = json["sequence"]?.intValue ?? 0
    }
}

/// Which events of a session have been taken in, when several are worked on side by side.
struct SequenceLedger: Sendable {
    /// The newest event that came.
    private(set) var newest: Int
    private var open: Set<Int> = []

    init(from sequence: Int = 0) { newest = sequence }

    mutating func begin(_ sequence: Int) {
        newest = max(newest, sequence)
        open.insert(sequence)
    }

    mutating func end(_ sequence: Int) { open.remove(sequence) }

    /// Everything up to this event has been taken in.
    var durable: Int { open.min().map { $0 - 1 } ?? newest }

    /// Goes back to where a resumed session has to go on.
    mutating func rewind() {
        newest = durable
        open = []
    }
}
