import Agent
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
        [gatewaySecret, modelKey, storage, space, machines, configFile].compactMap(\.self)
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
            return Finding(
                .problem, "`\(setup.state)` is not on a volume: it is lost at each deploy",
                fix: "[mounts]\n  source = \"openclaw_data\"\n  destination = \"\(setup.state)\"")
        }
        guard access(setup.state, W_OK) == 0 else {
            return Finding(
                .problem, "`\(setup.state)` cannot be written: \(String(cString: strerror(errno)))",
                fix: "fly ssh console -C \"chown -R openclaw: \(setup.state)\" -a \(app)")
        }
        return Finding(.ok, "State is kept on the volume at `\(setup.state)`")
    }

    private var space: Finding? {
        guard let space = VolumeSpace(of: setup.state) else { return nil }
        guard space.level() > .roomy else { return Finding(.ok, "\(space.text) (\(space.freePercent) %)") }
        return Finding(
            .problem,
            "Only \(space.text) (\(space.freePercent) %). Used: \(VolumeUse(of: setup.state).text)",
            fix: "fly volumes list -a \(app)\nfly volumes extend VOLUME --size 3 -a \(app)")
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

    /// "Config not being read".
    private var configFile: Finding? {
        if let reason = setup.refusal?.reason {
            return Finding(.problem, reason, fix: "openclaw config validate")
        }
        guard setup.snapshot.exists else {
            return Finding(.note, "There is no `\(setup.configPath)`: defaults hold", fix: "openclaw setup")
        }
        guard access(setup.configPath, R_OK) == 0 else {
            return Finding(
                .problem, "`\(setup.configPath)` cannot be read by this user",
                fix: "chown openclaw: \(setup.configPath)")
        }
        guard setup.snapshot.file.issues.isEmpty, setup.snapshot.file.quarantined.isEmpty else {
            return Finding(
                .problem, "`\(setup.configPath)` has mistakes, and is not read as it stands",
                fix: "openclaw config validate")
        }
        return Finding(.ok, "`\(setup.configPath)` is read")
    }
}
