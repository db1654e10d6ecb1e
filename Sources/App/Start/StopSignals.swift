import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns the signals a supervisor sends into what the gateway does, over all its restarts in this process.
@MainActor
final class StopSignals {
    enum Reason: Sendable { case stop, restart }

    private var events: [LoopEvent] = []
    private var ending = Gate()
    private var pending: Reason?
    /// What SIGHUP does; nil while no gateway is there.
    private var reload: (@MainActor () -> Void)?
    private var mayRestart: @MainActor () -> Bool = { true }
    private let log: Log

    /// Clients are told that the gateway comes back.
    var isRestarting: Bool { pending == .restart }

    init(log: Log) {
        self.log = log
        events = [
            .signal(SIGTERM) { [weak self] in self?.stop("SIGTERM") },
            .signal(SIGINT) { [weak self] in self?.stop("SIGINT") },
            .signal(SIGHUP) { [weak self] in self?.readAgain() },
            .signal(SIGUSR1) { [weak self] in self?.restart() },
        ]
    }

    /// `reload` runs at SIGHUP; `mayRestart` is asked at SIGUSR1.
    func attach(reload: @escaping @MainActor () -> Void, mayRestart: @escaping @MainActor () -> Bool) {
        self.reload = reload
        self.mayRestart = mayRestart
    }

    /// Until a gateway is built there is nothing to stop, to read again or to restart.
    static func endAtOnce() {
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        for number in [SIGHUP, SIGUSR1] { signal(number, SIG_IGN) }
    }

    /// Waits for the first reason to end; in a cancelled task no longer.
    func wait() async { await ending.wait() }

    /// Ends the wait from inside: a config change that needs a restart.
    func end(_ reason: Reason) {
        guard pending == nil else { return }
        pending = reason
        ending.open()
    }

    /// Before the next gateway of this process is built; false when there is to be none.
    func startAnew() -> Bool {
        guard pending != .stop else { return false }
        pending = nil
        ending = Gate()
        reload = nil
        return true
    }

    private func stop(_ name: String) {
        if pending == .stop {
            log.warning("received \(name) again; ending now")
            exit(0)
        }
        log.info("received \(name); shutting down")
        guard reload != nil || pending != nil else { exit(0) }
        // Whoever wants it gone does not want it back.
        pending = .stop
        ending.open()
    }

    /// A gateway that is about to start reads everything in any case.
    private func readAgain() {
        if pending == nil { reload?() }
    }

    private func restart() {
        guard pending == nil, reload != nil else { return }
        guard mayRestart() else {
            log.warning("ignoring SIGUSR1; set `commands.restart` to true to allow it")
            return
        }
        log.info("received SIGUSR1; restarting")
        end(.restart)
    }
}
