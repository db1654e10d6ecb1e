package import Core

/// What became of a message at the door.
package enum Submission: Sendable, Hashable {
    /// New, and safe on disk. Its outcome comes as events.
    case started(RunID)
    /// The same message came before and has no outcome yet.
    case inFlight(RunID)
    /// The same message came before; this is what came of it.
    case finished(RunID, RunOutcome)
    /// The text was a stop word; these runs were stopped.
    case stopped([RunID])
}

/// Why a message was not accepted.
package enum SubmitError: Error, Sendable, Hashable {
    /// The id is taken by a message with other content.
    case conflict
    case unknownAgent(AgentID)
    /// The session's `sendPolicy` is `deny`.
    case denied
    /// So many messages of this session wait already.
    case queueFull(Int)
    /// The process is going down; a client sends again after the restart.
    case stopping
    /// The volume is full or read-only; the sentence says what helps.
    case shut(String)
    case store(String)

    package var message: String {
        switch self {
        case .conflict:
            "This message ID was already used for different input. Check the conversation history and use a new "
                + "message ID to send again."
        case .unknownAgent(let agent): "Agent \"\(agent)\" no longer exists in configuration"
        case .denied: "send blocked by session policy"
        case .queueFull(let count):
            "Too many messages of this session wait for an answer already: \(count). Send again when some are answered, or "
                + "send `/stop` to drop them."
        case .shut(let reason): reason
        case .stopping: "The gateway is stopping. Send again in a few seconds."
        case .store(let reason): "The message could not be stored, so it was not accepted: \(reason)"
        }
    }
}

/// Why a note was not put into a transcript.
package enum InjectError: Error, Sendable, Hashable {
    case noSession
    case store(String)

    package var message: String {
        switch self {
        case .noSession: "session not found"
        case .store(let reason): "failed to write transcript: \(reason)"
        }
    }
}

/// A note that stands in a transcript as the assistant's.
package struct InjectedNote: Sendable, Hashable {
    /// 8 characters.
    package var messageID: String
    package var text: String
    package var at: Timestamp

    package var run: RunID { RunID("inject-\(messageID)") }
}

/// Whole messages that stop the session's runs instead of starting one.
package enum StopWords {
    private static let words: Set<String> = ["/stop", "stop", "esc", "abort", "wait", "exit", "interrupt"]

    package static func contains(_ text: String) -> Bool {
        guard text.utf8.count <= 32 else { return false }
        return words.contains(String(text.trimmed).lowercased())
    }
}
