import Agent
import Core
import Wire

/// `status`, `health`, `sessions`, `system …`: how the gateway does.
@MainActor
enum StatusCommands {
    static var all: [Command] {
        [
            Command(
                path: ["status"], summary: "Show the gateway, its model, channels and recent sessions",
                options: GatewayClient.options + [
                    .flag("--all", "As --deep and --usage, with every session"),
                    .flag("--deep", "Ask the channels now"),
                    .flag("--usage", "Show tokens used in the last week"),
                ], run: status),
            Command(
                path: ["health"], summary: "Check that the gateway answers; exit 1 when it does not",
                options: GatewayClient.options + [
                    .flag("--verbose", "Probe channels too"),
                    .value(
                        "--live", "address",
                        "Ask this address, such as http://127.0.0.1:18789/healthz, without logging in"),
                ], run: health),
            Command(
                path: ["sessions"], summary: "List conversations",
                options: GatewayClient.options + [
                    .number("--limit", "n", "How many (default 100)", 1...10_000),
                    .number("--active", "minutes", "Only those used in the last minutes", 1...10_000_000),
                ], run: sessions),
            Command(
                path: ["system", "presence"], summary: "List who is connected",
                options: GatewayClient.options,
                run: { try answer($0, "system-presence") }),
            Command(
                path: ["system", "heartbeat", "last"], summary: "Show the last heartbeat",
                options: GatewayClient.options,
                run: { try answer($0, "last-heartbeat", none: "There has been no heartbeat.") }),
        ]
    }

    /// Prints a method's whole answer; `none` says to people that there is none.
    private static func answer(
        _ invocation: Invocation, _ method: String, none: String? = nil
    ) throws -> ExitCode {
        let answer = try GatewayClient.connect(invocation).call(method)
        if let none, answer.isNull, !invocation.wantsJSON {
            Terminal.print(none)
        } else {
            Terminal.print(answer)
        }
        return .success
    }

    /// A gateway that does not answer is a finding, not a failure: the command still tells what it knows. One that refuses
    /// is a failure.
    private static func status(_ invocation: Invocation) throws -> ExitCode {
        let target = try GatewayClient.Target(invocation)
        do {
            let client = try GatewayClient.connect(invocation)
            let status = try client.call("status")
            let showsAll = invocation.has("--all")
            let isDeep = JSON.bool(showsAll || invocation.has("--deep"))
            let usage: JSON? =
                showsAll || invocation.has("--usage") ? try client.call("usage.cost", ["days": 7]) : nil
            let sessions: JSON? =
                showsAll ? try client.call("sessions.list", ["limit": 10_000])["sessions"] : nil
            let channels = try client.call("channels.status", ["probe": isDeep])
            if invocation.wantsJSON {
                var object = status.objectValue ?? [:]
                object["gateway"] = ["url": .string(target.url), "reachable": true]
                object["channels"] = channels["channels"]
                object["usage"] = usage
                object["allSessions"] = sessions
                Terminal.print(.object(object))
            } else {
                let health = try client.call("health", ["probe": isDeep])
                Terminal.print(
                    overview(target, client.hello, status, health, channels) + "\n\n"
                        + sessionTable((sessions ?? status["sessions"]?["recent"])?.arrayValue ?? [])
                        + (usage.map { "\n\n" + GatewayCommands.usageTable($0) } ?? ""))
            }
        } catch let error as CommandError {
            return tellWithoutGateway(invocation, target, error)
        }
        return .success
    }

    /// A refused login is helped by a secret, an unreachable gateway by a start: each is told as what it is.
    private static func tellWithoutGateway(
        _ invocation: Invocation, _ target: GatewayClient.Target, _ error: CommandError
    ) -> ExitCode {
        let config = LocalSetup(invocation).configPath
        let isThere = error.isRefusedLogin || error.isRefusedRequest
        if invocation.wantsJSON {
            Terminal.print([
                "gateway": [
                    "url": .string(target.url), "reachable": .bool(isThere),
                    "login": error.isRefusedLogin ? "refused" : .null, "error": .string(error.message),
                ],
                "config": .string(config),
            ])
        } else {
            let finding =
                error.isRefusedLogin
                ? "refused the login at"
                : error.isRefusedRequest ? "let this command in, and refused to answer, at" : "unreachable at"
            Terminal.print(
                "OpenClaw status\n\nGateway   \(finding) \(target.url)\nConfig    \(config)\n\n\(error.message)"
            )
        }
        return isThere ? .failure : .success
    }

