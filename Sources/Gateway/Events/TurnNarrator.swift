import Agent
import Core

/// Tells one run's events the way clients of one generation know them (contract §5, golden/chat.*).
struct TurnNarrator {
    let generation: Generation
    var frames: RunFrames
    private(set) var startedAt: Timestamp?
    private var messageCount = 0
    /// The text of the message being written, and how much of it `agent` events have told.
    private var current = ""
    private var toldOfCurrent = 0
    /// The texts before it in this turn, each followed by an empty line.
    private var before = ""
    /// How much of `before` and `current` together `chat` events have told.
    private var toldInChat = 0
    private var isReplaced = false
    private var lastAssistant: ContinuousClock.Instant?
    private var lastDelta: ContinuousClock.Instant?
    /// What the model is thinking, and how much of it has been told.
    private var thoughts = ""
    private var toldOfThoughts = 0
    private var lastThought: ContinuousClock.Instant?

    init(_ generation: Generation, run: RunID, session: SessionKey, agent: AgentID) {
        self.generation = generation
        frames = RunFrames(generation, run: run, session: session, agent: agent)
    }

    /// Frames in the order clients must get them.
    mutating func tell(_ event: TurnEvent, at now: ContinuousClock.Instant = .now) -> [TurnFrame] {
        frames.sessionID = event.sessionID ?? frames.sessionID
        let time = event.at
        switch event.kind {
        case .status(let phase): return status(phase, time)
        case .started(let at): return started(at)
        case .model(let model): return began(model, time)
        case .assistantText(let text): return wrote(text, time, now)
        case .thinking(let text, let delta): return thought(text, delta, time, now)
        case .toolStarted(let call, let title): return toolStarted(call, title, time)
        case .toolProgressed(let call, let partial): return toolProgressed(call, partial, time)
        case .toolFinished(let call, let result, let title, let start):
            return toolFinished(call, result, title, start, time)
        case .usage(let usage): return used(usage, time)
        case .finishing(let reason): return finishing(reason, time)
        case .ended(let end): return ended(end, time)
        case .failed(let failure, let start, let end, _): return failed(failure, start, end, time)
        case .aborted(let reason, let start, let end, let text):
            return aborted(reason, start, end, text, time)
        case .replied(let text): return replied(text, event.sequence, time)
        case .compacting:
            return [frames.numbered("compaction", time, hasSession: true) { $0.add("phase", "start") }]
        case .compacted(let succeeded):
            return [
                frames.numbered("compaction", time, hasSession: true) {
                    $0.add("phase", "end")
                    $0.add("willRetry", false)
                    $0.add("completed", succeeded)
                }
            ]
        case .waits, .retrying, .appended: return []
        }
    }
}

// MARK: - Beginning

extension TurnNarrator {
    private mutating func status(_ phase: TurnPhase, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        frames.sequence += 1
        return [
            frames.chat {
                $0.add("state", "status")
                $0.add("phase", phase.rawValue)
            },
            frames.agentFrame("run_status", time, hasSession: false) { $0.add("phase", phase.rawValue) },
        ]
    }

    private mutating func started(_ at: Timestamp) -> [TurnFrame] {
        startedAt = at
        return [
            frames.lifecycle(at) {
                $0.add("phase", "start")
                $0.add("startedAt", at)
            }
        ]
    }

    private mutating func began(_ model: ModelReference, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        return [
            frames.lifecycle(time) {
                $0.add("phase", "model")
                $0.add("provider", model.provider)
                $0.add("model", model.model)
            }
        ]
    }
}

// MARK: - Text

extension TurnNarrator {
    private mutating func wrote(
        _ text: AssistantText, _ time: Timestamp, _ now: ContinuousClock.Instant
    ) -> [TurnFrame] {
        if text.message != messageCount { beginMessage(text.message) }
        if text.replaces {
            isReplaced = true
            toldOfCurrent = 0
            toldInChat = min(toldInChat, before.utf8.count)
        }
        current.follow(text.text, delta: text.delta)
        var told = [thinking(time)].compactMap(\.self)
        if text.replaces || isDue(lastAssistant, now, assistantWindow, bytes: current.utf8.count),
            let frame = assistant(time)
        {
            told.append(frame)
            lastAssistant = now
        }
        if text.replaces
            || isDue(lastDelta, now, chatWindow, bytes: before.utf8.count + current.utf8.count),
            let delta = chatDelta(time)
        {
            told.append(delta)
            lastDelta = now
        }
        return told
    }

