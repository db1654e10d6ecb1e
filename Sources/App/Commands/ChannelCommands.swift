import Core

/// `channels …`: the chat platforms of the running gateway.
@MainActor
enum ChannelCommands {
    static let all: [Command] = [
        Command(
            path: ["channels", "status"], summary: "Show each chat platform's accounts and last error",
            options: GatewayClient.options + [.flag("--probe", "Ask the platforms now")], run: status),
        Command(
            path: ["channels", "list"], summary: "List the chat platforms that are set up",
            options: GatewayClient.options, run: status),
    ]

    private static func status(_ invocation: Invocation) throws -> ExitCode {
        let answer = try GatewayClient.connect(invocation)
            .call("channels.status", ["probe": .bool(invocation.has("--probe"))])
        if invocation.wantsJSON {
            Terminal.print(answer)
            return .success
        }
        let order = answer["channelOrder"]?.arrayValue?.compactMap(\.stringValue) ?? []
        guard !order.isEmpty else {
            Terminal.print("No chat platform is set up. The Control UI works without one.")
            return .success
        }
        let rows = order.flatMap { id in
            (answer["channelAccounts"]?[id]?.arrayValue ?? []).map { account in
                [
                    id, account["accountId"]?.stringValue ?? "default",
                    account["running"]?.boolValue == true ? "running" : "stopped",
                    Terminal.age(of: account["lastInboundAt"]?.intValue),
                    Terminal.age(of: account["lastOutboundAt"]?.intValue),
                    account["lastError"]?.stringValue ?? "-",
                ]
            }
        }
        Terminal.print(
            Terminal.table(["Channel", "Account", "State", "Last in", "Last out", "Last error"], rows))
        return .success
    }
}
