package import Core

/// Everything that becomes true when a turn ends.
package struct CompletedTurn: Sendable {
    package var run: RunID
    package var session: SessionKey
    package var sessionID: SessionID
    package var inbox: InboxID?
    /// Further messages that the turn has answered; they get the same outcome.
    package var joined: [InboxID] = []
    /// `.done` or `.failed`.
    package var state: InboxState
    package var outcome: JSON
    /// What the transcript still lacks.
    package var messages: [Message]
    package var outbox: [NewOutboxPart]
    /// Whether what a channel has seen of the answer goes away unless `outbox` takes its place.
    package var withdrawsDrafts: Bool
    package var usage: [UsageRecord]
    package var entry: EntryUpdate
    package var finishedAt: Timestamp

    package init(
        run: RunID, session: SessionKey, sessionID: SessionID, inbox: InboxID? = nil,
        state: InboxState = .done,
        outcome: JSON = [:], messages: [Message] = [], outbox: [NewOutboxPart] = [],
        withdrawsDrafts: Bool = false, usage: [UsageRecord] = [],
        entry: EntryUpdate = EntryUpdate(), finishedAt: Timestamp = .now
    ) {
        self.run = run
        self.session = session
        self.sessionID = sessionID
        self.inbox = inbox
        self.state = state
        self.outcome = outcome
        self.messages = messages
        self.outbox = outbox
        self.withdrawsDrafts = withdrawsDrafts
        self.usage = usage
        self.entry = entry
        self.finishedAt = finishedAt
    }
}

/// What a turn changes in its session's entry.
///
/// Nil leaves a field as it is.
package struct EntryUpdate: Sendable, Hashable {
    package var modelProvider: String?
    package var model: String?
    package var inputTokens: Int?
    package var outputTokens: Int?
    package var totalTokens: Int?
    package var contextTokens: Int?
    package var systemSent: Bool?
    package var abortedLastRun: Bool?

    package init(
        modelProvider: String? = nil, model: String? = nil, inputTokens: Int? = nil, outputTokens: Int? = nil,
        totalTokens: Int? = nil, contextTokens: Int? = nil, systemSent: Bool? = nil,
        abortedLastRun: Bool? = nil
    ) {
        self.modelProvider = modelProvider
        self.model = model
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.totalTokens = totalTokens
        self.contextTokens = contextTokens
        self.systemSent = systemSent
        self.abortedLastRun = abortedLastRun
    }
}

/// Where a finished turn's messages and outbox parts went.
package struct Completion: Sendable {
    package var positions: [StoredPosition]
    package var outbox: [Int64]
}
