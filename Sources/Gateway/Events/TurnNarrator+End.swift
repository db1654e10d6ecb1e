import Agent
import Core

extension TurnNarrator {
    mutating func used(_ usage: Usage, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        var told = flush(time, inChat: false)
        told.append(frames.numbered("usage", time) { $0.add("outputTokens", usage.output) })
        return told
    }

    mutating func finishing(_ reason: StopReason, _ time: Timestamp) -> [TurnFrame] {
        guard generation == .four else { return [] }
        var told = flush(time, inChat: false)
        told.append(
            frames.lifecycle(time) {
                $0.add("phase", "finishing")
                $0.add("stopReason", reason.rawValue)
                $0.add("aborted", false)
                $0.add("livenessState", "working")
                $0.add("endedAt", time)
                $0.add("replayInvalid", false)
            })
        return told
    }

    mutating func ended(_ end: TurnEnd, _ time: Timestamp) -> [TurnFrame] {
        let reply = String((end.text ?? "").trimmed)
        var told = flush(time, inChat: false)
        guard generation == .four else {
            told.append(
                frames.lifecycle(time) {
                    $0.add("phase", "end")
                    $0.add("startedAt", end.startedAt)
                    $0.add("endedAt", end.endedAt)
                })
            told.append(final(reply, end.stopReason, time))
            return told
        }
        told.append(
            frames.lifecycle(time) {
                $0.add("phase", "model")
                $0.add("provider", .null)
                $0.add("model", .null)
            })
        told.append(endOfLife(end, reply, time))
        if let delta = chatDelta(time) { told.append(delta) }
        told.append(final(reply, end.stopReason, time))
        return told
    }

    private mutating func endOfLife(_ end: TurnEnd, _ reply: String, _ time: Timestamp) -> TurnFrame {
        let receipt = RunReceipt(
            run: frames.run, session: frames.sessionID, model: end.model, toolNames: end.toolNames,
            text: reply)
        return frames.lifecycle(time) {
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
        frames.chat(isUrgent: true) {
            $0.add("state", "final")
            if generation == .four { $0.add("stopReason", reason.rawValue) }
            if !text.isEmpty { RunFrames.addMessage(text, time, to: &$0) }
        }
    }

    mutating func failed(
        _ failure: TurnFailure, _ start: Timestamp?, _ end: Timestamp, _ time: Timestamp
    ) -> [TurnFrame] {
        var told = flush(time, inChat: true)
        let (start, isToday) = (start ?? startedAt, generation == .four)
        told.append(
            frames.lifecycle(time) {
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
        told.append(
            frames.chat(isUrgent: true) {
                $0.add("state", "error")
                $0.add("errorMessage", failure.message)
                guard isToday else { return }
                $0.add("errorKind", failure.errorKind)
                $0.addObject("errorDetail") { Self.addDetail(failure, to: &$0) }
            })
        return told
    }

    private static func addDetail(_ failure: TurnFailure, to writer: inout JSONWriter) {
        if let provider = failure.provider { writer.add("provider", provider) }
        if let model = failure.model { writer.add("model", model) }
        writer.add("failoverReason", failure.kind.rawValue)
    }

    /// Clients hear that it is over before the run has wound down.
    mutating func aborted(
        _ reason: AbortReason, _ start: Timestamp?, _ end: Timestamp, _ text: String?, _ time: Timestamp
    ) -> [TurnFrame] {
        var told = flush(time, inChat: false)
        frames.sequence += 1
        told.append(
            frames.chat(isUrgent: true) {
                $0.add("state", "aborted")
                $0.add("stopReason", reason.wireReason)
                if generation == .four, let text, !text.isEmpty { RunFrames.addMessage(text, time, to: &$0) }
            })
        told.append(
            frames.agentFrame("lifecycle", time, hasSession: true) {
                $0.add("phase", "end")
                $0.add("aborted", true)
                $0.add("endedAt", end)
                guard generation == .four else { return }
                $0.add("status", "cancelled")
                $0.add("stopReason", reason.wireReason)
                if let start = start ?? startedAt { $0.add("startedAt", start) }
            })
        return told
    }

    /// A slash command was answered without a run.
    mutating func replied(_ text: String, _ number: Int, _ time: Timestamp) -> [TurnFrame] {
        frames.sequence = number
        return [
            frames.chat(isUrgent: true) {
                $0.add("state", "final")
                guard !text.isEmpty else { return }
                RunFrames.addMessage(text, time, to: &$0) {
                    $0.add("stopReason", generation == .three ? "injected" : "stop")
                    $0.add("usage", ["input": 0, "output": 0, "totalTokens": 0])
                }
            }
        ]
    }
}
