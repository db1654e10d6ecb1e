import Core
import Testing

@testable import App

/// Each heading of a deployment's troubleshooting is a check.
struct FlyFileCheckTests {
    /// A deployment without fault.
    private static let good = """
        app = "my-app"
        kill_timeout = 30
        [env]
          OPENCLAW_STATE_DIR = "/data"
        [processes]
          app = "node dist/index.js gateway --allow-unconfigured --port 3000 --bind lan"
        [http_service]
          internal_port = 3000
          auto_stop_machines = false
          min_machines_running = 1
          [[http_service.checks]]
            path = "/healthz"
        [[vm]]
          memory = "256mb"
        [mounts]
          source = "openclaw_data"
          destination = "/data"
        """

    private func findings(_ change: (String) -> String = { $0 }) throws -> [Finding] {
        FlyFileCheck(config: try FlyConfig(change(Self.good))).findings
    }

    /// The finding that a change brings about.
    private func finding(_ old: String, _ new: String) throws -> Finding {
        let found = try findings {
            let changed = $0.replacing(old, with: new)
            #expect(changed != $0)
            return changed
        }
        return try #require(found.first { $0.weight != .ok })
    }

    @Test func `nothing that says where to listen is listening to itself`() throws {
        let missing = try finding(" --bind lan", "")
        #expect(missing.weight == .problem && missing.text.contains("expected address"))
        #expect(missing.fix?.hasSuffix("--port 3000 --bind lan\"") == true)
        for same in ["--bind 127.0.0.1", "--bind=localhost", "--bind loopback'"] {
            #expect(try finding("--bind lan", same).weight == .problem)
        }
        #expect(try finding("--bind lan", "--bind everywhere").text.contains("Invalid --bind"))
        let listed =
            #"["node", "dist/index.js", "gateway", "--allow-unconfigured", "--port", "3000", "--bind", "lan"]"#
        let good = #""node dist/index.js gateway --allow-unconfigured --port 3000 --bind lan""#
        #expect(try findings { $0.replacing(good, with: listed) }.filter { $0.weight != .ok } == [])
    }

