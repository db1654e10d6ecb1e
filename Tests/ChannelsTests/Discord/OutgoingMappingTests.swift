import Core
import Testing

@testable import Channels

struct OutgoingMappingTests {
    private func part(_ text: String, _ change: (inout OutgoingPart.Content) -> Void = { _ in })
        -> OutgoingPart
    {
        var content = OutgoingPart.Content(text: text)
        change(&content)
        return OutgoingPart(
            address: Address(channel: "discord", chat: "600"), content: content,
            nonce: "0123456789abcdef01234567")
    }

    @Test func `a message has a nonce that Discord enforces, and can call nobody but people it names`() {
        let body = OutgoingMapping().creation(part("hi @everyone"))

        #expect(body["content"] == "hi @everyone")
        #expect(body["nonce"] == "0123456789abcdef01234567" && body["enforce_nonce"] == true)
        #expect(body["allowed_mentions"] == ["parse": ["users"], "replied_user": true])
        #expect(body["flags"] == nil && body["components"] == nil && body["message_reference"] == nil)
    }

    @Test func `a reply is still posted when what it answers is gone`() {
        let body = OutgoingMapping().creation(part("hi") { $0.replyTo = "5" })

        #expect(body["message_reference"] == ["message_id": "5", "fail_if_not_exists": false])
    }

    @Test func `silence and links without pictures are flags`() {
        let body = OutgoingMapping(suppressesEmbeds: true).creation(part("hi") { $0.isSilent = true })

        #expect(body["flags"] == JSON(1 << 12 | 1 << 2))
    }

    @Test func `the first message of a post has no nonce and answers nothing`() {
        let body = OutgoingMapping(suppressesEmbeds: true).opening(
            part("hi") { ($0.isSilent, $0.replyTo) = (true, "5") }.content)

        #expect(
            body == [
                "content": "hi", "flags": JSON(1 << 12 | 1 << 2),
                "allowed_mentions": OutgoingMapping.allowedMentions,
            ])
    }

    @Test func `a change without buttons takes the old ones away`() {
        #expect(OutgoingMapping().change(part("x").content)["components"] == [])
    }

    @Test(arguments: [
        ("ask @Ann now", "ask <@42> now"), ("@ann", "<@42>"), ("@anna", "@anna"), ("`@ann`", "`@ann`"),
        ("```\n@ann\n``` @ann.", "```\n@ann\n``` <@42>."), ("me@ann.org", "me@ann.org"),
    ])
    func `names that the config knows become mentions outside of code`(text: String, expected: String) {
        let mapping = OutgoingMapping(mentionAliases: ["ann": 42])

        #expect(mapping.creation(part(text))["content"] == .string(expected))
    }

    @Test func `a message that mentions would make too long stays as it is`() {
        let text = String(repeating: "x", count: 1990) + " @ann"

        #expect(
            OutgoingMapping(mentionAliases: ["ann": 42_000_000])
                .creation(part(text))["content"] == .string(text))
    }

    // MARK: Buttons

    @Test func `buttons stand in rows of five with ids of their own`() throws {
        let row = (1...7).map { ReplyButton(title: "\($0)", command: "/same", style: .good) }

        let rows = ButtonRows.components([row])
        let ids = rows.flatMap { $0["components"]?.arrayValue ?? [] }.compactMap {
            $0["custom_id"]?.stringValue
        }

        #expect(rows.count == 2 && ids.count == 7 && Set(ids).count == 7)
        #expect(ids.allSatisfy { ButtonRows.press($0) == .command("/same") })
        #expect(rows[0]["components"]?.arrayValue?[0]["style"] == 3)
    }

    @Test func `a command too long for Discord is named by its hash`() throws {
        let long = "/approve " + String(repeating: "é", count: 120)
        let id = ButtonRows.customID(long, number: 3)

        let named = try #require(ButtonRows.longCommands([[ReplyButton(title: "x", command: long)]]).first)

        #expect(id.utf16.count <= ButtonRows.longestID)
        #expect(ButtonRows.press(id) == .hashed(named.hash) && named.command == long)
    }

    @Test(arguments: ["", "c", "x1:/new", "c:/new", "occomp:cid=7"])
    func `a button of somebody else's is not ours`(id: String) {
        #expect(ButtonRows.press(id) == .foreign)
    }
}

