import Core

/// A person or bot (user object).
struct DiscordUser: Sendable, Hashable {
    var id: Snowflake
    var username: String
    /// The name they chose to be shown.
    var globalName: String?
    /// Four digits for accounts of the old kind, `0` for all others.
    var discriminator: String?
    var isBot = false

    init(id: Snowflake, username: String) {
        self.id = id
        self.username = username
    }

    init?(json: JSON?) {
        guard let json, let id = Snowflake(json["id"]) else { return nil }
        self.id = id
        username = json["username"]?.stringValue ?? id.description
        globalName = json["global_name"]?.nonEmptyString
        discriminator = json["discriminator"]?.nonEmptyString
        isBot = json["bot"]?.boolValue ?? false
    }

    /// `ann#1234` for accounts of the old kind, else the user name.
    var tag: String {
        guard let discriminator, discriminator != "0", discriminator != "0000" else { return username }
        return "\(username)#\(discriminator)"
    }
}

/// What a guild knows of a person (guild member object).
struct DiscordMember: Sendable, Hashable {
    var nick: String?
    var roles: [Snowflake]

    init(nick: String? = nil, roles: [Snowflake] = []) {
        self.nick = nick
        self.roles = roles
    }

    init?(json: JSON?) {
        guard let json, json.objectValue != nil else { return nil }
        nick = json["nick"]?.nonEmptyString
        roles = json["roles"]?.snowflakes ?? []
    }
}
