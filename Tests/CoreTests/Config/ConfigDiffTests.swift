import Core
import Testing

struct ConfigDiffTests {
    @Test(
        arguments: [
            ("{}", "{}", []), ("{a: 1}", "{a: 1}", []), ("{a: 1}", "{a: 2}", ["a"]),
            ("{}", "{a: {b: {c: 1}, d: 2}}", ["a.b.c", "a.d"]), ("{a: {b: 1}}", "{}", ["a.b"]),
            ("{a: [1]}", "{a: [2]}", ["a"]), ("{a: {}}", "{}", ["a"]), ("{a: {b: 1}}", "{a: 1}", ["a"]),
            ("{a: {b: 1, c: 2}}", "{a: {c: 3, b: 1}}", ["a.c"]),
        ] as [(String, String, [String])])
    func `differences are named by their deepest members`(a: String, b: String, paths: [String]) throws {
        let (a, b) = (try JSON.parseJSON5(a).value, try JSON.parseJSON5(b).value)

        #expect(a.changedPaths(to: b).map(\.description) == paths)
    }

    @Test(
        arguments: [
            ("gateway.port", .restart), ("gateway.http.endpoints.chatCompletions.enabled", .restart),
            ("gateway.auth.token", .restart), ("gateway.remote.url", .none), ("gateway.reload.mode", .none),
            ("models.providers.x.apiKey", .none), ("agents.list", .none),
            ("agents.defaults.model.primary", .none), ("agents.defaults.heartbeat.every", .hot(.heartbeat)),
            ("logging.level", .none),
            ("bindings", .none), ("messages.ackReaction", .none), ("session.scope", .none),
            ("tools.deny", .none), ("ui.assistant.name", .none), ("talk.voiceId", .none),
            ("skills.entries.x", .none),
            ("audio.transcription", .none), ("wizard.lastRunAt", .none), ("hooks.enabled", .hot(.hooks)),
            ("cron.enabled", .hot(.cron)), ("browser.enabled", .hot(.browser)),
            ("channels.discord.enabled", .hot(.channel("discord"))),
            ("channels.telegram", .hot(.channel("telegram"))), ("plugins.entries.x.enabled", .restart),
            ("discovery.mdns", .restart),
            ("canvasHost.enabled", .restart), ("meta.lastTouchedAt", .none), ("env.A", .restart),
            ("channels.defaults.groupPolicy", .restart), ("channels.modelByChannel.discord.7", .none),
        ] as [(String, ReloadRule)])
    func `each section has its reload rule`(path: String, rule: ReloadRule) throws {
        #expect(Config.reloadRule(for: try #require(ConfigPath(path))) == rule)
    }
}