    @Test func `a command that starts nothing on an empty volume is told`() throws {
        let missing = try finding(" --allow-unconfigured", "")
        #expect(missing.weight == .note)
        #expect(missing.fix?.hasSuffix("--port 3000 --bind lan --allow-unconfigured\"") == true)
        let shell = try FlyConfig(
            "[processes]\n  web = \"sh -c 'node dist/index.js gateway --bind lan'\"\n[http_service]\n  internal_port = 18789\n"
        )
        let found = FlyFileCheck(config: shell).findings.compactMap(\.fix)
        #expect(
            found.contains(
                "[processes]\n  web = \"sh -c 'node dist/index.js gateway --bind lan --allow-unconfigured'\"")
        )
    }

    @Test func `where the image's command runs, that is what is changed`() throws {
        let found = FlyFileCheck(
            config: try FlyConfig("[[services]]\n  internal_port = 1\n")
        ).findings
        #expect(
            found.contains {
                $0.fix?.contains("app = \"node dist/index.js gateway --allow-unconfigured --bind lan\"")
                    == true
            })
        #expect(found.contains { $0.fix?.hasPrefix("[[services]]\n  internal_port") == true })
        #expect(!found.contains { $0.fix?.contains("http_service") == true })
    }

    @Test func `a slash at the end of a folder means nothing`() throws {
        let changed = try findings {
            $0.replacing("destination = \"/data\"", with: "destination = \"/data/\"")
        }
        #expect(changed.filter { $0.weight != .ok } == [])
    }

    @Test func `a token in the command, a process that is not there, memory that is none`() throws {
        #expect(try finding("--bind lan", "--bind lan --token hunter2").text.contains("names the token"))
        #expect(
            try finding("internal_port = 3000", "internal_port = 3000\n  processes = [\"nope\"]").text
                .contains("`nope`"))
        #expect(try finding("256mb", "lots").text.contains("`lots` is no amount of memory"))
    }

    @Test func `a deployment without fault has none`() throws {
        #expect(try findings().filter { $0.weight != .ok } == [])
    }

    @Test func `not listening on the expected address`() throws {
        let finding = try finding("--bind lan", "--bind loopback")
        #expect(finding.weight == .problem && finding.text.contains("expected address"))
        #expect(
            finding.fix?.contains("gateway --allow-unconfigured --port 3000 --bind lan\"") == true)
    }

    @Test(arguments: [
        ("internal_port = 3000", "internal_port = 8080"), ("--port 3000", "--port=8080"),
        (" --port 3000", ""),
        ("internal_port = 3000\n", "\n"),
    ])
    func `health checks refused, because the ports differ`(old: String, new: String) throws {
        let finding = try finding(old, new)
        #expect(finding.weight == .problem && finding.fix?.contains("internal_port = ") == true)
    }

    @Test func `the port may be set by a variable`() throws {
        let found = try findings {
            $0.replacing(" --port 3000", with: "").replacing(
                "[env]", with: "[env]\n OPENCLAW_GATEWAY_PORT = 3000")
        }
        #expect(found.filter { $0.weight != .ok } == [])
    }

    @Test func `memory that is too little, and memory that costs for nothing`() throws {
        #expect(try finding("256mb", "128mb").weight == .problem)
        let large = try finding("256mb", "2048mb")
        #expect(large.weight == .note && large.fix?.contains("256mb") == true)
        #expect(try finding("memory = \"256mb\"", "size = \"performance-1x\"").weight == .note)
        #expect(try finding("memory = \"256mb\"", "memory = \"1gb\"").weight == .note)
        // More than can be counted is no reason to end.
        for memory in ["memory = \"9999999999999999gb\"", "size = \"shared-cpu-9223372036854775807x\""] {
            #expect(try !findings { $0.replacing("memory = \"256mb\"", with: memory) }.isEmpty)
        }
    }

    @Test func `state that is not kept`() throws {
        let unset = try finding("OPENCLAW_STATE_DIR = \"/data\"", "")
        #expect(unset.weight == .problem && unset.fix?.contains("OPENCLAW_STATE_DIR = \"/data\"") == true)
        #expect(
            try finding("OPENCLAW_STATE_DIR = \"/data\"", "OPENCLAW_STATE_DIR = \"/database\"").weight
                == .problem)
        let noVolume = try finding("[mounts]", "[mounted]")
        #expect(noVolume.fix?.contains("fly volumes create openclaw_data --size 1 -a my-app") == true)
    }

    @Test func `a machine that sleeps hears nobody`() throws {
        let found = try findings {
            $0.replacing("auto_stop_machines = false", with: "auto_stop_machines = \"suspend\"")
                .replacing("min_machines_running = 1", with: "min_machines_running = 0")
        }
        #expect(found.contains { $0.weight == .problem && $0.text.contains("stopped") })
        #expect(
            try findings { $0.replacing("auto_stop_machines = false", with: "auto_stop_machines = \"off\"") }
                .allSatisfy { $0.weight == .ok })
    }

    @Test func `secrets do not stand in the file`() throws {
        let finding = try finding("[env]", "[env]\n  DISCORD_BOT_TOKEN = \"abc\"")
        #expect(
            finding.weight == .problem && finding.fix?.hasPrefix("fly secrets set DISCORD_BOT_TOKEN=") == true
        )
        #expect(!"\(finding)".contains("abc"))
    }

    @Test func `nobody asks how it is, and too little time to end`() throws {
        #expect(try finding("[[http_service.checks]]", "[[other]]").fix?.contains("/healthz") == true)
        #expect(try finding("kill_timeout = 30", "kill_timeout = \"2s\"").weight == .note)
        #expect(
            try finding("kill_timeout = 30", "kill_signal = \"SIGKILL\"").fix == "kill_signal = \"SIGINT\"")
    }

    @Test func `without a public service the way in is said`() throws {
        let found = try findings {
            $0.replacing("[http_service]", with: "[private]").replacing(
                "[[http_service.checks]]", with: "[[c]]")
        }
        #expect(found.contains { $0.text.contains("fly proxy 3000:3000 -a my-app") })
    }
}