    /// January throttled only `chat`, and harder.
    private var chatWindow: Duration { generation == .three ? .milliseconds(150) : .milliseconds(75) }
    private var assistantWindow: Duration { generation == .three ? .zero : .milliseconds(75) }

    /// Each piece brings the whole text again, so a long one comes less often: four microseconds for each of its bytes are
    /// 250 kB a second at most, in each of two streams.
    private func isDue(
        _ last: ContinuousClock.Instant?, _ now: ContinuousClock.Instant, _ window: Duration, bytes: Int
    ) -> Bool {
        last.map { now - $0 >= max(window, .microseconds(4 * bytes)) } ?? true
    }

    private mutating func beginMessage(_ number: Int) {
        if !current.isEmpty { before += current + "\n\n" }
        current = ""
        toldOfCurrent = 0
        messageCount = number
    }

    /// What of the message being written has not been told yet.
    private mutating func assistant(_ time: Timestamp) -> TurnFrame? {
        guard current.utf8.count > toldOfCurrent || isReplaced else { return nil }
        let (text, delta) = (current, current.from(byte: toldOfCurrent))
        let item = generation == .four ? "\(frames.run):\(messageCount)" : nil
        toldOfCurrent = current.utf8.count
        return frames.numbered("assistant", time, isDroppable: true) {
            $0.add("text", text)
            $0.add("delta", delta)
            if let item { $0.add("itemId", item) }
        }
    }

    mutating func chatDelta(_ time: Timestamp) -> TurnFrame? {
        let all = before + current
        guard all.utf8.count > toldInChat || isReplaced else { return nil }
        let frame = frames.chat(isDroppable: true) {
            $0.add("state", "delta")
            if generation == .four {
                $0.add("deltaText", isReplaced ? all : all.from(byte: toldInChat))
                if isReplaced { $0.add("replace", true) }
            }
            RunFrames.addMessage(all, time, to: &$0)
        }
        toldInChat = all.utf8.count
        isReplaced = false
        return frame
    }

    /// What was held back by the throttle, before something else is told.
    mutating func flush(_ time: Timestamp, inChat: Bool) -> [TurnFrame] {
        let told = [thinking(time), assistant(time), inChat ? chatDelta(time) : nil]
        return told.compactMap(\.self)
    }

    private mutating func thought(
        _ text: String, _ delta: String, _ time: Timestamp, _ now: ContinuousClock.Instant
    ) -> [TurnFrame] {
        guard generation == .four else { return [] }
        let begins = text.utf8.count == delta.utf8.count
        var told = begins ? [thinking(time)].compactMap(\.self) : []
        if begins { toldOfThoughts = 0 }
        if begins { thoughts = "" }
        thoughts.follow(text, delta: delta)
        if begins || isDue(lastThought, now, assistantWindow, bytes: thoughts.utf8.count),
            let frame = thinking(time)
        {
            told.append(frame)
            lastThought = now
        }
        return told
    }

    /// What of the thoughts has not been told yet.
    private mutating func thinking(_ time: Timestamp) -> TurnFrame? {
        guard thoughts.utf8.count > toldOfThoughts else { return nil }
        let (text, delta) = (thoughts, thoughts.from(byte: toldOfThoughts))
        toldOfThoughts = thoughts.utf8.count
        return frames.numbered("thinking", time, isDroppable: true) {
            $0.add("text", text)
            $0.add("delta", delta)
        }
    }
}

extension String {
    /// Becomes `whole`, which has grown by `delta`.
    ///
    /// It grows on its own: to hold on to `whole` would make its owner copy it for the next piece.
    fileprivate mutating func follow(_ whole: String, delta: String) {
        self += delta
        if utf8.count != whole.utf8.count { self = whole }
    }

    /// What follows the first `count` bytes; those must end at a character's end.
    fileprivate func from(byte count: Int) -> String {
        String(decoding: utf8.dropFirst(count), as: UTF8.self)
    }
}
