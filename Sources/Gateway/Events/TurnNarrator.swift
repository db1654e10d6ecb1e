import Agent
import Core

/// Tells one run's events the way clients of one generation know them (contract §5, golden/chat.*).
struct TurnNarrator {
    private let generation: Generation
    private let run: RunID
    private let session: SessionKey
    private let agent: AgentID
    private var sessionID: SessionID?
    /// Counts what this run told; stands in the payload of `agent` events, and in `chat` events that follow from them.
    private var sequence = 0
    private var startedAt: Timestamp?
    private var messageCount = 0
    /// The text of the message being written, and how much of it `agent` events have told.
    private var current = ""
    private var toldOfCurrent = 0
    /// The texts before it in this turn, each followed by an empty line.
    private var before = ""
    /// How much of `before` and `current` together `chat` events have told.
    private var toldInChat = 0
    private var isReplaced = false
    private var lastDelta: ContinuousClock.Instant?

    init(_ generation: Generation, run: RunID, session: SessionKey, agent: AgentID) {
        self.generation = generation
        self.run = run
        self.session = session
        self.agent = agent
    }

    /// Frames in the order clients must get them.
    mutating func tell(_ event: TurnEvent, at now: ContinuousClock.Instant = .now) -> [TurnFrame] {
        sessionID = event.sessionID ?? sessionID
        let time = event.at
        switch event.kind {
        case .status(let phase): return status(phase, time)
        case .started(let at): return started(at)
        case .model(let model): return began(model, time)
        case .assistantText(let text): return wrote(text, time, now)
        case .thinking(let text, let delta): return thought(text, delta, time)
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
            return [numbered("compaction", time, hasSession: true) { $0.add("phase", "start") }]
        case .compacted(let succeeded):
            return [
                numbered("compaction", time, hasSession: true) {
                    $0.add("phase", "end")
                    $0.add("willRetry", false)
                    $0.add("completed", succeeded)
                }
            ]
        case .retrying, .appended: return []
        }
    }
}

// MARK: - Beginning

extension TurnNarrator {
    private mutating func status(_ phase: TurnPhase, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        sequence += 1
        return [
            chat {
                $0.add("state", "status")
                $0.add("phase", phase.rawValue)
            },
            agentFrame("run_status", time, hasSession: false) { $0.add("phase", phase.rawValue) },
        ]
    }

    private mutating func started(_ at: Timestamp) -> [TurnFrame] {
        startedAt = at
        return [
            lifecycle(at) {
                $0.add("phase", "start")
                $0.add("startedAt", at)
            }
        ]
    }

    private mutating func began(_ model: ModelReference, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        return [
            lifecycle(time) {
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
        current = text.text
        let isDue = lastDelta.map { now - $0 >= window } ?? true
        if generation == .four && !isDue && !text.replaces { return [] }
        var frames = [assistant(time)].compactMap { $0 }
        if isDue || text.replaces, let delta = chatDelta(time) {
            frames.append(delta)
            lastDelta = now
        }
        return frames
    }

    /// January throttled only `chat`, and harder.
    private var window: Duration { generation == .three ? .milliseconds(150) : .milliseconds(75) }

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
        let item = generation == .four ? "\(run):\(messageCount)" : nil
        toldOfCurrent = current.utf8.count
        return numbered("assistant", time) {
            $0.add("text", text)
            $0.add("delta", delta)
            if let item { $0.add("itemId", item) }
        }
    }

    private mutating func chatDelta(_ time: Timestamp) -> TurnFrame? {
        let all = before + current
        guard all.utf8.count > toldInChat || isReplaced else { return nil }
        let frame = chat(isDroppable: true) {
            $0.add("state", "delta")
            if generation == .four {
                $0.add("deltaText", isReplaced ? all : all.from(byte: toldInChat))
                if isReplaced { $0.add("replace", true) }
            }
            Self.addMessage(all, time, to: &$0)
        }
        toldInChat = all.utf8.count
        isReplaced = false
        return frame
    }

    /// What was held back by the throttle, before something else is told.
    private mutating func flush(_ time: Timestamp, inChat: Bool) -> [TurnFrame] {
        let frames = [assistant(time), inChat ? chatDelta(time) : nil]
        return frames.compactMap { $0 }
    }

    private mutating func thought(_ text: String, _ delta: String, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        return [
            numbered("thinking", time) {
                $0.add("text", text)
                $0.add("delta", delta)
            }
        ]
    }
}

// MARK: - Tools

extension TurnNarrator {
    private mutating func toolStarted(_ call: ToolCall, _ title: String, _ time: Timestamp) -> [TurnFrame] {
        var frames = flush(time, inChat: true)
        if generation == .four {
            frames.append(
                item(call, title, time) {
                    $0.add("phase", "start")
                    $0.add("status", "running")
                    $0.add("startedAt", time)
                })
        }
        frames.append(tool(call, phase: "start", time) { $0.add("args", call.arguments) })
        return frames
    }

