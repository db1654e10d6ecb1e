import Core

/// Which address and port to listen on, and which setting said so.
struct ListenPlan: Equatable {
    enum Bind: String, CaseIterable { case loopback, lan, tailnet, auto, custom }

    /// Addresses to listen on. `::` takes IPv4 as well.
    var hosts: [String]
    var port: Int
    /// The host in `listening on ws://…`: upstream's words, whatever socket is behind them.
    var displayHost: String
    var isLoopback: Bool
    /// For the log: the setting that decided.
    var reason: String

    static let defaultPort = 18789

    /// Where clients on this machine find it: one address that is bound is the only one.
    var ownHost: String {
        hosts.contains { ["127.0.0.1", "0.0.0.0", "::"].contains($0) } ? "127.0.0.1" : hosts[0]
    }

    struct Wish {
        var flagPort: String?
        var environmentPort: String?
        var configPort: Int?
        var defaultPort = ListenPlan.defaultPort
        var flagBind: String?
        var configBind: String?
        var customHost: String?
    }

    init(_ wish: Wish, platform: Platform, tailnetAddress: @autoclosure () -> String?) throws(CommandError) {
        let port = try Self.port(wish)
        let (bind, setting) = try Self.bind(wish)
        switch bind {
        case .loopback:
            self.init(port: port, loopback: setting)
        case .lan:
            self.init(port: port, everywhere: setting)
        case .auto where platform.isContainer:
            let evidence = platform.evidence ?? "a container"
            self.init(port: port, everywhere: "\(setting) means lan here, because of \(evidence)")
        case .auto:
            self.init(port: port, loopback: "\(setting) means loopback on a machine of your own")
        case .tailnet:
            if let address = tailnetAddress() {
                self.init(port: port, host: address, reason: setting)
            } else {
                self.init(port: port, loopback: "\(setting), but no address in 100.64.0.0/10 was found")
            }
        case .custom:
            guard let host = wish.customHost, !host.isEmpty else {
                throw CommandError(
                    "`gateway.bind` is `custom`: set `gateway.customBindHost` to the address to bind.")
            }
            self.init(port: port, host: host, reason: "\(setting) and gateway.customBindHost")
        }
    }

    private init(port: Int, loopback reason: String) {
        self.init(
            hosts: ["127.0.0.1", "::1"], port: port, displayHost: "127.0.0.1", isLoopback: true,
            reason: reason)
    }

    private init(port: Int, everywhere reason: String) {
        self.init(hosts: ["::"], port: port, displayHost: "0.0.0.0", isLoopback: false, reason: reason)
    }

    private init(port: Int, host: String, reason: String) {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let isLoopback = bare == "::1" || bare.hasPrefix("127.")
        self.init(
            hosts: [bare], port: port, displayHost: bare.contains(":") ? "[\(bare)]" : bare,
            isLoopback: isLoopback, reason: reason)
    }

    private init(hosts: [String], port: Int, displayHost: String, isLoopback: Bool, reason: String) {
        self.hosts = hosts
        self.port = port
        self.displayHost = displayHost
        self.isLoopback = isLoopback
        self.reason = reason
    }

    /// `--port`, then `OPENCLAW_GATEWAY_PORT`, then `gateway.port`. A bad variable is passed over, a bad flag is fatal.
    private static func port(_ wish: Wish) throws(CommandError) -> Int {
        if let flag = wish.flagPort {
            guard let port = Self.port(flag) else {
                throw CommandError("Invalid port `\(flag)`. Use a number from 1 to 65535.")
            }
            return port
        }
        return wish.environmentPort.flatMap(Self.port) ?? wish.configPort ?? wish.defaultPort
    }

    /// Nil for what is no port.
    static func port(_ text: String) -> Int? { Int(text).flatMap { (1...65535).contains($0) ? $0 : nil } }

    /// A variable that says nothing, though somebody meant something by it.
    static func warning(_ environment: Environment) -> String? {
        guard let text = environment["OPENCLAW_GATEWAY_PORT"], port(text) == nil else { return nil }
        return "`OPENCLAW_GATEWAY_PORT` is `\(text)`, which is no port from 1 to 65535: it is passed over"
    }

    /// Whether a gateway on a cloud machine that is told nothing else would listen to that machine alone.
    static func isLoopback(bind: String?) throws(CommandError) -> Bool {
        var wish = Wish()
        wish.flagBind = bind
        return try Self.bind(wish).0 == .loopback
    }

    private static func bind(_ wish: Wish) throws(CommandError) -> (Bind, String) {
        let (text, setting) =
            wish.flagBind.map { ($0, "--bind \($0)") } ?? wish.configBind.map { ($0, "gateway.bind: \($0)") }
            ?? ("loopback", "the default bind")
        if let bind = Bind(rawValue: text) { return (bind, setting) }
        switch text {
        case "0.0.0.0", "::", "[::]", "*", "all": return (.lan, setting)
        case "127.0.0.1", "localhost", "::1": return (.loopback, setting)
        default:
            throw CommandError(
                "Invalid --bind `\(text)`. Use one of: \(Bind.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
    }
}
