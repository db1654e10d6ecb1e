import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What this machine's files, variables and flags say, read once for a command or a start.
@MainActor
struct LocalSetup {
    let invocation: Invocation
    let location: ConfigLocation
    let platform: Platform
    let file: ConfigFile
    /// What runs: the file, the last good copy of it, or all defaults.
    private(set) var snapshot: ConfigSnapshot
    /// The state directory's volume can only be read: what is there is shown, and nothing is taken in.
    var isReadOnly = false
    /// Why the file cannot be used, when nothing can stand in for it.
    let refusal: ConfigRefusal?

    /// Port of `--dev`, so that a gateway for trying things does not meet the real one.
    private static let devPort = 19001

    /// `startsGateway`: one is about to run with it.
    init(_ invocation: Invocation, startsGateway: Bool = false) {
        self.invocation = invocation
        platform = Platform(invocation.environment)
        let workingDirectory = Self.workingDirectory
        location = ConfigLocation.find(
            environment: invocation.environment.variables,
            profile: invocation.has("--dev") ? "dev" : invocation["--profile"],
            home: invocation.environment.home,
            workingDirectory: workingDirectory)
        file = ConfigFile(
            location: location, environment: invocation.environment.variables,
            workingDirectory: workingDirectory,
            stamp: .init(version: Version.text, now: { Timestamp.now.iso8601 }),
            digest: { Digest.hex(Digest.sha256($0)) })
        do throws(ConfigRefusal) {
            snapshot = try file.loadAtStart(ofGateway: startsGateway)
            refusal = nil
        } catch {
            snapshot = file.snapshot
            refusal = error
        }
    }

    var config: Config { snapshot.config }
    var environment: Environment { snapshot.running.environment }
    var state: String { location.stateDirectory }
    var configPath: String { location.configPath }
    var basePath: String { ControlUISettings.normalizedBasePath(config.gateway.controlUi.basePath ?? "") }

    /// The config file, to be changed.
    ///
    /// One that is gone while a gateway runs is not begun anew: what is written would be all the gateway has then.
    func changeableFile() throws(CommandError) -> ConfigFile {
        if let absence { throw CommandError(absence) }
        return file
    }

    /// The words for a file that is gone while a gateway runs with what it said.
    var absence: String? {
        guard refusal == nil, !snapshot.exists, file.hasLastGood,
            case .held = GatewayLock.state(stateDirectory: state, configPath: configPath)
        else { return nil }
        return "The config file \(configPath) is gone while the gateway runs. Put it back with "
            + "`cp \(location.lastGoodPath) \(configPath)`, which is what it said last; or remove that copy to begin anew."
    }

    /// The words for a file that is gone while no gateway runs, and of which there is a copy.
    var whatAStartTakes: String? {
        guard refusal == nil, absence == nil, !snapshot.exists, file.hasLastGood else { return nil }
        return "The config file \(configPath) is gone, and a gateway that starts takes the copy of it. "
            + "`cp \(location.lastGoodPath) \(configPath)` puts it back; remove the copy to begin anew."
    }

    /// After a reload: what runs now.
    mutating func refresh() { snapshot = file.snapshot }

    /// This machine with another config.
    func with(_ loaded: LoadedConfig) -> LocalSetup {
        var setup = self
        setup.snapshot.running = loaded
        return setup
    }

    // MARK: What follows from it

    /// Whether the config says that a gateway runs here.
    var isLocal: Bool { config.gateway.mode == "local" }

    /// Only a config that says `local` starts, or `--allow-unconfigured`; what is for trying needs none.
    func checkMode() throws(CommandError) {
        guard !invocation.has("--allow-unconfigured"), !isLocal else { return }
        if invocation.has("--dev"), !snapshot.exists { return }
        guard snapshot.exists else {
            throw CommandError(
                "Missing config. Run `openclaw setup` or set gateway.mode=local (or pass --allow-unconfigured)."
            )
        }
        let mistakes = snapshot.file.issues.map { "\n- \($0)" }.joined()
        throw CommandError(
            "Gateway start blocked: set gateway.mode=local (current: \(config.gateway.mode ?? "unset")) in "
                + "\(configPath), or pass --allow-unconfigured.\(mistakes)")
    }

    func listenPlan() throws(CommandError) -> ListenPlan {
        try ListenPlan(
            .init(
                flagPort: invocation["--port"], environmentPort: environment["OPENCLAW_GATEWAY_PORT"],
                configPort: config.gateway.port,
                defaultPort: invocation.has("--dev") ? Self.devPort : ListenPlan.defaultPort,
                flagBind: invocation["--bind"], configBind: config.gateway.bind,
                customHost: config.gateway.customBindHost),
            platform: platform, tailnetAddress: NetworkAddresses.tailnet())
    }

