import Core
import Testing

@testable import Channels

let bot = DiscordUser(id: 1000, username: "claw")
let home = DiscordGuild(id: 500, name: "Our Home", roleNames: [77: "friends"], ownRole: 78)

extension Snowflake: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: UInt64) { self.init(rawValue: value) }
}

extension DiscordPlace {
    static let general = DiscordPlace(id: 600, kind: .text, name: "general", guildID: 500)
    static let thread = DiscordPlace(id: 700, kind: .publicThread, name: "Tea", guildID: 500, parentID: 600)
    static let direct = DiscordPlace(id: 800, kind: .direct)
    static let group = DiscordPlace(id: 900, kind: .groupDirect, name: "Friday Club")
}

extension Whereabouts {
    static let general = Whereabouts(place: .general, guild: home)
    static let thread = Whereabouts(place: .thread, parent: .general, guild: home)
    static let direct = Whereabouts(place: .direct)
}

extension IncomingMapping {
    static func sample(_ settings: JSON = [:]) -> IncomingMapping {
        IncomingMapping(account: "default", bot: ChannelsTests.bot, rules: GuildRules(settings))
    }
}

/// A message as Discord's events carry it, with `more` over it.
func wire(_ text: String, more: JSON = [:]) -> DiscordMessage? {
    var object: JSONObject = [
        "id": "1398000000000000000", "channel_id": "600", "guild_id": "500", "type": 0, "flags": 0,
        "author": ["id": "42", "username": "ann", "global_name": "Ann", "discriminator": "0"],
        "member": ["nick": .null, "roles": ["77"]], "content": .string(text), "mentions": [],
        "mention_roles": [],
        "mention_everyone": false, "attachments": [], "embeds": [],
    ]
    for (key, value) in more.objectValue ?? [:] { object[key] = value }
    return DiscordMessage(json: .object(object))
}

let botAsMentioned: JSON = ["id": "1000", "username": "claw", "bot": true]

/// What must be there: `#require` does not nest.
func known<Value>(_ value: Value?, sourceLocation: SourceLocation = #_sourceLocation) throws -> Value {
    try #require(value, sourceLocation: sourceLocation)
}
