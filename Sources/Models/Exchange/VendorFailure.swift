import Core
import Wire

/// What a vendor said when it would not answer: HTTP status and its own codes decide, its prose is only passed on.
struct VendorFailure: Error, Equatable {
    /// Nil for an error inside a stream that had begun with 200.
    var status: Int?
    /// `type`, `code`, `status` and `reason` as far as they are there.
    var codes: [String] = []
    var message = ""
    var retryAfter: Duration?

    enum Kind {
        case rateLimited, overloaded, unauthorized, billing, unknownModel, rejected, contextTooLong, timedOut
    }

    /// A code says more than the status, but a general one does not undo a status that is the sender's fault.
    var kind: Kind {
        let isSendersFault = status.map { (400..<500).contains($0) } ?? false
        let told = codes.lazy.compactMap { Self.kinds[$0.lowercased()] }
        return told.first { !(isSendersFault && $0.isGeneral) } ?? Self.kind(of: status ?? 500)
    }

    /// The vendors' codes that say more than the status.
    ///
    /// Those that are missing here go by the status.
    private static let kinds: [String: Kind] = [
        // OpenAI and those who follow it.
        "insufficient_quota": .billing, "billing_hard_limit_reached": .billing,
        "billing_not_active": .billing,
        "context_length_exceeded": .contextTooLong, "model_not_found": .unknownModel,
        "rate_limit_exceeded": .rateLimited, "slow_down": .rateLimited, "invalid_api_key": .unauthorized,
        "account_deactivated": .unauthorized, "server_error": .overloaded,
        "server_is_overloaded": .overloaded,
        // Anthropic.
        "overloaded_error": .overloaded, "api_error": .overloaded, "timeout_error": .timedOut,
        "rate_limit_error": .rateLimited, "authentication_error": .unauthorized,
        "permission_error": .unauthorized,
        "billing_error": .billing, "not_found_error": .unknownModel, "request_too_large": .contextTooLong,
        // Google.
        "api_key_invalid": .unauthorized, "unauthenticated": .unauthorized,
        "permission_denied": .unauthorized,
        "failed_precondition": .billing, "resource_exhausted": .rateLimited, "unavailable": .overloaded,
        "internal": .overloaded, "deadline_exceeded": .timedOut, "not_found": .unknownModel,
    ]

    private static func kind(of status: Int) -> Kind {
        switch status {
        case 401, 403: .unauthorized
        case 402: .billing
        case 404, 410: .unknownModel
        case 408, 504: .timedOut
        case 409, 425: .overloaded
        case 413: .contextTooLong
        case 429: .rateLimited
        case 500...: .overloaded
        default: .rejected
        }
    }
}

extension VendorFailure {
    /// Reads the error objects of all vendors: `{error: {type, code, message, status, details}}`, bare or in an array.
    init(status: Int?, json: JSON) {
        self.init(status: status)
        let object = json.arrayValue?.first ?? json
        let error = object["error"] ?? object
        if let text = error.stringValue {
            message = text
            return
        }
        message = error["message"]?.stringValue ?? ""
        codes = ["code", "type", "status"].compactMap { error[$0]?.stringValue }
        if let number = error["code"]?.intValue, (400..<600).contains(number) {
            self.status = status ?? number
        }
        for detail in error["details"]?.arrayValue ?? [] {
            if let reason = detail["reason"]?.stringValue { codes.insert(reason, at: 0) }
            if let delay = detail["retryDelay"]?.stringValue, delay.hasSuffix("s") {
                retryAfter = RetryAfter.delay(String(delay.dropLast()), now: 0)
            }
        }
    }
}

extension ModelError {
    /// `requestBytes` tells a request that is too long for the model where the vendor has no code for it.
    init(_ failure: VendorFailure, from endpoint: Endpoint, requestBytes: Int = 0) {
        let text = failure.sentence(endpoint)
        switch failure.kind {
        case .rateLimited: self = .rateLimited(retryAfter: failure.retryAfter, message: text)
        case .overloaded: self = .overloaded(retryAfter: failure.retryAfter, message: text)
        case .timedOut: self = .timedOut(message: text)
        case .unauthorized: self = .unauthorized(message: text + " " + endpoint.keyAdvice)
        case .billing: self = .billing(message: text)
        case .unknownModel: self = .unknownModel(message: text, nearest: [])
        case .contextTooLong: self = .contextTooLong(message: text)
        case .rejected:
            let isLikelyTooLong = requestBytes / bytesPerToken > endpoint.model.contextWindow
            self = isLikelyTooLong ? .contextTooLong(message: text) : .rejected(message: text)
        }
    }
}

/// A cautious guess: most texts have more bytes a token, so what is over the limit by this count surely is.
private let bytesPerToken = 4

extension VendorFailure {
    /// Longest text of a vendor that is passed on, in characters.
    private static let maxMessageLength = 500

    /// What happened, with the vendor's words, on one line, and without the key.
    fileprivate func sentence(_ endpoint: Endpoint) -> String {
        let said = endpoint.redacted(message).split(whereSeparator: \.isNewline).joined(separator: " ")
        let shortened =
            said.count > Self.maxMessageLength ? said.prefix(Self.maxMessageLength) + "…" : said[...]
        let number = status.map { " (HTTP \($0))" } ?? ""
        let head = "`\(endpoint.reference)` \(kind.verb)\(number)"
        return shortened.isEmpty
            ? head + "." : "\(head): \(shortened)" + (".!?…".contains(shortened.last ?? " ") ? "" : ".")
    }
}

extension VendorFailure.Kind {
    fileprivate var isGeneral: Bool { self == .overloaded || self == .timedOut }

    fileprivate var verb: String {
        switch self {
        case .rateLimited: "is rate-limited for this key"
        case .overloaded: "is overloaded or failing"
        case .unauthorized: "did not accept the key"
        case .billing: "wants payment first"
        case .unknownModel: "is not known to the provider, or not open to this key"
        case .rejected: "refused the request"
        case .contextTooLong: "cannot take a conversation this long"
        case .timedOut: "took too long"
        }
    }
}

extension Endpoint {
    func redacted(_ text: String) -> String {
        let key = credential.secret.reveal()
        return key.utf8.count < 6 ? text : text.hiding(key)
    }

    fileprivate var keyAdvice: String {
        let provider = reference.provider
        guard let variable = KnownProvider.named(provider)?.keyVariables.last?.name else {
            return "Check `models.providers.\(provider).apiKey`."
        }
        return "Check `\(variable)` or `models.providers.\(provider).apiKey`."
    }
}

extension String {
    /// Every `secret` in the text as `•••`.
    func hiding(_ secret: String) -> String {
        let (text, secret) = (Array(utf8), Array(secret.utf8))
        guard !secret.isEmpty, text.count >= secret.count else { return self }
        var hidden: [UInt8] = []
        var place = 0
        while place < text.count {
            if text[place...].starts(with: secret) {
                hidden += "•••".utf8
                place += secret.count
            } else {
                hidden.append(text[place])
                place += 1
            }
        }
        return String(decoding: hidden, as: UTF8.self)
    }
}
