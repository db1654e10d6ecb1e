import Agent
import Channels
import Core
import Gateway
import Models

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Looks at the machine it runs on: `fly ssh console -C "openclaw fly doctor"`.
@MainActor
struct FlyMachineCheck {
    let setup: LocalSetup

    private var app: String { setup.platform.flyApp ?? "APP" }

    var findings: [Finding] {
        [
            Finding(startOf: setup), gatewaySecret, modelKey, storage, Finding(volumeOf: setup), memory,
            machines,
        ].compactMap(
            \.self)
            + places + channelTokens + configFile + FlyAddressCheck(setup: setup, app: app).findings
            + [lock].compactMap(\.self)
    }

    private var gatewaySecret: Finding? {
        let auth = setup.config.gateway.auth
        let isSet =
            setup.token != nil || setup.environment["OPENCLAW_GATEWAY_PASSWORD"] != nil
            || auth.password != nil
        guard !isSet else { return Finding(.ok, "The gateway has a token") }
        return Finding(
            .problem, "The gateway has no token, and does not listen to the network without one",
            fix: "fly secrets set OPENCLAW_GATEWAY_TOKEN=$(openssl rand -hex 32) -a \(app)")
    }

    private var modelKey: Finding? {
        let rooms = RoomSettings(setup: setup, secret: .unset)
        guard !CredentialSource(settings: rooms.models).configuredProviders.isEmpty else {
            return Finding(
                .problem, "No model vendor has a key",
                fix: "fly secrets set ANTHROPIC_API_KEY=sk-ant-… -a \(app)")
        }
        return Finding(.ok, "A model vendor has a key")
    }

    private var storage: Finding? {
        var (own, above) = (stat(), stat())
        guard stat(setup.state, &own) == 0 else {
            return Finding(
                .problem, "The state directory `\(setup.state)` does not exist",
                fix: "[env]\n  OPENCLAW_STATE_DIR = \"/data\"")
        }
        let root = stat("/", &above) == 0 ? above.st_dev : own.st_dev
        guard own.st_dev != root else {
            let isMounted = stat("/data", &above) == 0 && above.st_dev != root
            return Finding(
                .problem, "`\(setup.state)` is not on a volume: it is lost at each deploy",
                fix: isMounted
                    ? "[env]\n  OPENCLAW_STATE_DIR = \"/data\""
                    : "[mounts]\n  source = \"openclaw_data\"\n  destination = \"\(setup.state)\"")
        }
        // What is mounted read-only is told of with the volume.
        guard access(setup.state, W_OK) == 0 || errno == EROFS else {
            return Finding(
                .problem, "`\(setup.state)` cannot be written: \(String(cString: strerror(errno)))",
                fix: "fly ssh console -C \"chown -R openclaw: \(setup.state)\" -a \(app)")
        }
        return Finding(.ok, "State is kept on the volume at `\(setup.state)`")
    }

    /// "State is not persisted", of what the config has elsewhere.
    private var places: [Finding] {
        WrittenPlaces(setup).problems.map { Finding(.problem, $0.text, fix: $0.fix) }
    }

    /// Accounts of chat platforms that are on and have nothing to log in with.
    private var channelTokens: [Finding] {
        ChannelSections(config: setup.config, environment: setup.environment).facts.flatMap { channel in
            guard let factory = ChannelCatalog.factory(channel.id) else { return [Finding]() }
            return channel.accounts.filter { $0.isEnabled && $0.tokenSource == "none" }.map { account in
                let isDefault = account.id == "default"
                return Finding(
                    .problem, "\(channel.label)\(isDefault ? "" : " (account `\(account.id)`)") has no token",
                    fix: isDefault
                        ? "fly secrets set \(factory.secretVariable)=… -a \(app)"
                        : "openclaw channels add \(channel.id) --account \(account.id)")
            }
        }
    }

