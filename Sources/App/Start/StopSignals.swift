import Core
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Turns the signals a supervisor sends into what the gateway does.
@MainActor
final class StopSignals {
    enum Reason: Sendable { case stop, restart }

    private var events: [LoopEvent] = []
    private let ending = Gate()
    private var pending: Reason?
    private let log: Log

    /// Clients are told that the gateway comes back.
    var isRestarting: Bool { pending == .restart }

    /// `reload` runs at SIGHUP; `mayRestart` is asked at SIGUSR1.
    init(log: Log, reload: @escaping @MainActor () -> Void, mayRestart: @escaping @MainActor () -> Bool) {
        self.log = log
        events = [
            .signal(SIGTERM) { [weak self] in self?.stop("SIGTERM") },
            .signal(SIGINT) { [weak self] in self?.stop("SIGINT") },
            .signal(SIGHUP) { reload() },
            .signal(SIGUSR1) { [weak self] in
                guard mayRestart() else {
                    log.warning("ignoring SIGUSR1; set `commands.restart` to true to allow it")
                    return
                }
                log.info("received SIGUSR1; restarting")
                self?.end(.restart)
            },
        ]
    }

    /// Until a gateway is built there is nothing to stop: the process ends, as well as after a stop.
    static func endAtOnce() {
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
    }

    /// Waits for the first reason to end; in a cancelled task no longer.
    func wait() async -> Reason {
        await ending.wait()
        return pending ?? .stop
    }

    /// Ends the wait from inside: a config change that needs a restart.
    func end(_ reason: Reason) {
        guard pending == nil else { return }
        pending = reason
        ending.open()
    }

    private func stop(_ name: String) {
        if pending != nil {
            log.warning("received \(name) again; ending now")
            exit(0)
        }
        log.info("received \(name); shutting down")
        end(.stop)
    }
}
