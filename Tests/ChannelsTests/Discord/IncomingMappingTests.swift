import Core
import Testing

@testable import Channels

struct IncomingMappingTests {
    @Test func `a message of a channel comes with sender, place and moment`() throws {
        let message = try #require(
            IncomingMapping.sample(GuildRulesTests.page).message(known(wire("hello")), at: .general))

        #expect(message.id == "1398000000000000000")
        #expect(message.address == Address(channel: "discord", chat: "600"))
        #expect(message.kind == .channel)
        #expect(message.sender.id == "42" && message.sender.title == "Ann" && message.sender.roles == ["77"])
        #expect(message.text == "hello")
        #expect(message.place?.title == "#general" && message.place?.space == "Our Home")
        #expect(message.place?.rule.requiresMention == false)
        #expect(message.sentAt.iso8601 == "2025-07-24T17:52:53.583Z")
    }

    @Test func `a thread is a conversation of its own with its channel's name`() throws {
        let message = try #require(IncomingMapping.sample().message(known(wire("hi")), at: .thread))

        #expect(message.address.chat == "700")
        #expect(message.place?.title == "#general › Tea")
    }

    @Test func `a direct message has no place`() throws {
        let message = try #require(IncomingMapping.sample().message(known(wire("hi")), at: .direct))

        #expect(message.kind == .direct && message.place == nil && message.address.chat == "800")
    }

    @Test(
        arguments: [
            ["author": ["id": "1000", "username": "claw"]], ["type": 6], ["type": 21],
            ["webhook_id": "1000", "application_id": "1000"],
        ] as [JSON])
    func `what we wrote and what nobody wrote is no message`(more: JSON) throws {
        #expect(IncomingMapping.sample().message(try #require(wire("x", more: more)), at: .general) == nil)
    }

    @Test(
        arguments: [
            ([:], .none),
            (["mentions": [botAsMentioned]], .named),
            (["mention_roles": ["78"]], .named),
            (["mention_roles": ["77"]], .others),
            (["mention_everyone": true], .others),
            (["mentions": [["id": "43", "username": "bob"]]], .others),
            (["referenced_message": ["id": "5", "author": botAsMentioned, "content": "?"]], .reply),
            (
                [
                    "mentions": [botAsMentioned],
                    "referenced_message": ["id": "5", "author": botAsMentioned, "content": "?"],
                ], .reply
            ),
        ] as [(JSON, ChannelMessage.Mention)])
    func `it is known whether we are meant`(more: JSON, mention: ChannelMessage.Mention) throws {
        let message = try #require(
            IncomingMapping.sample().message(known(wire("x", more: more)), at: .general))

        #expect(message.mention == mention)
    }

    @Test func `our mention at the beginning goes, others become names`() throws {
        let more: JSON = [
            "mentions": [
                botAsMentioned,
                ["id": "43", "username": "bob", "global_name": "Bob", "member": ["nick": "Bobby"]],
            ]
        ]
        let text = "<@1000> <@!1000>, ask <@43> of <@&77> in <#600> about <:tea:9> </new:5> at <t:0:R> <@99>"

        let message = try #require(
            IncomingMapping.sample().message(known(wire(text, more: more)), at: .general))

        #expect(
            message.text
                == "ask @Bobby of @friends in #general about :tea: /new at 1970-01-01T00:00:00.000Z <@99>")
    }

    @Test(
        arguments: [
            (["sticker_items": [["id": "1", "name": "wave", "format_type": 1]]], "[sticker: wave]"),
            (["embeds": [["title": "News", "description": "All is well"]]], "News\nAll is well"),
            (
                [
                    "poll": [
                        "question": ["text": "Tea?"],
                        "answers": [["poll_media": ["text": "yes"]], ["poll_media": ["text": "no"]]],
                    ]
                ], "[poll] Tea?\n- yes\n- no"
            ),
            (
                ["message_snapshots": [["message": ["content": "as I said"]]]],
                "[forwarded message]\n  as I said"
            ),
        ] as [(JSON, String)])
    func `what is shown without words is said in words`(more: JSON, text: String) throws {
        let message = try #require(
            IncomingMapping.sample().message(known(wire("", more: more)), at: .general))

        #expect(message.text == text)
    }

    @Test func `the message that is answered is quoted`() throws {
        let more: JSON = [
            "type": 19,
            "referenced_message": [
                "id": "5", "author": ["id": "43", "username": "bob", "global_name": "Bob"],
                "content": "six o'clock",
            ],
        ]

        let message = try #require(
            IncomingMapping.sample().message(known(wire("no", more: more)), at: .general))

        #expect(message.quoted == QuotedMessage(id: "5", sender: "Bob", text: "six o'clock"))
    }

    @Test func `bots and webhooks are told apart from people, and old names keep their number`() throws {
        let webhook = try #require(wire("x", more: ["webhook_id": "7"]))
        let old = try #require(
            wire(
                "x", more: ["author": ["id": "42", "username": "ann", "discriminator": "1234", "bot": true]]))

        #expect(IncomingMapping.sample().message(webhook, at: .general)?.sender.isBot == true)
        #expect(IncomingMapping.sample().message(old, at: .general)?.sender.isBot == true)
        #expect(IncomingMapping.sample().message(old, at: .general)?.sender.tag == "ann#1234")
    }

    // MARK: Reactions

    static func reaction(_ more: JSON = [:]) -> DiscordReaction? {
        var object: JSONObject = [
            "user_id": "42", "channel_id": "600", "message_id": "5", "guild_id": "500",
            "emoji": ["id": .null, "name": "👍"],
            "member": ["user": ["id": "42", "username": "ann", "global_name": "Ann"], "roles": []],
        ]
        for (key, value) in more.objectValue ?? [:] { object[key] = value }
        return DiscordReaction(json: .object(object), isAdded: true)
    }

    @Test(
        arguments: [
            (nil, 1000, true), (nil, 43, false), ("off", 1000, false), ("all", 43, true),
            ("allowlist", 1000, true),
            ("own", 43, false),
        ] as [(String?, Snowflake, Bool)])
    func `reactions are told as the config says`(mode: String?, author: Snowflake, isTold: Bool) throws {
        var guild: JSONObject = ["users": ["42"]]
        guild["reactionNotifications"] = mode.map { .string($0) }
        let mapping = IncomingMapping.sample(["guilds": ["500": .object(guild)]])

        let notice = mapping.notice(try #require(Self.reaction()), author: author, at: .general)

        #expect((notice != nil) == isTold)
        #expect(notice?.sender?.id == (isTold ? "42" : nil))
    }

    @Test func `a reaction of a stranger is not on a list of people`() throws {
        let mapping = IncomingMapping.sample([
            "guilds": ["500": ["users": ["43"], "reactionNotifications": "allowlist"]]
        ])

        #expect(mapping.notice(try #require(Self.reaction()), author: 1000, at: .general) == nil)
    }

    @Test func `our own reactions and those in places that are off are not told`() throws {
        let own = try #require(Self.reaction(["user_id": "1000", "member": .null]))
        let off = IncomingMapping.sample(["guilds": ["500": ["channels": ["other": [:]]]]])

        #expect(IncomingMapping.sample().notice(own, author: 1000, at: .general) == nil)
        #expect(off.notice(try #require(Self.reaction()), author: 1000, at: .general) == nil)
    }
}
