import Agent
import Core
import Store

/// Conversations: history, sending, stopping (contract §4.7).
struct ChatMethods: MethodGroup {
    let sessions: SessionStore
    let settings: SettingsBox
    let switchboard: Switchboard
    let turns: TurnBroadcast
    /// Nil where there are no chat platforms to post to.
    var route: AnswerRoute?
    let changes: SessionChanges
    let history: ChatHistory
    let models: KnownModels
    let commands: [SlashCommand]

    func register(in table: inout MethodTable) {
        table.add(
            "chat.history", .read, Self.historyParams, fast: history.cached, isLarge: true, history.read)
        table.add("chat.send", .write, Self.sendParams, preliminary: Self.needsTarget, send)
        table.add(
            "chat.abort", .write,
            ParamsSchema(
                .required("sessionKey", .string(least: 1)), .optional("runId", .string(least: 1)),
                .optional("agentId", .string(least: 1)), .optional("preserveSideRuns", .boolean)), abort)
        table.add(
            "chat.inject", .admin,
            ParamsSchema(
                .required("sessionKey", .string(least: 1)), .required("message", .string(least: 1)),
                .optional("agentId", .string(least: 1)), .optional("label", .string(most: 100))), inject)
        table.add(
            "chat.startup", .read, Self.startupParams, fast: history.cached, isLarge: true, history.read)
        table.addFast(
            "chat.metadata", .read,
            ParamsSchema(.optional("agentId", .string(least: 1)), .optional("sessionKey", .string(least: 1))),
            metadata)
    }

    /// Today's clients hear of a missing session in other words.
    private static let needsTarget: MethodTable.Preliminary = { params, generation in
        guard generation == .four, params["sessionKey"]?.stringValue?.isEmpty ?? true else { return nil }
        return .invalid(
            "session mutation target is unavailable",
            details: ["code": "SESSION_MUTATION_TARGET_REQUIRED", "method": "chat.send"])
    }

    private func send(_ call: Call) async throws(RPCError) -> Payload {
        var message = try message(call)
        let arrival = switchboard.arrive(in: message.session, as: message.newRun)
        defer { switchboard.leave(arrival) }
        if message.options.delivers {
            // Nobody has to have written from a chat platform: who asks here reads the answer here.
            message.deliversTo = try? await route?.address(for: call, in: message.session)
        }
        let run = RunID(message.id.rawValue)
        turns.hold(run)
        defer { turns.release(run) }
        do throws(SubmitError) {
            let submission = try await switchboard.submit(message, at: arrival, obeysSendPolicy: true)
            call.answer(.json(answer(submission, call)))
            // Of what waits, nothing else is told before its turn begins.
            if case .started = submission,
                switchboard.waiting(in: message.session).contains(where: { $0.run == run })
            {
                await changes.changed(message.session, reason: "send")
            }
        } catch {
            throw error.answer(to: call.generation, run: run)
        }
        return .sent
    }

    private func message(_ call: Call) throws(RPCError) -> InboundMessage {
        let key = try call.session(settings.now)
        let text = call.text("message") ?? ""
        try call.checkCommand(text, to: switchboard)
        let images: [ImageContent]
        do throws(AttachmentError) {
            images = try Attachments.images(in: call.params["attachments"])
        } catch {
            throw .invalid(error.message)
        }
        guard !text.trimmed.isEmpty || !images.isEmpty else {
            throw .invalid("message or attachment required")
        }
        return InboundMessage(
            id: MessageID(call.text("idempotencyKey") ?? ""),
            address: Address(channel: .webchat, chat: key.rawValue),
            session: key, text: text, images: images,
            options: TurnOptions(
                thinking: call.text("thinking").flatMap { ThinkingLevel(spelling: $0) },
                timeout: call.timeout(call.params["timeoutMs"]?.intValue.map { .milliseconds($0) }),
                delivers: call.params["deliver"]?.boolValue ?? false,
                queueMode: call.text("queueMode").flatMap { QueueMode(rawValue: $0) }))
    }

    private func answer(_ submission: Submission, _ call: Call) -> JSON {
        switch submission {
        case .started(let run): return ["runId": .string(run.rawValue), "status": "started"]
        case .inFlight(let run): return ["runId": .string(run.rawValue), "status": "in_flight"]
        case .finished(let run, _): return ["runId": .string(run.rawValue), "status": "ok"]
        case .stopped(let runs): return stopped(runs, call)
        }
    }

    /// January's Swift clients cannot read an answer to `chat.send` without run and status.
    private func stopped(_ runs: [RunID], _ call: Call) -> JSON {
        var object: JSONObject = [
            "ok": true, "aborted": .bool(!runs.isEmpty), "runIds": .array(runs.map { .string($0.rawValue) }),
        ]
        if call.generation == .three {
            object["runId"] = call.params["idempotencyKey"]
            object["status"] = "ok"
        }
        return .object(object)
    }

