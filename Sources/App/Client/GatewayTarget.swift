import Core
import Gateway
import Wire

extension GatewayClient.Target {
    /// The gateway a command talks to: `--url`, else the one of `gateway.remote` when `gateway.mode` is `remote`, else
    /// this machine's, found by config and environment.
    ///
    /// Environment beats file for the secret, as it does in the gateway; with `--url` only `--token` and `--password`
    /// count.
    @MainActor
    init(_ invocation: Invocation) throws {
        let setup = LocalSetup(invocation)
        let (host, port) = setup.ownAddress
        var target = Self(host: host, port: port, token: setup.token, password: setup.password)
        if invocation["--url"] == nil, setup.config.gateway.mode == "remote" {
            target = try Self(remote: setup)
        }
        if let url = invocation["--url"] {
            guard let address = Self.address(in: url) else {
                throw CommandError(
                    "`--url \(url)` is not a gateway address. Use `ws://HOST:PORT` or `wss://HOST`.")
            }
            (target.host, target.port) = (address.host, address.port)
            target.tls = address.isSecure ? GatewayClient.TLSRules(setup) : nil
            // This machine's secrets are for this machine's gateway, not for whatever address is typed.
            (target.token, target.password) = (nil, nil)
        }
        if let token = invocation["--token"] { target.token = token }
        if let password = invocation["--password"] { target.password = password }
        self = target
    }

    @MainActor
    private init(remote setup: LocalSetup) throws {
        let remote = setup.config.gateway.remote
        guard let url = remote.url, let address = Self.address(in: url) else {
            throw CommandError(
                "`gateway.mode` is `remote`, but `gateway.remote.url` is not a gateway address. Set it to "
                    + "`ws://HOST:PORT` or `wss://HOST`, or name the gateway with `--url`.")
        }
        self.init(
            host: address.host, port: address.port,
            tls: address.isSecure ? GatewayClient.TLSRules(setup) : nil,
            token: setup.environment["OPENCLAW_GATEWAY_TOKEN"] ?? remote.token?.reveal(),
            password: setup.environment["OPENCLAW_GATEWAY_PASSWORD"] ?? remote.password?.reveal())
    }

    /// Host and port of `ws://host:port/…` or `wss://host/…`, also with an IPv6 address in brackets.
    static func address(in url: String) -> (host: String, port: Int, isSecure: Bool)? {
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let rest = url.dropFirst(scheme.count)
        guard ["ws", "wss", "http", "https"].contains(scheme), rest.hasPrefix("://") else { return nil }
        let isSecure = scheme == "wss" || scheme == "https"
        let usual = isSecure ? 443 : 80
        let authority = rest.dropFirst(3).prefix { $0 != "/" && $0 != "?" }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            return port(rest.dropFirst(), usual).map { (String(host), $0, isSecure) }
        }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty else { return nil }
        return port(parts.count == 2 ? parts[1] : "", usual).map { (String(host), $0, isSecure) }
    }

    private static func port(_ text: Substring, _ usual: Int) -> Int? {
        text.isEmpty ? usual : Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
    }
}

extension GatewayClient.TLSRules {
    @MainActor
    fileprivate init(_ setup: LocalSetup) {
        self.init(
            trust: CertificateVariables(setup).trust, proxies: ProxyVariables(setup.environment.variables))
    }
}

extension GatewayClient {
    /// Connects as `invocation` says and turns every failure into the sentence a person needs.
    @MainActor
    static func connect(_ invocation: Invocation) throws -> GatewayClient {
        var target = try Target(invocation)
        target.key = key(for: target, invocation)
        let milliseconds = invocation["--timeout"].flatMap { Int($0) } ?? 10_000
        do throws(Failure) {
            return try GatewayClient(to: target, timeout: .milliseconds(milliseconds))
        } catch {
            var sentence = error.commandError(target: target)
            if case .unreachable = error, invocation["--url"] == nil {
                sentence.message += unknownHere(invocation)
            }
            if case .refused(_, _, let details, _) = error {
                sentence.isRefusedLogin = true
                sentence.message += remedy(details["authReason"]?.stringValue, invocation, target)
            }
            throw sentence
        }
    }

