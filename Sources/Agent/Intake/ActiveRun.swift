package import Core
import Store

/// A run that is not finished: what it has said so far, for those who come in the middle, and the way to stop it.
@MainActor
final class ActiveRun {
    let run: RunID
    let session: SessionKey
    let agent: AgentID
    let inbox: InboxID?
    /// Further messages that the run answers.
    var joined: [InboxEntry] = []
    private let events: EventHub

    private(set) var state: ActiveRunState
    /// Whether it waits for a person's decision: its time stands still.
    var isAsking = false
    /// Set once, by whoever stops the run first.
    private(set) var abortReason: AbortReason?
    /// Opens when the run is to stop, or has ended.
    let stopping = Gate()
    /// Opens when the outcome has been told.
    let ended = Gate()

    init(run: RunID, session: SessionKey, agent: AgentID, inbox: InboxID?, events: EventHub) {
        self.run = run
        self.session = session
        self.agent = agent
        self.inbox = inbox
        self.events = events
        state = ActiveRunState(run: run, session: session, agent: agent)
    }

    func stop(_ reason: AbortReason) {
        if abortReason == nil { abortReason = reason }
        stopping.open()
    }

    func found(_ sessionID: SessionID) { state.sessionID = sessionID }

    /// Whether it is this run, or answers its message as well.
    func answers(_ run: RunID) -> Bool { self.run == run || joined.contains { $0.run == run } }

    /// Tells everybody, and remembers what a late watcher must know.
    func publish(_ kind: TurnEvent.Kind, at time: Timestamp = .now) {
        if case .appended = kind {} else { state.sequence += 1 }
        state.note(kind)
        events.publish(
            TurnEvent(
                run: run, session: session, sessionID: state.sessionID, agent: agent,
                sequence: state.sequence, at: time,
                kind: kind))
    }

    func say(_ delta: String) {
        state.text += delta
        publish(
            .assistantText(
                AssistantText(text: state.text, delta: delta, replaces: false, message: state.message)))
    }

    func think(_ delta: String) {
        state.thinking += delta
        publish(.thinking(text: state.thinking, delta: delta))
    }

    /// Takes back what was said of the current message.
    func retract() {
        state.thinking = ""
        guard !state.text.isEmpty else { return }
        state.text = ""
        publish(.assistantText(AssistantText(text: "", delta: "", replaces: true, message: state.message)))
    }

    /// The current message is whole; what comes next is another one.
    func finishMessage() {
        if !state.text.isEmpty { state.spoken.append(state.text) }
        state.text = ""
        state.thinking = ""
        state.message += 1
    }
}

/// A run as a client that has just connected should see it.
package struct ActiveRunState: Sendable {
    package var run: RunID
    package var session: SessionKey
    package var sessionID: SessionID?
    package var agent: AgentID
    package var startedAt: Timestamp = .now
    /// Whether it still waits for its turn.
    package var isQueued = false
    /// The current assistant message so far.
    package var text = ""
    package var thinking = ""
    package var model: ModelReference?
    package var phase: TurnPhase?
    package var openTools: [ToolCall] = []
    /// The last event's.
    package var sequence = 0
    /// Whether everybody has been told how it ended: what is left to do nobody waits for.
    private(set) var isOver = false
    var spoken: [String] = []
    var message = 1

    init(run: RunID, session: SessionKey, agent: AgentID) {
        self.run = run
        self.session = session
        self.agent = agent
    }

    /// Every message's text of this turn so far, a blank line between.
    package var wholeText: String {
        (text.isEmpty ? spoken : spoken + [text]).joined(separator: "\n\n")
    }

    mutating func note(_ kind: TurnEvent.Kind) {
        switch kind {
        case .status(let phase): self.phase = phase
        case .started(let at): startedAt = at
        case .model(let model): self.model = model
        case .toolStarted(let call, _): openTools.append(call)
        case .toolFinished(let call, _, _, _): openTools.removeAll { $0.id == call.id }
        case .ended, .failed, .aborted: isOver = true
        default: break
        }
    }
}
