import Core
import Testing

@testable import Channels

struct TelegramMarkedTextTests {
    private static let cases: [(String, JSON, String)] = [
        ("plain", [], "plain"),
        ("bold it", [["type": "bold", "offset": 0, "length": 4]], "**bold** it"),
        ("😀 bold", [["type": "bold", "offset": 3, "length": 4]], "😀 **bold**"),
        (
            "see this", [["type": "text_link", "offset": 4, "length": 4, "url": "https://a.b"]],
            "see [this](https://a.b)"
        ),
        ("let a", [["type": "pre", "offset": 0, "length": 5, "language": "swift"]], "```swift\nlet a\n```"),
        (
            "ab",
            [["type": "bold", "offset": 0, "length": 2], ["type": "italic", "offset": 0, "length": 2]],
            "**_ab_**"
        ),
        (
            "abc",
            [["type": "bold", "offset": 0, "length": 3], ["type": "code", "offset": 1, "length": 1]],
            "**a`b`c**"
        ),
        (
            "ab",
            [["type": "italic", "offset": 0, "length": 1], ["type": "bold", "offset": 1, "length": 1]],
            "_a_**b**"
        ),
        ("short", [["type": "bold", "offset": 2, "length": 99]], "short"),
        ("short", [["type": "unknown", "offset": 0, "length": 2]], "short"),
    ]

    @Test(arguments: cases)
    func marksBecomeMarkdown(plain: String, entities: JSON, markdown: String) {
        #expect(TelegramMarkedText(plain, entities).markdown == markdown)
    }
}

struct TelegramErrorTests {
    private static let cases: [(Int, JSON?, TelegramError)] = [
        (
            429, ["parameters": ["retry_after": 7], "description": "Too Many Requests: retry after 7"],
            .flood(.seconds(7))
        ),
        (429, nil, .flood(.seconds(1))),
        (400, ["parameters": ["migrate_to_chat_id": -100_5]], .moved(to: -1005)),
        (
            400, ["description": "Bad Request: can't parse entities: x"],
            .badMarkup("Bad Request: can't parse entities: x")
        ),
        (400, ["description": "Bad Request: message is not modified: y"], .notModified),
        (
            400, ["description": "Bad Request: message to edit not found"],
            .noMessage("Bad Request: message to edit not found")
        ),
        (400, ["description": "Bad Request: message thread not found"], .noTopic),
        (401, ["description": "Unauthorized"], .badToken(status: 401)), (404, nil, .badToken(status: 404)),
        (
            404, ["description": "Not Found: method not found"],
            .refused(status: 404, description: "Not Found: method not found")
        ),
        (409, ["description": "Conflict: terminated by other getUpdates request"], .otherPoller),
        (
            409, ["description": "Conflict: can't use getUpdates method while webhook is active"],
            .webhookIsSet
        ),
        (502, nil, .server(status: 502)),
        (500, ["description": "Internal Server Error"], .server(status: 500)),
    ]

    @Test(arguments: cases)
    func refusalsAreReadAtTheEdge(status: Int, answer: JSON?, error: TelegramError) {
        #expect(TelegramError(status: status, answer: answer) == error)
    }

    private static let sentences: [(description: String, word: String, closes: Bool)] = [
        ("Forbidden: bot was blocked by the user", "unblock", true),
        ("Bad Request: chat not found", "/start", true),
        ("Forbidden: bot was kicked from the supergroup chat", "Add it again", true),
        ("Bad Request: not enough rights to send text messages to the chat", "permissions", true),
        ("Bad Request: not enough rights to send photos to the chat", "permissions", false),
        ("Bad Request: need administrator rights in the channel chat", "administrator", true),
        ("Bad Request: failed to get HTTP URL content", "fetch the file", false),
        ("Bad Request: SOMETHING_NEW", "SOMETHING_NEW", false),
    ]

    @Test(arguments: sentences)
    func refusalsSayWhatToDo(description: String, word: String, closes: Bool) {
        let status = description.hasPrefix("Forbidden") ? 403 : 400
        let error = TelegramError(status: status, answer: ["description": .string(description)])
        let sentence = error.sentence()
        #expect(sentence.contains(word))
        #expect(error.delivery() == (closes ? .closed(sentence) : .refused(sentence)))
    }

    @Test func whatMayHaveBeenDoneIsUnknown() {
        guard case .unknown = TelegramError.server(status: 500).delivery(),
            case .unknown = TelegramError.unanswered("x").delivery(),
            case .retry(_, after: nil) = TelegramError.unreachable("x").delivery(),
            case .retry(_, after: .some(.seconds(9))) = TelegramError.flood(.seconds(9)).delivery()
        else {
            Issue.record("a failure has the wrong consequence")
            return
        }
    }
}

