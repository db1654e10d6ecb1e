import Core
import Gateway
import Testing

struct ReloadPlanTests {
    private func config(_ text: String, mode: String = "hybrid") throws -> Config {
        let loader = ConfigLoader { _ in .failure(.init(message: "none")) }
        let loaded = loader.load(Array(text.utf8), path: "openclaw.json", environment: Environment([:]))
        #expect(loaded.isValid)
        var config = loaded.config
        config.gateway.reload.mode = mode
        return config
    }

    @Test func `each change is sorted by its rule`() throws {
        let plan = ReloadPlan(
            from: try config("{gateway: {port: 1}, cron: {enabled: true}}"),
            to: try config(
                "{gateway: {port: 2}, channels: {discord: {enabled: true, token: 'x'}, telegram: {enabled: true}}, logging: {level: 'debug'}}"
            ))

        #expect(
            plan.changed.map(\.description) == [
                "gateway.port", "cron.enabled", "channels.discord.enabled", "channels.discord.token",
                "channels.telegram.enabled", "logging.level",
            ])
        #expect(plan.parts == [.cron, .channel("discord"), .channel("telegram")])
        #expect(plan.restartReasons.map(\.description) == ["gateway.port"])
        #expect(plan.needsRestart)
    }

    @Test(arguments: [
        ("hybrid", 1, 0, false), ("hot", 0, 1, false), ("restart", 2, 0, false), ("off", 0, 0, true),
    ])
    func `the mode decides what may happen`(mode: String, restarts: Int, waiting: Int, isOff: Bool) throws {
        let plan = ReloadPlan(
            from: try config("{}", mode: mode),
            to: try config("{gateway: {port: 2}, logging: {level: 'debug'}}"))

        #expect(plan.restartReasons.count == restarts)
        #expect(plan.waitingForRestart.count == waiting)
        #expect(plan.isOff == isOff)
    }

    @Test func `the same config asks for nothing`() throws {
        let plan = ReloadPlan(from: try config("{ui: {}}"), to: try config("{ui: {}}"))

        #expect(plan.isEmpty)
        #expect(!plan.needsRestart)
    }
}
