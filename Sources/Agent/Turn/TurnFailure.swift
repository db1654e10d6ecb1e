package import Core

/// Why a turn has no answer, in words for the person who waits for one.
package struct TurnFailure: Sendable, Hashable {
    package var kind: Kind
    package var message: String
    package var provider: String?
    package var model: String?

    /// The raw value is the wire's `failoverReason`.
    package enum Kind: String, Sendable {
        case rateLimited = "rate_limit"
        case overloaded
        case unauthorized = "auth"
        case billing
        case unknownModel = "model_not_found"
        case rejected = "format"
        case contextTooLong = "context_length"
        case timeout
        case interrupted
        case notConfigured = "not_configured"
        case exhausted
        case toolLoop = "tool_loop"
        case store
        case crashed
        case unknown
    }

    package init(kind: Kind, message: String, provider: String? = nil, model: String? = nil) {
        self.kind = kind
        self.message = message
        self.provider = provider
        self.model = model
    }

    /// One of the five words that generation 4 knows.
    package var errorKind: String {
        switch kind {
        case .rateLimited: "rate_limit"
        case .contextTooLong: "context_length"
        case .timeout, .interrupted: "timeout"
        default: "unknown"
        }
    }
}

extension TurnFailure {
    /// Nil for a cancelled request: that is no failure.
    init?(_ error: ModelError, model: ModelReference?) {
        guard let kind = Kind(error) else { return nil }
        self.init(
            kind: kind, message: error.explanation, provider: model?.provider, model: model?.model)
    }

    package var json: JSON {
        var object: JSONObject = ["kind": .string(kind.rawValue), "message": .string(message)]
        object["provider"] = provider.map { .string($0) }
        object["model"] = model.map { .string($0) }
        return .object(object)
    }

    package init?(json: JSON) {
        guard let message = json["message"]?.stringValue else { return nil }
        self.init(
            kind: json["kind"]?.stringValue.flatMap { Kind(rawValue: $0) } ?? .unknown, message: message,
            provider: json["provider"]?.stringValue, model: json["model"]?.stringValue)
    }
}

extension TurnFailure.Kind {
    init?(_ error: ModelError) {
        switch error {
        case .rateLimited: self = .rateLimited
        case .overloaded: self = .overloaded
        case .unauthorized, .forbidden: self = .unauthorized
        case .billing: self = .billing
        case .unknownModel: self = .unknownModel
        case .rejected: self = .rejected
        case .contextTooLong: self = .contextTooLong
        case .timedOut: self = .timeout
        case .interrupted: self = .interrupted
        case .notConfigured: self = .notConfigured
        case .exhausted: self = .exhausted
        case .cancelled: return nil
        }
    }
}
