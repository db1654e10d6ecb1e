import Core

/// A message, as events and answers carry it (message object).
struct DiscordMessage: Sendable {
    /// Kinds that people write; all others tell of something that happened.
    enum Kind: Int, Sendable {
        case plain = 0
        case reply = 19
    }

    var id: Snowflake
    var channelID: Snowflake
    /// Only in events.
    var guildID: Snowflake?
    var author: DiscordUser
    /// Only in events of guilds.
    var member: DiscordMember?
    var content = ""
    var type = Kind.plain.rawValue
    var flags = 0
    var mentions: [DiscordUser] = []
    /// What the guild calls those who are mentioned.
    var nicks: [Snowflake: String] = [:]
    var mentionedRoles: [Snowflake] = []
    var mentionsEveryone = false
    var attachments: [DiscordAttachment] = []
    var stickers: [DiscordSticker] = []
    /// Titles and descriptions of its embeds.
    var embeds: [String] = []
    var poll: DiscordPoll?
    var referenced: Referenced?
    /// Texts of messages that were forwarded with it.
    var forwarded: [Forwarded] = []
    var webhookID: Snowflake?
    var applicationID: Snowflake?
    var nonce: String?
    /// The command or button that it answers.
    var interactionID: Snowflake?

    /// The message that it answers.
    struct Referenced: Sendable {
        var id: Snowflake
        var author: DiscordUser
        var content: String
    }

    /// A message that was passed on.
    struct Forwarded: Sendable {
        var content: String
        var attachments: [DiscordAttachment]
        var embeds: [String]
    }

    init(id: Snowflake, channelID: Snowflake, author: DiscordUser, content: String = "") {
        self.id = id
        self.channelID = channelID
        self.author = author
        self.content = content
    }

    init?(json: JSON?) {
        guard let json, let id = Snowflake(json["id"]), let channelID = Snowflake(json["channel_id"]),
            let author = DiscordUser(json: json["author"])
        else { return nil }
        self.init(id: id, channelID: channelID, author: author, content: json["content"]?.stringValue ?? "")
        guildID = Snowflake(json["guild_id"])
        member = DiscordMember(json: json["member"])
        type = json["type"]?.intValue ?? type
        flags = json["flags"]?.intValue ?? 0
        for mention in json["mentions"]?.arrayValue ?? [] {
            guard let user = DiscordUser(json: mention) else { continue }
            mentions.append(user)
            nicks[user.id] = mention["member"]?["nick"]?.nonEmptyString
        }
        mentionedRoles = json["mention_roles"]?.snowflakes ?? []
        mentionsEveryone = json["mention_everyone"]?.boolValue ?? false
        readContents(json)
        webhookID = Snowflake(json["webhook_id"])
        applicationID = Snowflake(json["application_id"])
        interactionID = Snowflake(json["interaction_metadata"]?["id"])
        nonce = json["nonce"]?.stringValue ?? json["nonce"]?.intValue.map(String.init)
    }

    private mutating func readContents(_ json: JSON) {
        attachments = (json["attachments"]?.arrayValue ?? []).compactMap { DiscordAttachment(json: $0) }
        stickers = (json["sticker_items"]?.arrayValue ?? []).compactMap { DiscordSticker(json: $0) }
        embeds = Self.embeds(json)
        poll = DiscordPoll(json: json["poll"])
        if let target = json["referenced_message"], let id = Snowflake(target["id"]),
            let author = DiscordUser(json: target["author"])
        {
            referenced = Referenced(id: id, author: author, content: Self.text(target))
        }
        forwarded = (json["message_snapshots"]?.arrayValue ?? []).compactMap { $0["message"] }.map {
            message in
            Forwarded(
                content: message["content"]?.stringValue ?? "",
                attachments: (message["attachments"]?.arrayValue ?? []).compactMap {
                    DiscordAttachment(json: $0)
                },
                embeds: Self.embeds(message))
        }
    }

    private static func embeds(_ json: JSON) -> [String] {
        (json["embeds"]?.arrayValue ?? []).compactMap { embed in
            let parts = [embed["title"], embed["description"]].compactMap { $0?.nonEmptyString }
            return parts.isEmpty ? nil : parts.joined(separator: "\n")
        }
    }

    /// What a message says, or else names of what it shows.
    private static func text(_ json: JSON) -> String {
        if let content = json["content"]?.nonEmptyString { return content }
        let embeds = embeds(json)
        if !embeds.isEmpty { return embeds.joined(separator: "\n") }
        let files = (json["attachments"]?.arrayValue ?? []).compactMap { $0["filename"]?.nonEmptyString }
        return files.map { "[file: \($0)]" }.joined(separator: " ")
    }
}

/// A file of a message (attachment object).
struct DiscordAttachment: Sendable, Hashable {
    var url: String
    var filename: String
    var byteCount: Int?
    var mimeType: String?
    var description: String?

    init?(json: JSON) {
        guard let url = json["url"]?.nonEmptyString else { return nil }
        self.url = url
        filename = json["filename"]?.nonEmptyString ?? "file"
        byteCount = json["size"]?.intValue
        mimeType = json["content_type"]?.nonEmptyString
        description = json["description"]?.nonEmptyString ?? json["title"]?.nonEmptyString
    }
}

/// A sticker of a message (sticker item object).
struct DiscordSticker: Sendable, Hashable {
    var id: Snowflake
    var name: String
    /// 1 PNG, 2 APNG, 3 Lottie, 4 GIF.
    var format: Int

    init?(json: JSON) {
        guard let id = Snowflake(json["id"]) else { return nil }
        self.id = id
        name = json["name"]?.nonEmptyString ?? "sticker"
        format = json["format_type"]?.intValue ?? 1
    }
}

/// A question with answers to choose from (poll object).
struct DiscordPoll: Sendable, Hashable {
    var question: String
    var answers: [String]

    init?(json: JSON?) {
        guard let json, let question = json["question"]?["text"]?.stringValue else { return nil }
        self.question = question
        answers = (json["answers"]?.arrayValue ?? []).compactMap { $0["poll_media"]?["text"]?.stringValue }
    }
}

/// Bits of a message's `flags`.
enum MessageFlag {
    static let suppressesEmbeds = 1 << 2
    static let ephemeral = 1 << 6
    static let loading = 1 << 7
    static let suppressesNotifications = 1 << 12
    static let voiceMessage = 1 << 13
}
