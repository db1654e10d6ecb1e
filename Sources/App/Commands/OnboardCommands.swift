import Channels
import Core
import Models

/// `onboard`: everything a first start needs, asked for or given as options.
@MainActor
enum OnboardCommands {
    static var all: [Command] {
        [
            Command(
                path: ["onboard"],
                summary:
                    "Set up config, model key, token and channels step by step, and say hi to the assistant",
                options: general + model + gateway + channels + keys + OriginalOptions.onboard.options,
                run: onboard)
        ]
    }

    private static let general: [Command.Option] = [
        .flag("--non-interactive", "Never ask; without a terminal nothing is asked anyway"),
        .flag("--accept-risk", "Leave out the note on what the assistant may do"),
        .flag("--skip-checks", "Take keys and tokens without asking their vendors"),
        .flag("--skip-test", "Send no test message").or("--skip-health"),
        .flag("--json", "Never ask, and print JSON"),
    ]

    private static let model: [Command.Option] = [
        .value("--provider", "name", "Whose model answers, or skip").or("--auth-choice"),
        .value("--api-key", "key", "Its key, which others may see; `-` reads it from standard input"),
        .flag("--api-key-stdin", "The same as --api-key -"),
        .value("--model", "model", "Which of its models: provider/model"),
        .flag("--skip-model", "Leave out model and key"),
    ]

    private static let gateway: [Command.Option] =
        [
            .value("--mode", "mode", "Whether the gateway runs here", choices: ["local", "remote"]),
            .value("--remote-url", "ws://host:port", "Where it runs, with --mode remote"),
            .value("--remote-token", "token", "Its token; `-` reads it from standard input"),
            .value("--workspace", "folder", "Where the assistant works"),
            .number("--gateway-port", "n", "Port to listen on", 1...65535),
            .value(
                "--gateway-bind", "mode", "Where to listen",
                choices: ["auto", "lan", "loopback", "custom", "tailnet"]),
            .value(
                "--gateway-auth", "mode", "What clients must give", choices: ["none", "token", "password"]),
            .value("--gateway-token", "token", "Token of the gateway; `-` reads it from standard input"),
            .value("--gateway-password", "password", "Password instead; `-` reads it from standard input"),
            .value(
                "--gateway-token-ref-env", "NAME",
                "Keep no token: refer to this variable in the config instead"),
            .flag("--skip-token", "Make no token"),
        ] + TailscalePlan.options

    private static var channels: [Command.Option] {
        ChannelCatalog.all.map { factory in
            .value(
                "--\(factory.id)-token", "token",
                "Token of a \(factory.label) bot; `-` reads it from standard input")
        } + [.flag("--skip-channels", "Set up no chat platform")]
    }

    private static var keys: [Command.Option] {
        Vendor.all.compactMap { vendor in
            vendor.keyFlag.map { .value($0, "key", "Key of \(vendor.id)") }
        }
    }

    /// The options whose `-` stands for a line of standard input.
    static var secretOptions: Set<String> {
        Set(["--api-key", "--remote-token", "--gateway-token", "--gateway-password"])
            .union(ChannelCatalog.all.map { "--\($0.id)-token" }).union(Vendor.all.compactMap(\.keyFlag))
    }

    private static func onboard(_ invocation: Invocation) async throws -> ExitCode {
        var invocation = invocation
        if invocation.has("--api-key-stdin") {
            invocation.values["--api-key"] = "-"
            invocation.order = invocation.order.map { $0 == "--api-key-stdin" ? "--api-key" : $0 }
        }
        return try await Onboarding(invocation).run()
    }
}
