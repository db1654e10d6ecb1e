import Core
import Store

extension AgentRunner {
    /// Runs the calls one after another.
    ///
    /// Each is in the journal before it starts, and its result before the next one does.
    func runTools(of answer: AssistantMessage, _ turn: inout Turn) async throws(TurnStop) {
        turn.unsaved.append(.assistant(answer))
        turn.messages.append(.assistant(answer))
        turn.unsavedParts = parts(of: answer.text, turn)
        var steps: [TurnStep] = []
        var remaining = answer.toolCalls[...]
        while let call = remaining.popFirst() {
            let plan = tools.plan(call, turn.order.toolPolicy)
            steps.append(.toolStarted(call, changesTheWorld: plan.changesTheWorld))
            try await commit(&turn, steps)
            let result: ToolResult
            do throws(CancellationError) {
                result = try await run(call, plan, turn)
            } catch {
                for call in [call] + remaining { turn.unsaved.append(Self.stopped(call)) }
                throw .cancelled(partial: nil)
            }
            note(result, of: call, &turn)
            steps = [.toolFinished(callID: call.id, isError: result.isError)]
            guard turn.order.latecomers?.areWaiting == true else { continue }
            // What a person says now may make the other calls pointless.
            for call in remaining { note(Self.passedOver, of: call, &turn) }
            break
        }
        steps.append(.modelRequest(turn.choice.model))
        try await commitWithLatecomers(&turn, steps)
        if Task.isCancelled { throw .cancelled(partial: nil) }
    }

    private static let passedOver = ToolResult.failure(
        "Not run: the person has said something more. Read it, and call again what is still wanted.")

    /// The model hears of what has come meanwhile together with the results.
    private func commitWithLatecomers(_ turn: inout Turn, _ steps: [TurnStep]) async throws(TurnStop) {
        guard let latecomers = turn.order.latecomers else { return try await commit(&turn, steps) }
        let items = latecomers.take()
        let messages = items.flatMap { item in
            item.joinedMessages.compactMap(\.message).map { Message.user($0) }
                + (item.entry.message.map { [Message.user($0.asUserMessage)] } ?? [])
        }
        turn.unsaved += messages
        do throws(TurnStop) {
            try await commit(&turn, steps, joined: items.flatMap(\.entries).map(\.id))
        } catch {
            turn.unsaved.removeLast(messages.count)
            latecomers.giveBack(items)
            throw error
        }
        turn.messages += messages
    }

    /// A crash may have come between a call and its result.
    ///
    /// What is known and what is not becomes the result.
    func settleInterruptedTools(_ turn: inout Turn) async throws(TurnStop) {
        guard let interrupted = turn.order.interrupted, !interrupted.openTools.isEmpty else { return }
        let open = interrupted.openTools
        let stored = try await tail(of: turn, maxBytes: ContextWindow.mostBytes).messages
        let results =
            open.map { Self.interruptedResult($0) }
            + Self.unsettledCalls(of: stored).dropFirst(open.count).map { Self.neverRun($0) }
        turn.unsaved += results.map { .toolResult($0) }
        try await commit(
            &turn, open.map { .toolFinished(callID: $0.call.id, isError: true) })
        try await loadContext(&turn)
    }

    /// Finds what tools had told the chat before a crash, also by a call that it cut off: the outbox has it.
    func recallWhatWasTold(_ turn: inout Turn) async throws(TurnStop) {
        guard turn.order.interrupted != nil else { return }
        let orders = MessageTool.orders(of: turn.live.run)
        let parts = try await storing { try await stores.outbox.parts(ofRunsNamed: orders) }
        var here = turn.order.message.address
        let said = parts.filter { part in
            here.account = part.address.account
            return part.address == here && part.state != .failed
        }
        turn.told = Dictionary(grouping: said, by: \.run).values.map { parts in
            parts.map(\.content.text).joined(separator: "\n")
        }
    }

