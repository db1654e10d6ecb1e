import Core
import Testing

@testable import App

struct MentionRulesTests {
    private func rules(_ text: String) throws -> MentionRules {
        let loaded = ConfigLoader { _ in .failure(.init(message: "none")) }
            .load(Array(text.utf8), path: "/openclaw.json", environment: Environment([:]))
        try #require(loaded.isValid && loaded.quarantined.isEmpty)
        return MentionRules(loaded.config, agent: loaded.config.agents.list.first)
    }

    private static let general = "messages: {groupChat: {mentionPatterns: ['claw']}}"

    @Test(arguments: [
        ("{}", "openclaw", false), ("{\(general)}", "hey CLAW", true),
        ("{\(general), agents: {list: [{id: 'a', groupChat: {mentionPatterns: ['molly']}}]}}", "claw", false),
        ("{\(general), agents: {list: [{id: 'a', groupChat: {mentionPatterns: ['molly']}}]}}", "molly", true),
        ("{\(general), agents: {list: [{id: 'a', groupChat: {mentionPatterns: []}}]}}", "claw", false),
        ("{\(general), agents: {list: [{id: 'a', identity: {name: 'Molly'}}]}}", "molly", false),
        ("{agents: {list: [{id: 'a', identity: {name: 'Molly'}}]}}", "@Molly!", true),
        ("{agents: {list: [{id: 'a', identity: {emoji: '🦞'}}]}}", "🦞?", true),
        ("{agents: {list: [{id: 'a', name: 'Molly'}]}}", "molly", false),
    ])
    func `an agent's patterns, else the general ones, else its identity`(
        config: String, text: String, isMeant: Bool
    ) throws {
        #expect(try rules(config).patterns.match(text) == isMeant)
    }

    @Test func `a pattern that cannot be used is named, and the others count`() throws {
        let rules = try rules("{messages: {groupChat: {mentionPatterns: ['a(b', 'claw']}}}")

        #expect(rules.patterns.match("claw"))
        #expect(rules.warnings.count == 1)
        #expect(
            rules.warnings.first?.hasPrefix("`messages.groupChat.mentionPatterns`: The pattern `a(b`") == true
        )
    }
}
