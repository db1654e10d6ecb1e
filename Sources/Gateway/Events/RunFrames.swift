import Core

/// Writes the frames that tell of one run, in the shape of one generation (contract §5).
struct RunFrames {
    let generation: Generation
    let run: RunID
    let session: SessionKey
    let agent: AgentID
    var sessionID: SessionID?
    /// Counts what this run told; stands in the payload of `agent` events, and in `chat` events that follow from them.
    var sequence = 0

    init(_ generation: Generation, run: RunID, session: SessionKey, agent: AgentID) {
        self.generation = generation
        self.run = run
        self.session = session
        self.agent = agent
    }

    mutating func lifecycle(_ time: Timestamp, _ data: (inout JSONWriter) -> Void) -> TurnFrame {
        numbered("lifecycle", time, hasSession: true, data)
    }

    mutating func numbered(
        _ stream: String, _ time: Timestamp, hasSession: Bool = false, audience: TurnFrame.Audience = .all,
        isDroppable: Bool = false, _ data: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        sequence += 1
        return agentFrame(
            stream, time, hasSession: hasSession, audience: audience, isDroppable: isDroppable, data)
    }

    func agentFrame(
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

    func chat(
        isDroppable: Bool = false, isUrgent: Bool = false, _ members: (inout JSONWriter) -> Void
    ) -> TurnFrame {
        TurnFrame("chat", run: run, session: session, isDroppable: isDroppable, isUrgent: isUrgent) {
            if generation == .four { $0.add("agentId", agent) }
            $0.add("seq", sequence)
            members(&$0)
        }
    }

    static func addMessage(
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

    static func addContent(_ text: String, to writer: inout JSONWriter) {
        writer.addListOfOne("content") {
            $0.add("type", "text")
            $0.add("text", text)
        }
    }
}
