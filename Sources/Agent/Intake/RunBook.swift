import Core
import Store

/// Remembers which runs are on and how the last ones ended, and wakes those who wait for one.
@MainActor
final class RunBook {
    private(set) var active: [RunID: ActiveRun] = [:]
    /// What has left the queue and is no run yet.
    private(set) var starting: [RunID: StartingTurn] = [:]
    private var outcomes: [RunID: RunOutcome] = [:]
    private var order: [(run: RunID, endedAt: Timestamp)] = []
    private var waiting: [RunID: (gate: Gate, count: Int)] = [:]

    /// Outcomes are kept in memory for as long as clients ask again; after that they are read from the inbox.
    private static let memory: Duration = .seconds(600)
    /// At most 8 MB, when every answer is as long as an outcome may be.
    private static let mostOutcomes = 256

    func starts(_ item: TurnQueue.Item) -> StartingTurn {
        let turn = StartingTurn(item)
        starting[item.entry.run] = turn
        return turn
    }

    func began(_ run: ActiveRun) {
        active[run.run] = run
        guard let turn = starting[run.run] else { return }
        turn.run = run
        if let reason = turn.abortReason { run.stop(reason) }
        left(turn)
    }

    /// What was about to start is a run now, waits again, or has come to nothing.
    func left(_ turn: StartingTurn) {
        turn.gone.open()
        let run = turn.item.entry.run
        if starting[run] === turn { starting[run] = nil }
    }

    /// Stops what is about to start, or runs.
    func stop(_ run: RunID, _ reason: AbortReason) {
        starting[run]?.stop(reason)
        active[run]?.stop(reason)
    }

    /// Stops what runs in a session, and what is about to.
    func stop(in session: SessionKey, _ reason: AbortReason) {
        for run in active.values where run.session == session { run.stop(reason) }
        for turn in starting.values where turn.item.entry.session == session { turn.stop(reason) }
    }

    func outcome(of run: RunID) -> RunOutcome? { outcomes[run] }

    /// The run is over.
    ///
    /// Without an outcome it will be run again at the next start.
    func ended(_ run: RunID, _ outcome: RunOutcome?) {
        active.removeValue(forKey: run)?.ended.open()
        guard let outcome else { return }
        if outcomes.updateValue(outcome, forKey: run) == nil { order.append((run, .now)) }
        forgetOld()
        waiting.removeValue(forKey: run)?.gate.open()
    }

    /// Waits until the run ends; nil when it does not in time.
    func wait(for run: RunID, atMost timeout: Duration, on clock: any Clock<Duration>) async -> RunOutcome? {
        if let outcome = outcomes[run] { return outcome }
        let gate = waiting[run]?.gate ?? Gate()
        waiting[run] = (gate, (waiting[run]?.count ?? 0) + 1)
        await gate.wait(atMost: timeout, on: clock)
        if let entry = waiting[run] { waiting[run] = entry.count > 1 ? (entry.gate, entry.count - 1) : nil }
        return outcomes[run]
    }

    /// Leaves the outcomes of runs that ended before the last seconds to the inbox.
    func releaseMemory() { forget(before: .now - .seconds(10)) }

    private func forgetOld() { forget(before: .now - Self.memory) }

    private func forget(before oldest: Timestamp) {
        while let first = order.first, order.count > Self.mostOutcomes || first.endedAt < oldest {
            outcomes[first.run] = nil
            order.removeFirst()
        }
        if outcomes.isEmpty { (outcomes, order) = ([:], []) }
    }
}
