import CSystem

/// Gives memory back to the system half a minute after a burst, when nobody is likely to want it again at once.
@MainActor
package final class MemoryTrim {
    /// The process has one heap.
    package static let shared = MemoryTrim()

    /// Bytes that must have come and gone before a trim is worth its milliseconds.
    private static let worthwhileBytes = 1 << 20
    private static let delay: Duration = .seconds(30)

    private var notedBytes = 0
    private var timer: LoopEvent?
    private var releases: [@MainActor () -> Void] = []

    /// Notes that about this many bytes were used and are free again.
    package func note(bytes: Int) {
        notedBytes &+= bytes
        if notedBytes >= Self.worthwhileBytes { trimLater() }
    }

    /// Trims in half a minute, whatever was noted: a start needs much that is never needed again.
    package func trimLater() {
        guard timer == nil else { return }
        timer = LoopEvent.after(Self.delay) { [unowned self] in trim() }
    }

    /// Calls `release` before each trim, so that caches of spare objects can be emptied.
    func beforeTrim(_ release: @escaping @MainActor () -> Void) { releases.append(release) }

    private func trim() {
        timer = nil
        notedBytes = 0
        for release in releases { release() }
        _ = csystem_malloc_trim()
        csystem_release_code()
    }
}
