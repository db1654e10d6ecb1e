import Agent
import Core

/// Brings what happens in turns to the control connections, each in its generation and its spelling of the key.
@MainActor
final class TurnBroadcast {
    private let settings: SettingsBox
    private let broadcaster: EventBroadcaster
    private let history: HistoryCache
    private let changes: SessionChanges
    private let messages: SessionMessages
    private let tasks: TaskPool
    private var runs: [RunID: Telling] = [:]
    /// Events of runs whose request has not been answered yet: clients must learn first that their run has begun.
    private var held: [RunID: [TurnEvent]] = [:]
    private var subscription: Subscription?

    /// One run on its way, told in each generation that somebody listens in.
    private final class Telling {
        let startedAt: Timestamp
        /// In the order of `Generation.allCases`.
        private var narrators: [TurnNarrator]

        init(_ event: TurnEvent) {
            startedAt = event.at
            narrators = Generation.allCases.map {
                TurnNarrator($0, run: event.run, session: event.session, agent: event.agent)
            }
        }

        func frames(of event: TurnEvent, in place: Int) -> [TurnFrame] { narrators[place].tell(event) }
    }

    init(
        settings: SettingsBox, broadcaster: EventBroadcaster, history: HistoryCache, changes: SessionChanges,
        messages: SessionMessages, tasks: TaskPool
    ) {
        self.settings = settings
        self.broadcaster = broadcaster
        self.history = history
        self.changes = changes
        self.messages = messages
        self.tasks = tasks
    }

    func listen(to hub: EventHub) {
        subscription = hub.subscribe { [weak self] event in self?.heard(event) }
    }

    /// Keeps the run's events back until `release`.
    func hold(_ run: RunID) { if held[run] == nil { held[run] = [] } }

    func release(_ run: RunID) {
        for event in held.removeValue(forKey: run) ?? [] { tell(event) }
    }

    private func heard(_ event: TurnEvent) {
        if !held.isEmpty, held[event.run] != nil {
            held[event.run]?.append(event)
        } else {
            tell(event)
        }
    }

    private func tell(_ event: TurnEvent) {
        if !event.kind.isText { history.forget(event.session) }
        if !broadcaster.connections.isEmpty { tellListeners(event) }
        if event.kind.isTerminal { runs[event.run] = nil }
        if !event.kind.isText { follow(event) }
    }

    private func tellListeners(_ event: TurnEvent) {
        let telling = runs[event.run] ?? begin(event)
        for (place, generation) in Generation.allCases.enumerated()
        where broadcaster.hasConnections(of: generation) {
            for frame in telling.frames(of: event, in: place) {
                send(frame, of: event.session, in: generation)
            }
        }
    }

    private func begin(_ event: TurnEvent) -> Telling {
        makeRoom()
        let telling = Telling(event)
        runs[event.run] = telling
        return telling
    }

    /// Forgets the oldest run.
    ///
    /// Only runs that never end come here.
    private func makeRoom() {
        guard runs.count >= Self.mostRuns,
            let oldest = runs.min(by: { $0.value.startedAt < $1.value.startedAt })
        else {
            return
        }
        runs[oldest.key] = nil
    }

    /// Runs told at the same time; more than any machine runs.
    private static let mostRuns = 1024

    private func send(_ frame: TurnFrame, of session: SessionKey, in generation: Generation) {
        var asSessionTool: EventBody?
        for connection in broadcaster.connections where connection.generation == generation {
            guard connection.maySee(.read) else { continue }
            if frame.audience == .toolEvents && !connection.wantsToolEvents {
                guard connection.subscriptions.wantsMessages(of: session) else { continue }
                let body = asSessionTool ?? frame.body(as: "session.tool")
                asSessionTool = body
                connection.deliver(body, isDroppable: true)
            } else {
                let isToday = generation == .four
                let body =
                    isToday
                    ? frame.body : frame.body(spelling: connection.subscriptions.spelling(of: session))
                connection.deliver(body, isDroppable: frame.isDroppable, isUrgent: frame.isUrgent)
            }
        }
    }

    /// Session rows and transcripts have changed too; who subscribed is told.
    private func follow(_ event: TurnEvent) {
        if case .appended(let appended) = event.kind { messages.tell(appended, of: event) }
        if case .waits = event.kind, changes.hasListeners {
            tasks.add { [changes] in await changes.changed(event.session, reason: "send") }
        }
        guard let phase = event.kind.phase else { return }
        changes.outdate()
        guard changes.hasListeners else { return }
        tasks.add { [changes] in
            await changes.changed(
                event.session, reason: "lifecycle",
                more: ["phase": .string(phase), "runId": .string(event.run.rawValue)])
        }
    }
}

extension TurnEvent.Kind {
    /// Text while it is written changes no row.
    var isText: Bool {
        switch self {
        case .assistantText, .thinking, .toolProgressed, .usage: true
        default: false
        }
    }

    var isTerminal: Bool {
        switch self {
        case .ended, .failed, .aborted, .replied: true
        default: false
        }
    }

    /// What `sessions.changed` says about it; nil: nothing in the row has changed.
    var phase: String? {
        switch self {
        case .started: "start"
        case .ended, .replied: "end"
        case .failed: "error"
        case .aborted: "end"
        default: nil
        }
    }
}
