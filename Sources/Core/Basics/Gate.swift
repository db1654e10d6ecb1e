import Synchronization

/// Opens once; those who wait go on when it opens, in the order in which they came, or when their own task is cancelled.
///
/// A lock and no actor, because a cancellation handler may run on any thread.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var nextPlace = 0
        /// In the order in which they came.
        var waiting: [(place: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var isOpen: Bool { state.withLock { $0.isOpen } }

    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for (_, continuation) in waiting { continuation.resume() }
    }

    /// Returns when the gate is open, or at once when the task is cancelled.
    package func wait() async {
        let place = state.withLock { state in
            state.nextPlace += 1
            return state.nextPlace
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard !state.isOpen, !Task.isCancelled else { return true }
                    state.waiting.append((place, continuation))
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let gone = state.withLock { state in
                state.waiting.firstIndex { $0.place == place }.map { state.waiting.remove(at: $0) }
            }
            gone?.continuation.resume()
        }
    }

    /// Returns when the gate is open, also in a cancelled task: for work that must not be left half done.
    package func waitUntilOpen() async {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                guard !state.isOpen else { return true }
                state.nextPlace += 1
                state.waiting.append((state.nextPlace, continuation))
                return false
            }
            if goesOn { continuation.resume() }
        }
    }

    /// Returns when the gate is open, or after `limit`, or at once when the task is cancelled.
    package func wait(atMost limit: Duration, on clock: any Clock<Duration> = ContinuousClock()) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            // Cancelled as soon as the gate opens. A cancelled sleep stays in the loop's heap until its time has come: a
            // long wait is several.
            group.addTask {
                var left = limit
                while left > .zero, !Task.isCancelled {
                    let part = min(left, .seconds(60))
                    try? await clock.sleep(for: part)
                    left -= part
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
