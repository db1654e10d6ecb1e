import Core
import Store

extension AgentRunner {
    /// A stream that breaks off is asked for again after these pauses.
    ///
    /// Nothing has been done in between, and what was said is taken back, so the person sees one answer.
    private static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    /// One break may be the network's; after so many in a row the turn asks another model first.
    private static let mostBreaks = 2
    /// How often a request that was too long is tried with half of the conversation.
    private static let mostHalvings = 4

    /// One model request, repeated where repeating helps.
    func ask(_ turn: inout Turn) async throws(TurnStop) -> AssistantMessage {
        var attempt = 0
        var halvings = 0
        while true {
            do throws(ModelError) {
                let answer = try await request(&turn)
                learn(from: &turn)
                return answer
            } catch .interrupted(_, let reason) where attempt < Self.pauses.count && !Task.isCancelled {
                attempt += 1
                turn.breaks[turn.live.state.model ?? turn.choice.model, default: 0] += 1
                try await pause(before: attempt, reason, turn.live)
            } catch let error where error.isRejection && canLeaveOutImages(turn) {
                // One image that it does not take would end every turn of the conversation until it is forgotten.
                log.warning(
                    "The model refused the request; asking again without images.",
                    ["reason": error.explanation])
                let suspects = ContextWindow.unansweredImages(of: turn.messages)
                turn.leftOutImages += suspects
                turn.messages = ContextWindow.withoutImages(turn.messages) { suspects.contains($0) }
            } catch .contextTooLong(let model, let reason) where mayBeTheImages(turn, model) {
                turn.imageBytes = ContextWindow.imageBytes(of: turn.messages) / 2
                log.warning(
                    "The request is too large for the model; asking again with fewer images.",
                    ["model": "\(model)", "bytes": "\(turn.imageBytes)", "reason": reason])
            } catch .contextTooLong(let model, let reason)
                where halvings < Self.mostHalvings && turn.live.state.text.isEmpty
            {
                halvings += 1
                guard try await halve(&turn, for: model) else {
                    throw stop(.contextTooLong(of: model, message: reason), turn)
                }
            } catch {
                throw stop(error, turn)
            }
        }
    }

    /// Makes room when `model` has said that what it was sent is too long; false when nothing is left to shorten.
    ///
    /// Tools' results are given up first, then the older conversation, and never what this turn has done.
    private func halve(_ turn: inout Turn, for model: ModelReference) async throws(TurnStop) -> Bool {
        let sent = ContextWindow.bytes(of: turn.messages)
        turn.contextBytes = min(turn.contextBytes, sent / 2)
        turn.hasBeenTooLong = true
        log.warning(
            "The conversation is too long for the model; asking again with less of it.",
            ["model": "\(model)", "bytes": "\(turn.contextBytes)"])
        // Images make a request large, but are few tokens.
        if !turn.messages.contains(where: \.hasImages) {
            turn.refusal = (model, sent)
            limits.learn(turn.contextBytes, of: model, in: turn.sessionID)
        }
        turn.messages = ContextWindow.shortened(turn.messages, to: turn.contextBytes)
        if ContextWindow.bytes(of: turn.messages) > turn.contextBytes {
            // A fallback's small window is no reason to sum up for good what the model itself has room for.
            try await loadContext(&turn, mayCompact: model == turn.choice.model)
        }
        return ContextWindow.bytes(of: turn.messages) < sent
    }

    /// What an answer tells of the refusals before it.
    private func learn(from turn: inout Turn) {
        limits.refuse(turn.leftOutImages, by: turn.choice.model)
        turn.leftOutImages = []
        if let refusal = turn.refusal, refusal.model == turn.model { learn(from: refusal.bytes, turn) }
        turn.refusal = nil
    }

    /// A model that has refused fewer tokens than its window should hold has a smaller one.
    ///
    /// Their number is told by what it counted in the shorter request that it took.
    private func learn(from refused: Int, _ turn: Turn) {
        let taken = ContextWindow.bytes(of: turn.messages)
        let model = turn.model ?? turn.choice.model
        let tokens =
            turn.lastTokens > 0
            ? refused * turn.lastTokens / max(taken, 1) : refused / PromptBuilder.bytesPerToken
        guard tokens < directory.facts(model).contextWindow else { return }
        limits.learn(max(turn.contextBytes, taken), of: model, in: nil)
    }

