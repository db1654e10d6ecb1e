import Core
import Gateway

/// What clients must give, from flag, environment and file; environment beats file.
struct SharedSecret {
    typealias Mode = SharedAuth.Mode

    var mode: Mode
    var token: Secret?
    var password: Secret?

    /// For looking at settings that do not depend on it.
    static let unset = SharedSecret()

    private init() { mode = .none }

    struct Wish {
        var flagMode: String?
        var flagToken: String?
        var flagPassword: String?
        var fileMode: String?
        var fileToken: Secret?
        var filePassword: Secret?
    }

    init(_ wish: Wish, environment: Environment, isLoopback: Bool) throws(CommandError) {
        token = Self.pick(wish.flagToken, environment["OPENCLAW_GATEWAY_TOKEN"], wish.fileToken)
        password = Self.pick(wish.flagPassword, environment["OPENCLAW_GATEWAY_PASSWORD"], wish.filePassword)
        mode = try Self.mode(
            wish, hasToken: token != nil, hasPassword: password != nil, isLoopback: isLoopback)
        try check(isLoopback: isLoopback)
    }

    /// The first that is not blank, without white space around it: nobody can type that into a login.
    static func pick(_ flag: String?, _ variable: String?, _ file: Secret?) -> Secret? {
        let texts = [flag, variable, file?.reveal()].compactMap { $0?.trimmed }
        return texts.first { !$0.isEmpty }.map { Secret(String($0)) }
    }

    private static func mode(
        _ wish: Wish, hasToken: Bool, hasPassword: Bool, isLoopback: Bool
    ) throws(CommandError) -> Mode {
        if let text = wish.flagMode ?? wish.fileMode {
            guard let mode = Mode(rawValue: text) else {
                throw CommandError(
                    "`gateway.auth.mode` is `\(text)`, which this gateway does not know. Use `token` or `password`."
                )
            }
            return mode
        }
        if hasPassword && !hasToken { return .password }
        return hasToken || !isLoopback ? .token : .none
    }

    private func check(isLoopback: Bool) throws(CommandError) {
        let secrets = [token, password].compactMap { $0?.reveal() }
        guard !secrets.contains(where: ConfigRedaction.holdsPlaceholder) else {
            throw CommandError(
                "The gateway's secret is `\(ConfigRedaction.placeholder)` or hardly more, the word that is shown in place of "
                    + "secrets and that everybody knows. " + Self.threeWays)
        }
        switch mode {
        case .none where !isLoopback:
            throw CommandError(
                "Refusing to listen beyond this machine with `gateway.auth.mode` none. " + Self.threeWays)
        case .token where token == nil && !isLoopback:
            throw CommandError("Refusing to listen beyond this machine without a token. " + Self.threeWays)
        case .token where token == nil:
            throw CommandError("Gateway auth is set to token, but no token is configured. " + Self.threeWays)
        case .password where password == nil:
            throw CommandError(
                "Gateway auth is set to password, but no password is configured. Set OPENCLAW_GATEWAY_PASSWORD "
                    + "(on Fly: `fly secrets set OPENCLAW_GATEWAY_PASSWORD=…`), `gateway.auth.password` in the config, "
                    + "or `--password`.")
        default: break
        }
    }

    /// Shorter ones can be tried through: the limit of logins an address has slows that down, and many addresses end it.
    static let leastCharacters = 16

    /// What is wrong with the secret that lets people in; nil for a good one.
    var weakness: String? {
        switch mode {
        case .none: nil
        case .token: token.flatMap { Self.weakness(of: $0.reveal()) }.map { "The gateway's token \($0)." }
        case .password:
            password.flatMap { Self.weakness(of: $0.reveal()) }.map { "The gateway's password \($0)." }
        }
    }

    /// What is wrong with a secret that somebody chose, as the end of a sentence; nil for a good one.
    static func weakness(of secret: String) -> String? {
        if secret.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
            return "has characters that nobody can type"
        }
        guard secret.count < leastCharacters else { return nil }
        return "has \(secret.count) characters and can be guessed; take at least \(leastCharacters)"
    }

    private static let threeWays =
        "Set one of: the variable OPENCLAW_GATEWAY_TOKEN (on Fly: `fly secrets set OPENCLAW_GATEWAY_TOKEN=$(openssl rand "
        + "-hex 32)`), `gateway.auth.token` in the config file, or `--token`."
}
