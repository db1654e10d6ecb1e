package import Core

/// How a client proves that it may come in: `gateway.auth`.
package struct SharedAuth: Sendable {
    /// What clients must give.
    package enum Mode: String, Sendable { case none, token, password }

    package var mode: Mode
    package var token: Secret?
    package var password: Secret?

    package init(mode: Mode, token: Secret? = nil, password: Secret? = nil) {
        self.mode = mode
        self.token = token
        self.password = password
    }

    package var asksForSecret: Bool { mode != .none }

    /// What a login with a shared secret came to.
    ///
    /// The raw value stands in the refusal's details.
    enum Verdict: String, Sendable {
        case ok
        case tokenMissing = "token_missing"
        case tokenMismatch = "token_mismatch"
        case tokenNotConfigured = "token_missing_config"
        case passwordMissing = "password_missing"
        case passwordMismatch = "password_mismatch"
        case passwordNotConfigured = "password_missing_config"
    }

    /// Compares in constant time.
    ///
    /// An empty text counts as none.
    func verdict(token sent: String?, password sentPassword: String?) -> Verdict {
        switch mode {
        case .none:
            return .ok
        case .token:
            guard let token, !token.isEmpty else { return .tokenNotConfigured }
            guard let sent, !sent.isEmpty else { return .tokenMissing }
            return token.matches(sent) ? .ok : .tokenMismatch
        case .password:
            guard let password, !password.isEmpty else { return .passwordNotConfigured }
            guard let sentPassword, !sentPassword.isEmpty else { return .passwordMissing }
            return password.matches(sentPassword) ? .ok : .passwordMismatch
        }
    }

    /// `Authorization: Bearer …` of an HTTP request: the token in token mode, the password in password mode.
    func accepts(authorization header: String?) -> Bool {
        if mode == .none { return true }
        guard let header, header.lowercased().hasPrefix("bearer ") else { return false }
        let text = String(header.dropFirst("bearer ".count))
        return verdict(token: text, password: text) == .ok
    }
}
