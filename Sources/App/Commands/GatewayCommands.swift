import Core
import Wire

/// `gateway …` and `dashboard`: run the gateway, and ask a running one.
@MainActor
enum GatewayCommands {
    static var all: [Command] {
        [
            Command(
                path: ["gateway"], summary: "Run the gateway in the foreground", options: runOptions, run: run
            ),
            Command(
                path: ["gateway", "run"], summary: "Run the gateway in the foreground", options: runOptions,
                run: run),
            Command(
                path: ["gateway", "status"],
                summary: "Show where the gateway should be and whether it answers",
                options: GatewayClient.options, run: status),
            Command(
                path: ["gateway", "health"],
                summary: "Check that the gateway answers; exit 1 when it does not",
                options: GatewayClient.options, run: health),
            Command(
                path: ["gateway", "probe"], summary: "Connect and say what this machine may do there",
                options: GatewayClient.options, run: probe),
            Command(
                path: ["gateway", "restart"],
                summary: "Have this machine's gateway start anew in its process",
                run: { invocation in
                    try GatewayControl(LocalSetup(invocation)).restart()
                    return .success
                }),
            Command(
                path: ["gateway", "stop"],
                summary: "Stop this machine's gateway, unless something would start it again or end with it",
                run: { invocation in
                    try await GatewayControl(LocalSetup(invocation)).stop()
                    return .success
                }),
            Command(
                path: ["gateway", "call"], summary: "Call one method of the gateway", arguments: ["<method>"],
                options: GatewayClient.options + [
                    .value("--params", "json", "The method's parameters"),
                    .flag("--expect-final", "Wait for the final answer of `agent`"),
                ], run: call),
            Command(
                path: ["gateway", "usage-cost"], summary: "Show tokens and cost by day",
                options: GatewayClient.options + [
                    .number("--days", "n", "How many days (default 30)", 1...3650)
                ],
                run: usageCost),
            Command(
                path: ["dashboard"], summary: "Print the link to the Control UI",
                options: [.flag("--no-open", "Only print it")], run: dashboard),
        ]
    }

    private static var runOptions: [Command.Option] {
        [
            .value("--port", "n", "Port to listen on"),
            .value("--bind", "mode", "Where to listen: loopback, lan, tailnet, auto or custom"),
            .value("--token", "token", "Token that clients must give"),
            .value("--auth", "mode", "What clients must give", choices: ["none", "token", "password"]),
            .value("--password", "password", "Password that clients must give"),
            .flag(
                "--allow-unconfigured", "Start without a config file, or with one that is not set to local"),
            .flag("--force", "Stop what listens on the port first"),
            .flag("--reset", "With --dev: put ~/.openclaw-dev aside and begin anew"),
            .flag("--verbose", "Log more to the console"),
            .value(
                "--ws-log", "style", "How much of the socket traffic --verbose logs",
                choices: ["auto", "full", "compact"]),
            .flag("--compact", "Same as --ws-log compact"),
        ] + TailscalePlan.options + RawStreamLog.options + OriginalOptions.gateway.options
    }

    private static func run(_ invocation: Invocation) async throws -> ExitCode {
        for note in try OriginalOptions.gateway.notes(on: invocation) { Terminal.printError("Note: \(note)") }
        Environment.hideFromOtherProcesses()
        StopSignals.endAtOnce()
        return try await GatewayRun(invocation).untilStopped()
    }

