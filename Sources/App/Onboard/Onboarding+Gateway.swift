import Core
import Gateway
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The config file, what clients must give, and a first message.
extension Onboarding {
    // MARK: Config file

    func configFile() async throws {
        say("\n1. Config file")
        if let refusal = setup.refusal { throw CommandError("\(refusal)") }
        let existed = setup.snapshot.exists
        guard setup.snapshot.file.isValid else {
            throw CommandError(
                "\(setup.configPath) has mistakes: `openclaw config validate` lists them. Mend them, then go on with "
                    + "`openclaw onboard`.")
        }
        do throws(FileError) { try PrivateFile.makeFolder(setup.state) } catch {
            throw CommandError("\(error)")
        }
        var gateway: JSONObject = [:]
        gateway["mode"] = .string(invocation["--mode"] ?? setup.config.gateway.mode ?? "local")
        gateway["port"] = invocation["--gateway-port"].flatMap { Int($0) }.map { JSON($0) }
        gateway["bind"] = invocation["--gateway-bind"].map { .string($0) }
        var tailscale: JSONObject = [:]
        tailscale["mode"] = invocation[TailscalePlan.modeOption].map { .string($0) }
        if invocation.has(TailscalePlan.resetOption) { tailscale["resetOnExit"] = true }
        if !tailscale.isEmpty { gateway["tailscale"] = .object(tailscale) }
        if let url = invocation["--remote-url"] {
            var remote: JSONObject = ["url": .string(url)]
            remote["token"] = try secret("--remote-token").map { .string($0.reveal()) }
            gateway["remote"] = .object(remote)
        }
        if gateway["mode"] == "remote", setup.config.gateway.remote.url == nil, gateway["remote"] == nil {
            throw CommandError("Name the remote gateway with `--remote-url ws://HOST:PORT`.")
        }
        var patch: JSONObject = ["gateway": .object(gateway)]
        if let folder = invocation["--workspace"] {
            patch["agents"] = ["defaults": ["workspace": .string(folder)]]
        }
        let hasChanged = try await write(patch)
        add("Config file", hasChanged ? .done : .kept, "\(setup.configPath)\(existed ? " was there." : "")")
    }

    // MARK: Gateway secret

    func gatewaySecret() async throws {
        say("\n3. Gateway token")
        var auth: JSONObject = [:]
        auth["mode"] = invocation["--gateway-auth"].map { .string($0) }
        auth["token"] = try chosenSecret("--gateway-token").map { .string($0) }
        auth["password"] = try chosenSecret("--gateway-password").map { .string($0) }
        if let variable = invocation["--gateway-token-ref-env"] {
            auth["token"] = try reference(to: variable)
            auth["mode"] = auth["mode"] ?? "token"
        }
        if !auth.isEmpty {
            let hasChanged = try await write(["gateway": ["auth": .object(auth)]])
            return add(
                "Gateway token", hasChanged ? .done : .kept,
                "`gateway.auth` in \(setup.configPath)" + shadowed)
        }
        let isPassword = setup.token == nil && setup.password != nil
        if setup.token != nil || isPassword {
            let variable = "OPENCLAW_GATEWAY_\(isPassword ? "PASSWORD" : "TOKEN")"
            let isFile = setup.environment[variable] == nil
            let place = "`gateway.auth.\(isPassword ? "password" : "token")` in \(setup.configPath)"
            return add("Gateway token", .kept, "It is " + (isFile ? place : origin(of: variable)) + ".")
        }
        guard setup.config.gateway.auth.mode != "none" else {
            return add("Gateway token", .kept, "`gateway.auth.mode` is `none`: nobody is asked.")
        }
        func skip() {
            add("Gateway token", .skipped, "It was not wanted.", later: "openclaw onboard --gateway-token -")
        }
        guard !invocation.has("--skip-token") else { return skip() }
        let typed = try typedToken()
        guard typed != "skip" else { return skip() }
        let token = typed ?? SecureRandom.token()
        try await write(["gateway": ["auth": ["mode": "token", "token": .string(token)]]])
        add(
            "Gateway token", .done,
            (typed == nil ? "A new one is" : "It is") + " `gateway.auth.token` in \(setup.configPath).")
    }

    /// Whether a gateway starts with what is written now.
    func checkStart() {
        do throws(CommandError) {
            try setup.checkMode()
            _ = try setup.listener()
        } catch {
            let state: Step.State = invocation.has("--skip-token") ? .skipped : .failed
            add("Start", state, error.message, later: "openclaw doctor")
        }
    }