    /// "OOM / memory issues".
    private var memory: Finding? {
        // A count that cannot be read is of no use, and no fault.
        let table = (try? PrivateFile.read("/proc/vmstat", limit: 1 << 20)) ?? []
        return Self.memory(
            of: setup.environment["FLY_VM_MEMORY_MB"].flatMap { Int($0) },
            killed: Self.killed(in: String(decoding: table, as: UTF8.self)), fix: { withMemory($0) })
    }

    /// Whether so many megabytes are enough, of which the kernel had to end so many programs; it is the machine's own on
    /// Fly, so its count is of this machine, since its start.
    nonisolated static func memory(of megabytes: Int?, killed count: Int, fix: (Int) -> String) -> Finding? {
        if let megabytes, count == 0 || megabytes < FlyFileCheck.enoughMegabytes {
            return FlyFileCheck.memory(of: megabytes, fix: fix)
        }
        guard count > 0 else { return nil }
        return Finding(
            .note,
            "Programs that the kernel has ended for want of memory since this machine started: \(count)",
            fix: fix(max(2 * (megabytes ?? 0), 512)))
    }

    private func withMemory(_ megabytes: Int) -> String {
        "fly machine update \(setup.platform.flyMachine ?? "MACHINE") --vm-memory \(megabytes) -y -a \(app)"
    }

    /// How many that are, by the words of `/proc/vmstat`.
    nonisolated static func killed(in table: String) -> Int {
        let line = table.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
    }

    /// Two machines with one bot token answer everything twice.
    private var machines: Finding? {
        guard setup.platform.flyApp != nil else { return nil }
        let count = NetworkAddresses.count(of: "\(app).internal")
        guard count > 1 else { return count == 1 ? Finding(.ok, "One machine runs") : nil }
        return Finding(
            .problem, "\(count) machines run: each would answer every message",
            fix: "fly scale count 1 -a \(app)")
    }

    /// "Gateway lock issues": the kernel's lock counts, and it goes with its process.
    private var lock: Finding? {
        let lock = GatewayLock.state(stateDirectory: setup.state, configPath: setup.configPath)
        switch lock {
        case .held(let pid):
            return Finding(.ok, "One gateway holds the lock\(pid.map { " (pid \($0))" } ?? "")")
        case .leftBehind(let path):
            return Finding(
                .ok, "The lock file `\(path)` was left behind by a gateway that is gone, and stops nothing")
        case nil: return nil
        }
    }

    /// "Config not being read".
    private var configFile: [Finding] {
        guard access(setup.configPath, R_OK) == 0 || errno == ENOENT else {
            return [
                Finding(
                    .problem, "`\(setup.configPath)` cannot be read by this user",
                    fix: "fly ssh console -C \"chown openclaw: \(setup.configPath)\" -a \(app)")
            ]
        }
        if let reason = setup.refusal?.reason {
            return [Finding(.problem, reason, fix: "openclaw config validate")]
        }
        let elsewhere = writtenElsewhere.map { [$0] } ?? []
        guard setup.snapshot.exists else {
            guard elsewhere.isEmpty else { return elsewhere }
            return [Finding(.note, "There is no `\(setup.configPath)`: defaults hold", fix: "openclaw setup")]
        }
        guard setup.snapshot.file.issues.isEmpty, setup.snapshot.file.quarantined.isEmpty else {
            return [
                Finding(
                    .problem, "`\(setup.configPath)` has mistakes, and is not read as it stands",
                    fix: "openclaw config validate")
            ]
        }
        return [Finding(.ok, "`\(setup.configPath)` is read")] + elsewhere
    }

    /// A file where everybody is told to write it, while the gateway looks for it somewhere else.
    private var writtenElsewhere: Finding? {
        let path = "/data/openclaw.json"
        guard path != setup.configPath, access(path, F_OK) == 0 else { return nil }
        return Finding(
            .problem, "`\(path)` is not read: the gateway reads `\(setup.configPath)`",
            fix: "[env]\n  OPENCLAW_STATE_DIR = \"/data\"")
    }
}