    /// What this computer is known by elsewhere; nil for a gateway that sees it come from the machine's own address.
    private static func key(for target: Target, _ invocation: Invocation) -> DeviceKey? {
        let setup = LocalSetup(invocation)
        let isOwn = target.host == "::1" || target.host.hasPrefix("127.")
        guard !isOwn || invocation["--url"] != nil || setup.config.gateway.mode == "remote" else {
            return nil
        }
        do throws(CommandError) {
            return try DeviceKey(keptIn: setup.state)
        } catch {
            Terminal.printError("Note: The gateway does not learn which computer this is. \(error.message)")
            return nil
        }
    }

    /// Where port and token would be found cannot be read; empty when it can.
    private static func unknownHere(_ invocation: Invocation) -> String {
        let setup = LocalSetup(invocation)
        guard setup.refusal != nil else { return "" }
        return "\n\(setup.configPath) has mistakes, so what it says of port and token is not known here: "
            + "`openclaw config validate` lists them."
    }

    /// What to set when a login was refused, by the gateway's `authReason`; empty when no secret would help.
    @MainActor
    private static func remedy(_ reason: String?, _ invocation: Invocation, _ target: Target) -> String {
        if invocation["--url"] != nil, target.token == nil, target.password == nil {
            return ". With `--url` no secret of this machine is sent: add `--token` or `--password`."
        }
        guard let secret = ["token", "password"].first(where: { reason?.hasPrefix($0) == true }) else {
            return ""
        }
        let variable = "OPENCLAW_GATEWAY_\(secret.uppercased())"
        guard invocation["--url"] == nil else {
            return ".\nPass the \(secret) of that gateway as `--\(secret)`."
        }
        let setup = LocalSetup(invocation)
        let key = setup.config.gateway.mode == "remote" ? "gateway.remote" : "gateway.auth"
        return ".\nSet `\(variable)` to the \(secret) the gateway asks for, or `\(key).\(secret)` in "
            + "\(setup.configPath), or pass `--\(secret)`."
    }

    /// A request whose failure is the sentence a person needs.
    func call(_ method: String, _ params: JSON = [:], expectsFinal: Bool = false) throws -> JSON {
        do throws(Failure) {
            return try request(method, params, expectsFinal: expectsFinal)
        } catch {
            var sentence = error.commandError(target: nil)
            if case .refused = error { sentence.isRefusedRequest = true }
            throw sentence
        }
    }

    /// Options of every command that talks to a gateway.
    static var options: [Command.Option] { options(waitingMilliseconds: 10_000) }

    static func options(waitingMilliseconds: Int) -> [Command.Option] {
        [
            .value("--url", "address", "A gateway other than this machine's"),
            .value("--token", "token", "The gateway's token; needed with --url, else found by itself"),
            .value("--password", "password", "The gateway's password"),
            .number(
                "--timeout", "ms", "How long to wait (default \(waitingMilliseconds))", 1...86_400_000),
            .flag("--json", "Print JSON"),
        ]
    }
}

extension GatewayClient.Failure {
    /// Whether the connection was lost, as at a restart.
    var isLoss: Bool {
        switch self {
        case .closed, .unreachable: true
        case .refused, .timedOut, .invalid: false
        }
    }

    func commandError(target: GatewayClient.Target?) -> CommandError {
        switch self {
        case .unreachable(let url, let reason):
            CommandError(
                "Gateway not reachable at \(url) (\(reason)).\n"
                    + "Start it with `openclaw gateway run` or check `openclaw gateway status`.")
        case .refused(let message, _, _, _): CommandError(message)
        case .closed(let code, let reason):
            CommandError("The gateway closed the connection (\(code)): \(reason)")
        case .timedOut(let limit): CommandError("The gateway did not answer within \(limit.text).")
        case .invalid(let message): CommandError(message)
        }
    }
}
