import Core

/// `models …`: what can answer, and with which credentials.
@MainActor
enum ModelCommands {
    static var all: [Command] {
        [
            Command(
                path: ["models", "list"], summary: "List models that can be used",
                options: GatewayClient.options + [.flag("--all", "Also those without a key")], run: list),
            Command(
                path: ["models", "status"], summary: "Show the model in use and which vendors have a key",
                options: GatewayClient.options + [.flag("--check", "Exit 1 when no vendor has a key")],
                run: status),
        ]
    }

    private static func list(_ invocation: Invocation) throws -> ExitCode {
        let client = try GatewayClient.connect(invocation)
        let models = try client.call("models.list")["models"]?.arrayValue ?? []
        if invocation.wantsJSON {
            Terminal.print(["count": JSON(models.count), "models": .array(models.map(withKey))])
            return .success
        }
        guard !models.isEmpty else {
            Terminal.print("No model can be used yet: set a key, for example ANTHROPIC_API_KEY.")
            return .success
        }
        Terminal.print(
            Terminal.table(
                ["Model", "Name", "Context"],
                models.map { model in
                    [
                        key(of: model), model["name"]?.stringValue ?? "-",
                        model["contextWindow"]?.intValue.map { "\($0 / 1000)k" } ?? "-",
                    ]
                }))
        return .success
    }

    /// `provider/model`, as config and commands write it.
    private static func key(of model: JSON) -> String {
        "\(model["provider"]?.stringValue ?? "?")/\(model["id"]?.stringValue ?? "?")"
    }

    private static func withKey(_ model: JSON) -> JSON {
        var object = model.objectValue ?? [:]
        object["key"] = .string(key(of: model))
        return .object(object)
    }

    private static func status(_ invocation: Invocation) throws -> ExitCode {
        let client = try GatewayClient.connect(invocation)
        let defaults = try client.call("sessions.list", ["limit": 1])["defaults"]
        let providers = try client.call("models.authStatus")["providers"]?.arrayValue ?? []
        let model = [defaults?["modelProvider"]?.stringValue, defaults?["model"]?.stringValue].compactMap {
            $0
        }
        let hasKey = providers.contains { $0["status"]?.stringValue != "missing" }
        if invocation.wantsJSON {
            Terminal.print([
                "defaultModel": model.isEmpty ? .null : .string(model.joined(separator: "/")),
                "providers": .array(providers),
            ])
        } else {
            Terminal.print("Default: \(model.isEmpty ? "none" : model.joined(separator: "/"))\n")
            Terminal.print(
                Terminal.table(
                    ["Vendor", "Key"],
                    providers.map { [$0["provider"]?.stringValue ?? "?", $0["status"]?.stringValue ?? "?"] }))
        }
        return invocation.has("--check") && !hasKey ? .failure : .success
    }
}
