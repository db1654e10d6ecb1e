import Agent
import Core
import Testing

@testable import App

struct ToolRulesTests {
    private static let tools = ["read", "write", "edit", "exec"]

    private func config(_ text: String) throws -> Config {
        let loaded = ConfigLoader { _ in .failure(.init(message: "none")) }
            .load(Array(text.utf8), path: "/openclaw.json", environment: Environment([:]))
        try #require(loaded.isValid && loaded.quarantined.isEmpty)
        return loaded.config
    }

    private func rules(_ text: String) throws -> ToolRules {
        let config = try config(text)
        return ToolRules(config, agent: config.agents.list.first)
    }

    @Test func `a key of toolsBySender that names nobody is said, with its place`() throws {
        let config = try config(
            "{channels: {telegram: {groups: {'-1': {toolsBySender: {'name:Eve': {deny: ['*']}, 'id:1': {}, '*': {}}}}}}}"
        )

        let warnings = ToolRules.warnings(config)

        #expect(warnings.count == 1)
        #expect(
            warnings[0].hasPrefix("`channels.telegram.groups.-1.toolsBySender` has the key `name:Eve`"))
    }

    @Test func `a group of tools that nobody knows is said, with its place`() throws {
        let config = try config(
            """
            {tools: {deny: ['group:fs', 'Group:Web'], allow: ['group:sessions', 'exec']},
             channels: {telegram: {groups: {'-1': {toolsBySender: {'*': {deny: ['group:everything']}}}}}}}
            """)

        let warnings = ToolRules.warnings(config)

        #expect(warnings.count == 1)
        #expect(
            warnings.first?.hasPrefix(
                "`channels.telegram.groups.-1.toolsBySender.*.deny[0]` is `group:everything`") == true)
    }

    @Test(arguments: [
        ("{}", ["read", "write", "edit", "exec"]),
        ("{tools: {profile: 'full'}}", ["read", "write", "edit", "exec"]),
        ("{tools: {profile: 'coding'}}", ["read", "write", "edit", "exec"]),
        ("{tools: {profile: 'minimal'}}", []),
        ("{tools: {profile: 'messaging', alsoAllow: ['read']}}", ["read"]),
        (
            "{tools: {allow: ['group:fs']}, agents: {list: [{id: 'a', tools: {allow: ['read', 'exec']}}]}}",
            ["read"]
        ),
        ("{tools: {profile: 'minimal'}, agents: {list: [{id: 'a', tools: {profile: 'coding'}}]}}", tools),
        ("{agents: {list: [{id: 'a', tools: {deny: ['write']}}]}}", ["read", "edit", "exec"]),
    ])
    func `every list must allow a tool, and an agent's profile replaces the general one`(
        config: String, allowed: [String]
    ) throws {
        let policy = try rules(config).policy

        #expect(Self.tools.filter(policy.allows) == allowed)
    }

    @Test(arguments: [
        ("{}", true, false, "[from {channel}] "),
        ("{tools: {message: {allowCrossContextSend: true}}}", true, true, "[from {channel}] "),
        (
            """
            {tools: {message: {crossContext: {allowWithinProvider: false, marker: {prefix: '> '}}}},
             agents: {list: [{id: 'a', tools: {message: {crossContext: {allowAcrossProviders: true}}}}]}}
            """, false, true, "> "
        ),
        (
            """
            {tools: {message: {crossContext: {allowWithinProvider: true, marker: {enabled: true}}}},
             agents: {list: [{id: 'a', tools: {message: {crossContext: {
              allowWithinProvider: false, marker: {enabled: false}}}}}]}}
            """, false, false, ""
        ),
    ])
    func `how far the message tool reaches is said for all and for one agent, whose word counts more`(
        config: String, within: Bool, across: Bool, prefix: String
    ) throws {
        let messages = try rules(config).messages

        #expect(messages.allowsWithinProvider == within && messages.allowsAcrossProviders == across)
        #expect(messages.prefix == prefix)
    }

    @Test func `the actions of the message tool can be listed`() throws {
        let one = "agents: {list: [{id: 'a', tools: {message: {actions: {allow: ['react']}}}}]}"

        #expect(try rules("{tools: {message: {actions: {allow: ['send']}}}}").messages.actions == ["send"])
        #expect(
            try rules("{tools: {message: {actions: {allow: ['send']}}}, \(one)}").messages.actions == [
                "react"
            ])
    }

    @Test(arguments: [
        "{tools: {exec: {security: 'deny'}}}", "{tools: {exec: {mode: 'deny', ask: 'always'}}}",
    ])
    func `denied commands are off without a word`(config: String) throws {
        let rules = try rules(config)

        #expect(!rules.policy.allows("exec") && rules.policy.allows("read"))
        #expect(rules.warning == nil)
    }

    @Test(arguments: [
        ("{tools: {exec: {host: 'node'}}}", "`tools.exec.host` is `node`"),
        (
            "{agents: {defaults: {sandbox: {mode: 'non-main'}}}}",
            "`agents.defaults.sandbox.mode` is `non-main`"
        ),
        ("{agents: {list: [{id: 'a', sandbox: {mode: 'all'}}]}}", "`agents.list[a].sandbox.mode` is `all`"),
    ])
    func `a rule that cannot be kept takes commands away and says so`(config: String, said: String) throws {
        let rules = try rules(config)

        #expect(!rules.policy.allows("exec") && rules.policy.allows("write"))
        #expect(rules.warning?.contains(said) == true)
    }

    @Test(arguments: [
        "{tools: {exec: {security: 'full', ask: 'off', host: 'gateway'}}}",
        "{tools: {exec: {security: 'allowlist', ask: 'on-miss'}}}", "{tools: {exec: {mode: 'ask'}}}",
        "{tools: {exec: {ask: 'always'}}, agents: {list: [{id: 'a', tools: {exec: {ask: 'off'}}}]}}",
        "{agents: {defaults: {sandbox: {mode: 'all'}}, list: [{id: 'a', sandbox: {mode: 'off'}}]}}",
    ])
    func `rules that allow everything leave commands on, and an agent's own come first`(config: String) throws
    {
        let rules = try rules(config)

        #expect(rules.policy.allows("exec") && rules.warning == nil)
    }

    @Test(arguments: [
        ("{}", ExecWish()), ("{tools: {exec: {security: 'allowlist'}}}", ExecWish(security: .allowlist)),
        ("{tools: {exec: {mode: 'ask'}}}", ExecWish(security: .allowlist, ask: .onMiss)),
        ("{tools: {exec: {mode: 'full', ask: 'always'}}}", ExecWish(security: .full, ask: .always)),
        ("{tools: {exec: {mode: 'allowlist', security: 'full'}}}", ExecWish(security: .allowlist, ask: .off)),
        (
            "{tools: {exec: {mode: 'full'}}, agents: {list: [{id: 'a', tools: {exec: {mode: 'ask'}}}]}}",
            ExecWish(security: .allowlist, ask: .onMiss)
        ),
        (
            "{tools: {exec: {security: 'allowlist'}}, agents: {list: [{id: 'a', tools: {exec: {security: 'full'}}}]}}",
            ExecWish(security: .full)
        ),
    ])
    func `an agent's commands follow its own keys, else the general ones, the stricter of mode and the rest`(
        config: String, wish: ExecWish
    ) throws {
        #expect(try rules(config).exec == wish)
    }

    @Test func `a mode that has a model review commands asks a person, and says so`() throws {
        let rules = try rules("{tools: {exec: {mode: 'auto'}}}")

        #expect(rules.policy.allows("exec") && rules.exec == ExecWish(security: .allowlist, ask: .onMiss))
        #expect(rules.warning?.contains("`tools.exec.mode` is `auto`") == true)
    }
}
