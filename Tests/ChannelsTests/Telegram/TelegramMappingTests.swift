import Core
import TestSupport
import Testing

@testable import Channels

struct TelegramMappingTests {
    @Test func aGroupsMessageHasItsPlaceAndSender() throws {
        let message = try #require(sampleMapping().mapped(groupMessage("hello")))
        #expect(message.id == "-1004:7")
        #expect(message.address == Address(channel: "telegram", chat: "-1004"))
        #expect(message.kind == .group)
        #expect(
            message.sender.id == "5" && message.sender.name == "Ann Lee" && message.sender.username == "ann")
        #expect(message.place?.title == "Family" && message.place?.rule.isListed == true)
        #expect(message.sentAt.milliseconds == 1_700_000_000_000)
        #expect(message.mention == .none && !message.isCommand)
    }

    private static let mentions: [(String, JSON, ChannelMessage.Mention, String)] = [
        ("hi", [], .none, "hi"),
        ("@claw_bot hi", [["type": "mention", "offset": 0, "length": 9]], .named, "hi"),
        ("@Claw_Bot: hi", [["type": "mention", "offset": 0, "length": 9]], .named, "hi"),
        ("😀 @claw_bot", [["type": "mention", "offset": 3, "length": 9]], .named, "😀 @claw_bot"),
        ("@claw_botany hi", [["type": "mention", "offset": 0, "length": 12]], .others, "@claw_botany hi"),
        ("@bob hi", [["type": "mention", "offset": 0, "length": 4]], .others, "@bob hi"),
        (
            "Claw hi", [["type": "text_mention", "offset": 0, "length": 4, "user": ["id": 710]]], .named,
            "Claw hi"
        ),
        (
            "Bob hi", [["type": "text_mention", "offset": 0, "length": 3, "user": ["id": 9]]], .others,
            "Bob hi"
        ),
        (
            "@bob @claw_bot",
            [
                ["type": "mention", "offset": 0, "length": 4], ["type": "mention", "offset": 5, "length": 9],
            ], .named, "@bob @claw_bot"
        ),
        ("beyond", [["type": "mention", "offset": 3, "length": 900]], .none, "beyond"),
    ]

    @Test(arguments: mentions)
    func mentionsAreFound(text: String, entities: JSON, mention: ChannelMessage.Mention, seen: String) throws
    {
        let message = try #require(sampleMapping().mapped(groupMessage(text, entities: entities)))
        #expect(message.mention == mention)
        #expect(message.text == seen)
    }

    private static let commands: [(String, Int, String, Bool, ChannelMessage.Mention)] = [
        ("/status", 7, "/status", true, .none), ("/status@claw_bot now", 16, "/status now", true, .named),
        ("/status@other_bot", 17, "/status@other_bot", false, .others),
        ("/dock_telegram", 14, "/dock-telegram", true, .none),
        ("/unknown", 8, "/unknown", false, .none), ("/unknown@claw_bot", 17, "/unknown", true, .named),
    ]

    @Test(arguments: commands)
    func commandsOfTheMenuAreForUs(
        text: String, length: Int, seen: String, isCommand: Bool, mention: ChannelMessage.Mention
    ) throws {
        let entities: JSON = [["type": "bot_command", "offset": 0, "length": JSON(length)]]
        let message = try #require(sampleMapping().mapped(groupMessage(text, entities: entities)))
        #expect(message.text == seen)
        #expect(message.isCommand == isCommand)
        #expect(message.mention == mention)
    }

    @Test func aReplyToUsIsAMentionButOpeningATopicIsNot() throws {
        let ours: JSON = [
            "message_id": 3, "date": 1, "text": "I said",
            "from": ["id": 710, "is_bot": true, "first_name": "Claw"],
            "chat": ["id": -1_004, "type": "supergroup"],
        ]
        let reply = try #require(sampleMapping().mapped(groupMessage("no", more: ["reply_to_message": ours])))
        #expect(reply.mention == .reply)
        #expect(reply.quoted == QuotedMessage(id: "-1004:3", sender: "Claw", text: "I said"))

        var opening = ours.objectValue ?? [:]
        opening["text"] = nil
        opening["forum_topic_created"] = ["name": "x"]
        let first = try #require(
            sampleMapping().mapped(groupMessage("no", more: ["reply_to_message": .object(opening)])))
        #expect(first.mention == .none && first.quoted == nil)
    }

    @Test func aQuoteIsThePartThatWasMarked() throws {
        let message = try #require(
            sampleMapping().mapped(
                groupMessage(
                    "why?",
                    more: [
                        "quote": ["text": "this part", "position": 0],
                        "external_reply": [
                            "origin": ["type": "user", "sender_user": ["id": 9, "first_name": "Bob"]]
                        ],
                    ])))
        #expect(message.quoted == QuotedMessage(id: nil, sender: "Bob", text: "this part"))
    }

    private static let topics: [(JSONObject, String?)] = [
        ([:], nil), (["message_thread_id": 44], nil),
        (["message_thread_id": 44, "is_topic_message": true], "44"),
        (["chat": ["id": -1_004, "type": "supergroup", "title": "F", "is_forum": true]], "1"),
        (
            [
                "chat": ["id": -1_004, "type": "supergroup", "title": "F", "is_forum": true],
                "message_thread_id": 9,
                "is_topic_message": true,
            ], "9"
        ),
        (["chat": ["id": 5, "type": "private"], "message_thread_id": 12, "is_topic_message": true], "12"),
    ]

    @Test(arguments: topics)
    func topicsAreThreads(more: JSONObject, thread: String?) throws {
        #expect(try #require(sampleMapping().mapped(groupMessage("x", more: more))).address.thread == thread)
    }

    @Test func privateTopicsNeedTheBotsSwitch() throws {
        var mapping = sampleMapping()
        mapping = TelegramMapping(
            account: "work", bot: TelegramBot(user: sampleBot.user), places: mapping.places)
        let message = try #require(
            mapping.mapped(
                groupMessage(
                    "x",
                    more: [
                        "chat": ["id": 5, "type": "private"], "message_thread_id": 12,
                        "is_topic_message": true,
                    ])))
        #expect(message.address == Address(channel: "telegram", account: "work", chat: "5"))
        #expect(message.kind == .direct && message.place == nil)
    }

    @Test func peopleWhoHideAreTheChatTheyWriteFor() throws {
        let message = try #require(
            sampleMapping().mapped(
                groupMessage(
                    "x",
                    more: [
                        "from": ["id": 1_087_968_824, "is_bot": true, "first_name": "Group"],
                        "sender_chat": ["id": -1_004, "type": "supergroup", "title": "Family"],
                    ])))
        #expect(message.sender.id == "-1004" && message.sender.name == "Family" && !message.sender.isBot)
        let post = try #require(
            sampleMapping().mapped(
                groupMessage(
                    "news",
                    more: [
                        "from": .null, "chat": ["id": -1_009, "type": "channel", "title": "News"],
                        "author_signature": "Ed",
                    ])))
        #expect(post.kind == .channel && post.sender.name == "Ed" && post.sender.id == "-1009")
    }

    private static let catsBot: JSON = [
        "id": 99, "is_bot": true, "first_name": "Cats [", "username": "cats_bot",
    ]

    private static let contents: [(JSONObject, String)] = [
        (
            ["location": ["latitude": 48.858844, "longitude": -2.5, "horizontal_accuracy": 12.4]],
            "📍 48.858844, -2.500000 ±12m"
        ),
        (
            ["location": ["latitude": 1, "longitude": 2, "live_period": 60]],
            "🛰 Live location: 1.000000, 2.000000"
        ),
        (
            ["venue": ["title": "Café", "address": "Main St", "location": ["latitude": 1, "longitude": 2]]],
            "📍 Café — Main St (1.000000, 2.000000)"
        ),
        (
            ["contact": ["phone_number": "+46", "first_name": "Bo", "last_name": "Ek"]],
            "[Contact] Bo Ek, +46"
        ),
        (
            ["poll": ["question": "Tea?", "options": [["text": "yes"], ["text": "no"]]]],
            "[Poll] Tea?\n1. yes\n2. no"
        ),
        (["dice": ["emoji": "🎲", "value": 4]], "[Dice] 🎲 4"),
        (
            ["sticker": ["file_id": "s", "emoji": "👍", "set_name": "cats", "is_animated": true]],
            "[Sticker 👍 from “cats”]"
        ),
        (
            ["text": "hi", "forward_origin": ["type": "hidden_user", "sender_user_name": "Eve"]],
            "[Forwarded from Eve]\n  hi"
        ),
        (["text": "stop", "via_bot": catsBot], "[From the bot Cats (]\n  stop"),
    ]

    @Test(arguments: contents)
    func whatIsNoTextIsSaidInWords(more: JSONObject, text: String) throws {
        var all = more
        if all["text"] == nil { all["text"] = .null }
        #expect(try #require(sampleMapping().mapped(groupMessage("", more: all))).text == text)
    }

    @Test(
        arguments: [
            (
                ["forward_origin": ["type": "hidden_user", "sender_user_name": "Eve"]],
                "[Forwarded from Eve]"
            ),
            (["via_bot": catsBot], "[From the bot Cats (]"),
        ] as [(JSONObject, String)])
    func `a command of others' words is no command of who passes it on`(more: JSONObject, head: String)
        throws
    {
        let entities: JSON = [["type": "bot_command", "offset": 0, "length": 7]]
        let message = try #require(
            sampleMapping().mapped(groupMessage("/status", entities: entities, more: more)))
        #expect(!message.isCommand && message.text == "\(head)\n  /status")
    }

    private static let counts: [(JSON, Bool)] = [
        (["id": 5, "type": "private"], true), (["id": -44, "type": "group"], true),
        (["id": -1_004, "type": "supergroup"], false), (["id": -1_009, "type": "channel"], false),
    ]

    @Test(arguments: counts)
    func `another bot's messages have other ids where each counts for itself`(chat: JSON, differs: Bool)
        throws
    {
        let ours = sampleMapping()
        var other = sampleBot
        other.user.id = 711
        let theirs = TelegramMapping(account: "default", bot: other, places: ours.places)
        let message = groupMessage("x", more: ["chat": chat])
        let (one, two) = (try #require(ours.mapped(message)).id, try #require(theirs.mapped(message)).id)
        #expect((one != two) == differs)
        #expect(TelegramMessageID(one, in: 0)?.number == 7)
    }

    @Test func serviceMessagesSayNothing() {
        #expect(
            sampleMapping().mapped(groupMessage("", more: ["text": .null, "new_chat_members": []])) == nil)
    }

    @Test func ofAPhotoTheLargestSizeThatFitsIsTaken() throws {
        let sizes: JSON = [
            ["file_id": "s", "file_size": 1000], ["file_id": "m", "file_size": 4_000_000],
            ["file_id": "l", "file_size": 9_000_000],
        ]
        let message = try #require(
            sampleMapping().mapped(
                groupMessage("", more: ["text": .null, "photo": sizes, "caption": "look"])))
        #expect(message.text == "look")
        #expect(message.files.first?.byteCount == 4_000_000)
        #expect(message.files.first?.mimeType == "image/jpeg" && message.files.first?.name == "photo-7.jpg")
    }

    @Test func voicesAndStickersAreMarked() throws {
        let voice = try #require(
            sampleMapping().mapped(
                groupMessage("", more: ["text": .null, "voice": ["file_id": "v", "duration": 2]])))
        #expect(voice.files.first?.isVoice == true && voice.files.first?.mimeType == "audio/ogg")
        let sticker = try #require(
            sampleMapping().mapped(
                groupMessage(
                    "", more: ["text": .null, "sticker": ["file_id": "s", "emoji": "👍", "set_name": "cats"]]))
        )
        #expect(sticker.files.first?.caption == "[Sticker 👍 from “cats”]" && sticker.text.isEmpty)
    }

    @Test func aPressIsAsIfItsPersonHadWritten() throws {
        let callback = try #require(
            TelegramCallback(
                json: [
                    "id": "99", "from": ["id": 5, "first_name": "Ann"], "data": "/approve 1",
                    "message": groupMessage("Shall I?", id: 3),
                ]))
        let message = try #require(sampleMapping().message(callback, says: "/approve 1"))
        #expect(message.id == "-1004:3:press-99" && message.text == "/approve 1" && message.sender.id == "5")
        #expect(message.mention == .named && message.isCommand)
        #expect(TelegramMessageID(message.id, in: 0) == TelegramMessageID(chat: -1004, number: 3))
    }

    @Test
    func anyJSONIsReadOrPassedOver() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let json: JSON = ["update_id": 1, "message": groupMessage("x", more: hostileMembers(&random))]
            guard let update = TelegramUpdate(json: json), case .message(let message) = update.event else {
                continue
            }
            _ = sampleMapping().message([message], mostFileBytes: 1000, save: noSaving)
            _ = TelegramPieces(message, json)
        }
    }
}

/// Members of a message with values of any kind.
private func hostileMembers(_ random: inout SeededGenerator) -> JSONObject {
    let keys = [
        "message_id", "date", "text", "entities", "from", "chat", "photo", "voice", "sticker",
        "reply_to_message", "quote",
        "forward_origin", "location", "venue", "poll", "dice", "media_group_id", "message_thread_id",
        "caption",
        "sender_chat", "external_reply",
    ]
    let values: [JSON] = [
        .null, true, 0, -1, 9_223_372_036_854_775_807, 1e300, "", "x", [], [.null], [["type": "bold"]], [:],
        ["id": 1],
        ["file_id": "f", "file_size": -5], ["latitude": 1e300, "longitude": -0.0], ["text": 5],
        [["type": "bold", "offset": 9_223_372_036_854_775_807, "length": 9_223_372_036_854_775_807]],
        [["type": "mention", "offset": 0, "length": 1]],
    ]
    var members: JSONObject = [:]
    for _ in 0..<6 {
        members[keys.randomElement(using: &random) ?? "text"] = values.randomElement(using: &random) ?? .null
    }
    return members
}
