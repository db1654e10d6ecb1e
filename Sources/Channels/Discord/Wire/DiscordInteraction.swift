import Core

/// Something that a person did with us beyond writing, and that wants an answer within three seconds (interaction object).
struct DiscordInteraction: Sendable {
    enum Kind: Int, Sendable {
        case command = 2
        case component = 3
        case autocomplete = 4
    }

    /// A value that was given to a command.
    struct Option: Sendable, Hashable {
        var name: String
        var value: String
        /// Whether it is being typed.
        var isFocused: Bool
    }

    var id: Snowflake
    var kind: Kind
    /// Answers it, without the bot's token.
    var token: String
    var applicationID: Snowflake
    var channelID: Snowflake
    var channelKind: DiscordPlace.Kind?
    var guildID: Snowflake?
    var user: DiscordUser
    var member: DiscordMember?
    /// The command's name.
    var name: String
    var options: [Option]
    /// The button's or menu's.
    var customID: String
    /// What was chosen in a menu.
    var values: [String]
    /// The message with the button.
    var messageID: Snowflake?

    init?(json: JSON) {
        guard let id = Snowflake(json["id"]),
            let kind = json["type"]?.intValue.flatMap({ Kind(rawValue: $0) }),
            let token = json["token"]?.nonEmptyString, let applicationID = Snowflake(json["application_id"]),
            let channelID = Snowflake(json["channel_id"]) ?? Snowflake(json["channel"]?["id"]),
            let user = DiscordUser(json: json["member"]?["user"]) ?? DiscordUser(json: json["user"])
        else { return nil }
        self.id = id
        self.kind = kind
        self.token = token
        self.applicationID = applicationID
        self.channelID = channelID
        channelKind = json["channel"]?["type"]?.intValue.flatMap { DiscordPlace.Kind(rawValue: $0) }
        guildID = Snowflake(json["guild_id"])
        self.user = user
        member = DiscordMember(json: json["member"])
        let data = json["data"] ?? [:]
        name = data["name"]?.stringValue ?? ""
        options = Self.options(data)
        customID = data["custom_id"]?.stringValue ?? ""
        values = (data["values"]?.arrayValue ?? []).compactMap(\.stringValue)
        messageID = Snowflake(json["message"]?["id"])
    }

    private static func options(_ data: JSON) -> [Option] {
        (data["options"]?.arrayValue ?? []).compactMap { option in
            guard let name = option["name"]?.stringValue, let value = option["value"] else { return nil }
            return Option(
                name: name, value: value.stringValue ?? value.text,
                isFocused: option["focused"]?.boolValue ?? false)
        }
    }
}

/// What the first answer to an interaction is (interaction callback type).
enum InteractionAnswer: Int, Sendable {
    /// "… is thinking"; what is said comes later, in its place.
    case deferredMessage = 5
    /// Nothing changes for the person.
    case deferredUpdate = 6
    case choices = 8
}
