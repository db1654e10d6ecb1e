import Core
import Gateway

/// How Tailscale is to bring others to a gateway that listens to this machine only.
struct TailscalePlan: Equatable {
    enum Mode: String, CaseIterable {
        case off
        /// The machines of the tailnet.
        case serve
        /// Everybody.
        case funnel
    }

    var mode: Mode
    /// Whether that ends with the gateway.
    var resetsOnExit: Bool
    /// The setting that decided, for those who have to change it.
    var setting: String

    static let modeOption = "--tailscale"
    static let resetOption = "--tailscale-reset-on-exit"

    /// Of `gateway run`, which they count for, and of `onboard`, which writes them down.
    static var options: [Command.Option] {
        [
            .value(
                modeOption, "mode",
                "Whom Tailscale brings to the gateway: the tailnet with serve, everybody with funnel",
                choices: Mode.allCases.map(\.rawValue)),
            .flag(resetOption, "Have Tailscale bring nobody any more once the gateway ends"),
        ]
    }

    /// An option beats the config.
    init(_ invocation: Invocation, _ config: GatewayConfig.Tailscale) {
        let option = invocation[Self.modeOption]
        mode = Mode(rawValue: option ?? config.mode) ?? .off
        resetsOnExit = invocation.has(Self.resetOption) || config.resetOnExit
        setting = option.map { "\(Self.modeOption) \($0)" } ?? "gateway.tailscale.mode: \(mode.rawValue)"
    }

    /// Tailscale brings others to 127.0.0.1, and what everybody reaches takes more than a token in a link.
    func check(_ plan: ListenPlan, _ auth: SharedAuth.Mode) throws(CommandError) {
        guard mode != .off else { return }
        guard plan.hosts.contains("127.0.0.1") else {
            throw CommandError(
                "`\(setting)` brings others to this machine's own address, and the gateway would not listen there "
                    + "(\(plan.reason)). Use `--bind loopback`, or leave Tailscale `off`.")
        }
        guard mode != .funnel || auth == .password else {
            throw CommandError(
                "`\(setting)` lets everybody on the internet try to log in, and takes a password. Set `gateway.auth.mode` to "
                    + "`password` and OPENCLAW_GATEWAY_PASSWORD to a long one, or use `serve` for your own machines."
            )
        }
    }
}