struct TelegramSettingsTests {
    private static let roots: [(JSON, String)] = [
        ([:], "https://api.telegram.org"), (["apiRoot": "http://a.b:81/"], "http://a.b:81"),
        (["apiRoot": "https://a.b/x/bot1:abc"], "https://a.b/x"),
        (["apiRoot": " "], "https://api.telegram.org"),
    ]

    @Test(arguments: roots)
    func theRootIsWithoutBot(section: JSON, root: String) {
        #expect(TelegramSettings(section).apiRoot == root)
    }

    private static let paths: [(JSON, String, String)] = [
        ([:], "default", "/telegram-webhook"), ([:], "work", "/telegram-webhook/work"),
        (["webhookPath": "hook"], "work", "/hook"),
    ]

    @Test(arguments: paths)
    func everyAccountHasAPathOfItsOwn(section: JSON, account: String, path: String) {
        #expect(TelegramSettings(section, account: account).webhookPath == path)
    }

    private static let addresses: [(JSON, String, String, [String])] = [
        (
            ["webhookUrl": "https://a.b/"], "default", "https://a.b/telegram-webhook",
            ["/telegram-webhook"]
        ),
        (
            ["webhookUrl": "https://a.b"], "a%20b", "https://a.b/telegram-webhook/a%2520b",
            ["/telegram-webhook/a%20b"]
        ),
        (
            ["webhookUrl": "https://a.b/bots?x=1"], "work", "https://a.b/bots?x=1",
            ["/telegram-webhook/work", "/bots"]
        ),
        (
            ["webhookUrl": "https://a.b/my%20bots/b%C3%BC"], "work", "https://a.b/my%20bots/b%C3%BC",
            ["/telegram-webhook/work", "/my bots/bü"]
        ),
        ([:], "work", "", []),
    ]

    @Test(arguments: addresses)
    func telegramIsGivenAnAddressThatLeadsHere(
        section: JSON, account: String, address: String, paths: [String]
    ) {
        let settings = TelegramSettings(section, account: account)
        #expect(settings.webhookAddress == address && settings.webhookPaths == paths)
    }

    @Test func `every bot's calls have a secret of their own, which a new token does not change`() {
        let settings = TelegramSettings(["webhookSecret": "s3cret"])
        let secrets = ["1:one", "2:two", "1:new"].map { settings.callSecret(of: Secret($0))?.reveal() }
        #expect(secrets[0] != "s3cret" && secrets[0] != secrets[1] && secrets[0] == secrets[2])
        #expect(TelegramSettings(["webhookSecret": ""]).callSecret(of: Secret("1:one"))?.isEmpty == true)
    }

    @Test func stickersAloneAreOffUnlessToldOtherwise() {
        #expect(TelegramSettings([:]).allows("poll"))
        #expect(!TelegramSettings([:]).allows("sticker"))
        #expect(TelegramSettings(["actions": ["sticker": true]]).allows("sticker"))
        #expect(!TelegramSettings(["actions": ["poll": false]]).allows("poll"))
    }

    private static let scopes: [(JSON, Bool, Bool)] = [
        ([:], true, true), (["capabilities": ["inlineButtons": "dm"]], true, false),
        (["capabilities": ["inlineButtons": "group"]], false, true),
        (["capabilities": ["inlineButtons": "off"]], false, false),
        (["capabilities": ["inlineButtons"]], true, true),
        (["capabilities": []], false, false),
    ]

    @Test(arguments: scopes)
    func buttonsStandWhereTheConfigWantsThem(section: JSON, isInDirect: Bool, isInGroup: Bool) {
        let settings = TelegramSettings(section)
        #expect(settings.showsButtons(in: 5) == isInDirect)
        #expect(settings.showsButtons(in: -5) == isInGroup)
    }
}

struct TelegramPlacesTests {
    private func rule(_ section: JSON, chat: Int = -1004, former: Int? = nil, topic: Int? = nil) -> PlaceRule
    {
        TelegramPlaces(groups: section["groups"]?.objectValue, rules: sampleRules(section))
            .rule(chat: chat, former: former, topic: topic)
    }

    @Test func withoutAMapOnlyNamedPeopleMakeAGroupListed() {
        #expect(!rule([:]).isListed && rule([:]).isEnabled)
        #expect(rule(["groupAllowFrom": [5]]).isListed)
        #expect(rule(["allowFrom": [5]]).users == ["5"])
        #expect(rule(["groupPolicy": "open"]).users == nil)
    }

    @Test func openGroupsAreOpenToMoreThanThoseWhoMayWriteDirectly() {
        #expect(rule(["groupPolicy": "open", "allowFrom": [5]]).users == nil)
        #expect(rule(["groupPolicy": "open", "groups": ["*": ["allowFrom": [5]]]]).users == ["5"])
    }

