/// `gateway`: where the gateway listens and who may come in.
package struct GatewayConfig: ConfigSection {
    /// 1 to 65535; nil: 18789.
    package var port: Int?
    /// `local` or `remote`.
    package var mode: String?
    /// `auto`, `lan`, `loopback`, `custom` or `tailnet`; nil: loopback.
    package var bind: String?
    /// The address for `bind: "custom"`.
    package var customBindHost: String?
    package var auth = Auth()
    package var controlUi = ControlUi()
    /// Addresses or CIDR ranges whose `X-Forwarded-For` is believed.
    package var trustedProxies: [String] = []
    package var reload = Reload()
    package var tailscale = Tailscale()
    package var remote = Remote()

    package init() {}

    package static let spec = ObjectSpec<GatewayConfig>(
        Field("port", \.port, .integer(1...65535)).label(
            "Gateway Port", "TCP port for HTTP, WebSocket and UI."),
        Field("mode", \.mode, .choice("local", "remote")).label("Gateway Mode"),
        Field("bind", \.bind, .choice("auto", "lan", "loopback", "custom", "tailnet")).security
            .label("Gateway Bind Mode", "Which addresses the gateway listens on."),
        Field("customBindHost", \.customBindHost, .text).security.label("Gateway Custom Bind Host"),
        Field("auth", \.auth, .object).security.holdsEnvironment.label("Gateway Auth"),
        Field("controlUi", \.controlUi, .object).label("Control UI"),
        Field("trustedProxies", \.trustedProxies, .list(.text)).security
            .label("Gateway Trusted Proxies", "Addresses or CIDR ranges of reverse proxies."),
        Field("tailscale", \.tailscale, .object).label("Tailscale"),
        Field("reload", \.reload, .object).reload(.none).label("Config Reload"),
        Field("remote", \.remote, .object).reload(.none).label("Remote Gateway"))

    /// `gateway.auth`.
    package struct Auth: ConfigSection {
        /// `token`, `password`, `none` or `trusted-proxy`; nil: password when one is set, else token.
        package var mode: String?
        package var token: Secret?
        package var password: Secret?
        package var rateLimit = RateLimit()

        package init() {}

        package static let spec = ObjectSpec<Auth>(
            Field("mode", \.mode, .choice("token", "password", "none", "trusted-proxy")).label(
                "Gateway Auth Mode"),
            Field("token", \.token, .secret).sensitive.environment("OPENCLAW_GATEWAY_TOKEN").label(
                "Gateway Token"),
            Field("password", \.password, .secret).sensitive.environment("OPENCLAW_GATEWAY_PASSWORD")
                .label("Gateway Password"),
            Field("rateLimit", \.rateLimit, .object).label("Login Rate Limit"))
    }

    /// `gateway.auth.rateLimit`: failed logins of one address.
    package struct RateLimit: ConfigSection {
        package var maxAttempts = 10
        package var windowMs = 60_000
        package var lockoutMs = 300_000
        package var exemptLoopback = true

        package init() {}

        package static let spec = ObjectSpec<RateLimit>(
            Field("maxAttempts", \.maxAttempts, .integer(1...1_000_000)).label("Failed Logins Allowed"),
            Field("windowMs", \.windowMs, .integer(1...Int.max)).label("Window (ms)"),
            Field("lockoutMs", \.lockoutMs, .integer(0...Int.max)).label("Lockout (ms)"),
            Field("exemptLoopback", \.exemptLoopback, .bool).label("Exempt Loopback"))
    }

    /// `gateway.controlUi`: the page in the browser.
    package struct ControlUi: ConfigSection {
        package var enabled = true
        /// Path prefix, as `/openclaw`.
        package var basePath: String?
        /// Folder of another build of the UI to serve.
        package var root: String?
        /// Foreign origins that may connect; the page's own origin always may.
        package var allowedOrigins: [String] = []
        package var allowInsecureAuth = false
        package var dangerouslyDisableDeviceAuth = false

        package init() {}

        package static let spec = ObjectSpec<ControlUi>(
            Field("enabled", \.enabled, .bool).label("Control UI Enabled"),
            Field("basePath", \.basePath, .text).label("Control UI Base Path"),
            Field("root", \.root, .text).label("Control UI Folder"),
            Field("allowedOrigins", \.allowedOrigins, .list(.text)).security.label(
                "Control UI Allowed Origins"),
            Field("allowInsecureAuth", \.allowInsecureAuth, .bool).security.label(
                "Allow Insecure Control UI Auth"),
            Field("dangerouslyDisableDeviceAuth", \.dangerouslyDisableDeviceAuth, .bool).security
                .label("Disable Device Auth (dangerous)"))
    }

    /// `gateway.tailscale`: how Tailscale brings others to a gateway that listens to this machine only.
    package struct Tailscale: ConfigSection {
        /// `off`, `serve` for the tailnet, or `funnel` for everybody.
        package var mode = "off"
        /// Whether that ends with the gateway.
        package var resetOnExit = false

        package init() {}

        package static let spec = ObjectSpec<Tailscale>(
            Field("mode", \.mode, .choice("off", "serve", "funnel")).label(
                "Tailscale Mode", "Who reaches the gateway through Tailscale."),
            Field("resetOnExit", \.resetOnExit, .bool).label("Tailscale Reset on Exit"))
    }

    /// `gateway.reload`: what a change of the file does.
    package struct Reload: ConfigSection {
        /// `off`, `restart`, `hot` or `hybrid`.
        package var mode = "hybrid"
        package var debounceMs = 300

        package init() {}

        package static let spec = ObjectSpec<Reload>(
            Field("mode", \.mode, .choice("off", "restart", "hot", "hybrid")).label("Config Reload Mode"),
            Field("debounceMs", \.debounceMs, .integer(0...60_000)).label("Config Reload Debounce (ms)"))
    }

    /// `gateway.remote`: the gateway that this machine's command line talks to.
    package struct Remote: ConfigSection {
        package var url: String?
        package var token: Secret?
        package var password: Secret?

        package init() {}

        package static let spec = ObjectSpec<Remote>(
            Field("url", \.url, .text).label("Remote Gateway URL"),
            Field("token", \.token, .secret).sensitive.label("Remote Gateway Token"),
            Field("password", \.password, .secret).sensitive.label("Remote Gateway Password"))
    }
}
