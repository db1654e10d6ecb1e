import Channels
import Core
import Wire

/// `pairing …`: people who wrote to the assistant on a chat platform and ask to be let in.
@MainActor
enum PairingCommands {
    static var all: [Command] {
        [
            Command(
                path: ["pairing", "list"], summary: "List people who ask to be let in, and who was",
                arguments: ["[channel]"], options: GatewayClient.options, run: list),
            Command(
                path: ["pairing", "approve"], summary: "Let somebody in by the code they were given",
                arguments: ["<channel>", "<code>"],
                options: GatewayClient.options + [.flag("--notify", "Tell them so")],
                run: { try answer($0, "pairing.approve", "may write now") }),
            Command(
                path: ["pairing", "reject"], summary: "Turn somebody away",
                arguments: ["<channel>", "<code>"],
                options: GatewayClient.options, run: { try answer($0, "pairing.reject", "was turned away") }),
            Command(
                path: ["pairing", "remove"], summary: "Take back that somebody was let in",
                arguments: ["<channel>", "<id>"],
                options: GatewayClient.options + [
                    .value("--account", "id", "Only on this account (default: on all)")
                ],
                run: remove),
        ]
    }

    private static func list(_ invocation: Invocation) throws -> ExitCode {
        if let name = invocation.arguments.first, ChannelCatalog.factory(ChannelID(name)) == nil {
            let known = ChannelCatalog.all.map(\.id.rawValue).joined(separator: ", ")
            throw CommandError("There is no chat platform `\(name)`. There are: \(known).")
        }
        let channel = invocation.arguments.first.map { JSON.string($0) }
        let answer = try GatewayClient.connect(invocation)
            .call("pairing.list", channel.map { ["channel": $0] } ?? [:])
        if invocation.wantsJSON {
            Terminal.print(answer)
            return .success
        }
        let requests = answer["requests"]?.arrayValue ?? []
        if requests.isEmpty { Terminal.print("Nobody asks to be let in.") } else { show(requests) }
        if let allowed = answer["allowed"]?.arrayValue, !allowed.isEmpty {
            Terminal.print("\nLet in:")
            let rows = allowed.map { person in
                [
                    person["channel"]?.stringValue ?? "", person["accountId"]?.stringValue ?? "",
                    person["id"]?.stringValue ?? "", Terminal.age(of: person["addedAt"]?.intValue),
                ]
            }
            Terminal.print(Terminal.table(["Channel", "Account", "Id", "Since"], rows))
        }
        return .success
    }

    private static func show(_ requests: [JSON]) {
        let rows = requests.map { request in
            [
                request["channel"]?.stringValue ?? "", request["code"]?.stringValue ?? "",
                request["id"]?.stringValue ?? "", request["meta"]?["name"]?.stringValue ?? "-",
                Terminal.age(of: request["createdAt"]?.intValue),
            ]
        }
        Terminal.print(Terminal.table(["Channel", "Code", "Id", "Name", "Asked"], rows))
    }

    private static func remove(_ invocation: Invocation) throws -> ExitCode {
        var params: JSONObject = [
            "channel": .string(invocation.arguments[0]), "id": .string(invocation.arguments[1]),
        ]
        params["accountId"] = invocation["--account"].map { .string($0) }
        let answer = try GatewayClient.connect(invocation).call("pairing.remove", .object(params))
        if invocation.wantsJSON {
            Terminal.print(answer)
        } else {
            Terminal.print("\(invocation.arguments[1]) is not let in any more.")
        }
        return .success
    }

    private static func answer(
        _ invocation: Invocation, _ method: String, _ outcome: String
    ) throws -> ExitCode {
        let client = try GatewayClient.connect(invocation)
        let answer = try client.call(
            method,
            ["channel": .string(invocation.arguments[0]), "code": .string(invocation.arguments[1])])
        if invocation.has("--notify") { try tell(answer["request"], client) }
        if invocation.wantsJSON {
            Terminal.print(answer)
            return .success
        }
        let request = answer["request"]
        let name = request?["meta"]?["name"]?.stringValue ?? request?["id"]?.stringValue ?? "the sender"
        Terminal.print("\(name) \(outcome).")
        return .success
    }

    /// They are let in, whether the message reaches them or not.
    private static func tell(_ request: JSON?, _ client: GatewayClient) throws {
        var params: JSONObject = [
            "message": "✅ You have been let in. Write a message to begin.",
            "idempotencyKey": .string(randomUUID()),
        ]
        params["channel"] = request?["channel"]
        params["accountId"] = request?["account"]
        params["to"] = .string("user:\(request?["id"]?.stringValue ?? "")")
        do {
            _ = try client.call("send", .object(params))
        } catch let error as CommandError {
            Terminal.printError("They could not be told: \(error.message)")
        }
    }
}
