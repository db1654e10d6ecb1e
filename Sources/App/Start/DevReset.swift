import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `gateway --dev --reset`: what was tried is put aside, and the gateway begins as on its first day.
@MainActor
struct DevReset {
    let setup: LocalSetup

    /// Moves the state directory of `--dev` away, so that nothing is lost, and tells where it is; no other one.
    func run() throws(CommandError) {
        let state = setup.state
        guard state == "\(setup.environment.home)/.openclaw-dev" else {
            throw CommandError(
                "`--reset` begins the installation of `--dev` anew, in `~/.openclaw-dev`, and no other: nothing is deleted here. "
                    + "Stop the gateway and move `\(state)` away yourself, then run this again without `--reset`."
            )
        }
        guard access(state, F_OK) == 0 else { return }
        try checkStart()
        if case .held(let pid) = GatewayLock.state(stateDirectory: state, configPath: setup.configPath) {
            throw GatewayRun.alreadyRunning(pid: pid, setup.platform)
        }
        let aside = "\(state).\(Timestamp.now.milliseconds)"
        guard rename(state, aside) == 0 else {
            throw CommandError("`\(state)` cannot be moved away: \(String(cString: strerror(errno))).")
        }
        Terminal.printError("Moved `\(state)` to `\(aside)`; this gateway begins anew.")
    }

    /// Nothing is moved for a gateway that would not start then.
    private func checkStart() throws(CommandError) {
        let fresh = setup.with(.defaults(environment: setup.invocation.environment))
        let plan = try fresh.entrance().plan
        guard !setup.invocation.has("--force") else { return }
        do throws(ListenError) {
            try plan.endpoint(port: plan.port).check()
        } catch {
            throw error.refusedStart
        }
    }
}