    /// Whether there are images, and nobody has seen anything of an answer to them.
    private func canLeaveOutImages(_ turn: Turn) -> Bool {
        turn.live.state.text.isEmpty && turn.messages.contains(where: \.hasImages)
    }

    /// Whether the words alone should fit, so that it is the images that make the request too large.
    private func mayBeTheImages(_ turn: Turn, _ model: ModelReference) -> Bool {
        guard canLeaveOutImages(turn) else { return false }
        let words = ContextWindow.bytes(of: ContextWindow.withoutImages(turn.messages))
        return words / PromptBuilder.bytesPerToken < directory.facts(model).contextWindow
    }

    private func request(_ turn: inout Turn) async throws(ModelError) -> AssistantMessage {
        let live = turn.live
        if Task.isCancelled { throw .cancelled }
        if turn.hasBeenTooLong {
            turn.messages = ContextWindow.shortened(turn.messages, to: turn.contextBytes)
        }
        turn.messages = ContextWindow.withNewestImages(turn.messages, most: turn.imageBytes)
        let request = ModelRequest(
            model: turn.choice.model, fallbacks: turn.choice.fallbacks,
            avoids: Set(turn.breaks.filter { $0.value >= Self.mostBreaks }.keys), system: turn.system,
            messages: turn.messages,
            tools: turn.tools, thinking: turn.choice.thinking, cacheKey: turn.sessionID.rawValue)
        let answer = try await models.respond(to: request) { Self.tell($0, on: live) }
        note(answer, from: live.state.model ?? turn.choice.model, &turn)
        return answer
    }

    private static func tell(_ event: ModelEvent, on live: ActiveRun) {
        switch event {
        case .began(let model): live.publish(.model(model))
        case .text(let delta) where !delta.isEmpty: live.say(delta)
        case .thinking(let delta) where !delta.isEmpty: live.think(delta)
        case .text, .thinking, .toolCallBegan, .usage: break
        }
    }

    private func note(_ answer: AssistantMessage, from model: ModelReference, _ turn: inout Turn) {
        turn.model = model
        turn.breaks[model] = nil
        let channel = turn.order.message.address.channel
        turn.add(
            answer.usage ?? Usage(), of: model, source: channel == .webchat ? "chat" : channel.rawValue,
            agent: turn.live.agent)
        turn.live.publish(.usage(turn.usage))
        turn.live.finishMessage()
    }

    private func pause(before attempt: Int, _ reason: String, _ live: ActiveRun) async throws(TurnStop) {
        let delay = Self.pauses[attempt - 1]
        log.warning(
            "The model's stream broke off; asking again.", ["attempt": "\(attempt)", "reason": reason])
        live.publish(.retrying(attempt: attempt, most: Self.pauses.count, delay: delay, reason: reason))
        live.retract()
        do { try await clock.sleep(for: delay) } catch { throw .cancelled(partial: nil) }
        live.publish(.status(.startingModel))
    }

    /// What the person had seen of the answer stays, also when it is not whole.
    private func stop(_ error: ModelError, _ turn: Turn) -> TurnStop {
        let partial = partial(of: error, turn)
        if Task.isCancelled { return .cancelled(partial: partial) }
        guard let failure = TurnFailure(error, model: turn.live.state.model ?? turn.choice.model) else {
            return .cancelled(partial: partial)
        }
        return .failed(failure, partial: partial)
    }

    private func partial(of error: ModelError, _ turn: Turn) -> AssistantMessage? {
        if case .interrupted(let partial?, _) = error, !partial.text.isEmpty { return partial.textAlone }
        let said = turn.live.state.text
        guard !said.isEmpty else { return nil }
        let model = turn.live.state.model ?? turn.choice.model
        return AssistantMessage(
            content: [.text(said)], timestamp: .now, provider: model.provider, model: model.model)
    }
}

extension AssistantMessage {
    /// Its text alone: a call that never ended cannot be run, and one that is never run has no result.
    var textAlone: AssistantMessage {
        var message = self
        message.content.removeAll { if case .text = $0 { false } else { true } }
        return message
    }
}
