import Agent
import Core
import Gateway
import Store
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `openclaw gateway`: checks that it may start, then runs gateways until one is told to stop.
@MainActor
struct GatewayRun {
    private let invocation: Invocation
    private let setup: LocalSetup

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        if invocation.has("--reset") { try DevReset(setup: LocalSetup(invocation)).run() }
        setup = LocalSetup(invocation, startsGateway: true)
        if let refusal = setup.refusal { throw CommandError("Gateway failed to start: \(refusal)") }
    }

    func untilStopped() async throws -> ExitCode {
        try setup.checkMode()
        // A mistake in an option is told at once, also where another gateway runs.
        let listener = try setup.listener()
        if invocation.has("--force") { PortHolder.stop(port: listener.port) }
        // Both outlive a restart: what is said and what a supervisor sends in between is not lost.
        let logs = LogSetup(setup, secrets: setup.knownSecrets(.unset))
        let signals = StopSignals(log: logs.log)
        var lock: GatewayLock?
        var keeper: LockKeeper?
        defer {
            keeper?.stop()
            lock?.release()
        }
        var current = setup
        var isRestart = false
        while true {
            if isRestart, await waitForDatabase(logs.log) {
                readAgain(logs.log)
                current.refresh()
            }
            do {
                current.isReadOnly = try prepareStateDirectory()
                if current.isReadOnly {
                    lock = lock ?? tellingLock
                } else if lock?.isOutside != false {
                    lock?.release()
                    let own = try await acquireLock()
                    lock = own
                    keeper?.stop()
                    keeper = LockKeeper(own)
                    setup.file.removeLeftovers()
                }
                lock?.tell(try current.listener())
                keeper?.look()
                let check = try StartCheck(current)
                setup.file.obstacle = check.obstacle
                try await Assembly(current, logs, signals).run()
                guard signals.startAnew() else { return .success }
                isRestart = true
                readAgain(logs.log)
            } catch {
                if !isRestart || Database.holder(of: databasePath)?.isAlone != false {
                    guard setup.file.goBack() else { throw error }
                    logs.log.named("config").error(
                        "the gateway does not start with the changed config and goes on with the one before: \(Self.text(error))"
                    )
                }
                guard signals.startAnew() else { return .success }
            }
            current.refresh()
        }
    }

    /// What cannot be used does not keep the gateway from running: what ran before runs again.
    private func readAgain(_ log: Log) {
        guard case .unusable(let issues) = setup.file.reload() else { return }
        let config = log.named("config")
        config.error("the config cannot be used; the gateway goes on with the one before")
        for issue in issues { config.error("\(issue)") }
    }

    private static let databaseLooks = Duration.milliseconds(200)

    private var databasePath: String { "\(setup.state)/openclaw.sqlite" }

    /// A backup, say, may have opened the database as soon as it was closed: the gateway comes back when it is done.
    ///
    /// False when there was nothing to wait for.
    private func waitForDatabase(_ log: Log) async -> Bool {
        guard let holder = Database.holder(of: databasePath) else { return false }
        log.named("store").warning("waiting for another program\(holder.pidText) to close `\(databasePath)`")
        // Who lets nobody else in for so long is another gateway, and that is told.
        let deadline = ContinuousClock.now + GatewayLock.patience
        while let holder = Database.holder(of: databasePath),
            !holder.isAlone || ContinuousClock.now < deadline
        {
            try? await Task.sleep(for: Self.databaseLooks)
        }
        return true
    }

    private static func text(_ error: any Error) -> String { (error as? CommandError)?.message ?? "\(error)" }

    /// Whether the state directory is on a volume that can only be read; throws when it can be used neither way.
    private func prepareStateDirectory() throws -> Bool {
        do throws(FileError) { try PrivateFile.makeFolder(setup.state) } catch {
            throw unusable("\(error)", error.code)
        }
        guard access(setup.state, W_OK) == 0 else {
            let code = errno
            if code == EROFS { return true }
            throw unusable(
                "The state directory `\(setup.state)` is not writable: \(String(cString: strerror(code))).",
                code)
        }
        do throws(FileError) { try PrivateFile.makeFolder("\(setup.state)/logs") } catch {
            throw unusable("\(error)", error.code)
        }
        return false
    }

    private func unusable(_ problem: String, _ code: CInt) -> CommandError {
        let advice = setup.platform.volumeAdvice
        let mend =
            switch code {
            case EROFS: "have its volume written to again. \(advice.mountAgain)"
            case ENOSPC, EDQUOT: "make room there. \(advice.makeRoom)"
            default: "mend its owner: `chown -R $(id -u) \(setup.state)`."
            }
        return CommandError("\(problem) Set OPENCLAW_STATE_DIR to a folder this user may write, or \(mend)")
    }

    /// Where nothing can be written nobody can be disturbed: this one only tells commands where the gateway listens.
    private var tellingLock: GatewayLock? {
        // Without it they look on the usual port.
        try? GatewayLock.outside(stateDirectory: setup.state, configPath: setup.configPath)
    }

    private func acquireLock() async throws -> GatewayLock {
        do {
            return try await GatewayLock.acquire(
                stateDirectory: setup.state, configPath: setup.configPath)
        } catch let failure as GatewayLock.Failure {
            switch failure {
            case .held(let pid): throw Self.alreadyRunning(pid: pid, setup.platform)
            case .cannotOpen(let path, let reason):
                throw CommandError("The lock file `\(path)` cannot be opened: \(reason).")
            }
        }
    }

    /// The gateway that has a database open; throws for a program that is none: a backup, or somebody who looks into it.
    nonisolated static func gateway(holding path: String) throws(CommandError) -> Int? {
        guard let holder = Database.holder(of: path) else { return nil }
        guard !holder.isAlone else { return holder.pid }
        throw CommandError(
            "`\(path)` is open in another program\(holder.pidText), which is no gateway. Close it or wait until it has ended, then try "
                + "again.")
    }

    static func alreadyRunning(pid: Int?, _ platform: Platform) -> CommandError {
        if let pid, Migration.isMigrating(pid) {
            return CommandError(
                "Gateway failed to start: `openclaw migrate` (pid \(pid)) is at work here. Wait until it has ended, then try again."
            )
        }
        let holder = pid.map { " (pid \($0))" } ?? ""
        return CommandError(
            "Gateway failed to start: gateway already running\(holder). \(platform.stopAdvice(pid: pid)) Or give this one a "
                + "state directory of its own with OPENCLAW_STATE_DIR.")
    }
}
