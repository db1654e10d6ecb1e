import Synchronization

/// Wakes the one task that waits for something to change.
///
/// Cancelling that task wakes it too.
final class Signal: Sendable {
    private enum State {
        case idle
        /// Notified while nobody waited: the next `wait` returns at once.
        case notified
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    /// Returns after `notify()`; the caller looks at what has changed, and at `Task.isCancelled`.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNotified = state.withLock { state in
                    if case .notified = state {
                        state = .idle
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if isNotified { continuation.resume() }
            }
        } onCancel: {
            notify()
        }
    }

    func notify() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .notified }
            guard case .waiting(let continuation) = state else { return nil }
            defer { state = .idle }
            return continuation
        }
        waiter?.resume()
    }
}