    private static func status(_ invocation: Invocation) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let target = try GatewayClient.Target(invocation)
        let result = Result { try GatewayClient.connect(invocation).call("status") }
        let isAnswering = (try? result.get()) != nil  // the failure itself is printed below
        let isRefused =
            if case .failure(let error as CommandError) = result { error.isRefusedLogin } else { false }
        if invocation.wantsJSON {
            var object: JSONObject = [
                "cli": ["version": .string(Version.text)], "config": .string(setup.configPath),
                "gateway": ["url": .string(target.url), "port": JSON(target.port)],
                "reachable": .bool(isAnswering || isRefused),
            ]
            if isRefused { object["login"] = "refused" }
            if case .failure(let error) = result { object["error"] = .string(Self.sentence(error)) }
            Terminal.print(.object(object))
        } else {
            Terminal.print("Config: \(setup.configPath)\nGateway: \(target.url)")
            switch result {
            case .success: Terminal.print("RPC probe: ok")
            case .failure(let error):
                let what = isRefused ? "login refused" : "failed"
                Terminal.print("RPC probe: \(what)\n\(Self.sentence(error))")
            }
        }
        return .success
    }

    private static func sentence(_ error: any Error) -> String {
        (error as? CommandError)?.message ?? "\(error)"
    }

    private static func health(_ invocation: Invocation) throws -> ExitCode {
        let started = ContinuousClock.now
        let health = try GatewayClient.connect(invocation).call("health")
        if invocation.wantsJSON {
            Terminal.print(health)
        } else {
            Terminal.print("Gateway Health\nOK (\(started.duration(to: .now).text))")
        }
        return .success
    }

    private static func probe(_ invocation: Invocation) throws -> ExitCode {
        let target = try GatewayClient.Target(invocation)
        let started = ContinuousClock.now
        let client = try GatewayClient.connect(invocation)
        let took = started.duration(to: .now).milliseconds
        let scopes = client.hello["auth"]?["scopes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        if invocation.wantsJSON {
            Terminal.print([
                "ok": true, "url": .string(target.url), "durationMs": .integer(took), "scopes": JSON(scopes),
                "version": client.hello["server"]?["version"] ?? .null,
            ])
        } else {
            Terminal.print(
                "Gateway Status\nReachable: yes (\(took)ms)\nURL: \(target.url)\nScopes: "
                    + (scopes.isEmpty ? "none" : scopes.joined(separator: ", ")))
        }
        return .success
    }

    private static func call(_ invocation: Invocation) throws -> ExitCode {
        let params = try parameters(invocation)
        let method = invocation.arguments[0]
        do {
            let answer = try GatewayClient.connect(invocation)
                .call(method, params, expectsFinal: invocation.has("--expect-final"))
            if !invocation.wantsJSON { Terminal.print("Gateway call: \(method)") }
            Terminal.print(answer)
            return .success
        } catch let error as CommandError {
            throw CommandError("Gateway call failed: \(error.message)")
        }
    }

    private static func parameters(_ invocation: Invocation) throws -> JSON {
        guard let text = invocation["--params"] else { return [:] }
        guard let params = try? JSON.parse(text) else {
            throw CommandError("Gateway call failed: --params must be valid JSON.")
        }
        return params
    }

    private static func usageCost(_ invocation: Invocation) throws -> ExitCode {
        let days = invocation["--days"].flatMap { Int($0) } ?? 30
        let answer = try GatewayClient.connect(invocation).call("usage.cost", ["days": JSON(days)])
        guard !invocation.wantsJSON else {
            Terminal.print(answer)
            return .success
        }
        Terminal.print(usageTable(answer))
        return .success
    }

    /// The days of a `usage.cost` answer on which tokens were used.
    static func usageTable(_ answer: JSON) -> String {
        let rows = (answer["daily"]?.arrayValue ?? []).filter { ($0["totalTokens"]?.intValue ?? 0) > 0 }.map {
            day in
            [
                day["date"]?.stringValue ?? "?", String(day["totalTokens"]?.intValue ?? 0),
                "$" + String((day["totalCost"]?.doubleValue ?? 0).rounded(toPlaces: 4)),
            ]
        }
        return rows.isEmpty ? "No tokens used yet." : Terminal.table(["Day", "Tokens", "Cost"], rows)
    }

    private static func dashboard(_ invocation: Invocation) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        if setup.config.gateway.mode == "remote" {
            let target = try GatewayClient.Target(invocation)
            let scheme = target.tls == nil ? "http" : "https"
            Terminal.print("Dashboard URL: \(scheme)://\(target.authority)\(setup.path(token: target.token))")
            return .success
        }
        let address = setup.ownAddress
        guard let app = setup.platform.flyApp else {
            Terminal.print("Dashboard URL: \(setup.link(to: address, token: setup.token))")
            return .success
        }
        let (port, path) = (address.port, setup.path(token: setup.token))
        Terminal.print(
            "Dashboard URL: https://\(app).fly.dev\(path)\nWithout a public address, run `fly proxy \(port):\(port) -a \(app)` "
                + "and open http://127.0.0.1:\(port)\(path)")
        return .success
    }
}

extension Double {
    fileprivate func rounded(toPlaces places: Int) -> Double {
        let factor = (0..<places).reduce(1.0) { value, _ in value * 10 }
        return (self * factor).rounded() / factor
    }
}
