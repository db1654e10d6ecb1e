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
    private var waiter: CheckedContinuation<Reason, Never>?
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

    /// Waits for the first reason to end.
    func wait() async -> Reason {
        if let pending { return pending }
        return await withCheckedContinuation { waiter = $0 }
    }

    /// Ends the wait from inside: a config change that needs a restart.
    func end(_ reason: Reason) {
        guard pending == nil else { return }
        pending = reason
        waiter?.resume(returning: reason)
        waiter = nil
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