    private mutating func toolProgressed(_ call: ToolCall, _ partial: String, _ time: Timestamp)
        -> [TurnFrame]
    {
        let text = String(partial.utf8Suffix(Self.mostToolBytes))
        return [
            tool(call, phase: "update", time, isDroppable: true) {
                $0.addObject("partialResult") { Self.addContent(text, to: &$0) }
            }
        ]
    }

    private mutating func toolFinished(
        _ call: ToolCall, _ result: ToolResult, _ title: String, _ start: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        let isToday = generation == .four
        let content = JSON.array(result.content.compactMap { Self.shown($0) })
        var frames = [
            tool(call, phase: "result", time) {
                if let meta = result.summary { $0.add("meta", meta) }
                $0.add("isError", result.isError)
                if isToday { $0.add("commandBearing", call.name == "exec") }
                $0.addObject("result") { $0.add("content", content) }
            }
        ]
        guard isToday else { return frames }
        frames.append(
            item(call, title, time) {
                $0.add("phase", "end")
                $0.add("status", result.isError ? "failed" : "completed")
                $0.add("startedAt", start)
                $0.add("endedAt", time)
                if let meta = result.summary { $0.add("meta", meta) }
                if result.isError {
                    $0.add("error", String(result.content.text.utf8Prefix(Self.mostErrorBytes)))
                }
            })
        return frames
    }

    private mutating func tool(
        _ call: ToolCall, phase: String, _ time: Timestamp, isDroppable: Bool = false,
        _ more: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        numbered("tool", time, audience: .toolEvents, isDroppable: isDroppable) {
            $0.add("phase", phase)
            $0.add("name", call.name)
            $0.add("toolCallId", call.id)
            more(&$0)
        }
    }

    private mutating func item(
        _ call: ToolCall, _ title: String, _ time: Timestamp, _ more: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        numbered("item", time) {
            $0.add("itemId", "tool:\(call.id)")
            $0.add("toolCallId", call.id)
            $0.add("name", call.name)
            $0.add("kind", "tool")
            $0.add("title", title)
            $0.add("commandBearing", call.name == "exec")
            more(&$0)
        }
    }

    /// Text is cut and images are left out: the transcript has the whole.
    private static func shown(_ block: Block) -> JSON? {
        switch block {
        case .text(let text, _): ["type": "text", "text": .string(String(text.utf8Prefix(mostToolBytes)))]
        case .image(let image): ["type": "image", "mimeType": .string(image.mimeType), "omitted": true]
        default: nil
        }
    }

    /// Text of a tool in one event.
    ///
    /// A card shows a few hundred lines at most.
    private static let mostToolBytes = 16 << 10

    /// What a card says of a tool that failed: a few lines; the result has the rest.
    private static let mostErrorBytes = 2 << 10
}

// MARK: - End

extension TurnNarrator {
    private mutating func used(_ usage: Usage, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        var frames = flush(time, inChat: false)
        frames.append(numbered("usage", time) { $0.add("outputTokens", usage.output) })
        return frames
    }

