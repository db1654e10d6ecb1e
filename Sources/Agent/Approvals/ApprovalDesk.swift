import Core
import Store

/// Commands that wait for a person's yes. Nothing of it outlives the process.
@MainActor
package final class ApprovalDesk {
    private struct Pending {
        let approval: Approval
        let patience: Duration
        let gate = Gate()
        /// Audiences that somebody hears of it in.
        var hearers = 0
        var isAnnounced = false
    }

    private var pending: [String: Pending] = [:]
    private var order: [String] = []
    private var ended: [(approval: Approval, outcome: ApprovalOutcome)] = []
    private let clock: any Clock<Duration>
    /// Everybody who may be asked.
    package var audiences: [any ApprovalAudience] = []

    /// How long a person gets.
    package static let patience: Duration = .seconds(120)
    /// Each holds up a run; a runaway client would ask for more.
    private static let mostPending = 64
    /// Answers that come too late are told what became of the request; after more than so many it is unknown.
    private static let mostEnded = 64

    package init(clock: any Clock<Duration> = ContinuousClock()) { self.clock = clock }

    /// What waits, oldest first.
    package var waiting: [Approval] { order.compactMap { pending[$0]?.approval } }

    /// The request that an id, or its beginning of eight characters or more, means; it waits or has ended lately.
    package func find(_ id: String) -> Approval? {
        if let known = pending[id]?.approval ?? ended.last(where: { $0.approval.id == id })?.approval {
            return known
        }
        guard id.utf8.count >= 8 else { return nil }
        let found = (waiting + ended.map(\.approval)).filter { $0.id.hasPrefix(id) }
        return found.count == 1 ? found[0] : nil
    }

    /// How a request ended; nil while it waits.
    package func outcome(of id: String) -> ApprovalOutcome? {
        ended.last { $0.approval.id == id }?.outcome
    }

    // MARK: Asking

    /// Puts a request on the desk; nobody knows of it before `settle`.
    package func open(
        _ request: ApprovalRequest, id: String? = nil, patience: Duration = ApprovalDesk.patience
    ) throws(ApprovalError) -> Approval {
        let id = id ?? randomUUID()
        guard find(id) == nil else { throw .alreadyPending }
        guard pending.count < Self.mostPending else { throw .tooMany }
        let now = Timestamp.now
        let approval = Approval(id: id, request: request, createdAt: now, expiresAt: now + patience)
        pending[id] = Pending(approval: approval, patience: patience)
        order.append(id)
        return approval
    }

    /// Tells everybody who may be asked, and returns whether anybody can.
    package func announce(_ approval: Approval) async -> Bool {
        for audience in audiences where await audience.requested(approval) {
            pending[approval.id]?.hearers += 1
        }
        pending[approval.id]?.isAnnounced = true
        // What has ended meanwhile was heard.
        return pending[approval.id].map { $0.hearers > 0 } ?? true
    }

    /// An audience could not reach anybody after all; a request that is left with none ends.
    func lost(_ id: String) {
        pending[id]?.hearers -= 1
        if let entry = pending[id], entry.isAnnounced, entry.hearers <= 0 { end(id, .noRoute) }
    }

    /// Waits until the request ends; who waits first sees to it that it does.
    package func settle(_ approval: Approval) async -> ApprovalOutcome {
        if let entry = pending[approval.id] {
            await entry.gate.wait(atMost: entry.patience, on: clock)
            end(approval.id, Task.isCancelled ? .withdrawn : .expired)
        }
        return outcome(of: approval.id) ?? .expired
    }

    /// Asks, and waits for what comes of it; cancelling the task takes the request back.
    func ask(_ request: ApprovalRequest) async throws(ApprovalError) -> (Approval, ApprovalOutcome) {
        let approval = try open(request)
        guard await announce(approval) else {
            end(approval.id, .noRoute)
            return (approval, outcome(of: approval.id) ?? .noRoute)
        }
        return (approval, await settle(approval))
    }

    /// Waits for a request that somebody else has put on the desk; nil when there is none.
    package func wait(for id: String) async -> ApprovalOutcome? {
        await pending[id]?.gate.wait()
        return outcome(of: id)
    }

    // MARK: Answering

    /// Takes an answer. `by` is who gave it, for people.
    package func resolve(_ id: String, _ decision: ApprovalDecision, by: String?) throws(ApprovalError) {
        if let outcome = outcome(of: id) { throw .alreadyResolved(outcome) }
        guard let approval = pending[id]?.approval else { throw .unknown }
        guard approval.decisions.contains(decision) else { throw .cannotBeRemembered }
        end(id, .decided(decision, by: by))
    }

    /// Ends a request, unless it has ended; everybody is told.
    package func end(_ id: String, _ outcome: ApprovalOutcome) {
        guard let entry = pending.removeValue(forKey: id) else { return }
        order.removeAll { $0 == id }
        ended.append((entry.approval, outcome))
        if ended.count > Self.mostEnded { ended.removeFirst() }
        entry.gate.open()
        for audience in audiences { audience.resolved(entry.approval, outcome) }
    }
}
