import Core
import TestSupport
import Testing

struct ConfigLoaderTests {
    @Test func `the sample of the page loads without a complaint`() {
        let loaded = LoadedConfig.sample(pageSample)

        #expect(loaded.issues.map(\.description) == [])
        #expect(loaded.quarantined == [])
        #expect(loaded.warnings == [])
        let config = loaded.config
        #expect(config.agents.defaults.model.primary == "anthropic/claude-opus-4-6")
        #expect(config.agents.defaults.model.fallbacks == ["anthropic/claude-sonnet-4-5", "openai/gpt-4o"])
        #expect(config.agents.defaults.maxConcurrent == 4)
        #expect(config.agents.list.map(\.id) == ["main"])
        #expect(config.agents.list.first?.default == true)
        #expect(config.auth.profiles["openai:default"]?.provider == "openai")
        #expect(config.auth.profiles["openai:default"]?.mode == "token")
        #expect(config.gateway.mode == "local")
        #expect(config.gateway.bind == "auto")
        #expect(config.channels["discord"]?["groupPolicy"] == "allowlist")
        #expect(config.keysWithoutEffect.map(\.description) == ["channels.discord"])
    }

    @Test(arguments: [nil, "", "  \n", "{}"])
    func `nothing written means all defaults`(text: String?) {
        let loaded = LoadedConfig.sample(text)

        #expect(loaded.isValid)
        #expect(loaded.config.gateway.port == nil)
        #expect(loaded.config.agents.defaults.maxConcurrent == 4)
        #expect(loaded.config.agents.defaults.timeoutSeconds == 600)
        #expect(loaded.config.gateway.reload.mode == "hybrid")
        #expect(loaded.config.gateway.reload.debounceMs == 300)
        #expect(loaded.config.session.mainKey == "main")
        #expect(loaded.config.logging.redactSensitive == "tools")
        #expect(loaded.config.gateway.auth.rateLimit.maxAttempts == 10)
        #expect(loaded.config.models.mode == "merge")
    }

