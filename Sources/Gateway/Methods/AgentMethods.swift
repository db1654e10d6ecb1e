import Agent
import Core
import Store

/// Agents, and turns that programs start (contract §4.5 and §4.6).
struct AgentMethods: MethodGroup {
    let settings: SettingsBox
    let switchboard: Switchboard
    let turns: TurnBroadcast
    let models: KnownModels
    let sessions: SessionStore
    /// Nil where there are no chat platforms to post to.
    var route: AnswerRoute?

    func register(in table: inout MethodTable) {
        table.addFast("agents.list", .read, .empty, list)
        table.addFast(
            "agent.identity.get", .read,
            ParamsSchema(.optional("agentId", .string()), .optional("sessionKey", .string())), identity)
        table.add("agent", .write, Self.agentParams, run)
        table.add(
            "agent.wait", .write,
            ParamsSchema(.required("runId", .string(least: 1)), .optional("timeoutMs", .integer(least: 0))),
            wait)
    }

    private func list(_ call: Call) throws(RPCError) -> Payload? {
        let settings = settings.now.withIdentities(of: switchboard)
        var object: JSONObject = ["defaultId": .string(settings.keys.defaultAgent.rawValue)]
        if call.generation == .four {
            object["ownership"] = settings.ownership
            object["selectionRequired"] = false
        }
        object["mainKey"] = .string(settings.keys.mainKey)
        object["scope"] = .string(settings.scope)
        object["agents"] = .array(settings.agents.map { json($0, settings, call.generation) })
        return .json(.object(object))
    }

    private func json(_ agent: AgentFacts, _ settings: GatewaySetup, _ generation: Generation) -> JSON {
        var object: JSONObject = ["id": .string(agent.id.rawValue)]
        object["name"] = agent.name.map { .string($0) }
        var identity = JSONObject()
        identity["name"] = agent.name.map { .string($0) }
        identity["theme"] = agent.theme.map { .string($0) }
        identity["emoji"] = agent.emoji.map { .string($0) }
        identity["avatar"] = agent.avatar.map { .string($0) }
        identity["avatarUrl"] =
            agent.avatar == nil ? nil : AvatarAnswer(of: agent.id, in: settings).url.map { .string($0) }
        if !identity.isEmpty { object["identity"] = .object(identity) }
        guard generation == .four else { return .object(object) }
        object["workspace"] = agent.workspace.map { .string($0) }
        let model = agent.model ?? settings.model
        object["model"] = model.map { ["primary": .string($0.description)] }
        ThinkingChoices(models.known(model), preset: settings.thinking).add(to: &object)
        return .object(object)
    }

    private func identity(_ call: Call) throws(RPCError) -> Payload? {
        let configured = self.settings.now
        let settings = configured.withIdentities(of: switchboard)
        let named = call.text("agentId").flatMap {
            $0.isEmpty ? nil : SessionKeyRules.normalized(AgentID($0))
        }
        let ofSession = try call.text("sessionKey").flatMap { spelling throws(RPCError) in
            spelling.isEmpty ? nil : settings.agent(of: try session(spelling, of: named, call))
        }
        let id = named ?? ofSession ?? settings.keys.defaultAgent
        let agent = settings.agent(id)
        let avatar = AvatarAnswer(of: id, in: settings)
        var object: JSONObject = [
            "agentId": .string(id.rawValue), "name": .string(agent?.name ?? settings.assistantName),
            "avatar": .string(avatar.shown),
        ]
        if call.generation == .four {
            let isConfigured = configured.agent(id)?.name != nil
            object["nameSource"] = agent?.name == nil ? "default" : isConfigured ? "config" : "workspace"
            for (name, value) in avatar.facts ?? [:] { object[name] = value }
            object["emoji"] = agent?.emoji.map { .string($0) }
        }
        return .json(.object(object))
    }
}

// MARK: - Runs

extension AgentMethods {
    /// Answers twice under one id: that the run has begun, and how it ended.
    private func run(_ call: Call) async throws(RPCError) -> Payload {
        let arrival = switchboard.arrive(as: RunID(call.text("idempotencyKey") ?? ""))
        defer { switchboard.leave(arrival) }
        var message = try await message(call)
        if message.options.delivers {
            switchboard.move(arrival, to: message.session)
            message.deliversTo = try await route?.address(for: call, in: message.session)
        }
        let run = RunID(message.id.rawValue)
        turns.hold(run)
        let submission: Submission
        do throws(SubmitError) {
            submission = try await switchboard.submit(message, at: arrival)
        } catch {
            turns.release(run)
            throw error.answer(to: call.generation, run: run)
        }
        defer { turns.release(run) }
        switch submission {
        case .finished(_, let outcome):
            return .json(try final(run, outcome, call.generation))
        case .inFlight:
            return .json(accepted(run, message, call))
        case .stopped(let runs):
            return .json([
                "runId": .string(run.rawValue), "status": "ok", "summary": "aborted",
                "runIds": .array(runs.map { .string($0.rawValue) }),
            ])
        case .started:
            call.answer(.json(accepted(run, message, call)))
            turns.release(run)
            let outcome = await call.whileHere { await switchboard.wait(for: run, timeout: Call.longestTurn) }
            guard let outcome else { return .sent }
            let answer = try final(run, outcome, call.generation)
            try await checkDelivery(of: message, run, answer, call)
            return .json(answer)
        }
    }