    @Test func theMapIsAnAllowlist() {
        let section: JSON = ["groupPolicy": "open", "groups": ["-1004": ["requireMention": false]]]
        #expect(rule(section).isListed && rule(section).isEnabled && !rule(section).requiresMention)
        #expect(!rule(section, chat: -1005).isEnabled)
    }

    @Test func aStarLetsInNobodyByItself() {
        #expect(rule(["groups": ["*": [:]]]).users == [])
        #expect(rule(["groups": ["*": [:]], "groupPolicy": "open"]).users == nil)
        #expect(rule(["groups": ["*": [:]], "groupAllowFrom": [5]]).users == nil)
        #expect(rule(["groups": ["*": [:]], "allowFrom": [5]]).users == ["5"])
        #expect(rule(["groups": ["*": ["allowFrom": ["*"]]]]).users == ["*"])
    }

    @Test func topicsHaveRulesOfTheirOwn() {
        let section: JSON = [
            "groups": [
                "*": ["requireMention": false],
                "-1004": [
                    "systemPrompt": "Be kind.",
                    "topics": [
                        "9": [
                            "requireMention": true, "allowFrom": [7], "systemPrompt": "Be brief.",
                        ],
                        "10": ["enabled": false],
                    ],
                ],
            ]
        ]
        #expect(!rule(section).requiresMention)
        let topic = rule(section, topic: 9)
        #expect(topic.requiresMention && topic.users == ["7"])
        #expect(topic.systemPrompt == "Be kind.\n\nBe brief.")
        #expect(!rule(section, topic: 10).isEnabled)
    }

    @Test func toolsAreThoseOfTheNarrowestEntryWithAWordForTheSender() {
        func entry(_ name: String) -> JSON { ["tools": ["allow": [.string(name)]]] }
        func tools(_ groups: JSON, topic: Int? = nil) -> JSON? {
            let rule = rule(["groups": groups], topic: topic)
            return rule.tools(for: Sender(id: "7"), on: "telegram")?["allow"]?.arrayValue?.first
        }
        let all: JSON = ["toolsBySender": ["id:7": ["allow": ["all"]], "*": ["allow": ["others"]]]]
        let others: JSON = ["toolsBySender": ["id:8": ["allow": ["eight"]]]]

        #expect(tools(["-1004": entry("group"), "*": all]) == "group")
        #expect(tools(["-1004": others, "*": all]) == "all")
        #expect(tools(["*": all]) == "all")
        let topics: JSON = ["tools": ["allow": ["group"]], "topics": ["9": entry("topic"), "10": others]]
        #expect(tools(["-1004": topics, "*": all], topic: 9) == "topic")
        #expect(tools(["-1004": topics, "*": all], topic: 10) == "group")
    }

    @Test func aGroupThatHasMovedKeepsItsRules() {
        let section: JSON = ["groups": ["-44": ["requireMention": false]]]
        #expect(!rule(section, chat: -1004).isListed)
        #expect(rule(section, chat: -1004, former: -44).isListed)
    }
}

struct TelegramSmallThingsTests {
    private static let targets: [(String, TelegramTarget?)] = [
        ("123", .chat(123, topic: nil)), ("-1001:topic:4", .chat(-1001, topic: 4)),
        ("-1001:4", .chat(-1001, topic: 4)),
        ("telegram:group:-1001", .chat(-1001, topic: nil)), ("tg:5", .chat(5, topic: nil)),
        ("@news_today", .name("@news_today", topic: nil)),
        ("https://t.me/news_today", .name("@news_today", topic: nil)),
        ("t.me/news_today:9", .name("@news_today", topic: 9)), ("", nil), ("a:b:c", nil), ("@a b", nil),
        ("0", nil),
    ]

    @Test(arguments: targets)
    func targetsHaveManySpellings(spelling: String, target: TelegramTarget?) {
        #expect(TelegramTarget(spelling) == target)
    }

    private static let emoji: [(String, String?)] = [
        ("👍", "👍"), ("👍🏽", "👍"), ("❤️", "❤"), ("✅", "👍"), ("👀", "👀"), ("😂", "🤣"), ("🦆", nil), ("", nil),
        ("ab", nil),
    ]

    @Test(arguments: emoji)
    func reactionsAreTheNearestThatIsAllowed(wanted: String, nearest: String?) {
        #expect(TelegramReactions.nearest(wanted) == nearest)
    }

