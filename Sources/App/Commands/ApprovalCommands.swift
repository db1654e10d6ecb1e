import Agent
import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `approvals …`: which commands agents may run unasked, in the approvals file of this machine or of a gateway elsewhere.
@MainActor
enum ApprovalCommands {
    static var all: [Command] {
        let agent = Command.Option.value(
            "--agent", "id", "The agent whose list it is; `*`, the default, for all")
        return [
            Command(
                path: ["approvals", "get"], summary: "Show which commands agents may run, and what is asked",
                options: options, run: get),
            Command(
                path: ["approvals", "set"], summary: "Replace the approvals file",
                options: [
                    .value("--file", "path", "A JSON5 file"), .flag("--stdin", "Read it from standard input"),
                ] + options, run: set),
            Command(
                path: ["approvals", "allowlist", "add"], summary: "Let agents run a program unasked",
                arguments: ["<pattern>"], options: [agent] + options, run: add),
            Command(
                path: ["approvals", "allowlist", "remove"], summary: "Take a program off the list",
                arguments: ["<pattern>"], options: [agent] + options, run: remove),
        ]
    }

    private static var options: [Command.Option] {
        [.flag("--gateway", "Ask the gateway instead of looking at this machine's file")]
            + GatewayClient.options
    }

    private static func isElsewhere(_ invocation: Invocation, _ setup: LocalSetup) -> Bool {
        invocation["--url"] != nil || setup.config.gateway.mode == "remote"
    }

    /// A list for an agent that nobody has would allow nothing. Which agents a gateway elsewhere has, its config says.
    private static func check(_ agent: String, _ invocation: Invocation) throws {
        let setup = LocalSetup(invocation)
        guard agent != "*", !isElsewhere(invocation, setup) else { return }
        let agents = RoomSettings(setup: setup, secret: .unset).agent.agents.map(\.id.rawValue)
        guard !agents.contains(agent) else { return }
        let nearest = NearestKey.of(agent, among: agents)
        throw CommandError(
            "There is no agent `\(agent)`."
                + (nearest.map { " Did you mean `\($0)`?" } ?? " Agents: \(agents.joined(separator: ", "))."))
    }

    /// The gateway reads its file before each command, so that it can be changed past it.
    private static func file(_ invocation: Invocation) throws -> ApprovalsFile {
        let setup = LocalSetup(invocation)
        guard isElsewhere(invocation, setup) || invocation.has("--gateway") else {
            return ApprovalsFile(setup)
        }
        let client = try GatewayClient.connect(invocation)
        let first = try client.call("exec.approvals.get")
        var hash = first["hash"]
        return ApprovalsFile(
            path: first["path"]?.stringValue ?? ApprovalsFile.name, home: nil,
            load: {
                let answer = try client.call("exec.approvals.get")
                hash = answer["hash"]
                return answer["exists"] == true ? answer["file"]?.encoded() : nil
            },
            save: { bytes in
                _ = try client.call(
                    "exec.approvals.set", ["file": try JSON.parse(bytes), "baseHash": hash ?? .null])
            })
    }

    // MARK: Showing

    private static func get(_ invocation: Invocation) throws -> ExitCode {
        let file = try file(invocation)
        let content = try file.read()
        let exists = try file.bytes() != nil
        let profiles = RoomSettings(setup: LocalSetup(invocation), secret: .unset).agent.agents
        let policies = try profiles.map { (agent: $0.id, policy: try file.policy(of: $0.id, $0.exec)) }
        if invocation.wantsJSON {
            Terminal.print(json(file, content, exists, policies))
            return .success
        }
        Terminal.print("\(file.path)\(exists ? "" : " (not there: nothing but the config holds)")\n")
        let rows = policies.map { entry in
            [
                entry.agent.rawValue, entry.policy.security.rawValue, entry.policy.ask.rawValue,
                entry.policy.fallback.rawValue, "\(entry.policy.allowlist.count)",
            ]
        }
        Terminal.print(Terminal.table(["Agent", "Security", "Ask", "Nobody answers", "Allowed"], rows))
        let entries = (content["agents"]?.objectValue ?? [:]).flatMap { agent, section in
            (section["allowlist"]?.arrayValue ?? []).map { entry in
                [
                    agent, entry["pattern"]?.stringValue ?? entry.stringValue ?? "",
                    Terminal.age(of: entry["lastUsedAt"]?.intValue),
                    entry["lastUsedCommand"]?.stringValue.map { String($0.prefix(60)) } ?? "-",
                ]
            }
        }
        if !entries.isEmpty {
            Terminal.print(
                "\n" + Terminal.table(["Agent", "Allowed program", "Used", "Last command"], entries))
        }
        return .success
    }

