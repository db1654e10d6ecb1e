package import Core

/// One thing that happened in a turn, for those who watch it.
///
/// What an event announces as stored is on disk when it is told.
package struct TurnEvent: Sendable {
    package var run: RunID
    package var session: SessionKey
    package var sessionID: SessionID?
    package var agent: AgentID
    /// Counts from 1 within the run.
    package var sequence: Int
    package var at: Timestamp
    package var kind: Kind

    /// What happened.
    package enum Kind: Sendable {
        /// There is no room for what the turn holds yet: its message waits. Repeats the sequence of the event before it.
        case waits
        case status(TurnPhase)
        case started(at: Timestamp)
        /// Who answers; once for each model request.
        case model(ModelReference)
        case assistantText(AssistantText)
        case thinking(text: String, delta: String)
        case toolStarted(ToolCall, title: String)
        /// The end of the output so far.
        case toolProgressed(ToolCall, partial: String)
        case toolFinished(ToolCall, ToolResult, title: String, startedAt: Timestamp)
        /// The turn's sum so far, after each model request.
        case usage(Usage)
        /// The model's stream broke off; what it had said is taken back and it is asked again.
        case retrying(attempt: Int, most: Int, delay: Duration, reason: String)
        /// A model is summarising the older part of the conversation, so that the rest fits.
        case compacting
        case compacted(succeeded: Bool)
        /// Nothing more will be said; the answer is being stored.
        case finishing(stopReason: StopReason)
        case ended(TurnEnd)
        case failed(TurnFailure, startedAt: Timestamp?, endedAt: Timestamp, partialText: String?)
        case aborted(AbortReason, startedAt: Timestamp?, endedAt: Timestamp, partialText: String?)
        /// A slash command's answer or an injected note; no run belongs to it.
        case replied(text: String)
        /// These are in the transcript now. Repeats the sequence of the event before it.
        case appended([AppendedMessage])
    }
}

/// What a turn is busy with; the raw value is the wire's word.
package enum TurnPhase: String, Sendable {
    case preparingWorkspace = "preparing_workspace"
    case preparingContext = "preparing_context"
    case startingModel = "starting_model"
}

/// A piece of the model's answer.
package struct AssistantText: Sendable, Hashable {
    /// The whole current message so far.
    package var text: String
    /// What came now.
    package var delta: String
    /// Whether `text` takes the place of everything that was said of this message before.
    package var replaces: Bool
    /// 1 for the turn's first message, 2 for the one after the first tool calls, and so on.
    package var message: Int
}

/// A message and its place in the transcript.
package struct AppendedMessage: Sendable {
    package var sequence: Int64
    package var id: String
    package var message: Message
}

/// How a turn ended that was neither stopped nor failed.
package struct TurnEnd: Sendable {
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var stopReason: StopReason
    /// The last message's text; nil when it has none.
    package var text: String?
    /// Every message's text of this turn, a blank line between.
    package var wholeText: String
    package var usage: Usage
    package var model: ModelReference?
    /// The tools that succeeded, each once.
    package var toolNames: [String]
}

/// Who or what stopped a turn; the raw value is the wire's stop reason.
package enum AbortReason: String, Sendable {
    case rpc, stop, timeout, reset
    /// A newer message takes its place (`QueueMode.interrupt`).
    case interrupt

    /// What clients know.
    package var wireReason: String {
        switch self {
        case .rpc, .stop, .timeout: rawValue
        case .reset, .interrupt: "rpc"
        }
    }
}