    /// Who wants an answer to be posted is told when it was not.
    private func checkDelivery(
        of message: InboundMessage, _ run: RunID, _ answer: JSON, _ call: Call
    ) async throws(RPCError) {
        guard let address = message.deliversTo, call.params["bestEffortDeliver"]?.boolValue != true else {
            return
        }
        do throws(MessageRefusal) {
            try await route?.desk.delivered(run, by: address.key)
        } catch {
            let text = "The answer is written, but not delivered: \(error.reason)"
            throw RPCError(
                .unavailable, text,
                payload: [
                    "runId": .string(run.rawValue), "status": "error", "summary": .string(text),
                    "result": answer["result"] ?? .null,
                ])
        }
    }

    private func message(_ call: Call) async throws(RPCError) -> InboundMessage {
        let settings = settings.now
        let agent = call.text("agentId").flatMap {
            $0.isEmpty ? nil : SessionKeyRules.normalized(AgentID($0))
        }
        if let agent, settings.agent(agent) == nil {
            throw .invalid("invalid agent params: unknown agent id \"\(call.text("agentId") ?? "")\"")
        }
        for name in [call.text("channel"), call.text("replyChannel")] {
            guard let name, !name.isEmpty, !Self.builtIn.contains(name) else { continue }
            guard let channel = settings.channels.first(where: { $0.id.rawValue == name }) else {
                throw .invalid("invalid agent params: unknown channel: \(name.prefix(80))")
            }
            guard call.params["deliver"] == true, let reason = channel.accounts.first?.reason else {
                continue
            }
            throw .unavailable("the answer could not be delivered: \(reason)")
        }
        let key = try await session(call, agent, settings)
        try call.checkCommand(call.text("message") ?? "", to: switchboard)
        let images: [ImageContent]
        do throws(AttachmentError) {
            images = try Attachments.images(in: call.params["attachments"])
        } catch {
            throw .invalid(error.message)
        }
        return InboundMessage(
            id: MessageID(call.text("idempotencyKey") ?? ""),
            address: Address(channel: .webchat, chat: key.rawValue),
            session: key, text: call.text("message") ?? "", images: images,
            options: TurnOptions(
                thinking: call.text("thinking").flatMap { ThinkingLevel(spelling: $0) },
                timeout: call.timeout(call.params["timeout"]?.intValue.map { .seconds($0) }),
                extraSystemPrompt: call.text("extraSystemPrompt"),
                delivers: call.params["deliver"]?.boolValue ?? false))
    }

    private static let builtIn: Set<String> = ["last", "webchat"]

    private func session(
        _ call: Call, _ agent: AgentID?, _ settings: GatewaySetup
    ) async throws(RPCError) -> SessionKey {
        if let spelling = call.text("sessionKey"), !spelling.isEmpty {
            let key = try session(spelling, of: agent, call)
            call.client.remember(spelling: spelling, of: key)
            return key
        }
        let owner = agent ?? settings.keys.defaultAgent
        if let id = call.text("sessionId"), !id.isEmpty {
            let known = try await reading { try await sessions.entries(sessionID: SessionID(id)) }
            return known.map(\.key).first { agent == nil || settings.agent(of: $0) == agent }
                ?? settings.keys.canonical("agent:\(owner):explicit:\(id)")
        }
        if let agent { return settings.keys.mainSession(of: agent) }
        if let to = call.text("to"), !to.isEmpty { return settings.keys.canonical(to) }
        // No target: a session of its own, as today's gateway does it.
        return settings.keys.canonical("agent:\(owner):explicit:\(call.text("idempotencyKey") ?? "")")
    }

    /// These two methods say in words of their own that a session is another agent's.
    private func session(
        _ spelling: String, of agent: AgentID?, _ call: Call
    ) throws(RPCError) -> SessionKey {
        let settings = settings.now
        do throws(RPCError) {
            return try settings.session(spelling, of: agent)
        } catch {
            let (named, own) = (agent?.rawValue ?? "", settings.agent(of: settings.keys.canonical(spelling)))
            throw .invalid(
                "invalid \(call.method) params: agent \"\(named)\" does not match session key agent \"\(own)\""
            )
        }
    }

    private func accepted(_ run: RunID, _ message: InboundMessage, _ call: Call) -> JSON {
        var object: JSONObject = ["runId": .string(run.rawValue)]
        if call.generation == .four {
            object["sessionKey"] = .string(message.session.rawValue)
            object["agentId"] = .string(settings.now.agent(of: message.session).rawValue)
        }
        object["status"] = "accepted"
        object["acceptedAt"] = Timestamp.now.json
        return .object(object)
    }

