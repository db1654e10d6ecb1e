import Agent
import Core
import Gateway
import Models
import Store
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `doctor`: looks at everything that can be wrong before the gateway runs, and says what mends it.
@MainActor
enum DoctorCommands {
    static var all: [Command] {
        [
            Command(
                path: ["doctor"], summary: "Look for what is wrong, and say what mends it",
                options: GatewayClient.options + [
                    .flag("--generate-gateway-token", "Write a token into the config, where there is none"),
                    .flag("--fix", "Close to others what they can read of the state directory").or(
                        "--repair"),
                    .flag("--non-interactive", "Never ask"), .flag("--yes", "Never ask"),
                ] + OriginalOptions.doctor.options,
                run: doctor)
        ]
    }

    private static func doctor(_ invocation: Invocation) async throws -> ExitCode {
        for note in try OriginalOptions.doctor.notes(on: invocation) { Terminal.printError("Note: \(note)") }
        if invocation.has("--generate-gateway-token") { try await writeToken(LocalSetup(invocation)) }
        let setup = LocalSetup(invocation)
        let isElsewhere = setup.config.gateway.mode == "remote"
        let answer = gateway(setup)
        let isAnswered = answer.first?.weight != .note
        let own =
            isElsewhere
            ? remote(setup)
            : [Finding(startOf: setup)].compactMap(\.self) + secrets(setup, isAnswered: isAnswered)
        let findings =
            config(setup) + [unreadVariables(setup)].compactMap(\.self) + own + files(setup)
            + (isElsewhere ? [] : models(setup)) + answer
        return Finding.report(findings, asJSON: invocation.wantsJSON)
    }

    /// What the gateway tells somebody to run who has no token to give.
    private static func writeToken(_ setup: LocalSetup) async throws(CommandError) {
        guard setup.token == nil else {
            return Terminal.printError(
                "There is a gateway token; it stays. `openclaw dashboard` prints a link with it.")
        }
        let file = try setup.changeableFile()
        do throws(ConfigWriteError) {
            let auth: JSON = ["mode": "token", "token": .string(SecureRandom.token())]
            for (key, value) in auth.objectValue ?? [:] {
                try await file.set(value, at: ConfigPath([.key("gateway"), .key("auth"), .key(key)]))
            }
        } catch {
            throw CommandError("No token was written: \(error.message)")
        }
        Terminal.printError(
            "Wrote `gateway.auth.token` into \(setup.configPath); `openclaw dashboard` prints a link with it."
        )
    }

    private static func config(_ setup: LocalSetup) -> [Finding] {
        if let reason = setup.refusal?.reason { return [Finding(.problem, reason)] }
        let warnings = setup.snapshot.running.warnings.map { Finding(.note, $0.description) }
        if let absence = setup.absence { return [Finding(.problem, absence)] + warnings }
        guard setup.snapshot.exists else {
            if let copy = setup.whatAStartTakes { return [Finding(.problem, copy)] + warnings }
            return [
                Finding(
                    .note,
                    "No config file at \(setup.configPath): defaults hold. `openclaw onboard` writes one."
                )
            ] + warnings
        }
        let mistakes = setup.snapshot.file.issues.map { Finding(.problem, $0.description) }
        let leftOut = setup.snapshot.file.quarantined.map {
            Finding(.problem, "\($0) (left out)")
        }
        let secrets = setup.config.secrets.failures.map { Finding(.problem, "\($0)") }
        let standIn = mistakes.isEmpty ? [] : [Finding(.note, whatAStartDoes(setup))]
        let written = setup.snapshot.file.config
        let channels = ChannelSections(config: written, environment: setup.environment)
        let quiet = channels.withoutEffect(written.keysWithoutEffect).map {
            Finding(.note, "`\($0)` is known but has no effect yet")
        }
        let files = channels.unreadableFiles.map { Finding(.problem, $0) }
        let head =
            mistakes.isEmpty && leftOut.isEmpty
            ? [Finding(.ok, "Config valid: \(setup.configPath)")] : []
        let rules = QuietRules.warnings(setup.config, channels, setup.environment).map { Finding(.note, $0) }
        return head + mistakes + standIn + leftOut + secrets + files + warnings + rules + quiet
    }

