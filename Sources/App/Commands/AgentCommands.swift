import Core
import Wire

/// `agent` and `agents …`: talk to the assistant, and see which there are.
@MainActor
enum AgentCommands {
    static var all: [Command] {
        [
            Command(
                path: ["agent"], summary: "Send a message and print the answer",
                options: GatewayClient.options(waitingMilliseconds: longestTurnMilliseconds) + [
                    .value("--message", "text", "What to say").or("-m"),
                    .value("--agent", "id", "Which agent (default: the one that `agents list` marks)"),
                    .value("--session-id", "id", "Go on with the session of this id, or begin one under it"),
                    .value("--session-key", "key", "Go on with the session of this key"),
                    .value(
                        "--thinking", "level", "How hard to think",
                        choices: ThinkingLevel.allCases.map(\.rawValue)),
                    .flag(
                        "--deliver", "Post the answer in the chat that the session was last talked in, too"),
                    .value("--channel", "platform", "Post it there instead; `--to` says in which chat"),
                    .value("--to", "chat", "A chat on that platform, as `message send --target` takes it"),
                    .value("--account", "id", "The platform's account that posts it"),
                ], run: ask),
            Command(
                path: ["agents", "list"], summary: "List agents", options: GatewayClient.options, run: list),
        ]
    }

    /// A turn may take ten minutes; half a minute more lets its own timeout speak first.
    private static let longestTurnMilliseconds = 630_000

    private static func ask(_ invocation: Invocation) throws -> ExitCode {
        guard let message = invocation["--message"], !message.isEmpty else {
            throw CommandError("`openclaw agent` needs `--message \"…\"`.")
        }
        var invocation = invocation
        if invocation["--timeout"] == nil { invocation.values["--timeout"] = String(longestTurnMilliseconds) }
        let client = try GatewayClient.connect(invocation)
        var params: JSONObject = [
            "message": .string(message), "idempotencyKey": .string(randomUUID()),
            "deliver": .bool(invocation.has("--deliver")),
        ]
        params["agentId"] = invocation["--agent"].map { .string($0) }
        params["sessionId"] = invocation["--session-id"].map { .string($0) }
        params["sessionKey"] = invocation["--session-key"].map { .string($0) }
        if ["agentId", "sessionId", "sessionKey"].allSatisfy({ params[$0] == nil }) {
            params["sessionKey"] = client.hello["snapshot"]?["sessionDefaults"]?["mainSessionKey"]
        }
        params["channel"] = invocation["--channel"].map { .string($0) }
        params["replyTo"] = invocation["--to"].map { .string($0) }
        params["accountId"] = invocation["--account"].map { .string($0) }
        params["thinking"] = invocation["--thinking"].map { .string($0) }
        do throws(GatewayClient.Failure) {
            show(try client.request("agent", .object(params), expectsFinal: true), invocation)
        } catch {
            // What was said before it failed.
            if case .refused(_, _, _, let payload) = error, payload["result"] != nil {
                show(payload, invocation)
            }
            throw error.commandError(target: nil)
        }
        return .success
    }

    private static func show(_ answer: JSON, _ invocation: Invocation) {
        if invocation.wantsJSON { return Terminal.print(answer) }
        if let stopped = answer["runIds"]?.arrayValue {
            Terminal.print(stopped.isEmpty ? "Nothing was running." : "What was running is stopped.")
        }
        for payload in answer["result"]?["payloads"]?.arrayValue ?? [] {
            Terminal.print(payload["text"]?.stringValue ?? "")
        }
    }

    private static func list(_ invocation: Invocation) throws -> ExitCode {
        let answer = try GatewayClient.connect(invocation).call("agents.list")
        if invocation.wantsJSON {
            Terminal.print(answer["agents"] ?? [])
            return .success
        }
        let defaultID = answer["defaultId"]?.stringValue
        Terminal.print("Agents:")
        for agent in answer["agents"]?.arrayValue ?? [] {
            let id = agent["id"]?.stringValue ?? "?"
            Terminal.print("- \(id)\(id == defaultID ? " (default)" : "")")
            if let workspace = agent["workspace"]?.stringValue { Terminal.print("  Workspace: \(workspace)") }
            if let model = agent["model"]?["primary"]?.stringValue { Terminal.print("  Model: \(model)") }
        }
        return .success
    }
}
