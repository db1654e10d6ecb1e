import Testing

@testable import Core

struct ChannelRulesTests {
    private static let discord = ChannelRules.Defaults(
        historyLimit: 20, replyMode: .off, mostFileMegabytes: 8, streaming: .off)

    private func rules(_ section: JSON, shared: JSON = [:], messages: JSON = [:]) -> ChannelRules {
        ChannelRules(section: section, shared: shared, messages: messages, defaults: Self.discord)
    }

    @Test(arguments: [(1e300, 1 << 40), (-1, 0), (0.5, 1 << 19)])
    func `the largest file is a number of bytes, whatever the config says`(megabytes: Double, bytes: Int) {
        #expect(rules(["mediaMaxMb": .number(megabytes)]).mostFileBytes == bytes)
    }

    @Test func whatIsNotSaidIsClosed() {
        let rules = rules([:])
        #expect(rules.directPolicy == .pairing)
        #expect(rules.groupPolicy == .allowlist)
        #expect(rules.allowFrom == [])
        #expect(rules.allowsBots == .none)
        #expect(rules.mostFileBytes == 8 << 20)
        #expect(rules.historyLimit == 20)
    }

    @Test func discordsOwnPlaceForDirectMessagesCounts() {
        let rules = rules(["dm": ["policy": "allowlist", "allowFrom": [123, "ann"]]])
        #expect(rules.directPolicy == .allowlist)
        #expect(rules.allowFrom == ["123", "ann"])
        #expect(self.rules(["dm": ["enabled": false, "policy": "open"]]).directPolicy == .disabled)
    }

    @Test func theSectionWinsOverWhatAllChannelsShare() {
        #expect(rules([:], shared: ["groupPolicy": "open"]).groupPolicy == .open)
        #expect(rules(["groupPolicy": "disabled"], shared: ["groupPolicy": "open"]).groupPolicy == .disabled)
        #expect(rules(["historyLimit": 0], messages: ["groupChat": ["historyLimit": 7]]).historyLimit == 0)
        #expect(rules([:], messages: ["groupChat": ["historyLimit": 7]]).historyLimit == 7)
    }

    @Test
    func
        `two bots answer each other as often as the section says, else as all channels, else 20 times a minute`()
    {
        #expect(rules([:]).botLoops == BotLoopRule())
        #expect(BotLoopRule().mostMessages == 20 && BotLoopRule().window == .seconds(60))
        let shared: JSON = ["botLoopProtection": ["maxEventsPerWindow": 5, "cooldownSeconds": 9]]
        let own = rules(["botLoopProtection": ["maxEventsPerWindow": 3, "enabled": false]], shared: shared)
        #expect(rules([:], shared: shared).botLoops.mostMessages == 5)
        #expect(own.botLoops.mostMessages == 3 && own.botLoops.cooldown == .seconds(9))
        #expect(!own.botLoops.isEnabled)
    }

    @Test(
        arguments: [
            ([:], [:], true), ([:], ["native": false], false), ([:], ["native": "auto"], true),
            (["commands": ["native": true]], ["native": false], true),
            (["commands": ["native": false]], [:], false),
        ] as [(JSON, JSON, Bool)])
    func `the menu is off where the section says so, else where the config of all commands does`(
        section: JSON, commands: JSON, hasMenu: Bool
    ) {
        let rules = ChannelRules(
            section: section, shared: [:], messages: [:], commands: commands, defaults: Self.discord)
        #expect(rules.hasNativeCommands == hasMenu)
    }

    private static let spellings: [(section: JSON, mode: ChannelRules.StreamingMode)] = [
        (["streaming": true], .partial), (["streaming": false], .off), (["streaming": "block"], .block),
        (["streaming": ["mode": "partial"]], .partial), (["streamMode": "partial"], .partial), ([:], .off),
    ]

    @Test(arguments: spellings)
    func streamingHasManySpellings(spelling: (section: JSON, mode: ChannelRules.StreamingMode)) {
        #expect(rules(spelling.section).streaming == spelling.mode)
    }
}

struct OutgoingPartTests {
    @Test func contentComesBackFromTheStoreAsItWas() {
        let content = OutgoingPart.Content(
            text: "hello", files: [OutgoingFile(source: "/tmp/a.png", name: "a.png", isVoice: true)],
            replyTo: "7",
            buttons: [[ReplyButton(title: "Yes", command: "/approve 1", style: .good)]], isSilent: true,
            handle: ["token": "x"])
        #expect(OutgoingPart.Content(json: content.json) == content)
        #expect(
            OutgoingPart.Content(json: OutgoingPart.Content(text: "a").json)
                == OutgoingPart.Content(text: "a"))
    }
}
