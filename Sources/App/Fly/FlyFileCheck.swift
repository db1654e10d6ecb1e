import Core

/// Looks through a `fly.toml`: everything that the troubleshooting of a deployment begins with.
struct FlyFileCheck {
    let config: FlyConfig
    /// What our own config file says, when it can be seen from here.
    var configuredPort: Int?
    var configuredBind: String?

    /// The smallest machine there is, which is enough (design bound: 40 MB for everything).
    static let enoughMegabytes = 256

    var findings: [Finding] {
        [address, unconfigured, process, port, storage, memory, sleep, ending].compactMap(\.self) + checks
            + secrets
            + leftovers
    }

    // MARK: The address

    /// "App is not listening on expected address".
    private var address: Finding? {
        let bind = config.flag("--bind") ?? configuredBind
        let fix = "[processes]\n  app = \"\(commandLine(setting: "--bind", to: "lan"))\""
        do throws(CommandError) {
            guard try !ListenPlan.isLoopback(bind: bind) else {
                let why = bind == nil ? ", for nothing says `--bind lan`" : ""
                return Finding(
                    .problem,
                    "Listens on 127.0.0.1 only\(why): Fly says \"App is not listening on expected address\"",
                    fix: fix)
            }
            return Finding(.ok, "Listens where Fly's proxy finds it (bind `\(bind ?? "")`)")
        } catch {
            return Finding(.problem, error.message, fix: fix)
        }
    }

    /// A volume that is empty yet has no config, and without this flag nothing starts on it.
    private var unconfigured: Finding? {
        let words = config.command
        guard words.contains("gateway"), !words.contains(Self.unconfigured) else { return nil }
        return Finding(
            .note,
            "The command lacks `\(Self.unconfigured)`: without a config file with `gateway.mode` `local` no gateway "
                + "starts",
            fix:
                "[processes]\n  \(config.processGroup) = \"\(withFlag(config.writtenCommand.joined(separator: " ")))\""
        )
    }

    /// Within the quotes, where the command is a shell's.
    private func withFlag(_ command: String) -> String {
        guard let quote = command.last, "\"'".contains(quote) else {
            return "\(command) \(Self.unconfigured)"
        }
        return "\(command.dropLast()) \(Self.unconfigured)\(quote)"
            .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
    }

    private static let unconfigured = "--allow-unconfigured"
    /// What the image runs where `fly.toml` says nothing.
    private static let usualCommand = ["node", "dist/index.js", "gateway", unconfigured]

    private var process: Finding? {
        config.unknownProcess.map { name in
            Finding(
                .problem,
                "The public service is for the processes `\(name)`, which `[processes]` does not have",
                fix: "\(config.serviceHead)\n  processes = [\"app\"]")
        }
    }

    private var gatewayPort: Int {
        config.flag("--port").flatMap { Int($0) } ?? config.variable("OPENCLAW_GATEWAY_PORT").flatMap {
            Int($0)
        }
            ?? configuredPort ?? ListenPlan.defaultPort
    }

    /// "Health checks failing / connection refused".
    private var port: Finding? {
        guard config.service != nil else {
            return Finding(
                .ok, "No public service: reach it with `fly proxy \(gatewayPort):\(gatewayPort) -a \(app)`")
        }
        guard let port = config.internalPort else {
            return Finding(
                .problem, "Nothing says which port Fly's proxy asks",
                fix: "\(config.serviceHead)\n  internal_port = \(gatewayPort)")
        }
        guard port == gatewayPort else {
            return Finding(
                .problem,
                "Fly's proxy asks port \(port), and the gateway listens on \(gatewayPort): connections are refused",
                fix: "\(config.serviceHead)\n  internal_port = \(gatewayPort)")
        }
        return Finding(.ok, "Fly's proxy and the gateway agree on port \(port)")
    }

    private var app: String { config.app ?? "APP" }

    private func commandLine(setting flag: String, to value: String) -> String {
        var words = config.command
        if words.isEmpty { words = Self.usualCommand }
        if let index = words.firstIndex(of: flag), index + 1 < words.count {
            words[index + 1] = value
        } else {
            words.removeAll { $0.hasPrefix(flag + "=") }
            words += [flag, value]
        }
        return words.joined(separator: " ")
    }

    // MARK: The volume

