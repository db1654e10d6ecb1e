import Core

extension IncomingMapping {
    /// A command that was chosen, or a button that was pressed, as if the person had written `text`.
    func message(
        _ interaction: DiscordInteraction, saying text: String, at whereabouts: Whereabouts, handle: JSON?
    ) -> ChannelMessage {
        var message = ChannelMessage(
            id: MessageID(interaction.id.description), address: address(whereabouts.place.id),
            kind: Self.kind(whereabouts), sender: sender(interaction.user, interaction.member), text: text,
            sentAt: interaction.id.timestamp)
        message.target = Self.target(of: message)
        message.mention = .named
        message.isCommand = text.hasPrefix("/")
        message.place = message.kind == .direct ? nil : chatPlace(whereabouts)
        message.handle = handle
        return message
    }
}

/// What an interaction needs to be answered, as it comes back with the reply.
struct InteractionHandle: Sendable, Hashable {
    var id: Snowflake
    var token: String
    var applicationID: Snowflake
    /// Whether only the one who asked sees the answer.
    var isEphemeral: Bool

    init(id: Snowflake, token: String, applicationID: Snowflake, isEphemeral: Bool) {
        self.id = id
        self.token = token
        self.applicationID = applicationID
        self.isEphemeral = isEphemeral
    }

    /// Nil for a handle that is none of ours.
    init?(_ json: JSON?) {
        guard let json, let id = Snowflake(json["interaction"]), let token = json["token"]?.nonEmptyString,
            let application = Snowflake(json["application"])
        else { return nil }
        self.init(
            id: id, token: token, applicationID: application,
            isEphemeral: json["ephemeral"]?.boolValue ?? false)
    }

    var json: JSON {
        [
            "interaction": id.json, "token": .string(token), "application": applicationID.json,
            "ephemeral": JSON(isEphemeral),
        ]
    }
}

/// What people are told when an interaction leads nowhere.
enum InteractionWords {
    static let notHere =
        "I do not answer in this channel. Whoever runs me can add it to `channels.discord.guilds` in the config."
    static let tooLate =
        "⚠️ Discord took the answer to your command too late to show it to you alone. Please ask again."
    static let tooOld = "This button is too old; please write what you want."
}