    /// Variables of the original that are set and do nothing here.
    private static func unreadVariables(_ setup: LocalSetup) -> Finding? {
        let names = [
            "AGENT_DIR", "OAUTH_DIR", "LOAD_SHELL_ENV", "SHELL_ENV_TIMEOUT_MS", "SKIP_PROVIDERS", "SKIP_CRON",
            "ALLOW_MULTI_GATEWAY", "NIX_MODE", "RAW_STREAM", "RAW_STREAM_PATH", "TTS_PREFS",
            "BUNDLED_PLUGINS_DIR", "BUNDLED_SKILLS_DIR", "BUNDLED_HOOKS_DIR", "BASH_PENDING_MAX_OUTPUT_CHARS",
        ].map { "OPENCLAW_" + $0 }.filter { setup.environment[$0] != nil }
        guard !names.isEmpty else { return nil }
        return Finding(
            .note, "Set, and read by nothing here: \(names.map { "`\($0)`" }.joined(separator: ", "))")
    }

    private static func whatAStartDoes(_ setup: LocalSetup) -> String {
        guard setup.refusal == nil else { return "The gateway does not start until they are mended" }
        let shut = setup.config.closed.compactMap(\.closes?.words)
        let consequence = Set(shut).sorted().joined(separator: ", and ")
        switch setup.snapshot.origin {
        case .file: return "After a start \(consequence), until they are mended"
        case .defaults:
            return
                "A start takes the defaults instead, with which the gateway ran before there was a config file"
        case .lastGood:
            return "A start takes the last good copy instead: \(setup.location.lastGoodPath)"
                + (shut.isEmpty ? "" : "; with it \(consequence)")
        }
    }

    /// Where a gateway listens and what it asks for; `isAnswered` tells that one runs.
    private static func secrets(_ setup: LocalSetup, isAnswered: Bool) -> [Finding] {
        guard setup.refusal == nil else { return [] }  // where it would listen is not decided yet
        do throws(CommandError) {
            if let running = setup.runningListener {
                // It may have been started with a secret that nothing here tells.
                let secret = try? setup.secret(isLoopback: running.isLoopback)
                return [Finding(.ok, "The gateway that runs listens on \(running.description)")]
                    + weakness(of: secret, running)
            }
            let listener = try setup.listener()
            if !isAnswered { try checkListening(setup) }
            return [Finding(.ok, "Listens on \(listener.description)")]
                + weakness(of: try setup.secret(isLoopback: listener.isLoopback), listener)
        } catch {
            return [Finding(.problem, error.message)]
        }
    }

    private static func checkListening(_ setup: LocalSetup) throws(CommandError) {
        let plan = try setup.listenPlan()
        do throws(ListenError) { try plan.endpoint(port: plan.port).check() } catch {
            throw CommandError("No gateway can start: \(error.message) \(error.advice)")
        }
    }

    /// Of a machine that only uses another one's gateway.
    private static func remote(_ setup: LocalSetup) -> [Finding] {
        guard setup.refusal == nil else { return [] }
        guard let url = setup.config.gateway.remote.url else {
            return [
                Finding(
                    .problem,
                    "`gateway.mode` is `remote`, and `gateway.remote.url` does not say where the gateway is",
                    fix: "openclaw config set gateway.remote.url wss://HOST")
            ]
        }
        return [Finding(.ok, "Uses the gateway at \(url); models and channels are set up there")]
    }

    private static func weakness(of secret: SharedSecret?, _ listener: GatewayLock.Listener) -> [Finding] {
        guard let weakness = secret?.weakness else { return [] }
        return [
            Finding(
                listener.isLoopback ? .note : .problem, "\(weakness) `openssl rand -hex 32` makes a good one."
            )
        ]
    }

    private static func files(_ setup: LocalSetup) -> [Finding] {
        let state = setup.state
        var findings: [Finding] = []
        // What is mounted read-only is told of with the volume.
        if access(state, F_OK) == 0, access(state, W_OK) != 0, errno != EROFS {
            findings.append(
                Finding(
                    .problem,
                    "The state directory \(state) is not writable: `chown -R $(id -u) \(state)`"))
        }
        if let space = Finding(volumeOf: setup), space.weight != .ok { findings.append(space) }
        var status = stat()
        if stat(state, &status) == 0 {
            if status.st_mode & S_IFMT != S_IFDIR {
                findings.append(
                    Finding(
                        .problem, "The state directory \(state) is a file: set OPENCLAW_STATE_DIR to a folder"
                    ))
            } else if status.st_mode & 0o077 != 0 {
                findings.append(open(state, "Others can look into", to: 0o700, setup))
            }
        }
        let secret = [setup.configPath, "\(state)/.env", "\(state)/\(ApprovalsFile.name)"]
        for path in secret + setup.config.secrets.files {
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_mode & 0o077 != 0
            else { continue }
            findings.append(open(path, "Others can read", to: 0o600, setup))
        }
        findings += WrittenPlaces(setup).problems.map { Finding(.problem, $0.text, fix: $0.fix) }
        findings += EarlyWorkspaces(setup).unused.map { Finding(.note, $0.text, fix: $0.fix) }
        if let problem = Database.damage(path: "\(state)/openclaw.sqlite") {
            findings.append(Finding(.problem, problem))
        }
        do throws(ApprovalsFileError) { _ = try ApprovalsFile(setup).read() } catch {
            findings.append(Finding(.problem, "No command runs: \(error)"))
        }
        if setup.config.gateway.controlUi.enabled, UIFolder.find(setup.environment) == nil {
            findings.append(
                Finding(.problem, "The Control UI's files are missing: `make ui` builds them."))
        }
        return findings
    }

