import Agent
import Core
import Testing

@testable import App

struct SessionResetsConfigTests {
    private typealias Rule = SessionResets.Rule

    private func resets(_ session: String) throws -> SessionResets {
        let loaded = ConfigLoader { _ in .failure(.init(message: "none")) }
            .load(Array("{session: \(session)}".utf8), path: "/openclaw.json", environment: Environment([:]))
        try #require(loaded.isValid && loaded.quarantined.isEmpty)
        return SessionResets(loaded.config.session)
    }

    @Test(
        arguments: [
            ("{}", nil), ("{reset: {mode: 'none', atHour: 5}}", nil),
            ("{reset: {mode: 'daily'}}", SessionResets.Rule(dailyHour: 4)),
            ("{reset: {atHour: 0}}", SessionResets.Rule(dailyHour: 0)),
            ("{reset: {mode: 'daily', atHour: 6, idleMinutes: 2}}", .init(dailyHour: 6, idle: .seconds(120))),
            ("{reset: {mode: 'idle'}}", .init(idle: .seconds(3_600))),
            ("{reset: {mode: 'idle', idleMinutes: 5}, idleMinutes: 9}", .init(idle: .seconds(300))),
            ("{idleMinutes: 9}", .init(idle: .seconds(540))),
            ("{reset: {mode: 'daily'}, idleMinutes: 9}", .init(dailyHour: 4, idle: .seconds(540))),
        ] as [(String, SessionResets.Rule?)])
    func `conversations end as reset says, and never where nothing is said`(
        session: String, rule: SessionResets.Rule?
    ) throws {
        let rules = try resets(session).rules

        #expect([rules[.direct], rules[.group], rules[.thread]] == [rule, rule, rule])
    }

    @Test func `a kind and a platform have their own say`() throws {
        let resets = try resets(
            """
            {reset: {mode: 'daily', atHour: 5}, resetByType: {dm: {mode: 'idle', idleMinutes: 1},
             direct: {idleMinutes: 2}, group: {mode: 'none'}}, resetByChannel: {Discord: {mode: 'none'},
             telegram: {mode: 'daily'}}}
            """)

        #expect(resets.rules[.direct] == Rule(idle: .seconds(120)))
        #expect(resets.rules[.group] == nil)
        #expect(resets.rules[.thread] == Rule(dailyHour: 5))
        #expect(resets.channels == ["discord": Rule(), "telegram": Rule(dailyHour: 4)])
    }
}