    private static func json(
        _ file: ApprovalsFile, _ content: JSONObject, _ exists: Bool,
        _ policies: [(agent: AgentID, policy: ExecPolicy)]
    ) -> JSON {
        [
            "path": .string(file.path), "exists": .bool(exists),
            "file": .object(ApprovalsFile.shown(content)),
            "effective": .object(
                JSONObject(
                    policies.map { entry in
                        (
                            entry.agent.rawValue,
                            [
                                "security": .string(entry.policy.security.rawValue),
                                "ask": .string(entry.policy.ask.rawValue),
                                "askFallback": .string(entry.policy.fallback.rawValue),
                            ] as JSON
                        )
                    })),
        ]
    }

    // MARK: Changing

    private static func set(_ invocation: Invocation) throws -> ExitCode {
        let bytes: [UInt8]
        switch (invocation["--file"], invocation.has("--stdin")) {
        case (let path?, false):
            guard let found = try PrivateFile.read(path, limit: ApprovalsFile.mostBytes) else {
                throw CommandError("There is no file `\(path)`.")
            }
            bytes = found
        case (nil, true): bytes = try standardInput()
        default: throw CommandError("Give the new file with either `--file PATH` or `--stdin`.")
        }
        let json: JSON
        do throws(JSON5Error) { json = try JSON.parseJSON5(bytes).value } catch {
            throw CommandError("That is no JSON: \(error)")
        }
        if let mistake = ApprovalsFile.mistake(in: json) {
            throw CommandError("Nothing was written: \(mistake).")
        }
        let file = try file(invocation)
        // Also one with a mistake is replaced; a gateway wants to know that its own was seen.
        _ = try file.bytes()
        try file.write(json.objectValue ?? [:])
        return done(invocation, "\(file.path) is written.")
    }

    private static func standardInput() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &piece, piece.count)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= ApprovalsFile.mostBytes else {
                throw CommandError("Standard input has more than \(ApprovalsFile.mostBytes) bytes.")
            }
        }
    }

    private static func add(_ invocation: Invocation) throws -> ExitCode {
        let (pattern, agent) = (invocation.arguments[0], invocation["--agent"] ?? "*")
        guard !pattern.trimmed.isEmpty else { throw CommandError("The pattern is empty.") }
        try check(agent, invocation)
        let file = try file(invocation)
        let isNew = try !file.allow([pattern], for: agent).isEmpty
        return done(invocation, "`\(pattern)` is \(isNew ? "now" : "already") allowed for \(name(agent)).")
    }

    private static func remove(_ invocation: Invocation) throws -> ExitCode {
        let (pattern, agent) = (invocation.arguments[0], invocation["--agent"] ?? "*")
        guard try file(invocation).disallow(pattern, for: agent) else {
            throw CommandError(
                "`\(pattern)` is not on the list of \(name(agent)). `openclaw approvals get` shows the lists."
            )
        }
        return done(invocation, "`\(pattern)` is no longer allowed for \(name(agent)).")
    }

    private static func name(_ agent: String) -> String { agent == "*" ? "all agents" : "`\(agent)`" }

    private static func done(_ invocation: Invocation, _ sentence: String) -> ExitCode {
        invocation.wantsJSON ? Terminal.print(["ok": true]) : Terminal.print(sentence)
        return .success
    }
}