    @Test func theMenuTakesWhatTelegramTakes() {
        let own = [
            ChannelCommand(name: "/Status", help: "mine"), ChannelCommand(name: "back-up", help: "a\nb"),
        ]
        let ours = [
            ChannelCommand(name: "status", help: "How it is"),
            ChannelCommand(name: "dock-telegram", help: ""),
            ChannelCommand(name: "späť", help: "x"),
            ChannelCommand(name: String(repeating: "x", count: 33), help: "x"),
        ]
        let menu = TelegramMenu(ours, own: own)
        #expect(menu.entries.map(\.name) == ["status", "dock_telegram", "back_up"])
        #expect(menu.entries.map(\.text) == ["How it is", "/dock-telegram", "a b"])
        #expect(menu.commands["dock_telegram"]?.name == "dock-telegram")
        #expect(menu.left.count == 3)
        #expect(menu.matches(menu.json) && !menu.matches([]))
        let many = (0..<120).map { ChannelCommand(name: "c\($0)", help: "x") }
        #expect(TelegramMenu(many, own: []).entries.count == 100)
    }

    @Test func idsAreUniqueAcrossChats() {
        let id = TelegramMessageID(chat: -5, number: 7)
        #expect(TelegramMessageID(id.id, in: 1) == id)
        #expect(TelegramMessageID("7", in: -5) == id)
        #expect(TelegramMessageID("x", in: 1) == nil && TelegramMessageID("1:x", in: 1) == nil)
    }

    @Test func movesAreFollowedBothWays() {
        var moves = TelegramMoves()
        let news = [(-5, -1005), (-5, -1005), (-5, -5)].map { moves.note($0, became: $1) }
        #expect(news == [true, false, false])
        let again = TelegramMoves(json: moves.json)
        #expect(again.current(-5) == -1005 && again.former(-1005) == -5 && again.current(3) == 3)
    }

    @MainActor @Test func longCommandsWaitBehindAShortKey() throws {
        let buttons = TelegramButtons()
        let long = "/choose " + String(repeating: "å", count: 40)
        let keyboard = try #require(
            buttons.keyboard([
                [
                    ReplyButton(title: "Yes", command: "/yes", style: .good),
                    ReplyButton(title: "Long", command: long),
                ], [],
            ]))
        let row = keyboard["inline_keyboard"]?.arrayValue?.first?.arrayValue ?? []
        #expect(row.count == 2 && keyboard["inline_keyboard"]?.arrayValue?.count == 1)
        #expect(row[0] == ["text": "Yes", "callback_data": "/yes", "style": "success"])
        let data = try #require(row[1]["callback_data"]?.stringValue)
        #expect(data.utf8.count <= TelegramButtons.mostBytes)
        #expect(buttons.command(of: data) == long && buttons.command(of: "/yes") == "/yes")
        #expect(TelegramButtons().command(of: data) == nil)
        #expect(buttons.keyboard([[]]) == nil)
    }

    private static let kinds: [(OutgoingFile, TelegramUploads.Kind)] = [
        (OutgoingFile(source: "/a/b.JPG"), .photo), (OutgoingFile(source: "/a/b.pdf"), .document),
        (OutgoingFile(source: "https://a.b/c.png?x=1"), .photo),
        (OutgoingFile(source: "/a", mimeType: "image/gif"), .animation),
        (OutgoingFile(source: "/a.ogg", isVoice: true), .voice), (OutgoingFile(source: "/a.ogg"), .document),
        (OutgoingFile(source: "/a.mp3", isVoice: true), .voice), (OutgoingFile(source: "/a.mp3"), .audio),
        (OutgoingFile(source: "/a.wav", isVoice: true), .document), (OutgoingFile(source: "/a.mp4"), .video),
        (OutgoingFile(source: "/a.svg", mimeType: "image/svg+xml"), .document),
    ]

    @Test(arguments: kinds)
    func filesGoOutAsWhatTheyAre(file: OutgoingFile, kind: TelegramUploads.Kind) {
        #expect(TelegramUploads.kind(of: file) == kind)
    }

    @Test func filesThatBelongTogetherAreAnAlbum() throws {
        let photos = (0..<12).map { OutgoingFile(source: "https://a.b/p\($0).jpg") }
        let voice = OutgoingFile(source: "https://a.b/v.ogg", isVoice: true)
        var left = (photos + [OutgoingFile(source: "https://a.b/a.pdf"), voice, voice])[...]
        var counts: [Int] = []
        while !left.isEmpty {
            counts.append(try TelegramUploads.group(left).count)
            left = left.dropFirst(counts.last ?? 1)
        }
        #expect(counts == [10, 2, 1, 1, 1])
    }

    @Test func `a file that cannot be sent ends an album, and is told of when it comes first`() throws {
        let missing = OutgoingFile(source: "/there-is-no-such-file.jpg")
        let files = [OutgoingFile(source: "https://a.b/p.jpg"), missing]
        #expect(try TelegramUploads.group(files[...]).count == 1)
        #expect(throws: TelegramError.self) { try TelegramUploads.group(files[1...]) }
    }
}