struct CommandMappingTests {
    private let commands = [
        ChannelCommand(name: "status", help: "Show how I am"),
        ChannelCommand(
            name: "think", help: "How long I think", argument: "<level|default> [question]",
            choices: ["off", "low", "high"],
            isClosed: true),
        ChannelCommand(name: "tts", help: "Speak", argument: "on|off"),
        ChannelCommand(
            name: "model", help: "Choose a model", argument: "[list|status|provider/model]",
            choices: (1...40).map { "vendor/model-\($0)" }),
        ChannelCommand(name: "models", help: "List models", argument: "provider", choices: ["vendor"]),
    ]

    @Test func `commands are registered with what may follow them`() {
        let registered = CommandMapping.registrations(commands)

        #expect(registered[0] == ["name": "status", "description": "Show how I am", "type": 1])
        #expect(registered[1]["options"]?.arrayValue?[0]["choices"]?.arrayValue?.count == 3)
        #expect(registered[1]["options"]?.arrayValue?[0]["name"] == "level")
        #expect(registered[3]["options"]?.arrayValue?[0]["name"] == "model")
        #expect(registered[2]["name"] == "voice")
        #expect(registered[2]["options"]?.arrayValue?[0]["name"] == "choice")
        #expect(registered[3]["options"]?.arrayValue?[0]["autocomplete"] == true)
        // Something else may follow: Discord would not take it if these were its choices.
        #expect(registered[4]["options"]?.arrayValue?[0]["choices"] == nil)
        #expect(registered[4]["options"]?.arrayValue?[0]["autocomplete"] == true)
    }

    @Test func `at most a hundred are registered, and none that Discord would refuse`() {
        let many = (1...150).map { ChannelCommand(name: "c\($0)", help: "x") }
        let bad = ["Upper", "with space", "", String(repeating: "x", count: 33), "status"]

        #expect(CommandMapping.registrations(many).count == 100)
        #expect(
            CommandMapping.registrations(commands + bad.map { ChannelCommand(name: $0, help: "x") }).count
                == commands.count)
    }

    @Test func `what Discord adds to a command is no difference, what people changed is`() {
        let ours = CommandMapping.registrations(commands)
        var theirs = ours.map { command -> JSON in
            var object = command.objectValue ?? [:]
            object["id"] = "1"
            object["version"] = "2"
            object["nsfw"] = false
            return .object(object)
        }

        #expect(CommandMapping.isRegistered(ours, in: theirs.reversed()))
        theirs[0] = ["name": "status", "description": "Something else", "type": 1]
        #expect(!CommandMapping.isRegistered(ours, in: theirs))
        #expect(!CommandMapping.isRegistered(ours, in: []))
    }

    private func interaction(_ name: String, _ options: JSON = []) -> DiscordInteraction? {
        DiscordInteraction(json: [
            "id": "1", "type": 2, "token": "t", "application_id": "1000", "channel_id": "600",
            "guild_id": "500",
            "member": ["user": ["id": "42", "username": "ann"], "roles": ["77"]],
            "data": ["name": .string(name), "options": options],
        ])
    }

    @Test func `a command that was chosen reads as if it had been written`() throws {
        let plain = try #require(interaction("status"))
        let given = try #require(interaction("voice", [["name": "onoff", "type": 3, "value": "on"]]))

        #expect(CommandMapping.text(plain) == "/status")
        #expect(CommandMapping.text(given) == "/tts on")
    }

    @Test func `choices are those that begin with what is typed, then those that have it`() throws {
        let typed = try #require(
            interaction("model", [["name": "model", "type": 3, "value": "MODEL-4", "focused": true]]))
        let nothing = try #require(
            interaction("model", [["name": "model", "type": 3, "value": "", "focused": true]]))

        let found = CommandMapping.completions(typed, commands)["choices"]?.arrayValue ?? []

        #expect(found.map { $0["value"] } == ["vendor/model-4", "vendor/model-40"])
        #expect(CommandMapping.completions(nothing, commands)["choices"]?.arrayValue?.count == 25)
    }

    @Test func `a chosen command is meant for us and can be answered in its place`() throws {
        let chosen = try #require(interaction("status"))
        let handle = InteractionHandle(id: 1, token: "t", applicationID: 1000, isEphemeral: true)

        let message = IncomingMapping.sample().message(
            chosen, saying: "/status", at: .general, handle: handle.json)

        #expect(message.isCommand && message.mention == .named && message.sender.roles == ["77"])
        #expect(InteractionHandle(message.handle) == handle)
        #expect(InteractionHandle(["chat": "telegram"]) == nil)
    }
}
