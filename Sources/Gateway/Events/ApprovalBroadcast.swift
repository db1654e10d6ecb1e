import Agent
import Core

/// Tells clients of commands that wait for approval, each generation in its own shape.
@MainActor
final class ApprovalBroadcast: ApprovalAudience {
    private let broadcaster: EventBroadcaster

    init(_ broadcaster: EventBroadcaster) { self.broadcaster = broadcaster }

    func requested(_ approval: Approval) async -> Bool {
        send("exec.approval.requested") { approval.json($0) }
        return hasClients
    }

    /// Whether anybody is there who can answer.
    var hasClients: Bool { broadcaster.connections.contains { isAsked($0) } }

    /// January's clients count the seconds themselves: they are not told that a request has expired.
    func resolved(_ approval: Approval, _ outcome: ApprovalOutcome) {
        let isSilent = outcome == .expired || outcome == .noRoute
        send("exec.approval.resolved", in: isSilent ? [.four] : Generation.allCases) { generation in
            var object: JSONObject = [
                "id": .string(approval.id), "decision": .string((outcome.decision ?? .deny).rawValue),
                "resolvedBy": outcome.deciderJSON, "ts": Timestamp.now.json,
            ]
            if generation == .four { object["request"] = approval.request.json(.four, approval.decisions) }
            return .object(object)
        }
    }

    private func isAsked(_ connection: ControlConnection) -> Bool {
        connection.isApprovalClient && connection.maySee(.approvals)
    }

    private func send(
        _ name: String, in generations: [Generation] = Generation.allCases, _ payload: (Generation) -> JSON
    ) {
        for generation in generations {
            let receivers = broadcaster.connections.filter {
                $0.generation == generation && (generation == .three ? $0.maySee(.approvals) : isAsked($0))
            }
            guard !receivers.isEmpty else { continue }
            let body = EventBody(name, payload: payload(generation).encoded(), stateVersion: nil)
            for connection in receivers { connection.deliver(body, isDroppable: false, isUrgent: true) }
        }
    }
}

extension ApprovalOutcome {
    /// Who decided, or null.
    fileprivate var deciderJSON: JSON {
        if case .decided(_, let name?) = self { .string(name) } else { .null }
    }
}

extension Approval {
    func json(_ generation: Generation) -> JSON {
        var object: JSONObject = [
            "id": .string(id), "request": request.json(generation, decisions), "createdAtMs": createdAt.json,
            "expiresAtMs": expiresAt.json,
        ]
        if generation == .four { object["approvalKind"] = "exec" }
        return .object(object)
    }

    /// What whoever asked is told.
    func answer(_ outcome: ApprovalOutcome, reason: Bool) -> JSON {
        var object: JSONObject = [
            "id": .string(id), "decision": outcome.decision.map { .string($0.rawValue) } ?? .null,
            "createdAtMs": createdAt.json, "expiresAtMs": expiresAt.json,
        ]
        if reason || outcome == .noRoute { object["terminalReason"] = .string(outcome.word) }
        return .object(object)
    }
}

extension ApprovalOutcome {
    fileprivate var word: String {
        switch self {
        case .decided: "user"
        case .expired: "timeout"
        case .noRoute: "no-route"
        case .withdrawn: "cancelled"
        }
    }
}

extension ApprovalRequest {
    fileprivate func json(_ generation: Generation, _ decisions: [ApprovalDecision]) -> JSON {
        var object: JSONObject = [
            "command": .string(command), "cwd": .orNull(directory), "host": .orNull(host),
            "security": .orNull(security), "ask": .orNull(ask), "agentId": .orNull(agent),
            "resolvedPath": .orNull(resolvedPath), "sessionKey": .orNull(session),
        ]
        guard generation == .four else { return .object(object) }
        for key in [
            "systemRunBinding", "systemRunPlan", "nodeId", "warningText", "scope", "sessionId",
            "cronExecutionSource", "cronOperationBinding",
        ] { object[key] = JSON.null }
        object["commandAnalysis"] = [
            "commandCount": JSON(programCount ?? 1), "nestedCommandCount": 0, "riskKinds": [],
            "warningLines": JSON(warning.map { [$0] } ?? []),
        ]
        object["allowedDecisions"] = JSON(decisions.map(\.rawValue))
        object["runId"] = JSON.orNull(run?.rawValue)
        object["toolCallId"] = JSON.orNull(call)
        object["turnSourceChannel"] = JSON.orNull(chat?.channel.rawValue)
        object["turnSourceTo"] = JSON.orNull(chat?.chat)
        object["turnSourceAccountId"] = JSON.orNull(chat?.account)
        object["turnSourceThreadId"] = JSON.orNull(chat?.thread)
        return .object(object)
    }
}

extension JSON {
    /// The text, or null where there is none.
    static func orNull(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
