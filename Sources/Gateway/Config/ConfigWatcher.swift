import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices that one of a few files changed, however it was written, and tells once the writing is over.
///
/// It watches folders, not files: a file that is replaced is another file, and a symbolic link may lead elsewhere.
@MainActor
package final class ConfigWatcher {
    /// Whether the change has been dealt with, or the files should be looked at once more: they may be half written.
    package enum Verdict {
        case done, lookAgain
    }

    /// Longest time that ever new writes put the telling off.
    private static let longestWait = Duration.seconds(3)

    private let settle: Duration
    private let files: () -> [String]
    private let settled: () -> Verdict
    private var notifier: FolderNotifier?
    private var timer: LoopEvent?
    private var firstChange: ContinuousClock.Instant?
    private var isSecondLook = false

    /// `files` are asked for after every change, because includes and links change with the text.
    package init(settle: Duration, files: @escaping () -> [String], settled: @escaping () -> Verdict) {
        self.settle = settle
        self.files = files
        self.settled = settled
    }

    package func start() {
        let notifier = FolderNotifier { [weak self] in self?.changed() }
        notifier.watch(files())
        self.notifier = notifier
    }

    package func stop() {
        notifier = nil
        timer = nil
    }

    private func changed() {
        let now = ContinuousClock.now
        let first = firstChange ?? now
        firstChange = first
        isSecondLook = false
        timer = .after(min(settle, max(.zero, Self.longestWait - (now - first)))) { [weak self] in
            self?.look()
        }
    }

    private func look() {
        timer = nil
        firstChange = nil
        let verdict = settled()
        notifier?.watch(files())
        guard verdict == .lookAgain, !isSecondLook else {
            isSecondLook = false
            return
        }
        isSecondLook = true
        timer = .after(settle) { [weak self] in self?.look() }
    }
}
