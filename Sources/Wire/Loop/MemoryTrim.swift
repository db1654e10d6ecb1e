import CSystem

/// Gives memory back to the system half a minute after a burst, when nobody is likely to want it again at once.
@MainActor
package final class MemoryTrim {
    /// The process has one heap.
    package static let shared = MemoryTrim()

    /// Bytes that must have come and gone before a trim is worth its milliseconds.
    private static let worthwhileBytes = 1 << 20
    private static let delay: Duration = .seconds(30)
    /// Between emptying the caches and the trim: those of other threads are emptied by these.
    private static let releaseTime: Duration = .seconds(1)

    private var notedBytes = 0
    private var timer: LoopEvent?
    private var releases: [String: @MainActor () -> Void] = [:]

    /// Notes that about this many bytes were used and are free again.
    package func note(bytes: Int) {
        notedBytes &+= bytes
        if notedBytes >= Self.worthwhileBytes { trimLater() }
    }

    /// Trims in half a minute, whatever was noted: a start needs much that is never needed again.
    package func trimLater() {
        guard timer == nil else { return }
        timer = LoopEvent.after(Self.delay) { [unowned self] in release() }
    }

    /// Calls `release` before each trim, so that caches can be emptied, also those of other threads; it takes the place
    /// of what was given for the same `owner`.
    package func beforeTrim(_ owner: String, _ release: @escaping @MainActor () -> Void) {
        releases[owner] = release
    }

    private func release() {
        for release in releases.values { release() }
        timer = LoopEvent.after(Self.releaseTime) { [unowned self] in trim() }
    }

    private func trim() {
        timer = nil
        notedBytes = 0
        _ = csystem_malloc_trim()
        csystem_release_code()
        csystem_release_stack()
    }
}
