package import Core
import Wire

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

    /// Why a login with these fails; nil when they are right.
    ///
    /// Compares in constant time; an empty text counts as none.
    func failure(token sent: String?, password sentPassword: String?) -> LoginFailure? {
        switch mode {
        case .none:
            return nil
        case .token:
            guard let token, !token.isEmpty else { return .tokenNotConfigured }
            guard let sent, !sent.isEmpty else { return .tokenMissing }
            return token.matches(sent) ? nil : .tokenMismatch
        case .password:
            guard let password, !password.isEmpty else { return .passwordNotConfigured }
            guard let sentPassword, !sentPassword.isEmpty else { return .passwordMissing }
            return password.matches(sentPassword) ? nil : .passwordMismatch
        }
    }

    /// Tells whether a device was let in by the secret that holds now, without telling the secret.
    func mark(for deviceID: String) -> String {
        let secret =
            switch mode {
            case .none: Secret?.none
            case .token: token
            case .password: password
            }
        return Digest.hex(Digest.sha256(Array("\(deviceID)\n\(secret?.reveal() ?? "")".utf8)))
    }

    /// What `Authorization: Bearer …` of an HTTP request says: the token in token mode, the password in password mode.
    static func bearer(of header: String?) -> String? {
        guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
        return String(header.dropFirst("bearer ".count))
    }
}
