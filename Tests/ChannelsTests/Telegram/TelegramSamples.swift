import Core

@testable import Channels

let sampleBot = TelegramBot(
    user: TelegramUser(id: 710, firstName: "Claw", username: "claw_bot", isBot: true), hasTopics: true)

/// A message in a group, as it comes.
func groupMessage(_ text: String, id: Int = 7, entities: JSON = [], more: JSONObject = [:]) -> JSON {
    var message: JSONObject = [
        "message_id": JSON(id), "date": 1_700_000_000, "text": .string(text), "entities": entities,
        "from": ["id": 5, "is_bot": false, "first_name": "Ann", "last_name": "Lee", "username": "ann"],
        "chat": ["id": -1_004, "type": "supergroup", "title": "Family"],
    ]
    for (key, value) in more { message[key] = value.isNull ? nil : value }
    return .object(message)
}

func sampleMapping(
    groups: JSONObject? = ["-1004": ["requireMention": true]], section: JSON = [:],
    bot: TelegramBot = sampleBot
) -> TelegramMapping {
    TelegramMapping(
        account: "default", bot: bot,
        places: TelegramPlaces(groups: groups, rules: sampleRules(section)),
        menu: [
            "status": ChannelCommand(name: "status", help: ""),
            "dock_telegram": ChannelCommand(name: "dock-telegram", help: ""),
        ])
}

func sampleRules(_ section: JSON = [:]) -> ChannelRules {
    ChannelRules(
        section: section, shared: [:], messages: [:],
        defaults: ChannelRules.Defaults(
            historyLimit: 50, replyMode: .first, mostFileMegabytes: 5, streaming: .partial))
}

func noSaving(_: TelegramMedia.File, _: String, _: Int) async throws(IncomingFile.FetchError) {
    throw .failed("nothing is fetched here")
}

extension TelegramMapping {
    /// The message that JSON as from Telegram becomes.
    func mapped(_ pieces: JSON...) -> ChannelMessage? {
        message(pieces.compactMap { TelegramMessage(json: $0) }, mostFileBytes: 5 << 20, save: noSaving)
    }
}
