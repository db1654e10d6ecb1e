/// Counts since the process started, and what is going on now.
package struct AgentMetrics: Sendable, Hashable {
    /// Messages accepted for the first time.
    package var submitted = 0
    package var completed = 0
    package var failed = 0
    package var aborted = 0
    /// Messages that a crash had left.
    package var recovered = 0
    package var commands = 0
    package var running = 0
    package var queued = 0
    /// Acknowledged messages that nobody worked on at the watchdog's last look.
    ///
    /// Must be 0.
    package var unanswered = 0

    package init() {}

    mutating func count(_ outcome: RunOutcome) {
        switch outcome.status {
        case .ok: completed += 1
        case .error: failed += 1
        case .aborted: aborted += 1
        }
    }
}