    private mutating func finishing(_ reason: StopReason, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        var frames = flush(time, inChat: false)
        frames.append(
            lifecycle(time) {
                $0.add("phase", "finishing")
                $0.add("stopReason", reason.rawValue)
                $0.add("aborted", false)
                $0.add("livenessState", "working")
                $0.add("endedAt", time)
                $0.add("replayInvalid", false)
            })
        return frames
    }

    private mutating func ended(_ end: TurnEnd, _ time: Timestamp) -> [TurnFrame] {
        let reply = String((end.text ?? "").trimmed)
        var frames = flush(time, inChat: false)
        guard generation == .four else {
            frames.append(
                lifecycle(time) {
                    $0.add("phase", "end")
                    $0.add("startedAt", end.startedAt)
                    $0.add("endedAt", end.endedAt)
                })
            frames.append(final(reply, end.stopReason, time))
            return frames
        }
        frames.append(
            lifecycle(time) {
                $0.add("phase", "model")
                $0.add("provider", .null)
                $0.add("model", .null)
            })
        frames.append(endOfLife(end, reply, time))
        if let delta = chatDelta(time) { frames.append(delta) }
        frames.append(final(reply, end.stopReason, time))
        return frames
    }

    private mutating func endOfLife(_ end: TurnEnd, _ reply: String, _ time: Timestamp) -> TurnFrame {
        let receipt = RunReceipt(
            run: run, session: sessionID, model: end.model, toolNames: end.toolNames, text: reply)
        return lifecycle(time) {
            $0.add("stopReason", end.stopReason.rawValue)
            $0.add("aborted", false)
            $0.add("livenessState", "working")
            $0.add("phase", "end")
            $0.add("startedAt", end.startedAt)
            $0.add("endedAt", end.endedAt)
            $0.add("replayInvalid", false)
            $0.add("terminalReply", receipt.reply)
            $0.add("terminalReceipt", receipt.json)
            $0.add("executionSettled", true)
        }
    }

    /// A turn without words ends with a `final` without message.
    private func final(_ text: String, _ reason: StopReason, _ time: Timestamp) -> TurnFrame {
        chat(isUrgent: true) {
            $0.add("state", "final")
            if generation == .four { $0.add("stopReason", reason.rawValue) }
            if !text.isEmpty { Self.addMessage(text, time, to: &$0) }
        }
    }

    private mutating func failed(
        _ failure: TurnFailure, _ start: Timestamp?, _ end: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        var frames = flush(time, inChat: true)
        let (start, isToday) = (start ?? startedAt, generation == .four)
        frames.append(
            lifecycle(time) {
                $0.add("phase", "error")
                $0.add("error", failure.message)
                $0.add("endedAt", end)
                if let start { $0.add("startedAt", start) }
                guard isToday else { return }
                $0.add("aborted", false)
                $0.addObject("errorObservation") { Self.addDetail(failure, to: &$0) }
                $0.add("livenessState", "blocked")
                $0.add("executionSettled", true)
            })
        frames.append(
            chat(isUrgent: true) {
                $0.add("state", "error")
                $0.add("errorMessage", failure.message)
                guard isToday else { return }
                $0.add("errorKind", failure.errorKind)
                $0.addObject("errorDetail") { Self.addDetail(failure, to: &$0) }
            })
        return frames
    }

    private static func addDetail(_ failure: TurnFailure, to writer: inout JSONWriter) {
        if let provider = failure.provider { writer.add("provider", provider) }
        if let model = failure.model { writer.add("model", model) }
        writer.add("failoverReason", failure.kind.rawValue)
    }

