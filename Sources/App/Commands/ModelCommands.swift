import Core
import Gateway
import Models

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
            Command(
                path: ["models", "set"], summary: "Choose the model that answers by default",
                arguments: ["<provider/model>"], options: [.flag("--json", "Print JSON")], run: set),
        ]
    }

    private static let place = ConfigPath([.key("agents"), .key("defaults"), .key("model")])

    private static func set(_ invocation: Invocation) async throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let word = invocation.arguments[0]
        let agents = setup.config.agents
        let model = agents.defaults.models.first { $0.value.alias == word }?.key ?? word
        guard model.contains("/"), let reference = ModelReference(model) else {
            throw CommandError(
                "`\(model)` is no model. Write it as `anthropic/claude-…`: the vendor, a slash, its model.")
        }
        if let problem = unknownVendor(of: reference, setup) { throw CommandError(problem) }
        // A model that is one text there has no fallbacks beside it.
        let isText = setup.file.snapshot.file.assembled[place]?.stringValue != nil
        let code = try await ConfigCommands.set(
            .string(model), at: isText ? place : place.appending("primary"), invocation)
        if setup.config.gateway.mode == "remote" {
            Terminal.printError(
                "Note: this is the config of this machine; the gateway elsewhere has its own.")
        }
        for (index, agent) in agents.list.enumerated() {
            guard let own = agent.model?.primary else { continue }
            Terminal.printError(
                "Note: the agent `\(agent.id)` answers with a model of its own, `\(own)`: "
                    + "`openclaw config set 'agents.list[\(index)].model' \(model)` changes it.")
        }
        return code
    }

    /// What is wrong with a model that nobody could be asked for; nil where there is somebody.
    static func unknownVendor(of model: ModelReference, _ setup: LocalSetup) -> String? {
        let source = CredentialSource(settings: RoomSettings(setup: setup, secret: .unset).models)
        // Who is described in a config that cannot be read is not known here.
        guard setup.refusal == nil, !source.knows(model.provider) else { return nil }
        return
            "No vendor `\(model.provider)` is known, so `\(model)` cannot answer. Name another model with `openclaw models "
            + "set VENDOR/MODEL`, or describe the vendor in `models.providers.\(model.provider)` first."
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
            let isUsable = providers.contains {
                $0["provider"]?.stringValue == model.first && $0["status"]?.stringValue != "missing"
            }
            let lack = model.isEmpty || isUsable ? "" : ", whose vendor has no key or is not known"
            Terminal.print("Default: \(model.isEmpty ? "none" : model.joined(separator: "/"))\(lack)\n")
            Terminal.print(
                Terminal.table(
                    ["Vendor", "Key"],
                    providers.map { [$0["provider"]?.stringValue ?? "?", $0["status"]?.stringValue ?? "?"] }))
        }
        return invocation.has("--check") && !hasKey ? .failure : .success
    }
}
