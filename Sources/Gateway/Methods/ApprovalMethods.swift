import Agent
import Core
import Wire

/// Commands that wait for a person's yes, and the file with what was allowed for good (contract §8.4).
struct ApprovalMethods: MethodGroup {
    let desk: ApprovalDesk
    let file: ApprovalsFile
    let clients: ApprovalBroadcast

    func register(in table: inout MethodTable) {
        let id = ParamsSchema.Field.required("id", .string(least: 1))
        table.add("exec.approval.request", .approvals, Self.requestParams, request)
        table.add("exec.approval.waitDecision", .approvals, ParamsSchema(id), wait)
        table.addFast(
            "exec.approval.resolve", .approvals,
            ParamsSchema(
                id, .required("decision", .string(least: 1)), .optional("reviewer", .any),
                .optional("grantExpiresInDays", .integer(least: 1, most: 3_650))), resolve)
        table.addFast("exec.approval.get", .approvals, ParamsSchema(id), get)
        table.addFast("exec.approval.list", .approvals, .loose) { call throws(RPCError) in
            .json(.array(desk.waiting.map { $0.json(call.generation) }))
        }
        table.addFast("exec.approvals.get", .admin, .empty) { call throws(RPCError) in
            .json(try snapshot(call.generation))
        }
        table.addFast(
            "exec.approvals.set", .admin,
            ParamsSchema(.required("file", .map(of: .any)), .optional("baseHash", .string(least: 1))), set)
    }

    // MARK: Asking

    /// A day: nobody waits longer for an answer.
    private static let longestWaitMs = 86_400_000
    /// As long as a command line may be.
    private static let mostCommandBytes = 100_000

    private static let requestParams: ParamsSchema = {
        let text = ParamsSchema.Shape.nullable(.string())
        let texts = [
            "cwd", "nodeId", "host", "security", "ask", "warningText", "agentId", "resolvedPath",
            "sessionKey",
            "sessionId", "runId", "toolCallId", "turnSourceChannel", "turnSourceTo", "turnSourceAccountId",
        ]
        // Of today's clients; they change nothing here.
        let others = [
            "commandArgv", "systemRunPlan", "env", "scope", "unavailableDecisions", "commandSpans",
            "turnSourceThreadId", "approvalReviewerDeviceIds",
        ]
        let switches = [
            "requireDeliveryRoute", "suppressDelivery", "deliverToApprovalClientsOnly", "twoPhase",
        ]
        return ParamsSchema(
            fields: [
                .optional("id", .nullable(.string(least: 1, most: 200))),
                .required("command", .string(least: 1)),
                .optional("timeoutMs", .nullable(.integer(least: 1))),
            ] + texts.map { .optional($0, text) } + others.map { .optional($0, .any) }
                + switches.map { .optional($0, .boolean) })
    }()

    /// January's clients are let wait also when nobody is there: somebody may come.
    private func request(_ call: Call) async throws(RPCError) -> Payload {
        let approval = try open(call)
        let isHeard = await desk.announce(approval)
        guard isHeard || call.generation == .three else {
            desk.end(approval.id, .noRoute)
            return .json(approval.answer(.noRoute, reason: true))
        }
        if call.params["twoPhase"] == true {
            call.answer(
                .json([
                    "status": "accepted", "id": .string(approval.id),
                    "deliveryRoute": clients.hasClients ? "approval-client" : "forwarder",
                    "createdAtMs": approval.createdAt.json, "expiresAtMs": approval.expiresAt.json,
                ]))
        }
        return .json(approval.answer(await desk.settle(approval), reason: false))
    }

    private func open(_ call: Call) throws(RPCError) -> Approval {
        let command = call.text("command") ?? ""
        guard command.utf8.count <= Self.mostCommandBytes else {
            throw .invalid(
                "invalid exec.approval.request params: command is longer than \(Self.mostCommandBytes) bytes")
        }
        var request = ApprovalRequest(command: command)
        request.directory = call.text("cwd")
        request.host = call.text("host")
        request.security = call.text("security")
        request.ask = call.text("ask")
        request.agent = call.text("agentId")
        request.resolvedPath = call.text("resolvedPath")
        request.session = call.text("sessionKey")
        request.run = call.text("runId").map { RunID($0) }
        request.call = call.text("toolCallId")
        request.canBeRemembered =
            request.ask != ExecAsk.always.rawValue
            && call.params["unavailableDecisions"]?.arrayValue?.contains("allow-always") != true
        let wait = min(
            call.params["timeoutMs"]?.intValue ?? Int(ApprovalDesk.patience.milliseconds), Self.longestWaitMs)
        do throws(ApprovalError) {
            return try desk.open(request, id: call.text("id"), patience: .milliseconds(wait))
        } catch .alreadyPending {
            throw .invalid("approval id already pending")
        } catch {
            throw .unavailable("too many commands wait for approval")
        }
    }

