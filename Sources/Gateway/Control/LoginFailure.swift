import Core

/// Why a login failed, as the newer generation's `authReason`.
enum LoginFailure: String, Error {
    case tokenMissing = "token_missing"
    case tokenMismatch = "token_mismatch"
    case tokenNotConfigured = "token_missing_config"
    case passwordMissing = "password_missing"
    case passwordMismatch = "password_mismatch"
    case passwordNotConfigured = "password_missing_config"
    case deviceTokenMismatch = "device_token_mismatch"
    case scopeMismatch = "scope_mismatch"
    case rateLimited = "rate_limited"

    /// What the hint in the message depends on.
    struct Context {
        var generation: Generation
        var isControlUI = false
        var isWebchat = false
        var isCommandLine = false
        var isLocal = false
        var hasDevice = false
    }

    func refusal(_ context: Context) -> Refusal {
        let message = "unauthorized: \(text)" + (hint(context).map { " (\($0))" } ?? "")
        guard context.generation == .four else {
            return Refusal(.invalid(message), isFailedLogin: isWrongSecret)
        }
        let mayRetry = context.hasDevice && self == .tokenMismatch
        let details: JSON = [
            "code": .string(code), "authReason": .string(rawValue),
            "canRetryWithDeviceToken": .bool(mayRetry),
            "recommendedNextStep": .string(nextStep(mayRetry: mayRetry)),
        ]
        return Refusal(.invalid(message, details: details), isFailedLogin: isWrongSecret)
    }

    /// A missing secret is no guess.
    private var isWrongSecret: Bool {
        self == .tokenMismatch || self == .passwordMismatch || self == .deviceTokenMismatch
    }

    private var text: String {
        switch self {
        case .tokenMissing: "gateway token missing"
        case .tokenMismatch: "gateway token mismatch"
        case .tokenNotConfigured: "gateway token not configured on gateway"
        case .passwordMissing: "gateway password missing"
        case .passwordMismatch: "gateway password mismatch"
        case .passwordNotConfigured: "gateway password not configured on gateway"
        case .deviceTokenMismatch: "device token mismatch"
        case .scopeMismatch: "device token scope mismatch"
        case .rateLimited: "too many failed authentication attempts"
        }
    }

    private func hint(_ context: Context) -> String? {
        switch self {
        case .tokenMissing, .tokenMismatch: tokenHint(context)
        case .passwordMissing, .passwordMismatch: passwordHint(context)
        case .tokenNotConfigured: "set gateway.auth.token"
        case .passwordNotConfigured: "set gateway.auth.password"
        case .deviceTokenMismatch: "rotate/reissue device token"
        case .scopeMismatch: "re-pair or approve scope upgrade"
        case .rateLimited: "retry later"
        }
    }

    private func tokenHint(_ context: Context) -> String {
        let remote = "set gateway.remote.token to match gateway.auth.token"
        if context.generation == .three {
            if context.isCommandLine { return remote }
            return context.isControlUI || context.isWebchat
                ? "open a tokenized dashboard URL or paste token in Control UI settings"
                : "provide gateway auth token"
        }
        if context.isControlUI || context.isWebchat {
            return self == .tokenMissing
                ? "paste in Control UI settings or openclaw doctor --generate-gateway-token; restart"
                : "open the dashboard URL and paste the token in Control UI settings"
        }
        return context.isCommandLine && !context.isLocal
            ? remote : "use this gateway's gateway.auth.token or pair the device"
    }

    private func passwordHint(_ context: Context) -> String {
        if context.isControlUI || context.isWebchat { return "enter the password in Control UI settings" }
        return context.isCommandLine
            ? "set gateway.remote.password to match gateway.auth.password" : "provide gateway auth password"
    }

    private var code: String {
        switch self {
        case .tokenMissing: "AUTH_TOKEN_MISSING"
        case .tokenMismatch: "AUTH_TOKEN_MISMATCH"
        case .tokenNotConfigured: "AUTH_TOKEN_NOT_CONFIGURED"
        case .passwordMissing: "AUTH_PASSWORD_MISSING"
        case .passwordMismatch: "AUTH_PASSWORD_MISMATCH"
        case .passwordNotConfigured: "AUTH_PASSWORD_NOT_CONFIGURED"
        case .deviceTokenMismatch: "AUTH_DEVICE_TOKEN_MISMATCH"
        case .scopeMismatch: "AUTH_SCOPE_MISMATCH"
        case .rateLimited: "AUTH_RATE_LIMITED"
        }
    }

    private func nextStep(mayRetry: Bool) -> String {
        switch self {
        case .tokenMissing, .passwordMissing, .tokenNotConfigured, .passwordNotConfigured:
            "update_auth_configuration"
        case .tokenMismatch, .passwordMismatch, .deviceTokenMismatch:
            mayRetry ? "retry_with_device_token" : "update_auth_credentials"
        case .scopeMismatch: "review_auth_configuration"
        case .rateLimited: "wait_then_retry"
        }
    }
}
