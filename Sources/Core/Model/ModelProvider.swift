/// Answers one model request.
@MainActor
package protocol ModelProvider: Sendable {
    /// Calls `emit` for each event in order and returns the whole answer.
    ///
    /// Cancelling the task closes the connection and throws `.cancelled`.
    func respond(
        to request: ModelRequest, emit: @MainActor (ModelEvent) async -> Void
    ) async throws(ModelError) -> AssistantMessage

    /// Says that a request comes soon, so that what it needs is there by then; takes no time.
    func prepare()
}

extension ModelProvider {
    package func prepare() {}
}

/// A model as people write it: `anthropic/claude-opus-4-6`. Split at the first slash; ids newer than any list are fine.
package struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    package var provider: String
    package var model: String

    package init(provider: String, model: String) {
        self.provider = provider
        self.model = model
    }

    /// Without a provider it is Anthropic's, as upstream has it. Nil when a part is empty.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard let last = parts.last, !last.isEmpty, parts.first?.isEmpty == false else { return nil }
        self.init(provider: parts.count == 2 ? parts[0] : "anthropic", model: last)
    }

    package var description: String { "\(provider)/\(model)" }
}

/// How hard a model should think; the raw value is what sessions store.
package enum ThinkingLevel: String, Sendable, CaseIterable {
    case off, minimal, low, medium, high, xhigh
}

/// Everything a model needs to write the next message.
package struct ModelRequest: Sendable {
    /// The model asked for first. A router may answer with one of `fallbacks` instead.
    package var model: ModelReference
    package var fallbacks: [ModelReference]
    /// Those of them that are asked only when no other can answer.
    package var avoids: Set<ModelReference>
    package var system: String
    package var messages: [Message]
    package var tools: ToolOffer
    package var thinking: ThinkingLevel
    /// Nil: the catalogue's limit for the model.
    package var maxTokens: Int?
    /// The same for all requests of a session: lets a vendor find its prompt cache.
    package var cacheKey: String?

    package init(
        model: ModelReference, fallbacks: [ModelReference] = [], avoids: Set<ModelReference> = [],
        system: String = "", messages: [Message],
        tools: ToolOffer = [], thinking: ThinkingLevel = .off, maxTokens: Int? = nil,
        cacheKey: String? = nil
    ) {
        self.model = model
        self.fallbacks = fallbacks
        self.avoids = avoids
        self.system = system
        self.messages = messages
        self.tools = tools
        self.thinking = thinking
        self.maxTokens = maxTokens
        self.cacheKey = cacheKey
    }
}

/// What happens while a model answers, in order. `began` comes once, before anything else is seen.
package enum ModelEvent: Sendable {
    case began(ModelReference)
    case text(String)
    case thinking(String)
    case toolCallBegan(id: String, name: String)
    case usage(Usage)
}

/// Why there is no answer, by what to do next. Classified where the HTTP answer arrives, nowhere else.
package enum ModelError: Error, Sendable {
    /// HTTP 429: this credential may not use this model now.
    case rateLimited(retryAfter: Duration?, message: String)
    /// HTTP 529 or 5xx, or the connection failed before the first event: try again, or elsewhere.
    case overloaded(retryAfter: Duration?, message: String)
    /// HTTP 401: the credential is wrong.
    case unauthorized(message: String)
    /// HTTP 403: this credential may not use this model.
    case forbidden(message: String)
    /// HTTP 402, or the vendor's code for no credit: the account must pay first.
    case billing(message: String)
    /// HTTP 404, or the vendor's code for an unknown model; `nearest` are ids that the vendor has, nearest first.
    case unknownModel(message: String, nearest: [String])
    /// HTTP 400: the request itself is wrong for this model.
    case rejected(message: String)
    /// The conversation is longer than the model's context; `of` is the model that said so, which may be a fallback.
    case contextTooLong(of: ModelReference, message: String)
    /// No byte within the connect or idle timeout.
    case timedOut(message: String)
    /// The stream ended before its end; `partial` is what had arrived.
    case interrupted(partial: AssistantMessage?, message: String)
    /// No key is set for the provider; the message says what to set and how.
    case notConfigured(message: String)
    /// Every candidate failed; each with its reason.
    case exhausted([Attempt])
    case cancelled

    /// Whether a model refused the request itself: another request may be taken.
    package var isRejection: Bool {
        switch self {
        case .rejected: true
        case .exhausted(let attempts): attempts.contains(where: \.isRejection)
        default: false
        }
    }

    /// One candidate that was tried or skipped.
    package struct Attempt: Sendable {
        package var model: ModelReference
        package var reason: String
        /// Whether it refused the request itself.
        package var isRejection: Bool

        package init(model: ModelReference, reason: String, isRejection: Bool = false) {
            self.model = model
            self.reason = reason
            self.isRejection = isRejection
        }
    }
}

extension ModelError {
    /// One or two sentences for the person who waits for the answer.
    package var explanation: String {
        switch self {
        case .rateLimited(_, let message), .overloaded(_, let message), .unauthorized(let message),
            .forbidden(let message), .billing(let message), .unknownModel(let message, _),
            .rejected(let message),
            .contextTooLong(_, let message),
            .timedOut(let message), .interrupted(_, let message), .notConfigured(let message):
            message
        case .exhausted(let attempts):
            "All models failed (\(attempts.count)): "
                + attempts.map { "\($0.model): \($0.reason)" }.joined(separator: " | ")
        case .cancelled:
            "The answer was stopped."
        }
    }
}