    private func wait(_ call: Call) async throws(RPCError) -> Payload {
        let id = call.text("id") ?? ""
        guard let approval = desk.find(id), approval.id == id,
            let outcome = await call.whileHere({ await desk.wait(for: id) })
        else {
            throw .invalid("approval expired or not found")
        }
        return .json(approval.answer(outcome, reason: true))
    }

    // MARK: Answering

    private func resolve(_ call: Call) throws(RPCError) -> Payload? {
        guard let decision = call.text("decision").flatMap({ ApprovalDecision(rawValue: $0) }) else {
            throw .invalid("invalid decision")
        }
        do throws(ApprovalError) {
            try desk.resolve(call.text("id") ?? "", decision, by: call.client.clientName)
        } catch .cannotBeRemembered {
            throw .invalid(
                "allow-always is unavailable: every one of these commands is asked for; use allow-once")
        } catch .alreadyResolved(.decided) where call.generation == .four {
            throw .invalid("approval already resolved", details: ["reason": "APPROVAL_ALREADY_RESOLVED"])
        } catch {
            throw Self.unknown(call.generation)
        }
        return .json(["ok": true])
    }

    private func get(_ call: Call) throws(RPCError) -> Payload? {
        let id = call.text("id") ?? ""
        guard let approval = desk.waiting.first(where: { $0.id == id }) else {
            throw Self.unknown(call.generation)
        }
        return .json([
            "id": .string(id), "commandText": .string(approval.request.command), "commandPreview": .null,
            "allowedDecisions": JSON(approval.decisions.map(\.rawValue)),
            "host": .orNull(approval.request.host),
            "nodeId": .null, "agentId": .orNull(approval.request.agent),
            "expiresAtMs": approval.expiresAt.json,
        ])
    }

    private static func unknown(_ generation: Generation) -> RPCError {
        guard generation == .four else { return .invalid("unknown approval id") }
        return .invalid(
            "unknown or expired approval id",
            details: [
                "reason": "APPROVAL_NOT_FOUND",
                "remediation":
                    "Re-request the action; pending approvals are cleared after expiry or restart.",
            ])
    }

    // MARK: The file

    private func snapshot(_ generation: Generation) throws(RPCError) -> JSON {
        let bytes = try reading { () throws(ApprovalsFileError) in try file.bytes() }
        var content = ApprovalsFile.shown(
            try reading { () throws(ApprovalsFileError) in try file.read() })
        for key in ["defaults", "agents"] where content[key] == nil { content[key] = [:] }
        var object: JSONObject = [
            "path": .string(file.path), "exists": .bool(bytes != nil), "hash": .string(Self.hash(bytes)),
            "file": .object(content),
        ]
        if generation == .four {
            let policy = ExecPolicy(ExecWish())
            object["resolvedDefaults"] = [
                "security": content["defaults"]?["security"] ?? .string(policy.security.rawValue),
                "ask": content["defaults"]?["ask"] ?? .string(policy.ask.rawValue),
                "askFallback": content["defaults"]?["askFallback"] ?? "deny", "autoAllowSkills": false,
            ]
        }
        return .object(object)
    }

    private func set(_ call: Call) throws(RPCError) -> Payload? {
        let bytes = try reading { () throws(ApprovalsFileError) in try file.bytes() }
        if bytes != nil {
            guard let base = call.text("baseHash") else {
                throw .invalid("exec approvals base hash required; re-run exec.approvals.get and retry")
            }
            guard base == Self.hash(bytes) else {
                throw .invalid("exec approvals changed since last load; re-run exec.approvals.get and retry")
            }
        }
        let wanted = call.params["file"] ?? [:]
        if let mistake = ApprovalsFile.mistake(in: wanted) {
            throw .invalid("invalid exec approvals: \(mistake)")
        }
        if let agent = ApprovalsFile.agentWithLongList(in: wanted) {
            throw .invalid(
                "invalid exec approvals: the allowlist of `\(agent.head(bytes: 80))` has more than "
                    + "\(ApprovalsFile.mostEntries) entries")
        }
        // The socket's token was never shown, so it cannot come back.
        var content = wanted.objectValue ?? [:]
        // Of what is no JSON there is nothing to keep.
        if let old = try? JSON.parse(bytes ?? []), let token = old["socket"]?["token"] {
            var socket = content["socket"]?.objectValue ?? old["socket"]?.objectValue ?? [:]
            socket["token"] = token
            content["socket"] = .object(socket)
        }
        try reading { () throws(ApprovalsFileError) in try file.write(content) }
        return .json(try snapshot(call.generation))
    }

    private static func hash(_ bytes: [UInt8]?) -> String { Digest.hex(Digest.sha256(bytes ?? [])) }

    private func reading<T>(_ work: () throws(ApprovalsFileError) -> T) throws(RPCError) -> T {
        do throws(ApprovalsFileError) { return try work() } catch { throw .unavailable("\(error)") }
    }
}