    /// The calls of the last answer that have no result yet.
    private static func unsettledCalls(of messages: [Message]) -> ArraySlice<ToolCall> {
        guard let place = messages.lastIndex(where: \.isFromModel),
            case .assistant(let answer) = messages[place]
        else { return [] }
        return answer.toolCalls.dropFirst(messages.count - place - 1)
    }

    // MARK: One call

    private func run(
        _ call: ToolCall, _ plan: ToolBox.Plan, _ turn: Turn
    ) async throws(CancellationError) -> ToolResult {
        let live = turn.live
        let title = tools.title(call)
        let startedAt = Timestamp.now
        live.publish(.toolStarted(call, title: title), at: startedAt)
        var context = ToolContext(
            workspace: turn.order.profile.workspace, agent: live.agent, session: live.session, run: live.run,
            progress: { live.publish(.toolProgressed(call, partial: $0)) })
        context.call = call.id
        let message = turn.order.message
        context.chat = message.chat(at: replies?.place(of: message) ?? message.address)
        let result = try await runInTime(call, plan, context, live)
        live.publish(
            .toolFinished(
                call, result, title: tools.title(call, summary: result.summary), startedAt: startedAt))
        return result
    }

    /// The result, or one that says that the call took too long.
    private func runInTime(
        _ call: ToolCall, _ plan: ToolBox.Plan, _ context: ToolContext, _ live: ActiveRun
    ) async throws(CancellationError) -> ToolResult {
        let late = Gate()
        let limit = tools.callTimeout
        let watch = deadlines.watch(
            seconds: Int(limit.components.seconds), isHeld: { live.isAsking }
        ) { late.open() }
        defer { deadlines.cancel(watch) }
        let box = tools
        let result = await withTaskGroup(of: ToolResult?.self) { group in
            group.addTask {
                // Cancelled: the caller asks its own task why.
                try? await box.run(call, plan, in: context)
            }
            group.addTask {
                await late.wait()
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let result { return result }
        if Task.isCancelled { throw CancellationError() }
        return .failure("The call was stopped: it took longer than \(limit.text).")
    }

    private func note(_ result: ToolResult, of call: ToolCall, _ turn: inout Turn) {
        let message = Message.toolResult(
            ToolResultMessage(
                toolCallID: call.id, toolName: call.name, content: result.content, isError: result.isError,
                details: result.details, timestamp: .now))
        turn.unsaved.append(message)
        turn.messages.append(message)
        if let told = result.told { turn.told.append(told) }
        if !result.isError && !turn.toolNames.contains(call.name) { turn.toolNames.append(call.name) }
    }

    private func commit(
        _ turn: inout Turn, _ steps: [TurnStep], joined: [InboxID] = []
    ) async throws(TurnStop) {
        let (messages, parts) = (turn.unsaved, turn.unsavedParts)
        let run = turn.live.run
        let positions = try await storing {
            try await stores.journal.advance(
                run, appending: messages, joined: joined, steps: steps, outbox: parts)
        }
        turn.unsaved = []
        turn.unsavedParts = []
        turn.partCount += parts.count
        replies?.stored(parts)
        announce(messages, at: positions, on: turn.live)
    }

    private static func stopped(_ call: ToolCall) -> Message {
        .toolResult(failed(call, "The call was stopped before it ended."))
    }

    private static func interruptedResult(_ open: InterruptedTurn.OpenTool) -> ToolResultMessage {
        let text =
            open.changesTheWorld
            ? "The process ended while this call ran; whether it took effect is unknown. Find out before you do it again."
            : "The process ended while this call ran. It changes nothing, so you may repeat it."
        return failed(open.call, text)
    }

    private static func neverRun(_ call: ToolCall) -> ToolResultMessage {
        failed(call, "Not run: the process ended before this call began. Call again what is still wanted.")
    }

    private static func failed(_ call: ToolCall, _ text: String) -> ToolResultMessage {
        ToolResultMessage(
            toolCallID: call.id, toolName: call.name, content: [.text(text)], isError: true, timestamp: .now)
    }
}
