import Core
import Gateway
import Wire

/// What keeps a gateway that runs from taking up a config without mistakes: none would start with it, or it would let in
/// people who have been kept out.
@MainActor
struct StartCheck {
    private let setup: LocalSetup
    private let running: ListenPlan
    private let isOpen: Bool

    /// `setup` is what the gateway runs with.
    init(_ setup: LocalSetup) throws(CommandError) {
        self.setup = setup
        running = try setup.listenPlan()
        isOpen = try setup.secret(isLoopback: running.isLoopback).mode == .none
    }

    func obstacle(_ loaded: LoadedConfig) -> ConfigIssue? {
        let other = setup.with(loaded)
        do throws(CommandError) {
            try other.checkMode()
            let (plan, secret) = try other.entrance()
            try checkListening(plan)
            guard secret.mode == .none, !isOpen, other.chosenAuthMode == nil else { return nil }
            return issue(
                "the secret that clients have to give is gone, so that everybody on this machine would be let in. Put back "
                    + "OPENCLAW_GATEWAY_TOKEN or `gateway.auth.token`, or set `gateway.auth.mode` to `none` where that is "
                    + "meant.")
        } catch {
            return issue(error.message)
        }
    }

    private func issue(_ message: String) -> ConfigIssue {
        ConfigIssue(path: ConfigPath([.key("gateway")]), message: message)
    }

    private func checkListening(_ plan: ListenPlan) throws(CommandError) {
        guard plan.hosts != running.hosts || plan.port != running.port else { return }
        // On its own port nobody else listens as long as this gateway does.
        let endpoint = plan.endpoint(port: plan.port == running.port ? 0 : plan.port)
        do throws(ListenError) { try endpoint.check() } catch { throw CommandError(error.message) }
    }
}

extension ListenError {
    var refusedStart: CommandError { CommandError("Gateway failed to start: \(message) \(advice)") }

    /// What helps whoever starts a gateway.
    var advice: String {
        switch self {
        case .notPermitted: "Choose a port from 1024 on with `--port`."
        case .noSuchAddress:
            "Set `gateway.customBindHost` to an address that it has, or `gateway.bind` to `lan` or `loopback`."
        case .inUse, .failed: "Choose another port with `--port`, or stop what holds it with `--force`."
        }
    }
}

extension ListenPlan {
    /// Where a server listens, on the plan's port or another one.
    func endpoint(port: Int) -> ListenEndpoint {
        switch hosts {
        case ["::"]: .everywhere(port: port)
        case ["127.0.0.1", "::1"]: .loopback(port: port)
        default: .address(hosts[0], port: port)
        }
    }
}
