package import Core

/// A turn that is about to ask a model.
package struct NewTurn: Sendable {
    package var run: RunID
    package var session: SessionKey
    /// Nil for turns that nobody's message started.
    package var inbox: InboxID?
    /// Appended to the transcript, unless its idempotency key is there already.
    package var message: UserMessage?
    /// What was said before `message` and has its answer in the same turn, oldest first.
    package var joined: [JoinedMessage] = []
    package var startedAt: Timestamp
    package var model: ModelReference?
    /// Whether the conversation so far is over; nil: it goes on.
    package var expiry: SessionExpiry?

    package init(
        run: RunID, session: SessionKey, inbox: InboxID? = nil, message: UserMessage? = nil,
        startedAt: Timestamp = .now, model: ModelReference? = nil
    ) {
        self.run = run
        self.session = session
        self.inbox = inbox
        self.message = message
        self.startedAt = startedAt
        self.model = model
    }
}

/// A message that is answered in the turn of another one.
package struct JoinedMessage: Sendable {
    package var inbox: InboxID
    /// As the transcript keeps it; nil where too many waited to tell the model of each.
    package var message: UserMessage?

    package init(inbox: InboxID, message: UserMessage? = nil) {
        self.inbox = inbox
        self.message = message
    }
}

/// A turn whose beginning is on disk.
package struct BegunTurn: Sendable {
    package var entry: SessionEntry
    /// Where the joined messages and the turn's own stand; of a resumed turn only where its first one does.
    package var positions: [StoredPosition] = []
    /// The transcript with those messages; nil when they were in it before.
    package var transcript: TranscriptStatistics?
    /// 1, or more when a crash interrupted the turn before.
    package var attempt: Int
    /// Parts of an answer that an earlier attempt has stored for its channel.
    package var partCount = 0
}

/// What became of a message that was to begin a turn at once.
package struct AcceptedTurn: Sendable {
    package var recorded: Recorded
    /// Nil when it was a repeat, or waits.
    package var begun: BegunTurn?
    /// Its session, where nothing was begun.
    package var session: SessionEntry?
}

/// A turn that a crash cut off.
package struct InterruptedTurn: Sendable {
    package var run: RunID
    package var session: SessionKey
    package var sessionID: SessionID
    /// With the message, when one started the turn.
    package var inbox: InboxEntry?
    /// Further messages that it answers, oldest first.
    package var joined: [InboxEntry] = []
    package var startedAt: Timestamp
    package var attempt: Int
    package var steps: [TurnStep]
    /// The first message in the transcript that belongs to the turn.
    package var firstSequence: Int64?

    /// A tool call that was started and has no result.
    package struct OpenTool: Sendable, Hashable {
        package var call: ToolCall
        package var changesTheWorld: Bool
    }

    /// Tools that were started and whose result nobody knows.
    package var openTools: [OpenTool] {
        var open: [OpenTool] = []
        for step in steps {
            switch step {
            case .toolStarted(let call, let changesTheWorld):
                open.append(OpenTool(call: call, changesTheWorld: changesTheWorld))
            case .toolFinished(let callID, _):
                open.removeAll { $0.call.id == callID }
            case .modelRequest, .note:
                break
            }
        }
        return open
    }
}