    /// What others can see, closed to them with `--fix` where it lies in the state directory.
    private static func open(
        _ path: String, _ what: String, to mode: mode_t, _ setup: LocalSetup
    ) -> Finding {
        if setup.invocation.has("--fix"), isInside(path, setup.state), chmod(path, mode) == 0 {
            return Finding(.ok, "Closed to others: \(path)")
        }
        return Finding(.note, "\(what) \(path): `chmod \(String(mode, radix: 8)) \(path)`")
    }

    /// Whether it really lies there, whatever links lead to it.
    private static func isInside(_ path: String, _ folder: String) -> Bool {
        guard let path = RealPath.of(path), let folder = RealPath.of(folder) else { return false }
        return RealPath.isInside(path, folder)
    }

    private static func models(_ setup: LocalSetup) -> [Finding] {
        let rooms = RoomSettings(setup: setup, secret: .unset)
        let credentials = CredentialSource(settings: rooms.models)
        let shadowed = credentials.shadowedKeys.map { Finding(.note, $0) }
        let providers = credentials.configuredProviders
        guard !providers.isEmpty else {
            return [
                Finding(
                    .problem,
                    "No model vendor has a key: run `openclaw onboard`, or set ANTHROPIC_API_KEY, OPENAI_API_KEY or "
                        + "GOOGLE_API_KEY.")
            ]
        }
        let named = Set(rooms.agent.agents.compactMap(\.model))
        let unknown = named.sorted { $0.description < $1.description }
            .compactMap { ModelCommands.unknownVendor(of: $0, setup) }.map { Finding(.problem, $0) }
        return [
            Finding(
                .ok, "Model vendors with a key: \(providers.sorted().joined(separator: ", "))")
        ] + unknown + shadowed
    }

    private static func gateway(_ setup: LocalSetup) -> [Finding] {
        do {
            let client = try GatewayClient.connect(setup.invocation)
            _ = try client.call("health")
            return [Finding(.ok, "The gateway runs and answers")]
                + (try database(of: client)) + (try warnings(of: client, besides: setup.snapshot))
                + (try channels(of: client))
        } catch {
            let failure = error as? CommandError
            let reason = failure?.message ?? "\(error)"
            return [
                failure?.isRefusedLogin == true
                    ? Finding(.problem, "The gateway runs and refused the login: \(reason)")
                    : Finding(.note, "The gateway does not answer: \(reason)")
            ]
        }
    }

    /// That it has open what no longer lies there: nobody else can see it.
    private static func database(of client: GatewayClient) throws -> [Finding] {
        let volume = try client.call("status")["volume"]
        guard volume?["state"]?.stringValue == VolumeLevel.replaced.rawValue else { return [] }
        return [Finding(.problem, volume?["problem"]?.stringValue ?? "")]
    }

    /// Accounts that are on and cannot be reached, with what they say of it.
    private static func channels(of client: GatewayClient) throws -> [Finding] {
        let status = try client.call("channels.status")
        return (status["channelAccounts"]?.objectValue ?? [:]).flatMap { channel, accounts in
            (accounts.arrayValue ?? []).compactMap { account in
                guard account["enabled"]?.boolValue == true, account["connected"]?.boolValue == false,
                    let reason = account["lastError"]?.stringValue
                else { return nil }
                let name = account["accountId"]?.stringValue ?? "default"
                return Finding(.problem, "\(channel) (account `\(name)`): \(reason)")
            }
        }
    }

    /// What the running gateway warns of and this command does not see: its environment may be another.
    private static func warnings(of client: GatewayClient, besides snapshot: ConfigSnapshot) throws
        -> [Finding]
    {
        let own = snapshot.json(showsComments: true)["warnings"]?.arrayValue ?? []
        let all = try client.call("config.get")["warnings"]?.arrayValue ?? []
        return all.filter { !own.contains($0) }.map { warning in
            let path = warning["path"]?.stringValue ?? ""
            let message = warning["message"]?.stringValue ?? ""
            return Finding(.note, "The running gateway warns: \(path): \(message)")
        }
    }
}
