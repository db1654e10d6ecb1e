import Core

/// What a client is told when a request cannot be answered.
struct RPCError: Error {
    /// The codes clients know.
    enum Code: String, Sendable {
        case invalidRequest = "INVALID_REQUEST"
        case unavailable = "UNAVAILABLE"
        case notPaired = "NOT_PAIRED"
        case forbidden = "FORBIDDEN"
    }

    var code: Code
    var message: String
    var details: JSON?
    var isRetryable: Bool?
    var retryAfter: Duration?
    /// Stands beside the error in the response: `agent` and `chat.send` say there which run failed.
    var payload: JSON?

    init(
        _ code: Code, _ message: String, details: JSON? = nil, isRetryable: Bool? = nil,
        retryAfter: Duration? = nil,
        payload: JSON? = nil
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.isRetryable = isRetryable
        self.retryAfter = retryAfter
        self.payload = payload
    }

    static func invalid(_ message: String, details: JSON? = nil) -> RPCError {
        RPCError(.invalidRequest, message, details: details)
    }

    static func unavailable(_ message: String) -> RPCError { RPCError(.unavailable, message) }

    /// A sentence quotes what the client sent, which may be as long as a frame.
    private static let mostMessageBytes = 4 << 10

    /// Absent members are left out: January's clients drop a frame that holds null for one of them.
    var json: JSON {
        var object: JSONObject = [
            "code": .string(code.rawValue),
            "message": .string(message.head(bytes: Self.mostMessageBytes)),
        ]
        object["details"] = details
        object["retryable"] = isRetryable.map { .bool($0) }
        object["retryAfterMs"] = retryAfter.map { .integer($0.milliseconds) }
        return .object(object)
    }
}
