package import Core

/// A command that somebody has to allow first.
package struct ApprovalRequest: Sendable {
    package var command: String
    package var directory: String?
    package var host: String?
    /// The rules that make it ask, in the config's words.
    package var security: String?
    package var ask: String?
    package var agent: String?
    /// The first program's.
    package var resolvedPath: String?
    /// How many programs the line starts; nil when nobody counted.
    package var programCount: Int?
    /// What whoever answers has to know, one sentence.
    package var warning: String?
    package var session: String?
    package var run: RunID?
    /// The model's id of the call.
    package var call: String?
    /// The chat that the turn answers; nil for clients of the gateway.
    package var chat: Address?
    /// The bot that was written to there, which may get another account; nil where none is known.
    package var bot: String?
    /// Whether an answer for all times has an effect.
    package var canBeRemembered = true

    package init(command: String) { self.command = command }
}

/// A request that waits, or has waited.
package struct Approval: Sendable {
    package let id: String
    package let request: ApprovalRequest
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    /// What can be answered, in the order in which it is offered.
    package var decisions: [ApprovalDecision] {
        request.canBeRemembered ? [.allowOnce, .allowAlways, .deny] : [.allowOnce, .deny]
    }
}

/// What a person answers; the raw value is the word of the wire and of `/approve`.
package enum ApprovalDecision: String, Sendable, CaseIterable {
    case allowOnce = "allow-once"
    case allowAlways = "allow-always"
    case deny
}

/// How a request ended.
package enum ApprovalOutcome: Sendable, Hashable {
    case decided(ApprovalDecision, by: String?)
    /// Nobody answered in time.
    case expired
    /// Nobody can be asked.
    case noRoute
    /// Whoever asked wants to know no more: the run was stopped.
    case withdrawn

    package var decision: ApprovalDecision? {
        if case .decided(let decision, _) = self { decision } else { nil }
    }
}

/// Why a request or an answer to one is not taken.
package enum ApprovalError: Error, Sendable, Hashable {
    case alreadyPending
    case tooMany
    case unknown
    case alreadyResolved(ApprovalOutcome)
    /// Every one of these commands is asked for, so an answer cannot hold for all.
    case cannotBeRemembered
}

/// People, or their programs, who can be asked.
@MainActor
package protocol ApprovalAudience: AnyObject {
    /// Tells of a request; false when nobody there can answer it.
    func requested(_ approval: Approval) async -> Bool
    /// It waits no more.
    func resolved(_ approval: Approval, _ outcome: ApprovalOutcome)
}
