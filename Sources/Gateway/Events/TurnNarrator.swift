import Agent
import Core

/// Tells one run's events the way clients of one generation know them (contract §5, golden/chat.*).
struct TurnNarrator {
    private let generation: Generation
    private let run: RunID
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

    init(_ generation: Generation, run: RunID, agent: AgentID) {
        self.generation = generation
        self.run = run
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
            chat(["state": "status", "phase": .string(phase.rawValue)]),
            agentFrame("run_status", ["phase": .string(phase.rawValue)], time, hasSession: false),
        ]
    }

    private mutating func started(_ at: Timestamp) -> [TurnFrame] {
        startedAt = at
        return [lifecycle(["phase": "start", "startedAt": at.json], at)]
    }

    private mutating func began(_ model: ModelReference, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        return [
            lifecycle(
                ["phase": "model", "provider": .string(model.provider), "model": .string(model.model)], time)
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
        var data: JSONObject = [
            "text": .string(current), "delta": .string(current.from(byte: toldOfCurrent)),
        ]
        if generation == .four { data["itemId"] = .string("\(run):\(messageCount)") }
        toldOfCurrent = current.utf8.count
        return numbered("assistant", data, time, hasSession: false)
    }

    private mutating func chatDelta(_ time: Timestamp) -> TurnFrame? {
        let all = before + current
        guard all.utf8.count > toldInChat || isReplaced else { return nil }
        var members: JSONObject = ["state": "delta"]
        if generation == .four {
            members["deltaText"] = .string(isReplaced ? all : all.from(byte: toldInChat))
            if isReplaced { members["replace"] = true }
        }
        members["message"] = Self.message(all, time)
        toldInChat = all.utf8.count
        isReplaced = false
        return chat(members, isDroppable: true)
    }

    /// What was held back by the throttle, before something else is told.
    private mutating func flush(_ time: Timestamp, inChat: Bool) -> [TurnFrame] {
        let frames = [assistant(time), inChat ? chatDelta(time) : nil]
        return frames.compactMap { $0 }
    }

    private mutating func thought(_ text: String, _ delta: String, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        return [
            numbered("thinking", ["text": .string(text), "delta": .string(delta)], time, hasSession: false)
        ]
    }
}

// MARK: - Tools

extension TurnNarrator {
    private mutating func toolStarted(_ call: ToolCall, _ title: String, _ time: Timestamp) -> [TurnFrame] {
        var frames = flush(time, inChat: true)
        if generation == .four {
            frames.append(
                item(call, title, ["phase": "start", "status": "running", "startedAt": time.json], time))
        }
        frames.append(tool(call, ["phase": "start"], ["args": call.arguments], time))
        return frames
    }

    private mutating func toolProgressed(_ call: ToolCall, _ partial: String, _ time: Timestamp)
        -> [TurnFrame]
    {
        let text = String(partial.utf8Suffix(Self.mostToolBytes))
        let result: JSON = ["content": [["type": "text", "text": .string(text)]]]
        return [tool(call, ["phase": "update"], ["partialResult": result], time, isDroppable: true)]
    }

    private mutating func toolFinished(
        _ call: ToolCall, _ result: ToolResult, _ title: String, _ start: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        var data = JSONObject()
        data["meta"] = result.summary.map { .string($0) }
        data["isError"] = .bool(result.isError)
        if generation == .four { data["commandBearing"] = .bool(call.name == "exec") }
        data["result"] = ["content": .array(result.content.compactMap { Self.shown($0) })]
        var frames = [tool(call, ["phase": "result"], data, time)]
        guard generation == .four else { return frames }
        var end: JSONObject = [
            "phase": "end", "status": result.isError ? "failed" : "completed", "startedAt": start.json,
            "endedAt": time.json,
        ]
        end["meta"] = result.summary.map { .string($0) }
        if result.isError {
            end["error"] = .string(String(result.content.text.utf8Prefix(Self.mostErrorBytes)))
        }
        frames.append(item(call, title, end, time))
        return frames
    }

    private mutating func tool(
        _ call: ToolCall, _ phase: JSONObject, _ more: JSONObject, _ time: Timestamp,
        isDroppable: Bool = false
    ) -> TurnFrame {
        var data = phase
        data["name"] = .string(call.name)
        data["toolCallId"] = .string(call.id)
        for (key, value) in more { data[key] = value }
        return numbered(
            "tool", data, time, hasSession: false, audience: .toolEvents, isDroppable: isDroppable)
    }

    private mutating func item(
        _ call: ToolCall, _ title: String, _ more: JSONObject, _ time: Timestamp
    ) -> TurnFrame {
        var data: JSONObject = [
            "itemId": .string("tool:\(call.id)"), "toolCallId": .string(call.id), "name": .string(call.name),
            "kind": "tool", "title": .string(title), "commandBearing": .bool(call.name == "exec"),
        ]
        for (key, value) in more { data[key] = value }
        return numbered("item", data, time, hasSession: false)
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
        frames.append(numbered("usage", ["outputTokens": JSON(usage.output)], time, hasSession: false))
        return frames
    }

    private mutating func finishing(_ reason: StopReason, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        var frames = flush(time, inChat: false)
        frames.append(
            lifecycle(
                [
                    "phase": "finishing", "stopReason": .string(reason.rawValue), "aborted": false,
                    "livenessState": "working", "endedAt": time.json, "replayInvalid": false,
                ], time))
        return frames
    }

