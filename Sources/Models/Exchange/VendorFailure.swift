import Core
import Wire

/// What a vendor said when it would not answer: HTTP status and its own codes decide, its prose is passed on, and asked
/// only where it alone tells that a conversation is too long.
struct VendorFailure: Error, Equatable {
    /// Nil for an error inside a stream that had begun with 200.
    var status: Int?
    /// `type`, `code`, `status` and `reason` as far as they are there.
    var codes: [String] = []
    var message = ""
    var retryAfter: Duration?
    /// Something else than a vendor's API answers at this address.
    var isForeign = false

    enum Kind {
        case rateLimited, overloaded, unauthorized, forbidden, billing, unknownModel, rejected,
            contextTooLong, timedOut, foreign
    }

    var kind: Kind {
        if isForeign { return .foreign }
        let told = kindOfCode
        return (told == .rejected || told == .overloaded) && saysTooLong ? .contextTooLong : told
    }

    /// A code says more than the status, but a general one does not undo a status that is the sender's fault.
    private var kindOfCode: Kind {
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
        "context_length_exceeded": .contextTooLong, "exceed_context_size_error": .contextTooLong,
        "model_not_found": .unknownModel,
        "rate_limit_exceeded": .rateLimited, "slow_down": .rateLimited, "invalid_api_key": .unauthorized,
        "account_deactivated": .unauthorized, "server_error": .overloaded,
        "server_is_overloaded": .overloaded,
        // The server of the ChatGPT subscriptions.
        "usage_limit_reached": .rateLimited, "usage_not_included": .billing,
        // Anthropic.
        "overloaded_error": .overloaded, "api_error": .overloaded, "timeout_error": .timedOut,
        "rate_limit_error": .rateLimited, "authentication_error": .unauthorized,
        "permission_error": .forbidden,
        "billing_error": .billing, "not_found_error": .unknownModel, "request_too_large": .contextTooLong,
        // Google.
        "api_key_invalid": .unauthorized, "unauthenticated": .unauthorized,
        "permission_denied": .forbidden,
        "failed_precondition": .billing, "resource_exhausted": .rateLimited, "unavailable": .overloaded,
        "internal": .overloaded, "deadline_exceeded": .timedOut, "not_found": .unknownModel,
    ]

    private static func kind(of status: Int) -> Kind {
        switch status {
        case 401: .unauthorized
        case 403: .forbidden
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
    /// Reads the error objects of all vendors: `{error: {type, code, message, status, details}}`, bare, in an array or
    /// as `detail`.
    init(status: Int?, json: JSON) {
        self.init(status: status)
        let object = json.arrayValue?.first ?? json
        let error = object["error"] ?? object["detail"] ?? object
        if let text = error.stringValue {
            message = text
            return
        }
        message = error["message"]?.stringValue ?? ""
        codes = ["code", "type", "status"].compactMap { error[$0]?.stringValue }
        // Of an answer that began well, the error's own number tells more.
        if let number = error["code"]?.intValue, (400..<600).contains(number), (status ?? 200) < 300 {
            self.status = number
        }
        if let seconds = error["resets_in_seconds"]?.intValue, seconds > 0 { retryAfter = .seconds(seconds) }
        for detail in error["details"]?.arrayValue ?? [] {
            if let reason = detail["reason"]?.stringValue { codes.insert(reason, at: 0) }
            if let delay = detail["retryDelay"]?.stringValue, delay.hasSuffix("s") {
                retryAfter = RetryAfter.delay(String(delay.dropLast()), now: 0)
            }
        }
    }
}

extension ModelError {
    /// `wordBytes`, the request's without its images, tell one that is too long for the model where the vendor has no code
    /// for it.
    init(_ failure: VendorFailure, from endpoint: Endpoint, wordBytes: Int = 0) {
        let text = failure.sentence(endpoint)
        let wait = failure.retryAfter.map { $0 >= .seconds(1) ? " Ask again in \($0.text)." : "" } ?? ""
        let ofLogin = endpoint.isSubscription ? " " + endpoint.credentialAdvice : ""
        switch failure.kind {
        case .rateLimited:
            self = .rateLimited(retryAfter: failure.retryAfter, message: text + wait + ofLogin)
        case .overloaded: self = .overloaded(retryAfter: failure.retryAfter, message: text + wait)
        case .timedOut: self = .timedOut(message: text)
        case .unauthorized: self = .unauthorized(message: text + " " + endpoint.credentialAdvice)
        case .forbidden:
            let advice = "Choose another model with `/model`. " + endpoint.credentialAdvice
            self = .forbidden(message: text + " " + advice)
        case .billing: self = .billing(message: text + " " + endpoint.billingAdvice)
        case .unknownModel: self = .unknownModel(message: text, nearest: [])
        case .contextTooLong: self = .contextTooLong(of: endpoint.reference, message: text)
        case .foreign: self = .notConfigured(message: text)
        case .rejected:
            let isLikelyTooLong = wordBytes / bytesPerToken > endpoint.model.contextWindow
            self =
                isLikelyTooLong
                ? .contextTooLong(of: endpoint.reference, message: text) : .rejected(message: text + ofLogin)
        }
    }
}

/// A cautious guess: most texts have more bytes a token, so what is over the limit by this count surely is.
private let bytesPerToken = 4

extension VendorFailure {
    /// Longest text of a vendor that is passed on, in characters.
    private static let maxMessageLength = 500

    /// What happened, with the vendor's words, on one line, and without secrets.
    fileprivate func sentence(_ endpoint: Endpoint) -> String {
        let said = endpoint.mask.apply(to: message).split(whereSeparator: \.isNewline).joined(separator: " ")
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
        case .forbidden: "may not be used with this key"
        case .billing: "wants payment first"
        case .unknownModel: "is not known to the provider, or not open to this key"
        case .rejected: "refused the request"
        case .contextTooLong: "cannot take a conversation this long"
        case .timedOut: "took too long"
        case .foreign: "sent no stream of events"
        }
    }
}
