import Core

/// `devices …`: browsers and apps that are paired, or ask to be.
@MainActor
enum DeviceCommands {
    static var all: [Command] {
        [
            Command(
                path: ["devices", "list"], summary: "List paired devices and open requests",
                options: GatewayClient.options, run: list),
            Command(
                path: ["devices", "approve"], summary: "Let a device in", arguments: ["<requestId>"],
                options: GatewayClient.options, run: { try answer($0, "device.pair.approve") }),
            Command(
                path: ["devices", "reject"], summary: "Turn a device away", arguments: ["<requestId>"],
                options: GatewayClient.options, run: { try answer($0, "device.pair.reject") }),
            Command(
                path: ["devices", "revoke"], summary: "Take a device's token back", options: token,
                run: { try tokenAnswer($0, "device.token.revoke") }),
            Command(
                path: ["devices", "rotate"], summary: "Give a device a new token", options: token,
                run: { try tokenAnswer($0, "device.token.rotate") }),
        ]
    }

    private static var token: [Command.Option] {
        GatewayClient.options + [
            .value("--device", "id", "The device's id"),
            .value("--role", "role", "Its role (default operator)"),
        ]
    }

    private static func answer(_ invocation: Invocation, _ method: String) throws -> ExitCode {
        Terminal.print(
            try GatewayClient.connect(invocation).call(
                method, ["requestId": .string(invocation.arguments[0])]))
        return .success
    }

    private static func tokenAnswer(_ invocation: Invocation, _ method: String) throws -> ExitCode {
        guard let device = invocation["--device"] else {
            throw CommandError("Name the device with `--device <id>`; `openclaw devices list` shows them.")
        }
        let params: JSON = ["deviceId": .string(device), "role": .string(invocation["--role"] ?? "operator")]
        Terminal.print(try GatewayClient.connect(invocation).call(method, params))
        return .success
    }

    private static func list(_ invocation: Invocation) throws -> ExitCode {
        let answer = try GatewayClient.connect(invocation).call("device.pair.list")
        if invocation.wantsJSON {
            Terminal.print(answer)
            return .success
        }
        let pending = answer["pending"]?.arrayValue ?? []
        let paired = answer["paired"]?.arrayValue ?? []
        if !pending.isEmpty {
            Terminal.print("Waiting (\(pending.count))")
            Terminal.print(
                Terminal.table(
                    ["Request", "Device", "Role", "From"],
                    pending.map { row($0, ["requestId", "displayName", "role", "remoteIp"]) }) + "\n")
        }
        Terminal.print("Paired (\(paired.count))")
        if !paired.isEmpty {
            Terminal.print(
                Terminal.table(
                    ["Device", "Name", "Role", "Platform", "From"],
                    paired.map { row($0, ["deviceId", "displayName", "role", "platform", "remoteIp"]) }))
        }
        return .success
    }

    private static func row(_ object: JSON, _ keys: [String]) -> [String] {
        keys.map { object[$0]?.stringValue ?? "-" }
    }
}