    @Test func `every declared key is read into its property`() {
        let loaded = LoadedConfig.sample(
            """
            { gateway: { port: 3000, mode: 'local', bind: 'custom', customBindHost: '10.0.0.1', trustedProxies: ['10.0.0.0/8'],
                auth: { mode: 'token', token: 't', password: 'p',
                  rateLimit: { maxAttempts: 3, windowMs: 1000, lockoutMs: 2000, exemptLoopback: false } },
                controlUi: { enabled: false, basePath: '/x', root: '/ui', allowedOrigins: ['https://a'], allowInsecureAuth: true,
                  dangerouslyDisableDeviceAuth: true },
                reload: { mode: 'off', debounceMs: 0 }, remote: { url: 'ws://h', token: 'rt', password: 'rp' } },
              agents: { defaults: { model: 'a/b', imageModel: { primary: 'c/d' }, workspace: '/w', timeoutSeconds: 5, thinkingDefault: 'low',
                models: { 'a/b': { alias: 'x' } }, contextTokens: 1000,
                skipBootstrap: true, bootstrapMaxChars: 50 },
                list: [{ id: 'ops', name: 'Ops', workspace: '/o', model: { fallbacks: ['e/f'] },
                  identity: { name: 'O', theme: 't', emoji: '🤖', avatar: 'a.png' } }] },
              models: { mode: 'replace', providers: { x: { baseUrl: 'http://x', apiKey: 'k', api: 'openai-completions', headers: { H: 'v' },
                authHeader: true, models: [{ id: 'm', name: 'M', reasoning: true, input: ['text', 'image'],
                  cost: { input: 1, output: 2.5, cacheRead: 0, cacheWrite: 0 }, contextWindow: 9, maxTokens: 8 }] } } },
              auth: { order: { x: ['x:a'] }, cooldowns: { billingBackoffHours: 1, billingBackoffHoursByProvider: { x: 2 }, billingMaxHours: 3,
                failureWindowHours: 4 } },
              session: { mainKey: 'home', scope: 'global' },
              logging: { level: 'debug', file: '/l', consoleLevel: 'warn', consoleStyle: 'json', redactSensitive: 'off',
                maxFileBytes: 10 },
              tools: { allow: ['read'], deny: ['exec'], exec: { timeoutSec: 7, timeoutSeconds: 8 }, fs: { workspaceOnly: false } }, commands: { restart: true },
              ui: { assistant: { name: 'N', avatar: 'A' } }, env: { A: '1', vars: { B: '2' } }, meta: { lastTouchedAt: 'now' } }
            """)

        #expect(loaded.issues.map(\.description) == [])
        #expect(loaded.quarantined.map(\.description) == [])
        #expect(loaded.config.keysWithoutEffect == [])
        let (gateway, agents, config) = (loaded.config.gateway, loaded.config.agents, loaded.config)
        #expect(gateway.port == 3000)
        #expect(gateway.customBindHost == "10.0.0.1")
        #expect(gateway.trustedProxies == ["10.0.0.0/8"])
        #expect(gateway.auth.token?.reveal() == "t")
        #expect(gateway.auth.password?.reveal() == "p")
        #expect(gateway.auth.rateLimit.maxAttempts == 3)
        #expect(!gateway.auth.rateLimit.exemptLoopback)
        #expect(gateway.controlUi.allowedOrigins == ["https://a"])
        #expect(gateway.controlUi.dangerouslyDisableDeviceAuth)
        #expect(gateway.reload.mode == "off")
        #expect(gateway.remote.url == "ws://h")
        #expect(agents.defaults.model == AgentModelConfig(primary: "a/b"))
        #expect(agents.defaults.imageModel == AgentModelConfig(primary: "c/d"))
        #expect(agents.defaults.models["a/b"]?.alias == "x")
        #expect(agents.defaults.skipBootstrap && agents.defaults.bootstrapMaxChars == 50)
        #expect(agents.list.first?.model?.fallbacks == ["e/f"])
        #expect(agents.list.first?.identity.emoji == "🤖")
        #expect(config.models.providers["x"]?.models.first?.cost?.output == 2.5)
        #expect(config.models.providers["x"]?.apiKey?.reveal() == "k")
        #expect(config.models.providers["x"]?.headers == ["H": "v"])
        #expect(config.auth.order == ["x": ["x:a"]])
        #expect(config.auth.cooldowns.billingBackoffHoursByProvider == ["x": 2])
        #expect(config.session.scope == "global")
        #expect(config.logging.consoleStyle == "json")
        #expect(config.tools.exec.timeoutSec == 7 && config.tools.exec.timeoutSeconds == 8)
        #expect(!config.tools.fs.workspaceOnly)
        #expect(config.commands.restart)
        #expect(config.ui.assistant.name == "N")
        #expect(config.env == ["A": "1", "B": "2"])
    }

