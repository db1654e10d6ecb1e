import Gateway
import Wire

/// Has a lock file made anew when it is removed, and written when there is room for it.
@MainActor
final class LockKeeper {
    private let lock: GatewayLock
    private var watcher: ConfigWatcher?
    private var retry: LoopEvent?

    private static let settles = Duration.milliseconds(100)
    /// A full disk tells nobody when there is room again.
    private static let pause = Duration.seconds(2)

    init(_ lock: GatewayLock) {
        self.lock = lock
        let watcher = ConfigWatcher(
            settle: { Self.settles }, files: { [lock.path] },
            settled: { [weak self] in
                self?.look()
                return .done
            })
        watcher.start()
        self.watcher = watcher
    }

    /// Looks now whether the file is there and says all, and again until it does.
    func look() {
        retry = lock.keep() ? nil : .after(Self.pause) { [weak self] in self?.look() }
    }

    func stop() {
        watcher?.stop()
        retry = nil
    }
}
