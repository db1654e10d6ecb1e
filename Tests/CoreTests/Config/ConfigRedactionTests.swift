import Core
import Testing

struct ConfigRedactionTests {
    private let hidden = "__OPENCLAW_REDACTED__"

    @Test(arguments: [
        "gateway.auth.token", "gateway.auth.password", "gateway.remote.token", "models.providers.x.apiKey",
        "models.providers.x.headers.Authorization",
        "channels.discord.token", "channels.telegram.botToken", "channels.slack.accounts.a.signingSecret",
        "hooks.token", "env.ANTHROPIC_API_KEY",
        "env.vars.OPENAI_API_KEY", "channels.msteams.appPassword", "talk.apiKey", "env.AWS_SECRET_ACCESS_KEY",
        "channels.googlechat.serviceAccount",
        "models.providers.x.request.tls.passphrase", "mcp.servers.x.headers.X",
        "plugins.entries.x.config.apiKeys",
        "plugins.entries.x.config.tokens", "plugins.entries.x.config.authorization",
    ])
    func `secrets are known by their names and places`(path: String) throws {
        #expect(ConfigRedaction.isSensitive(try #require(ConfigPath(path))))
    }

    @Test(arguments: [
        "gateway.port", "gateway.auth.mode", "models.providers.x.models[0].maxTokens",
        "agents.defaults.contextTokens", "channels.slack.userTokenReadOnly",
        "env.HOME", "channels.telegram.tokenFile", "session.mainKey", "auth.profiles.x.provider",
    ])
    func `others are shown`(path: String) throws {
        #expect(!ConfigRedaction.isSensitive(try #require(ConfigPath(path))))
    }