    private mutating func ended(_ end: TurnEnd, _ time: Timestamp) -> [TurnFrame] {
        let reply = String((end.text ?? "").trimmed)
        var frames = flush(time, inChat: false)
        guard generation == .four else {
            frames.append(
                lifecycle(
                    ["phase": "end", "startedAt": end.startedAt.json, "endedAt": end.endedAt.json], time))
            frames.append(final(reply, end.stopReason, time))
            return frames
        }
        frames.append(lifecycle(["phase": "model", "provider": .null, "model": .null], time))
        frames.append(lifecycle(endData(end, reply), time))
        if let delta = chatDelta(time) { frames.append(delta) }
        frames.append(final(reply, end.stopReason, time))
        return frames
    }

    private func endData(_ end: TurnEnd, _ reply: String) -> JSONObject {
        let receipt = RunReceipt(
            run: run, session: sessionID, model: end.model, toolNames: end.toolNames, text: reply)
        return [
            "stopReason": .string(end.stopReason.rawValue), "aborted": false, "livenessState": "working",
            "phase": "end", "startedAt": end.startedAt.json, "endedAt": end.endedAt.json,
            "replayInvalid": false,
            "terminalReply": receipt.reply, "terminalReceipt": receipt.json, "executionSettled": true,
        ]
    }

    /// A turn without words ends with a `final` without message.
    private func final(_ text: String, _ reason: StopReason, _ time: Timestamp) -> TurnFrame {
        var members: JSONObject = ["state": "final"]
        if generation == .four { members["stopReason"] = .string(reason.rawValue) }
        if !text.isEmpty { members["message"] = Self.message(text, time) }
        return chat(members)
    }

    private mutating func failed(
        _ failure: TurnFailure, _ start: Timestamp?, _ end: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        var frames = flush(time, inChat: true)
        var data: JSONObject = ["phase": "error", "error": .string(failure.message), "endedAt": end.json]
        data["startedAt"] = (start ?? startedAt)?.json
        if generation == .four {
            data["aborted"] = false
            data["errorObservation"] = Self.detail(failure)
            data["livenessState"] = "blocked"
            data["executionSettled"] = true
        }
        frames.append(lifecycle(data, time))
        var members: JSONObject = ["state": "error", "errorMessage": .string(failure.message)]
        if generation == .four {
            members["errorKind"] = .string(failure.errorKind)
            members["errorDetail"] = Self.detail(failure)
        }
        frames.append(chat(members))
        return frames
    }

    private static func detail(_ failure: TurnFailure) -> JSON {
        var detail = JSONObject()
        detail["provider"] = failure.provider.map { .string($0) }
        detail["model"] = failure.model.map { .string($0) }
        detail["failoverReason"] = .string(failure.kind.rawValue)
        return .object(detail)
    }

    /// Clients hear that it is over before the run has wound down.
    private mutating func aborted(
        _ reason: AbortReason, _ start: Timestamp?, _ end: Timestamp, _ text: String?, _ time: Timestamp
    ) -> [TurnFrame] {
        var frames = flush(time, inChat: false)
        sequence += 1
        var members: JSONObject = ["state": "aborted", "stopReason": .string(reason.wireReason)]
        var data: JSONObject = ["phase": "end", "aborted": true, "endedAt": end.json]
        if generation == .four {
            if let text, !text.isEmpty { members["message"] = Self.message(text, time) }
            data["status"] = "cancelled"
            data["stopReason"] = .string(reason.wireReason)
            data["startedAt"] = (start ?? startedAt)?.json
        }
        frames.append(chat(members))
        frames.append(agentFrame("lifecycle", data, time, hasSession: true))
        return frames
    }

    /// A slash command was answered without a run.
    private mutating func replied(_ text: String, _ number: Int, _ time: Timestamp) -> [TurnFrame] {
        sequence = number
        var message = Self.message(text, time).objectValue ?? [:]
        message["stopReason"] = generation == .three ? "injected" : "stop"
        message["usage"] = ["input": 0, "output": 0, "totalTokens": 0]
        var members: JSONObject = ["state": "final"]
        if !text.isEmpty { members["message"] = .object(message) }
        return [chat(members)]
    }
}

// MARK: - Frames

extension TurnNarrator {
    private mutating func lifecycle(_ data: JSONObject, _ time: Timestamp) -> TurnFrame {
        numbered("lifecycle", data, time, hasSession: true)
    }

    private mutating func numbered(
        _ stream: String, _ data: JSONObject, _ time: Timestamp, hasSession: Bool,
        audience: TurnFrame.Audience = .all, isDroppable: Bool = false
    ) -> TurnFrame {
        sequence += 1
        return agentFrame(
            stream, data, time, hasSession: hasSession, audience: audience, isDroppable: isDroppable)
    }

    private func agentFrame(
        _ stream: String, _ data: JSONObject, _ time: Timestamp, hasSession: Bool,
        audience: TurnFrame.Audience = .all, isDroppable: Bool = false
    ) -> TurnFrame {
        var members: JSONObject = [
            "stream": .string(stream), "data": .object(data), "seq": JSON(sequence), "ts": time.json,
        ]
        if generation == .four {
            members["agentId"] = .string(agent.rawValue)
            members["isHeartbeat"] = false
            if hasSession { members["sessionId"] = sessionID.map { .string($0.rawValue) } }
        }
        // January's clients know no capability for tools: all of them get tool events.
        return TurnFrame(
            "agent", run: run, audience: generation == .three ? .all : audience, isDroppable: isDroppable,
            members)
    }

    private func chat(_ members: JSONObject, isDroppable: Bool = false) -> TurnFrame {
        var all = JSONObject()
        if generation == .four { all["agentId"] = .string(agent.rawValue) }
        all["seq"] = JSON(sequence)
        for (key, value) in members { all[key] = value }
        return TurnFrame("chat", run: run, isDroppable: isDroppable, all)
    }

    private static func message(_ text: String, _ time: Timestamp) -> JSON {
        [
            "role": "assistant", "content": [["type": "text", "text": .string(text)]], "timestamp": time.json,
        ]
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