    private func chosenSecret(_ option: String) throws -> String? {
        guard let text = try secret(option)?.reveal() else { return nil }
        if let weakness = SharedSecret.weakness(of: text) { throw CommandError("`\(option)` \(weakness).") }
        return text
    }

    /// Nil for a bare Enter.
    private func typedToken() throws -> String? {
        while true {
            let typed = try prompt.ask(
                "  Token for the page and other clients (Enter makes one, skip makes none): ", hidden: true)
            guard let typed, typed != "skip", let weakness = SharedSecret.weakness(of: typed) else {
                return typed
            }
            say("  That \(weakness).")
        }
    }

    /// `{source, provider, id}` for a variable, which must have a value: a gateway does not start without its token.
    private func reference(to variable: String) throws(CommandError) -> JSON {
        guard setup.environment[variable] != nil else {
            throw CommandError(
                "`--gateway-token-ref-env`: the environment variable `\(variable)` is not set. Set it here and where the "
                    + "gateway is started"
                    + (setup.platform.flyApp == nil ? "." : ": `fly secrets set \(variable)=…`."))
        }
        return ["source": "env", "provider": "default", "id": .string(variable)]
    }

    /// Environment beats file: what was written now may not be what holds.
    private var shadowed: String {
        ["TOKEN", "PASSWORD"].map { "OPENCLAW_GATEWAY_" + $0 }.first { setup.environment[$0] != nil }
            .map { "; `\($0)` is set too, and is preferred" } ?? ""
    }

    // MARK: Test message

    /// A running gateway waits for a file to be whole, 0.3 s by default, and may start again then.
    private static let timeToReload = Duration.seconds(2)
    /// A gateway that starts again is back within this time.
    private static let timeToReturn = Duration.seconds(10)
    /// A turn takes seconds; two minutes are for a vendor under load.
    private static let turnMilliseconds = 120_000

    func testMessage() throws {
        say("\n5. Test message")
        let later = "openclaw agent --message hi"
        let isUnwanted =
            try invocation.has("--skip-test")
            || prompt.ask("  Say \"hi\" to the assistant? (Enter: yes, n: no) ")?.hasPrefix("n") == true
        guard !isUnwanted else { return add("Test message", .skipped, "It was not wanted.", later: later) }
        var call = Invocation(environment: invocation.environment)
        call.values["--timeout"] = String(Self.turnMilliseconds)
        call.values["--profile"] = invocation["--profile"]
        call.flags = invocation.flags.intersection(["--dev"])
        do {
            guard try isRunning(call) else {
                return add("Test message", .skipped, "No gateway runs here yet.", later: howToStart)
            }
            let answer = try GatewayClient.connect(call).call(
                "agent",
                ["message": "hi", "idempotencyKey": .string(randomUUID()), "sessionKey": "onboard"],
                expectsFinal: true)
            let texts =
                answer["result"]?["payloads"]?.arrayValue?.compactMap { $0["text"]?.stringValue } ?? []
            say("  > hi\n  < \(texts.joined(separator: "\n    "))")
            add("Test message", .done, "The assistant answers.")
        } catch let error as CommandError {
            add("Test message", .failed, error.message, later: later)
        }
    }

    /// Waits for a gateway that takes up what was written; false when none runs.
    private func isRunning(_ call: Invocation) throws -> Bool {
        // Nothing else happens in this process meanwhile.
        if hasGateway, let lastWrite, case let left = Self.timeToReload - lastWrite.duration(to: .now),
            left > .zero
        {
            usleep(UInt32(clamping: left.milliseconds * 1000))
        }
        let target = try GatewayClient.Target(call)
        let deadline = ContinuousClock.now + Self.timeToReturn
        while true {
            do throws(GatewayClient.Failure) {
                _ = try GatewayClient(to: target, timeout: .seconds(5))
                return true
            } catch {
                // What else is wrong is told when the message is sent.
                guard case .unreachable = error else { return true }
                let isStarting = setup.runningListener != nil
                guard isStarting, ContinuousClock.now < deadline else {
                    return isStarting || setup.config.gateway.mode == "remote"
                }
            }
            usleep(200_000)
        }
    }

    /// On a machine in the cloud the gateway is its first process.
    var howToStart: String {
        guard setup.platform.flyApp != nil else { return "openclaw gateway" }
        return "fly machine restart \(setup.environment["FLY_MACHINE_ID"] ?? "<machine-id>")"
    }
}