    private func abort(_ call: Call) async throws(RPCError) -> Payload {
        let key = try call.session(settings.now)
        let run = call.text("runId").map { RunID($0) }
        if call.generation == .three, let run,
            switchboard.activeRuns.contains(where: { $0.run == run && $0.session != key })
        {
            throw .invalid("runId does not match sessionKey")
        }
        let aborted = await switchboard.abort(session: key, run: run, reason: .rpc)
        return .json([
            "ok": true, "aborted": .bool(!aborted.isEmpty),
            "runIds": .array(aborted.map { .string($0.rawValue) }),
        ])
    }

    private func inject(_ call: Call) async throws(RPCError) -> Payload {
        let key = try call.session(settings.now)
        do throws(InjectError) {
            let label = call.text("label").flatMap { $0.isEmpty ? nil : $0 }
            let note = try await switchboard.inject(call.text("message") ?? "", label: label, into: key)
            return .json(["ok": true, "messageId": .string(note.messageID)])
        } catch {
            if case .noSession = error { throw .invalid(error.message) }
            throw .unavailable(error.message)
        }
    }

    private func metadata(_ call: Call) throws(RPCError) -> Payload? {
        .json([
            "models": ModelMethods.list(models, settings.now, call.generation, all: false),
            "commands": SmallMethods.list(commands),
        ])
    }
}

extension ChatMethods {
    /// A cursor is never given out: who sends one gets the whole page.
    private static let historyParams = ParamsSchema(
        .required("sessionKey", .string(least: 1)), .optional("limit", .integer(least: 1, most: 1000)),
        .optional("agentId", .string(least: 1)), .optional("offset", .integer(least: 0)),
        .optional("maxChars", .integer(least: 1, most: 500_000)), .optional("maxBytes", .integer(least: 1)),
        .optional("sessionId", .string(least: 1)), .optional("cursor", .string(least: 1)),
        .optional("pendingBefore", .integer(least: 1)),
        .optional("inputRunIds", .array(of: .string(least: 1), most: 200)))

    /// Short ids are a way of today's page to name a session in its address; it also sends the whole key.
    private static let startupParams = ParamsSchema(
        .required("sessionKey", .string(least: 1)), .optional("limit", .integer(least: 1, most: 1000)),
        .optional("agentId", .string(least: 1)), .optional("offset", .integer(least: 0)),
        .optional("maxChars", .integer(least: 1, most: 500_000)), .optional("maxBytes", .integer(least: 1)),
        .optional("sessionId", .string(least: 1)), isOpen: true)

    /// A leaf to go on from is always the last message: a transcript is one line.
    private static let sendParams = ParamsSchema(
        .required("sessionKey", .string(least: 1, most: 512)), .required("message", .string()),
        .required("idempotencyKey", .string(least: 1, most: 256)), .optional("thinking", .string()),
        .optional("deliver", .boolean), .optional("attachments", .array(of: .any, most: Attachments.most)),
        .optional("timeoutMs", .integer(least: 0)), .optional("agentId", .string(least: 1)),
        .optional("sessionId", .string(least: 1)),
        .optional("expectedLeafEntryId", .nullable(.string(least: 1))),
        .optional("fastMode", .either(.boolean, .constant("auto"))),
        .optional("fastAutoOnSeconds", .integer(least: 1)),
        .optional("queueMode", .oneOf(QueueMode.allCases.map(\.rawValue))),
        .optional("originatingChannel", .string()), .optional("originatingTo", .string()),
        .optional("originatingAccountId", .string()), .optional("originatingThreadId", .string()),
        .optional("replyToId", .string(least: 1)), .optional("toolBindings", .any), .optional("intent", .any),
        .optional("systemInputProvenance", .any), .optional("suppressCommandInterpretation", .boolean))
}

extension SubmitError {
    /// The refusal as clients know it.
    ///
    /// What cannot be helped by asking otherwise may be tried again.
    func answer(to generation: Generation, run: RunID) -> RPCError {
        switch self {
        case .conflict:
            .invalid(message, details: generation == .four ? ["reason": "chat-request-conflict"] : nil)
        case .unknownAgent, .denied:
            .invalid(message)
        case .queueFull, .stopping, .store, .shut:
            RPCError(
                .unavailable, message, isRetryable: true, retryAfter: isShut ? .seconds(30) : .seconds(1),
                payload: ["runId": .string(run.rawValue), "status": "error", "summary": .string(message)])
        }
    }

    /// Somebody has to make room first.
    private var isShut: Bool {
        if case .shut = self { true } else { false }
    }
}