    @Test func `what was misspelt, or stands in a list of variables, is hidden too`() {
        let document: JSON = [
            "channels": ["telegram": ["botTokn": "8412:x", "enabled": true]],
            "env": ["vars": ["A": ["x"]]], "agents": ["defaults": ["workspace": "~/w"]],
        ]
        #expect(
            ConfigRedaction.redacted(document) == [
                "channels": ["telegram": ["botTokn": .string(hidden), "enabled": true]],
                "env": ["vars": ["A": [.string(hidden)]]], "agents": ["defaults": ["workspace": "~/w"]],
            ])
    }

    @Test(arguments: [
        ("Our site is https://example.com\nSend people to help@example.com", false),
        ("see https://a.example, mail ann@example.com; https://b.example?x=1 token=y", false),
        ("[https://bot.example] @bot", false), (#"{"a":"https://a.example","b":"@bot"}"#, false),
        ("Our site is https://example.com, use https://me:pass@example.com", true),
        ("Fetch https://example.com/?a=1&api_key=b every day", true),
        ("--proxy=http://me:p)a'ss@example.com", true),
    ])
    func `prose with an address is shown, and an address with a login in it is not`(
        text: String, isHidden: Bool
    ) {
        let shown = ConfigRedaction.redacted(["messages": ["responsePrefix": .string(text)]])

        #expect((shown["messages"]?["responsePrefix"] == .string(hidden)) == isHidden)
    }

    @Test(arguments: ["https://me:pa ss@example.com", "https://me:pa\"ss@example.com"])
    func `what should be an address is one as a whole`(text: String) {
        let shown = ConfigRedaction.redacted(["channels": ["telegram": ["proxy": .string(text)]]])

        #expect(shown["channels"]?["telegram"]?["proxy"] == .string(hidden))
    }

    @Test func `values lose their secrets but keep their shape`() {
        let document: JSON = [
            "gateway": ["auth": ["token": "hunter2", "password": "", "mode": "token"]],
            "models": ["providers": ["x": ["apiKey": "${KEY}", "models": []]]],
            "hooks": ["token": 5],
            "env": ["DIRECT": "a", "vars": ["OTHER": "${B}"], "shellEnv": ["enabled": true]],
            "urls": [
                "https://me:pass@host/x", "https://host/x?a=1&key=b", "https://token@host/x",
                "https://host:80/x?a=@b", "ws://[::1]:1",
            ],
        ]

        #expect(
            ConfigRedaction.redacted(document) == [
                "gateway": ["auth": ["token": .string(hidden), "password": "", "mode": "token"]],
                "models": ["providers": ["x": ["apiKey": "${KEY}", "models": []]]],
                "hooks": ["token": .string(hidden)],
                "env": ["DIRECT": .string(hidden), "vars": ["OTHER": "${B}"], "shellEnv": ["enabled": true]],
                "urls": [
                    .string(hidden), .string(hidden), .string(hidden), "https://host:80/x?a=@b",
                    "ws://[::1]:1",
                ],
            ])
        #expect(
            ConfigRedaction.secrets(in: document) == [
                "hunter2", "https://me:pass@host/x", "https://host/x?a=1&key=b", "https://token@host/x",
            ], "a variable may be any word, and words are not masked in the log")
    }

    @Test func `all that is at the place of a secret is one, whatever its shape`() throws {
        let text =
            "{gateway: {auth: 'a-token'}, hooks: ['b-token', {x: 1}], channels: {telegram: {botToken: {v: ['c-token', 7]}, "
            + "proxy: 'me:d-token@h:1'}, discord: 'e-token'}, models: {providers: {x: {headers: {A: ['f-token']}}}}, "
            + "auth: {order: {x: ['x:me@host']}}}"
        let document = try JSON.parseJSON5(text)

        let shown = ConfigRedaction.redacted(document.value)
        let written = ConfigRedaction.redactedText(of: document, showsComments: true)

        #expect(!shown.text.contains("-token") && !written.contains("-token"))
        #expect(try JSON.parseJSON5(written).value == shown)
        #expect(shown["auth"] == ["order": ["x": ["x:me@host"]]])
        #expect(shown["channels"]?["telegram"]?["botToken"] == ["v": [.string(hidden), .string(hidden)]])
        let sent = try JSON.parseJSON5(written)
        #expect(try ConfigRedaction.restoredText(of: sent, from: document) == text)
    }

    @Test func `comments give way to spaces`() throws {
        let text = "{ // a: 'b'\n a: '//', /* c\n\"d\" **/ 'e\\'/*': \"/*\" } // f"
        let document = try JSON.parseJSON5(text)

        let shown = ConfigRedaction.redactedText(of: document, showsComments: false)

        #expect(shown == "{          \n a: '//',     \n        'e\\'/*': \"/*\" }     ")
        #expect(shown.utf8.count == text.utf8.count)
        #expect(try JSON.parseJSON5(shown).value == document.value)
    }

    @Test func `a text loses its secrets where they stand`() throws {
        let document = try JSON.parseJSON5(
            "{ gateway: { auth: { token: 'hunter2' /* mine */, mode: 'token' } }, hooks: { token: 'x' } }")

        #expect(
            ConfigRedaction.redactedText(of: document, showsComments: true)
                == "{ gateway: { auth: { token: \"\(hidden)\" /* mine */, mode: 'token' } }, hooks: { token: \"\(hidden)\" } }"
        )
    }

    @Test func `what a client sends back gets its secrets as they were written`() throws {
        let stored = try JSON.parseJSON5(
            "{ gateway: { auth: { token: 'hunter\\x32' } }, l: [{ id: 'b', token: 'tb' }, { id: 'a', token: 'ta' }], k: { apiKey: '${K}' } }"
        )
        let sent = try JSON.parseJSON5(
            "{\"gateway\":{\"auth\":{\"token\":\"\(hidden)\"}},\"l\":[{\"id\":\"a\",\"token\":\"\(hidden)\"}]}"
        )

        #expect(
            try ConfigRedaction.restoredText(of: sent, from: stored)
                == "{\"gateway\":{\"auth\":{\"token\":'hunter\\x32'}},\"l\":[{\"id\":\"a\",\"token\":'ta'}]}")
    }

    @Test(arguments: [
        "{gateway: {auth: {token: '__OPENCLAW_REDACTED__'}}}", "{l: ['__OPENCLAW_REDACTED__', 'x']}",
        "{x: '__OPENCLAW_REDACTED__'}",
    ])
    func `a placeholder without a stored secret is an error that names it`(text: String) throws {
        let sent = try JSON.parseJSON5(text)
        let stored = try JSON.parseJSON5("{l: ['a'], x: 1}")

        #expect(throws: ConfigRedaction.Unrestorable.self) {
            try ConfigRedaction.restoredText(of: sent, from: stored)
        }
        #expect(throws: ConfigRedaction.Unrestorable.self) {
            try ConfigRedaction.restoredText(of: sent, from: nil)
        }
    }

    @Test func `a secret of an included file is put back as a text`() throws {
        let stored = try JSON.parseJSON5("{gateway: {$include: 'g.json5'}}")
        let sent = try JSON.parseJSON5("{\"gateway\":{\"token\":\"\(hidden)\"}}")

        #expect(
            try ConfigRedaction.restoredText(of: sent, from: stored, meaning: ["gateway": ["token": "x\"y"]])
                == "{\"gateway\":{\"token\":\"x\\\"y\"}}")
    }

    @Test func `what refers to a secret is none`() throws {
        let text = "{gateway: {auth: {token: {source: 'env', id: 'MY_TOKEN'}, password: 'p'}}}"
        let document = try JSON.parseJSON5(text)

        let shown = ConfigRedaction.redacted(document.value)
        #expect(shown["gateway"]?["auth"]?["token"]?["id"] == "MY_TOKEN")
        #expect(ConfigRedaction.secrets(in: document.value) == ["p"])
        #expect(ConfigRedaction.redactedText(of: document, showsComments: true).contains("id: 'MY_TOKEN'"))
        #expect(!ConfigRedaction.redactedText(of: document, showsComments: true).contains("'p'"))
    }
}