    private static func overview(
        _ target: GatewayClient.Target, _ hello: JSON, _ status: JSON, _ health: JSON, _ channels: JSON
    ) -> String {
        let uptime = Duration.milliseconds(hello["snapshot"]?["uptimeMs"]?.intValue ?? 0).wholeSecondsText
        let version = hello["server"]?["version"]?.stringValue ?? "?"
        let defaults = status["sessions"]?["defaults"]
        let order = channels["channelOrder"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let rows =
            [
                ("Gateway", "reachable at \(target.url), up \(uptime), version \(version)"),
                ("Config", hello["snapshot"]?["configPath"]?.stringValue ?? "-"),
                ("Model", defaults?["model"]?.stringValue ?? "-"),
                ("Health", health["ok"]?.boolValue == true ? "ok" : "not ok"),
                (
                    "Channels",
                    order.isEmpty ? "none" : order.map { channelLine($0, channels) }.joined(separator: ", ")
                ),
                ("Sessions", String(status["sessions"]?["count"]?.intValue ?? 0)),
                ("Turns", turnsLine(status["turns"])),
            ] + volumeRows(status["volume"])
        return "OpenClaw status\n\n"
            + rows.map { name, value in
                name + String(repeating: " ", count: 10 - name.count) + value
            }.joined(separator: "\n")
    }

    private static func turnsLine(_ turns: JSON?) -> String {
        let counts = [
            ("completed", "answered"), ("failed", "failed"), ("aborted", "stopped"), ("running", "running"),
            ("queued", "waiting"), ("unanswered", "unanswered"),
        ].compactMap { name, word in
            turns?[name]?.intValue.flatMap { $0 > 0 ? "\($0) \(word)" : nil }
        }
        return counts.isEmpty ? "none since the start" : counts.joined(separator: ", ")
    }

    private static func volumeRows(_ volume: JSON?) -> [(String, String)] {
        guard let volume, let free = volume["freeBytes"]?.intValue, let total = volume["totalBytes"]?.intValue
        else { return [] }
        let used = volume["usedText"]?.stringValue.map { "; used: \($0)" } ?? ""
        let space = VolumeSpace(totalBytes: Int64(total), freeBytes: Int64(free))
        let rows = [("Volume", space.text + used)]
        return rows + (volume["problem"]?.stringValue.map { [("Problem", $0)] } ?? [])
    }

    private static func channelLine(_ id: String, _ channels: JSON) -> String {
        let accounts = channels["channelAccounts"]?[id]?.arrayValue ?? []
        let isRunning = accounts.contains { $0["running"]?.boolValue == true }
        return "\(id) (\(isRunning ? "running" : accounts.isEmpty ? "not set up" : "stopped"))"
    }

    private static func health(_ invocation: Invocation) async throws -> ExitCode {
        if let address = invocation["--live"] { return try await live(address) }
        let started = ContinuousClock.now
        let health = try GatewayClient.connect(invocation).call(
            "health", ["probe": .bool(invocation.has("--verbose"))])
        if invocation.wantsJSON {
            Terminal.print(health)
        } else {
            let took = started.duration(to: .now).milliseconds
            let ok = health["ok"]?.boolValue == true
            Terminal.print("Gateway Health\n\(ok ? "OK" : "NOT OK") (\(took)ms)")
            let agents = health["agents"]?.arrayValue?.compactMap { $0["agentId"]?.stringValue } ?? []
            Terminal.print("Agents: \(agents.joined(separator: ", "))")
            Terminal.print("Sessions: \(health["sessions"]?["count"]?.intValue ?? 0)")
        }
        return health["ok"]?.boolValue == true ? .success : .failure
    }

    private static func live(_ address: String) async throws -> ExitCode {
        var request = WebRequest("GET", address)
        request.proxy = ""
        request.totalTimeout = .seconds(5)
        do throws(WebError) {
            let reply = try await WebClient().send(request)
            Terminal.print("\(address) answers HTTP \(reply.status).")
            return (200..<300).contains(reply.status) ? .success : .failure
        } catch {
            throw CommandError("\(address) does not answer: \(error.message)")
        }
    }

    private static func sessions(_ invocation: Invocation) throws -> ExitCode {
        var params: JSONObject = ["limit": JSON(invocation["--limit"].flatMap { Int($0) } ?? 100)]
        params["activeMinutes"] = invocation["--active"].flatMap { Int($0) }.map { JSON($0) }
        let list = try GatewayClient.connect(invocation).call("sessions.list", .object(params))
        if invocation.wantsJSON {
            Terminal.print(list)
        } else {
            Terminal.print(sessionTable(list["sessions"]?.arrayValue ?? []))
        }
        return .success
    }

    static func sessionTable(_ sessions: [JSON]) -> String {
        guard !sessions.isEmpty else { return "No conversations yet." }
        return Terminal.table(
            ["Session", "Used", "Model", "Tokens"],
            sessions.map { session in
                [
                    session["key"]?.stringValue ?? "?",
                    Terminal.age(of: session["updatedAt"]?.intValue) + " ago",
                    session["model"]?.stringValue ?? "-",
                    session["totalTokens"]?.intValue.map(String.init) ?? "-",
                ]
            })
    }
}