    var tailscalePlan: TailscalePlan { TailscalePlan(invocation, config.gateway.tailscale) }

    /// What clients must give, where somebody has said it.
    var chosenAuthMode: String? { invocation["--auth"] ?? config.gateway.auth.mode }

    func secret(isLoopback: Bool) throws(CommandError) -> SharedSecret {
        let auth = config.gateway.auth
        let secret = try SharedSecret(
            .init(
                flagMode: invocation["--auth"], flagToken: invocation["--token"],
                flagPassword: invocation["--password"], fileMode: auth.mode, fileToken: auth.token,
                filePassword: auth.password),
            environment: environment, isLoopback: isLoopback && !isMeantForOthers)
        if secret.mode == .none, chosenAuthMode == nil, let unread = file.unreadVariables {
            throw CommandError(
                "\(unread) The gateway's token may stand in it, and without one everybody on this machine would be let in. "
                    + "Mend that, or set `gateway.auth.mode` to `none` where no token is meant.")
        }
        return secret
    }

    /// Whether the bind mode is one that lets other machines in, wherever it ends now: the network may come later.
    private var isMeantForOthers: Bool {
        let bind = invocation["--bind"] ?? config.gateway.bind
        return bind.map { ["tailnet", "custom"].contains($0) } ?? false || tailscalePlan.mode != .off
    }

    /// Where a gateway that starts with this listens, and what it asks for.
    func listener() throws(CommandError) -> GatewayLock.Listener {
        let (plan, secret) = try entrance()
        let place = plan.isLoopback ? "this machine only" : "the network"
        return GatewayLock.Listener(
            host: plan.ownHost, port: plan.port, isLoopback: plan.isLoopback,
            description: "port \(plan.port) for \(place) (\(plan.reason)); asks for \(secret.mode.rawValue)")
    }

    /// Where others come in to a gateway that starts with this, and what they must give; throws what keeps it from starting.
    func entrance() throws(CommandError) -> (plan: ListenPlan, secret: SharedSecret) {
        let plan = try listenPlan()
        let secret = try secret(isLoopback: plan.isLoopback)
        try tailscalePlan.check(plan, secret.mode)
        return (plan, secret)
    }

    /// Where the one that runs listens.
    var runningListener: GatewayLock.Listener? {
        GatewayLock.listener(stateDirectory: state, configPath: configPath)
    }

    /// Where a command looks for the gateway. The port is `OPENCLAW_GATEWAY_PORT`, that of the one that runs, or
    /// `gateway.port`.
    var ownAddress: (host: String, port: Int) {
        let running = runningListener
        let port =
            environment["OPENCLAW_GATEWAY_PORT"].flatMap(ListenPlan.port) ?? running?.port
            ?? config.gateway.port ?? (invocation.has("--dev") ? Self.devPort : ListenPlan.defaultPort)
        if let running, running.port == port { return (running.host, port) }
        // A plan that cannot be made is told by the gateway's own start.
        return ((try? listenPlan())?.ownHost ?? "127.0.0.1", port)
    }

    var token: String? {
        SharedSecret.pick(nil, environment["OPENCLAW_GATEWAY_TOKEN"], config.gateway.auth.token)?.reveal()
    }
    var password: String? {
        SharedSecret.pick(nil, environment["OPENCLAW_GATEWAY_PASSWORD"], config.gateway.auth.password)?
            .reveal()
    }

    /// The link to open, with the token for the page to use once.
    func link(to address: (host: String, port: Int), token: String?) -> String {
        let target = GatewayClient.Target(host: address.host, port: address.port)
        return "http://\(target.authority)\(path(token: token))"
    }

    /// What follows the address in it.
    func path(token: String?) -> String {
        "\(basePath)/" + (token.map { "#token=\($0.percentEncoded)" } ?? "")
    }

    /// Every secret this process knows, so that the log can mask it.
    func knownSecrets(_ secret: SharedSecret) -> [String] {
        let names = ["_API_KEY", "_TOKEN", "_PASSWORD", "_SECRET"]
        let variables = environment.variables.filter { variable in
            names.contains { variable.key.hasSuffix($0) }
        }
        return Array(variables.values) + ConfigRedaction.secrets(in: config.raw)
            + Array(config.secrets.values.values)
            + [secret.token, secret.password].compactMap { $0?.reveal() }
    }

    /// A path as people write it: `~` is the home directory, and what does not start with `/` is in the state directory.
    func expand(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") { return environment.home + path.dropFirst() }
        return path.hasPrefix("/") ? path : "\(state)/\(path)"
    }

    /// A path as a person at a prompt means it: from where they are.
    func place(_ path: String) -> String {
        let isWhole = path.hasPrefix("/") || path == "~" || path.hasPrefix("~/")
        return isWhole ? expand(path) : "\(Self.workingDirectory)/\(path)"
    }

    static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }
}