    private func final(
        _ run: RunID, _ outcome: RunOutcome, _ generation: Generation
    ) throws(RPCError) -> JSON {
        var payloads: [JSON] = []
        if let text = outcome.text, !text.isEmpty { payloads = [["text": .string(text), "mediaUrl": .null]] }
        if outcome.status == .error {
            let text = outcome.failure?.message ?? "the run failed"
            var payload: JSONObject = [
                "runId": .string(run.rawValue), "status": "error", "summary": .string(text),
            ]
            // What was said before it failed.
            if !payloads.isEmpty { payload["result"] = ["payloads": .array(payloads)] }
            throw RPCError(.unavailable, text, payload: .object(payload))
        }
        var meta: JSONObject = [
            "durationMs": .integer((outcome.endedAt - outcome.startedAt).milliseconds),
            "agentMeta": .object(facts(run, outcome, generation)),
            "aborted": .bool(outcome.status == .aborted),
        ]
        if generation == .four { addEnd(to: &meta, outcome) }
        return [
            "runId": .string(run.rawValue), "status": "ok", "summary": "completed",
            "result": ["payloads": .array(payloads), "meta": .object(meta)],
        ]
    }

    /// How the answer ended, for clients of today.
    private func addEnd(to meta: inout JSONObject, _ outcome: RunOutcome) {
        if let text = outcome.text, !text.isEmpty {
            meta["finalAssistantVisibleText"] = .string(text)
            meta["finalAssistantRawText"] = .string(text)
        }
        meta["replayInvalid"] = false
        meta["livenessState"] = "working"
        guard let reason = outcome.stopReason else { return }
        meta["stopReason"] = .string(reason)
        meta["completion"] = ["stopReason": .string(reason), "finishReason": .string(reason)]
    }

    private func facts(_ run: RunID, _ outcome: RunOutcome, _ generation: Generation) -> JSONObject {
        var facts = JSONObject()
        facts["sessionId"] = outcome.sessionID.map { .string($0.rawValue) }
        facts["provider"] = outcome.model.map { .string($0.provider) }
        facts["model"] = outcome.model.map { .string($0.model) }
        let used = outcome.usage
        var usage: JSONObject = [
            "input": JSON(used.input), "output": JSON(used.output), "cacheRead": JSON(used.cacheRead),
            "cacheWrite": JSON(used.cacheWrite), "total": JSON(used.totalTokens),
        ]
        if generation == .four {
            facts["contextTokens"] = settings.now.contextTokens.map { JSON($0) }
            facts["promptTokens"] = JSON(used.input &+ used.cacheRead &+ used.cacheWrite)
            if let cost = used.cost {
                usage["cost"] = ["total": JSON(cost.total)]
                facts["costUsd"] = JSON(cost.total)
            }
            facts["terminalReceipt"] = outcome.receipt(of: run).json
        }
        facts["usage"] = .object(usage)
        return facts
    }

    private func wait(_ call: Call) async throws(RPCError) -> Payload {
        let run = RunID(call.text("runId") ?? "")
        let most = min(call.params["timeoutMs"]?.intValue ?? 30_000, Self.mostWaitMilliseconds)
        let outcome = await call.whileHere { await switchboard.wait(for: run, timeout: .milliseconds(most)) }
        guard let outcome else {
            return .json(["runId": .string(run.rawValue), "status": "timeout"])
        }
        var object: JSONObject = [
            "runId": .string(run.rawValue), "status": outcome.status == .error ? "error" : "ok",
            "startedAt": outcome.startedAt.json, "endedAt": outcome.endedAt.json,
        ]
        object["error"] = outcome.failure.map { .string($0.message) }
        if call.generation == .four {
            object["stopReason"] = outcome.stopReason.map { .string($0) }
            if outcome.status == .ok {
                object["livenessState"] = "working"
                object["terminalReply"] = outcome.receipt(of: run).reply
                object["terminalReceipt"] = outcome.receipt(of: run).json
            }
        }
        return .json(.object(object))
    }

    private static let mostWaitMilliseconds = 24 * 3600 * 1000

    private static let agentParams: ParamsSchema = {
        let texts = [
            "agentId", "provider", "model", "to", "replyTo", "sessionId", "sessionKey", "thinking", "channel",
            "replyChannel", "accountId", "replyAccountId", "threadId", "groupId", "groupChannel",
            "groupSpace", "lane",
            "extraSystemPrompt", "spawnedBy",
        ]
        return ParamsSchema(
            fields: [
                .required("message", .string(least: 1)),
                .required("idempotencyKey", .string(least: 1, most: 256)),
                .optional("deliver", .boolean), .optional("bestEffortDeliver", .boolean),
                .optional("attachments", .array(of: .any, most: Attachments.most)),
                .optional("timeout", .integer(least: 0)), .optional("label", .string(least: 1, most: 64)),
            ] + texts.map { .optional($0, .string()) })
    }()
}

extension RunOutcome {
    fileprivate func receipt(of run: RunID) -> RunReceipt {
        RunReceipt(
            run: run, session: sessionID, model: model, toolNames: toolNames,
            text: text.map { String($0.trimmed) } ?? "")
    }
}
