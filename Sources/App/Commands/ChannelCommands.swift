import Channels
import Core
import Gateway

/// `channels …`: the chat platforms of the running gateway.
@MainActor
enum ChannelCommands {
    static var all: [Command] {
        [
            Command(
                path: ["channels", "status"], summary: "Show each chat platform's accounts and last error",
                options: GatewayClient.options + [.flag("--probe", "Ask the platforms now")], run: status),
            Command(
                path: ["channels", "list"], summary: "List the chat platforms that are set up",
                options: GatewayClient.options, run: list),
            Command(
                path: ["channels", "logs"], summary: "Print what the log says of a chat platform",
                options: LogCommands.options + [
                    .value(
                        "--channel", "platform", "Which one (default: all)",
                        choices: ChannelCatalog.all.map(\.id.rawValue))
                ], run: logs),
        ]
    }

    /// Of a gateway that does not run the config tells what is set up.
    private static func list(_ invocation: Invocation) throws -> ExitCode {
        do {
            return try status(invocation)
        } catch let error as CommandError {
            guard !error.isRefusedLogin, invocation["--url"] == nil else { throw error }
            let setup = LocalSetup(invocation)
            let facts = ChannelSections(config: setup.config, environment: setup.environment).facts
            guard setup.config.gateway.mode != "remote" else { throw error }
            if invocation.wantsJSON {
                Terminal.print(facts.report)
                return .success
            }
            guard !facts.isEmpty else { throw error }
            let rows = facts.flatMap { channel in
                channel.accounts.map { account in
                    let isOn = account.isEnabled && account.tokenSource != "none"
                    return [
                        channel.id.rawValue, account.id, isOn ? "on" : account.isEnabled ? "no token" : "off",
                    ]
                }
            }
            Terminal.print(Terminal.table(["Channel", "Account", "In the config"], rows))
            Terminal.printError(error.message)
            return .success
        }
    }

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
        let probes = invocation.has("--probe")
        let rows = order.flatMap { id in
            (answer["channelAccounts"]?[id]?.arrayValue ?? []).map { account in
                [
                    id, account["accountId"]?.stringValue ?? "default",
                    account["running"]?.boolValue == true ? "running" : "stopped",
                    Terminal.age(of: account["lastInboundAt"]?.intValue),
                    Terminal.age(of: account["lastOutboundAt"]?.intValue),
                    account["lastError"]?.stringValue ?? "-",
                ] + (probes ? [probe(account["probe"])] : [])
            }
        }
        let header = ["Channel", "Account", "State", "Last in", "Last out", "Last error"]
        Terminal.print(Terminal.table(header + (probes ? ["Probe"] : []), rows))
        for id in order {
            for account in answer["channelAccounts"]?[id]?.arrayValue ?? [] {
                tellTurnedAway(account, of: id)
            }
        }
        return .success
    }

    /// Of those who were not answered, the newest are told with the reason.
    private static let mostTurnedAway = 5

    private static func tellTurnedAway(_ account: JSON, of channel: String) {
        guard let count = account["turnedAway"]?.intValue, count > 0 else { return }
        let title = [channel, account["accountId"]?.stringValue ?? "default"].joined(separator: " ")
        let newest = (account["lastTurnedAway"]?.arrayValue ?? []).suffix(mostTurnedAway)
        let which = count > newest.count ? "; the newest" : ""
        Terminal.print("\nNot answered on \(title) since it started: \(count)\(which)")
        for entry in newest {
            let place = entry["place"]?.stringValue.map { " in \($0)" } ?? ""
            Terminal.print(
                "- \(Terminal.age(of: entry["at"]?.intValue)) ago, \(entry["sender"]?.stringValue ?? "")\(place): "
                    + (entry["reason"]?.stringValue ?? ""))
        }
    }

    private static func logs(_ invocation: Invocation) throws -> ExitCode {
        let known = ChannelCatalog.all.map(\.id.rawValue)
        return try LogCommands.logs(invocation, of: Set(invocation["--channel"].map { [$0] } ?? known))
    }

    /// What the platform said just now; an account that does not run is not asked.
    private static func probe(_ answer: JSON?) -> String {
        guard let answer else { return "-" }
        guard answer["ok"]?.boolValue == true else { return answer["error"]?.stringValue ?? "failed" }
        return answer["bot"]?["username"]?.stringValue.map { "works as @\($0)" } ?? "works"
    }
}