    @Test func `all mistakes are told at once, each with its place, what was found and what was meant`() {
        let loaded = LoadedConfig.sample(
            """
            {
              gateway: {
                prot: 3000,
                port: 'abc',
                reload: { mode: 'hybird', debounceMs: 70000 },
              },
              agents: {
                list: [{ name: 'x' }, { id: 7 }],
              },
              logging: { level: 'info', colour: true },
              port: 1,
            }
            """)

        #expect(
            loaded.issues.map(\.description) == [
                "openclaw.json:4:11: gateway.port: expected a whole number from 1 to 65535, found the text \"abc\"",
                "openclaw.json:5:21: gateway.reload.mode: expected one of `off`, `restart`, `hot`, `hybrid`, found the text \"hybird\"; did you mean `hybrid`?",
                "openclaw.json:5:43: gateway.reload.debounceMs: expected a whole number from 0 to 60000, found the number 70000",
                "openclaw.json:8:12: agents.list[0].id: missing; expected text",
                "openclaw.json:8:33: agents.list[1].id: expected text, found the number 7",
            ])
        #expect(
            loaded.quarantined.map(\.description) == [
                "openclaw.json:3:5: gateway.prot: unknown key; did you mean `port`?",
                "openclaw.json:10:29: logging.colour: unknown key",
                "openclaw.json:11:3: port: unknown key; did you mean `gateway.port`?",
            ])
    }

    @Test(arguments: [
        ("{bogusKey: 1}", "<root>: Unrecognized key: \"bogusKey\""),
        ("{gateway: {port: 'abc'}}", "gateway.port: Invalid input: expected number, received string"),
        ("[]", "<root>: Invalid input: expected object, received array"),
        (
            "{ui: {assistant: {name: 5}}}",
            "ui.assistant.name: Invalid input: expected string, received number"
        ),
        ("{gateway: {port: 0}}", "gateway.port: Too small: expected number to be >=1"),
        ("{gateway: {port: 70000}}", "gateway.port: Too big: expected number to be <=65535"),
        ("{gateway: {port: 1.5}}", "gateway.port: Invalid input: expected int, received number"),
        ("{agents: {list: [{}]}}", "agents.list.0.id: Invalid input: expected string, received undefined"),
        ("{ not json", "<root>: SyntaxError: JSON5: invalid character 'j' at 1:7"),
        ("{gateway: null}", "gateway: Invalid input: expected object, received null"),
        (
            "{channels: {discord: {enabled: 'x'}}}",
            "channels.discord.enabled: Invalid input: expected boolean, received string"
        ),
        ("{cron: {bogus: 1}}", "cron: Unrecognized key: \"bogus\""),
    ])
    func `clients get the sentences they know`(text: String, line: String) {
        let loaded = LoadedConfig.sample(text)

        #expect((loaded.issues + loaded.quarantined).map(\.protocolLine) == [line])
    }

    @Test func `an unknown key is left out, and the rest counts`() {
        let loaded = LoadedConfig.sample("{gateway: {port: 3000, foo: {bar: 1}}, xyz: []}")

        #expect(loaded.isValid)
        #expect(loaded.quarantined.map(\.path.description) == ["gateway.foo", "xyz"])
        #expect(loaded.config.gateway.port == 3000)
        #expect(loaded.config.raw == ["gateway": ["port": 3000]])
    }

    @Test func `a key of an early release is told where its settings stand now`() {
        let loaded = LoadedConfig.sample("{telegram: {}, agent: {model: 'a/b'}, gateway: {telegram: 1}}")
        #expect(
            loaded.quarantined.map(\.message) == [
                "unknown key; what it said stands in `channels.telegram` now",
                "unknown key; what it said stands in `agents.defaults` now", "unknown key",
            ])
    }

    @Test(arguments: [
        "{gateway: {auth: {mode: 'tokn'}}}", "{gateway: {auth: {tokn: 'x'}}}",
        "{gateway: {bind: 'everywhere'}}", "{gateway: {bnd: 'lan'}}",
        "{gateway: {trustedProxies: '10.0.0.1'}}", "{gateway: {controlUi: {allowedOrigins: [1]}}}",
        "{gateway: {atuh: {token: 'x'}}}",
        "{gateway: {token: 'x'}}", "{gateway: {controlUi: {dangerouslyDisableDeviceAuth: 'no'}}}",
        "{gateway: {auth: {token: '${NOT_SET}'}}}",
        "{gateway: {auth: 1}}",
    ])
    func `a mistake in what decides who may come in fails closed`(text: String) {
        #expect(LoadedConfig.sample(text).failsClosed)
    }

    @Test(
        arguments: [
            ("{tools: {exec: {securty: 'deny'}}}", .tools), ("{tools: {exec: {security: 'denied'}}}", .tools),
            ("{tools: {dney: ['exec']}}", .tools), ("{tools: {exec: 'deny'}}", .tools),
            ("{tools: {fs: {workspaceOnyl: true}}}", .tools), ("{tools: {allow: ['${NOT_SET}']}}", .tools),
            ("{tolls: {deny: ['exec']}}", .tools), ("{deny: ['exec']}", .tools),
            ("{agents: {list: [{id: 'a', tools: {dney: []}}]}}", .tools),
            ("{agents: {defaults: {tools: {deny: []}}}}", .tools),
            ("{agents: {defaults: {sandbox: {mode: 'al'}}}}", .tools),
            ("{approvals: {exec: {agentFliter: []}}}", .tools),
            ("{commands: {ownerAllowForm: ['1']}}", .channels()),
            ("{bindings: [{agentId: 'a', match: {channel: 'telegram', pear: {}}}]}", .channels()),
            ("{session: {dmScope: 'per-pear'}}", .channels()), ("{channels: []}", .channels()),
            ("{channels: {defaults: {groupPolcy: 'disabled'}}}", .channels()),
            ("{channels: {telegram: {dmPolcy: 'disabled'}}}", .channels("telegram")),
            ("{channels: {telegram: {enbled: false}}}", .channels("telegram")),
            ("{channels: {telegram: {allowFrom: '1'}}}", .channels("telegram")),
            ("{channels: {telegram: {groups: {'-1': {allowForm: ['1']}}}}}", .channels("telegram")),
            (
                "{channels: {telegram: {groups: {'-1': {topics: {'2': {enabled: 'no'}}}}}}}",
                .channels("telegram")
            ),
            ("{channels: {telegram: {tools: {deny: ['exec']}}}}", .channels("telegram")),
            ("{channels: {telegram: {token: '1:a'}}}", .channels("telegram")),
            ("{channels: {discord: {guilds: {'1': {user: ['1']}}}}}", .channels("discord")),
            ("{channels: {discord: {guilds: {'1': {chanels: {}}}}}}", .channels("discord")),
            ("{channels: {discord: {actions: {moderatoin: false}}}}", .channels("discord")),
            ("{channels: {discord: {execApprovals: {aprovers: ['1']}}}}", .channels("discord")),
            (
                "{channels: {discord: {accounts: {ops: {allowForm: ['1']}}}}}",
                .channels("discord", account: "ops")
            ),
        ] as [(String, ClosedPart)])
    func `a mistake in a rule of who may do what shuts what the rule is about`(text: String, part: ClosedPart)
    {
        let loaded = LoadedConfig.sample(text)

        #expect(loaded.issues.map(\.closes) == [part])
        #expect(loaded.canStart)
        #expect(loaded.config.closed == loaded.issues)
    }

    @Test(arguments: [
        "{tools: {exec: {timeoutSc: 5}}}", "{tools: {elevated: {allowForm: {}}}}", "{model: 'x'}",
        "{agents: {defaults: {modle: 'x'}}}", "{models: {providers: {x: {host: 'y', baseUrl: 'z'}}}}",
        "{channels: {telegram: {histroyLimit: 5}}}",
        "{channels: {telegram: {execApprovals: {cleanupAfterResolve: true}}}}",
        "{channels: {discord: {streaming: {block: {enbled: true}}}}}",
        "{gateway: {deny: []}}", "{gatway: {port: 1}}", "{routing: {allowFrom: ['1']}}",
    ])
    func `a misspelling of something else is left out`(text: String) {
        let loaded = LoadedConfig.sample(text)

        #expect(loaded.isValid)
        #expect(loaded.quarantined.count == 1)
        #expect(loaded.config.closed.isEmpty)
    }

    @Test(
        arguments: [
            (.channels(), true, true), (.channels("telegram"), true, true),
            (.channels("telegram", account: "ops"), false, true), (.channels("discord"), false, false),
            (.tools, false, false),
        ] as [(ClosedPart, Bool, Bool)])
    func `an account is shut by a mistake in its own rules and in those of all`(
        part: ClosedPart, shutsDefault: Bool, shutsOps: Bool
    ) {
        #expect(part.covers(channel: "telegram", account: "default") == shutsDefault)
        #expect(part.covers(channel: "telegram", account: "ops") == shutsOps)
    }

    @Test func `every rule of a channel is a key of one that is built in`() {
        for rule in ClosedPart.channelRules.split(whereSeparator: \.isWhitespace) {
            let found = ["telegram", "discord"].contains { id in
                ConfigPath("channels.\(id).\(rule)").flatMap { KeyTable.shared.shape(at: $0) } != nil
            }
            #expect(found, "\(rule)")
        }
    }

    @Test(arguments: [
        "{gateway: {port: 'x'}}", "{gateway: {foo: 1}}", "{agents: {list: [{}]}}", "{",
        "{logging: {file: '${NOT_SET}'}}",
    ])
    func `another mistake does not`(text: String) {
        #expect(!LoadedConfig.sample(text).failsClosed)
    }

    @Test func `a secret is never repeated in a message`() {
        let loaded = LoadedConfig.sample(
            "{gateway: {auth: {token: ['hunter2']}}, models: {providers: {x: {apiKey: 12345}}}}")

        #expect(loaded.issues.count == 2)
        #expect(
            loaded.issues.allSatisfy {
                !$0.description.contains("hunter2") && !$0.description.contains("12345")
            })
    }

    // MARK: Variables

    @Test(arguments: [
        ("${A}", "1"), ("x${A}y${B_2}z", "x1y2z"), ("$${A}", "${A}"), ("$$${A}", "$${A}"), ("$A", "$A"),
        ("${a}", "${a}"), ("${}", "${}"),
        ("${A", "${A"), ("${1A}", "${1A}"), ("$${a}", "$${a}"), ("${A}${A}", "11"), ("100$", "100$"),
        ("${A-b}", "${A-b}"),
    ])
    func `variables are put into texts`(text: String, value: String) {
        let loaded = LoadedConfig.sample("{logging: {file: '\(text)'}}", environment: ["A": "1", "B_2": "2"])

        #expect(loaded.isValid)
        #expect(loaded.config.logging.file == value)
    }

    @Test(arguments: [[:], ["KEY": ""]])
    func `a missing or empty variable is named with its place`(environment: [String: String]) {
        let loaded = LoadedConfig.sample(
            "{models: {providers: {x: {\n apiKey: '${KEY}'}}}}", environment: environment)

        #expect(
            loaded.issues.map(\.description) == [
                "openclaw.json:2:10: models.providers.x.apiKey: the environment variable `KEY` is not set; set it, or write `$${KEY}` for the text itself"
            ])
        #expect(
            loaded.issues.map(\.protocolMessage) == [
                "Missing env var \"KEY\" referenced at config path: models.providers.x.apiKey"
            ])
    }

    @Test func `the env section gives variables but replaces none`() {
        let loaded = LoadedConfig.sample(
            "{env: {A: 'file', vars: {B: 'file', C: 'file'}}, logging: {file: '${A} ${B} ${C}'}}",
            environment: ["A": "process", "C": ""])

        #expect(loaded.config.logging.file == "process file file")
        #expect(loaded.environment["B"] == "file")
    }

    @Test func `a secret of the environment beats the file, and the other one is told once`() {
        let loaded = LoadedConfig.sample(
            "{gateway: {auth: {token: 'old', password: 'same'}}}",
            environment: ["OPENCLAW_GATEWAY_TOKEN": "new", "OPENCLAW_GATEWAY_PASSWORD": "same"])

        #expect(loaded.config.gateway.auth.token?.reveal() == "new")
        #expect(loaded.config.raw["gateway"]?["auth"]?["token"] == "old")
        #expect(
            loaded.warnings.map(\.description) == [
                "gateway.auth.token: shadowed by the environment variable `OPENCLAW_GATEWAY_TOKEN`, which has another value; remove one of the two"
            ])
    }

    @Test func `a secret of the environment counts without a file`() {
        let loaded = LoadedConfig.sample(nil, environment: ["OPENCLAW_GATEWAY_TOKEN": "new"])

        #expect(loaded.config.gateway.auth.token?.reveal() == "new")
    }

    @Test func `a key that stands twice is told with both places, and the last one counts`() {
        let loaded = LoadedConfig.sample(
            "{gateway: {port: 1},\n 'gateway': {mode: 'local', $include: 'a.json5'}}",
            files: ["/state/a.json5": "{port: 2,\n  port: 3}"])

        #expect(loaded.isValid)
        #expect(loaded.config.gateway.port == 3)
        #expect(
            loaded.warnings.map(\.description) == [
                "openclaw.json:2:2: gateway: written twice; this one counts, and the one at openclaw.json:1:2 does not: "
                    + "remove one of the two",
                "a.json5:2:3: gateway.port: written twice; this one counts, and the one at a.json5:1:2 does not: "
                    + "remove one of the two",
            ])
    }

    @Test func `the same key in two objects, or in two files, is no repetition`() {
        let loaded = LoadedConfig.sample(
            "{$include: ['a.json5'], gateway: {port: 1}, logging: {level: 'info', file: 'x'}}",
            files: ["/state/a.json5": "{gateway: {port: 2}}"])

        #expect(loaded.warnings == [])
    }

    // MARK: Includes

    @Test func `included files are merged in order under the keys beside them`() {
        let loaded = LoadedConfig.sample(
            "{$include: ['./a.json5', 'sub/b.json5'], gateway: {port: 3}}",
            files: [
                "/state/a.json5":
                    "{gateway: {port: 1, mode: 'local', trustedProxies: ['a']}, logging: {level: 'info'}}",
                "/state/sub/b.json5":
                    "{gateway: {port: 2, trustedProxies: ['b']}, logging: {$include: '../c.json5'}}",
                "/state/c.json5": "{level: 'debug'}",
            ])

        #expect(loaded.issues.map(\.description) == [])
        #expect(loaded.config.gateway.port == 3)
        #expect(loaded.config.gateway.mode == "local")
        #expect(loaded.config.gateway.trustedProxies == ["a", "b"])
        #expect(loaded.config.logging.level == "debug")
        #expect(loaded.includedPaths == ["/state/a.json5", "/state/sub/b.json5", "/state/c.json5"])
        #expect(loaded.parsed["$include"] == ["./a.json5", "sub/b.json5"])
    }

    @Test func `a single included file takes the place of its object, also when it is a list`() {
        let loaded = LoadedConfig.sample(
            "{agents: {list: {$include: '/etc/agents.json5'}}}",
            files: ["/etc/agents.json5": "[{id: 'a'}, {id: 'b'}]"])

        #expect(loaded.config.agents.list.map(\.id) == ["a", "b"])
    }

    @Test(arguments: [
        (
            "{$include: 'no.json5'}",
            "openclaw.json:1:12: $include: `$include` cannot read `/state/no.json5`: no such file"
        ),
        (
            "{$include: 1}",
            "openclaw.json:1:12: $include: `$include` needs a file name or a list of file names"
        ),
        (
            "{$include: 'loop.json5'}",
            "loop.json5:1:12: $include: `$include` goes round in a circle: openclaw.json → loop.json5 → openclaw.json"
        ),
        ("{$include: 'bad.json5'}", "bad.json5:2:1: expected `:`, found `}`"),
        (
            "{gateway: {$include: 'port.json5'}}",
            "port.json5:2:7: gateway.port: expected a whole number from 1 to 65535, found the text \"x\""
        ),
        (
            "{$include: 'list.json5', a: 1}",
            "openclaw.json:1:12: $include: keys beside `$include` need a file that holds an object"
        ),
    ])
    func `what is wrong in an included file is told with its place`(text: String, message: String) {
        let loaded = LoadedConfig.sample(
            text,
            files: [
                "/state/loop.json5": "{$include: 'openclaw.json'}", "/state/bad.json5": "{a\n}",
                "/state/port.json5": "{\nport: 'x'}",
                "/state/list.json5": "[]",
            ])

        #expect(loaded.issues.map(\.description) == [message])
    }

    @Test func `files in files end at ten`() {
        let files = Dictionary(
            uniqueKeysWithValues: (0..<12).map { ("/state/f\($0).json5", "{$include: 'f\($0 + 1).json5'}") })

        let loaded = LoadedConfig.sample("{$include: 'f0.json5'}", files: files)

        #expect(loaded.issues.map(\.message) == ["`$include` is nested more than 10 deep at `f10.json5`"])
    }

    // MARK: Anything

    @Test func `no text makes it trap`() {
        for seed in fuzzSeeds() {
            var chance = SeededGenerator(seed: seed)
            let bytes = Fuzzing.mutated(Array(pageSample.utf8), using: &chance)

            let loader = ConfigLoader { _ in .failure(.init(message: "no such file")) }
            let loaded = loader.load(bytes, path: "openclaw.json", environment: Environment([:]))

            #expect(
                loaded.document != nil || loaded.syntaxError != nil || bytes.allSatisfy { $0 <= 0x20 },
                "seed \(seed)")
        }
    }
}
