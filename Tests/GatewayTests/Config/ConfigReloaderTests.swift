import Core
import Gateway
import Synchronization
import Testing
import Wire

private final class Lines: Log.Sink {
    let leastLevel = Log.Level.info
    private let lines = Mutex<[String]>([])

    func write(_ line: Log.Line) { lines.withLock { $0.append("[\(line.subsystem)] \(line.message)") } }
    var all: [String] { lines.withLock { $0 } }
}

@MainActor
struct ConfigReloaderTests {
    private let folder: TemporaryFolder
    private let lines = Lines()

    init() throws { folder = try TemporaryFolder() }

    private func file(environment: [String: String] = [:]) -> ConfigFile {
        ConfigFile(
            location: ConfigLocation(stateDirectory: folder.path, configPath: folder.path + "/openclaw.json"),
            environment: environment, workingDirectory: folder.path,
            stamp: .init(version: "1", now: { "now" }), digest: { Digest.hex(Digest.sha256($0)) })
    }

    private func plans(from before: String, to after: String) throws -> [ReloadPlan] {
        try folder.write(before, to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()
        try folder.write(after, to: "openclaw.json")
        var plans: [ReloadPlan] = []
        let reloader = ConfigReloader(file: file, log: Log("gateway", to: lines)) { plan, _ in
            plans.append(plan)
        }
        reloader.reloadNow()
        return plans
    }

    @Test func `a change that needs nothing is applied at once`() throws {
        let plans = try plans(
            from: "{}", to: "{logging: {level: 'debug'}, agents: {defaults: {maxConcurrent: 2}}}")

        #expect(plans.map(\.needsRestart) == [false])
        #expect(
            lines.all == [
                "[reload] config change detected; evaluating reload (logging.level, agents.defaults.maxConcurrent)",
                "[reload] config hot reload applied (logging.level, agents.defaults.maxConcurrent)",
            ])
    }

    @Test func `a change that needs a restart says so`() throws {
        let plans = try plans(
            from: "{gateway: {port: 1}}", to: "{gateway: {port: 2}, ui: {assistant: {name: 'A'}}}")

        #expect(plans.map(\.needsRestart) == [true])
        #expect(lines.all.last == "[reload] config change requires gateway restart (gateway.port)")
    }

    @Test func `a mode that forbids the restart says what waits for one`() throws {
        let plans = try plans(
            from: "{gateway: {port: 1, reload: {mode: 'hot'}}}",
            to: "{gateway: {port: 2, reload: {mode: 'hot'}}}")

        #expect(plans.map(\.needsRestart) == [false])
        #expect(
            lines.all == [
                "[reload] config change detected; evaluating reload (gateway.port)",
                "[reload] restart the gateway to apply (gateway.port)",
            ])
    }

    /// A config whose port waits for a restart, and whose name does not.
    private func text(_ port: Int, _ name: String) -> String {
        "{gateway: {port: \(port), reload: {mode: 'hot'}}, ui: {assistant: {name: '\(name)'}}}"
    }

    /// A gateway that has started with port 1 and name A has read these.
    private func reload(_ file: ConfigFile, _ texts: [String]) throws -> ConfigReloader {
        try folder.write(text(1, "A"), to: "openclaw.json")
        _ = try file.loadAtStart()
        file.keep()
        let reloader = ConfigReloader(file: file, log: Log("gateway", to: lines)) { _, _ in }
        for changed in texts {
            try folder.write(changed, to: "openclaw.json")
            reloader.reloadNow()
        }
        return reloader
    }

    @Test func `what waits for a restart is no good copy, and can be taken back until then`() throws {
        let file = file()
        _ = try reload(file, [text(2, "A"), text(2, "B")])

        let copy = try JSON.parse(folder.read("openclaw.last-good.json") ?? "")
        #expect(copy["gateway"]?["port"] == 1)
        #expect(copy["ui"]?["assistant"]?["name"] == "B", "that has taken effect")
        #expect(file.snapshot.config.gateway.port == 2)
        #expect(file.goBack())
        #expect(file.snapshot.config.gateway.port == 1)
        #expect(file.snapshot.config.ui.assistant.name == "B")
    }

    @Test func `what waited for a restart and is taken back waits no more`() throws {
        let file = file()
        let reloader = try reload(file, [text(2, "A"), text(1, "A")])
        #expect(lines.all.last == "[reload] nothing waits for a restart any more (gateway.port)")
        #expect(!file.goBack())

        try folder.write(text(1, "B"), to: "openclaw.json")
        reloader.reloadNow()
        #expect(folder.read("openclaw.last-good.json") == text(1, "B"))
    }

    @Test func `a changed .env file restarts, and the log names the variables but no values`() throws {
        try folder.write("{}", to: "openclaw.json")
        let file = file()
        _ = try file.loadAtStart()
        let reloader = ConfigReloader(file: file, log: Log("gateway", to: lines)) { _, _ in }
        try folder.write("OPENAI_API_KEY=sk-secret", to: ".env")

        #expect(reloader.reloadNow()?.needsRestart == true)
        #expect(lines.all.last == "[reload] config change requires gateway restart (env.OPENAI_API_KEY)")
        #expect(reloader.reloadNow() == nil)
    }

    @Test func `switched off, what is asked for is applied all the same`() throws {
        let plans = try plans(
            from: "{gateway: {reload: {mode: 'off'}}}",
            to: "{gateway: {reload: {mode: 'off'}}, logging: {level: 'debug'}}")

        #expect(plans.map(\.needsRestart) == [false])
        #expect(lines.all.last == "[reload] config hot reload applied (logging.level)")
    }

    @Test func `a secret that the environment overrules is told once, not at every save`() throws {
        try folder.write("{}", to: "openclaw.json")
        let file = file(environment: ["OPENCLAW_GATEWAY_TOKEN": "new"])
        _ = try file.loadAtStart()
        let reloader = ConfigReloader(file: file, log: Log("gateway", to: lines)) { _, _ in }
        for level in ["info", "debug"] {
            try folder.write(
                "{logging: {level: '\(level)'},\n gateway: {auth: {token: 'old'}}}", to: "openclaw.json")
            reloader.reloadNow()
        }

        #expect(lines.all.count { $0.contains("gateway.auth.token: shadowed by") } == 1)
    }

    @Test func `a file with mistakes is told and not applied`() throws {
        let plans = try plans(from: "{}", to: "{gateway: {port: 'x'}}")

        #expect(plans == [])
        #expect(
            lines.all == [
                "[reload] config reload skipped (invalid config); the running config stays",
                "[reload] openclaw.json:1:18: gateway.port: expected a whole number from 1 to 65535, found the text \"x\"",
            ])
    }

    @Test func `an unknown key is told, and the rest applied`() throws {
        let plans = try plans(from: "{}", to: "{loging: {}, logging: {level: 'debug'}}")

        #expect(plans.map(\.changed.count) == [1])
        #expect(
            lines.all.first
                == "[reload] ignored: openclaw.json:1:2: loging: unknown key; did you mean `logging`?")
    }

    @Test func `a comment changes nothing`() throws {
        #expect(try plans(from: "{}", to: "{} // c") == [])
        #expect(lines.all == [])
    }
}