    /// Clients hear that it is over before the run has wound down.
    private mutating func aborted(
        _ reason: AbortReason, _ start: Timestamp?, _ end: Timestamp, _ text: String?, _ time: Timestamp
    ) -> [TurnFrame] {
        var frames = flush(time, inChat: false)
        sequence += 1
        frames.append(
            chat(isUrgent: true) {
                $0.add("state", "aborted")
                $0.add("stopReason", reason.wireReason)
                if generation == .four, let text, !text.isEmpty { Self.addMessage(text, time, to: &$0) }
            })
        frames.append(
            agentFrame("lifecycle", time, hasSession: true) {
                $0.add("phase", "end")
                $0.add("aborted", true)
                $0.add("endedAt", end)
                guard generation == .four else { return }
                $0.add("status", "cancelled")
                $0.add("stopReason", reason.wireReason)
                if let start = start ?? startedAt { $0.add("startedAt", start) }
            })
        return frames
    }

    /// A slash command was answered without a run.
    private mutating func replied(_ text: String, _ number: Int, _ time: Timestamp) -> [TurnFrame] {
        sequence = number
        return [
            chat(isUrgent: true) {
                $0.add("state", "final")
                guard !text.isEmpty else { return }
                Self.addMessage(text, time, to: &$0) {
                    $0.add("stopReason", generation == .three ? "injected" : "stop")
                    $0.add("usage", ["input": 0, "output": 0, "totalTokens": 0])
                }
            }
        ]
    }
}

// MARK: - Frames

extension TurnNarrator {
    private mutating func lifecycle(_ time: Timestamp, _ data: (inout JSONWriter) -> Void) -> TurnFrame {
        numbered("lifecycle", time, hasSession: true, data)
    }

    private mutating func numbered(
        _ stream: String, _ time: Timestamp, hasSession: Bool = false, audience: TurnFrame.Audience = .all,
        isDroppable: Bool = false, _ data: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        sequence += 1
        return agentFrame(
            stream, time, hasSession: hasSession, audience: audience, isDroppable: isDroppable, data)
    }

    private func agentFrame(
        _ stream: String, _ time: Timestamp, hasSession: Bool, audience: TurnFrame.Audience = .all,
        isDroppable: Bool = false, _ data: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        // January's clients know no capability for tools: all of them get tool events.
        TurnFrame(
            "agent", run: run, session: session, audience: generation == .three ? .all : audience,
            isDroppable: isDroppable
        ) {
            $0.add("stream", stream)
            $0.addObject("data", data)
            $0.add("seq", sequence)
            $0.add("ts", time)
            guard generation == .four else { return }
            $0.add("agentId", agent)
            $0.add("isHeartbeat", false)
            if hasSession, let sessionID { $0.add("sessionId", sessionID) }
        }
    }

    private func chat(
        isDroppable: Bool = false, isUrgent: Bool = false, _ members: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        TurnFrame("chat", run: run, session: session, isDroppable: isDroppable, isUrgent: isUrgent) {
            if generation == .four { $0.add("agentId", agent) }
            $0.add("seq", sequence)
            members(&$0)
        }
    }

    private static func addMessage(
        _ text: String, _ time: Timestamp, to writer: inout JSONWriter,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        writer.addObject("message") {
            $0.add("role", "assistant")
            addContent(text, to: &$0)
            $0.add("timestamp", time)
            more(&$0)
        }
    }

    private static func addContent(_ text: String, to writer: inout JSONWriter) {
        writer.addListOfOne("content") {
            $0.add("type", "text")
            $0.add("text", text)
        }
    }
}

extension String {
    /// What follows the first `count` bytes; those must end at a character's end.
    fileprivate func from(byte count: Int) -> String {
        String(decoding: utf8.dropFirst(count), as: UTF8.self)
    }

    /// At most so many bytes from the start, ending at a character's end.
    func utf8Prefix(_ bytes: Int) -> Substring {
        guard utf8.count > bytes else { return self[...] }
        var end = utf8.index(utf8.startIndex, offsetBy: bytes)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end]
    }

    /// At most so many bytes from the end, starting at a character's start.
    func utf8Suffix(_ bytes: Int) -> Substring {
        guard utf8.count > bytes else { return self[...] }
        var start = utf8.index(utf8.endIndex, offsetBy: -bytes)
        while start < endIndex, start.samePosition(in: unicodeScalars) == nil {
            start = utf8.index(after: start)
        }
        return self[start...]
    }
}
