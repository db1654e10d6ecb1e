import Testing

@testable import Core

struct ChannelRulesTests {
    private static let discord = ChannelRules.Defaults(
        historyLimit: 20, replyMode: .off, mostFileMegabytes: 8, streaming: .off)

    private func rules(_ section: JSON, shared: JSON = [:], messages: JSON = [:]) -> ChannelRules {
        ChannelRules(section: section, shared: shared, messages: messages, defaults: Self.discord)
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