    /// "State is not persisted".
    private var storage: Finding? {
        let mounts = config.mounts.compactMap { $0["destination"]?.stringValue }.map(
            FilePath.withoutEndSlashes)
        guard let mount = mounts.first else {
            return Finding(
                .problem, "No volume: conversations, logins and config are gone after each deploy",
                fix: "fly volumes create openclaw_data --size 1 -a \(app)\n"
                    + "[mounts]\n  source = \"openclaw_data\"\n  destination = \"/data\"")
        }
        guard let state = config.variable("OPENCLAW_STATE_DIR") else {
            return Finding(
                .problem, "The state directory is not on the volume: it is lost at each deploy",
                fix: "[env]\n  OPENCLAW_STATE_DIR = \"\(mount)\"")
        }
        guard mounts.contains(where: { RealPath.isInside(FilePath.withoutEndSlashes(state), $0) }) else {
            return Finding(
                .problem, "The state directory `\(state)` is not on the volume, which is at `\(mount)`",
                fix: "[env]\n  OPENCLAW_STATE_DIR = \"\(mount)\"")
        }
        return Finding(.ok, "State is kept on the volume at `\(mount)`")
    }

    // MARK: The machine

    /// "OOM / memory issues".
    private var memory: Finding? {
        func fix(_ megabytes: Int) -> String { "[[vm]]\n  memory = \"\(megabytes)mb\"" }
        if let text = config.unreadableMemory {
            return Finding(.problem, "`\(text)` is no amount of memory", fix: fix(Self.enoughMegabytes))
        }
        return config.memory.map { Self.memory(of: $0, fix: fix) }
    }

    /// Whether so much is enough; `fix` sets another number of megabytes.
    static func memory(of megabytes: Int, fix: (Int) -> String) -> Finding {
        if megabytes < enoughMegabytes {
            return Finding(
                .problem, "\(megabytes) MB of memory is less than Fly's smallest machine has",
                fix: fix(enoughMegabytes))
        }
        guard megabytes > 2 * enoughMegabytes else {
            return Finding(.ok, "\(megabytes) MB of memory is enough")
        }
        return Finding(
            .note,
            "\(megabytes) MB of memory costs more than is needed: 256 MB is enough, 512 MB with a browser or large tools",
            fix: fix(enoughMegabytes))
    }

    private var sleep: Finding? {
        guard config.sleeps else { return nil }
        return Finding(
            .problem, "The machine is stopped while nobody opens the page: chat platforms reach nobody then",
            fix: "\(config.serviceHead)\n  auto_stop_machines = \"off\"\n  min_machines_running = 1")
    }

    private var ending: Finding? {
        guard config.killSignal != "SIGKILL" else {
            return Finding(
                .problem, "`kill_signal` ends the gateway at once, in the middle of its turns",
                fix: "kill_signal = \"SIGINT\"")
        }
        guard config.killTimeout < 5 else { return nil }
        return Finding(
            .note, "`kill_timeout` leaves \(config.killTimeout) s to end in; running turns need up to 5",
            fix: "kill_timeout = 10")
    }

    private var checks: [Finding] {
        guard config.service != nil, !config.hasChecks else { return [] }
        return [
            Finding(
                .note, "Nobody asks the gateway how it is: a deploy counts as done before it answers",
                fix:
                    "\(config.checksHead)\n  method = \"GET\"\n  path = \"/healthz\"\n  interval = \"15s\"\n"
                    + "  timeout = \"5s\"\n  grace_period = \"10s\"")
        ]
    }

    // MARK: Variables

    /// Secrets do not belong into a file that is committed.
    private var secrets: [Finding] {
        let inCommand = ["TOKEN", "PASSWORD"].filter { config.flag("--\($0.lowercased())") != nil }.map {
            name in
            Finding(
                .problem,
                "The start command names the \(name.lowercased()) for everybody who reads the repository",
                fix:
                    "fly secrets set OPENCLAW_GATEWAY_\(name)=… -a \(app)   # and take `--\(name.lowercased())` out of "
                    + "the command")
        }
        return inCommand
            + config.variables.filter { name in
                ["TOKEN", "_KEY", "PASSWORD", "SECRET"].contains { name.hasSuffix($0) }
            }.map { name in
                Finding(
                    .problem, "`\(name)` stands in fly.toml for everybody who reads the repository",
                    fix: "fly secrets set \(name)=… -a \(app)   # and take the line out of [env]")
            }
    }

    /// Settings of the original that do nothing here.
    private var leftovers: [Finding] {
        ["NODE_OPTIONS", "OPENCLAW_PREFER_PNPM"].filter { config.variable($0) != nil }.map {
            Finding(.note, "`\($0)` has no effect: there is no Node.js here. It may stay.")
        }
    }
}
