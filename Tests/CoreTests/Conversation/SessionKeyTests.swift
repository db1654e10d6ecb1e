import Core
import TestSupport
import Testing

struct SessionKeyTests {
    @Test(
        arguments: [
            ("agent:main:main", "main", "main"), ("agent:ops:discord:channel:1", "ops", "discord:channel:1"),
            ("global", nil, "global"), ("unknown", nil, "unknown"),
            ("agent:main", nil, "agent:main"), ("agent:main:", "main", ""),
            ("other:main:x", nil, "other:main:x"), ("", nil, ""),
        ] as [(SessionKey, AgentID?, String)])
    func `a key names its agent and the rest`(key: SessionKey, agent: AgentID?, rest: String) {
        #expect(key.agent == agent)
        #expect(key.rest == rest)
    }

    @Test(arguments: [
        ("main", "agent:main:main"), ("MAIN", "agent:main:main"), ("agent:main:main", "agent:main:main"),
        ("agent:Ops:Main", "agent:ops:main"), ("global", "global"), ("Unknown", "unknown"),
        ("discord:channel:1", "agent:main:discord:channel:1"), ("agent:ops:x:Y", "agent:ops:x:y"),
        ("agent:ops:", "agent:ops:main"), ("", "agent:main:main"), ("cron:1", "agent:main:cron:1"),
        ("agent:my agent!:main", "agent:my-agent-:main"),
    ])
    func `every spelling leads to one key`(spelling: String, key: String) {
        #expect(SessionKeyRules().canonical(spelling).rawValue == key)
    }

    @Test func `the main session follows the main key, the default agent and the scope`() {
        let rules = SessionKeyRules(defaultAgent: "ops", mainKey: "home")
        #expect(rules.mainSession == "agent:ops:home")
        #expect(rules.canonical("main") == "agent:ops:home")
        #expect(rules.canonical("home") == "agent:ops:home")
        #expect(rules.canonical("agent:x:main") == "agent:x:home")

        let global = SessionKeyRules(isGlobal: true)
        #expect(global.mainSession == .global)
        #expect(global.canonical("agent:ops:main") == .global)
        #expect(global.canonical("agent:ops:discord:1") == "agent:ops:discord:1")
    }

    @Test(arguments: [
        ("Main", "main"), ("my agent", "my-agent"), ("--x", "x"), ("", "main"), ("åäö", "main"),
        ("a..b", "a-b"), ("_a", "a"), (String(repeating: "x", count: 80), String(repeating: "x", count: 64)),
    ])
    func `agent ids are made of plain characters`(id: String, normalized: String) {
        #expect(SessionKeyRules.normalized(AgentID(id)).rawValue == normalized)
    }

    @Test func `canonical keys are canonical`() {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let parts = ["agent", "main", "", "ops", "Global", "a b", "å", ":", "discord:channel:1"]
            let spelling = (0..<Int.random(in: 0...4, using: &chance)).compactMap { _ in
                parts.randomElement(using: &chance)
            }.joined(separator: ":")

            let once = SessionKeyRules().canonical(spelling)

            #expect(SessionKeyRules().canonical(once.rawValue) == once, "seed \(seed): \(spelling)")
        }
    }

    @Test func `two keys are one when their bytes are, as on the disk`() {
        let (composed, decomposed) = (
            SessionKey("agent:main:caf\u{E9}"), SessionKey("agent:main:cafe\u{301}")
        )
        #expect(composed.rawValue == decomposed.rawValue && composed != decomposed)
        #expect(Set([composed, decomposed, SessionKey("agent:main:caf\u{E9}")]).count == 2)
    }
}
