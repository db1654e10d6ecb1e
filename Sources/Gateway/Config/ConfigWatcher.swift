import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices that one of a few files changed, however it was written, and tells once the writing is over.
///
/// It watches folders, not files: a file that is replaced is another file, and a symbolic link may lead
/// elsewhere.
@MainActor
package final class ConfigWatcher {
    /// Whether the change has been dealt with, or the files should be looked at once more: they may be half
    /// written.
    package enum Verdict {
        case done, lookAgain
    }

    /// Longest time that ever new writes put the telling off.
    private static let longestWait = Duration.seconds(3)

    /// Calls back once after a while, unless what it gave is let go of.
    typealias Alarm = (Duration, @escaping @MainActor () -> Void) -> AnyObject

    private let settle: () -> Duration
    private let alarm: Alarm
    private let files: () -> [String]
    private let settled: () -> Verdict
    private(set) var notifier: FolderNotifier?
    private var timer: AnyObject?
    private var firstChange: ContinuousClock.Instant?
    private var isSecondLook = false

    /// `settle` and `files` are asked for at every change: the text may say something else each time.
    package convenience init(
        settle: @escaping () -> Duration, files: @escaping () -> [String], settled: @escaping () -> Verdict
    ) {
        self.init(settle: settle, alarm: { LoopEvent.after($0, $1) }, files: files, settled: settled)
    }

    init(
        settle: @escaping () -> Duration, alarm: @escaping Alarm, files: @escaping () -> [String],
        settled: @escaping () -> Verdict
    ) {
        self.settle = settle
        self.alarm = alarm
        self.files = files
        self.settled = settled
    }

    package func start() {
        notifier = FolderNotifier { [weak self] in self?.changed() }
        renew()
    }

    /// Follows the names to the files anew: a mount on the way, for example, is told to nobody.
    func renew() { notifier?.watch(files()) }

    package func stop() {
        notifier = nil
        timer = nil
    }

    /// A relevant event came: waits until no other comes for the settle time.
    func changed() {
        let now = ContinuousClock.now
        let first = firstChange ?? now
        firstChange = first
        isSecondLook = false
        timer = alarm(min(settle(), max(.zero, Self.longestWait - (now - first)))) { [weak self] in
            self?.look()
        }
    }

    private func look() {
        timer = nil
        firstChange = nil
        // Before, so that no write after the reading is missed; after, because other files may count now.
        renew()
        let verdict = settled()
        renew()
        guard verdict == .lookAgain, !isSecondLook else {
            isSecondLook = false
            return
        }
        isSecondLook = true
        timer = alarm(settle()) { [weak self] in self?.look() }
    }
}
