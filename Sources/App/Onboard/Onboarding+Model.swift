import Core
import Models
import Wire

/// Which model answers, and with whose key.
extension Onboarding {
    private static let step = "Model"

    func model() async throws {
        say("\n2. Model")
        let choice = invocation["--provider"]
        guard !invocation.has("--skip-model"), choice != "skip" else {
            return add(Self.step, .skipped, "It was not wanted.", later: Self.later)
        }
        let given = try givenKey()
        let wished = try given?.vendor.id ?? wishedProvider(choice)
        let provider =
            wished ?? configured?.provider
            ?? CredentialSource(settings: modelSettings).configuredProviders.first
        if given == nil, let provider, try await isSettled(provider, isWished: wished != nil) { return }
        guard given != nil || prompt.isOn else {
            let variable = wished.flatMap { Vendor.named($0)?.keyVariable } ?? "ANTHROPIC_API_KEY"
            return add(
                Self.step, .failed,
                "There is no key. Give one with `--provider NAME --api-key-stdin`, or set `\(variable)`"
                    + (setup.platform.flyApp == nil ? "." : ": `fly secrets set \(variable)=…`."),
                later: Self.later)
        }
        try await askForKey(given: given, first: provider)
    }

    private static let later = "openclaw onboard --provider anthropic --api-key -"

    private var modelSettings: ModelSettings { RoomSettings(setup: setup, secret: .unset).models }

    /// `agents.defaults.model.primary`, an alias resolved.
    private var configured: ModelReference? {
        setup.config.agents.defaults.model.primary.flatMap {
            RoomSettings(setup: setup, secret: .unset).reference($0)
        }
    }

    private func wishedProvider(_ choice: String?) throws(CommandError) -> String? {
        guard let choice else { return invocation["--model"].flatMap { ModelReference($0) }?.provider }
        if let vendor = Vendor.named(choice) { return vendor.id }
        guard setup.config.models.providers[choice] == nil else { return choice }
        throw CommandError(
            "No provider `\(choice)` is known. Use one of: \(Vendor.all.map(\.id).joined(separator: ", ")), or describe "
                + "it in `models.providers.\(choice)`.")
    }

    /// A key among the options, and whose it is.
    private func givenKey() throws -> (vendor: Vendor, key: Secret)? {
        let options = (Set(Vendor.all.compactMap(\.keyFlag)).sorted() + ["--api-key"]).filter {
            invocation[$0] != nil
        }
        guard options.count < 2 else {
            throw CommandError(
                "One key at a time: run this once with each of \(options.map { "`\($0)`" }.joined(separator: ", "))."
            )
        }
        for vendor in Vendor.all {
            guard let flag = vendor.keyFlag, let key = try secret(flag, isKey: true) else { continue }
            return (vendor, key)
        }
        guard let key = try secret("--api-key", isKey: true) else { return nil }
        let name = try wishedProvider(invocation["--provider"]) ?? "anthropic"
        guard let vendor = Vendor.named(name), vendor.keyVariable != nil else {
            throw CommandError("`--api-key` is for a vendor with a key: name it with `--provider`.")
        }
        return (vendor, key)
    }

    // MARK: What is there

    /// Whether the provider has a credential that its vendor takes, or that cannot be replaced here.
    private func isSettled(_ provider: String, isWished: Bool) async throws -> Bool {
        let settings = modelSettings
        guard let credential = CredentialSource(settings: settings).credentials(for: provider).first else {
            return false
        }
        let origin = origin(of: credential, provider)
        switch await verdict(provider, nil) {
        case .taken(let models):
            try await chooseModel(provider, models, isWished: isWished, "\(origin); the vendor takes it")
            return true
        case .unknown(let reason):
            say("  Not checked: \(reason)")
            try await chooseModel(provider, [], isWished: isWished, origin)
            return true
        case .refused(let reason):
            let told = "\(reason) Now \(origin)."
            guard prompt.isOn else {
                add(Self.step, .failed, told, later: Self.later)
                return true
            }
            say("  \(told)")
            return false
        }
    }

    private func origin(of credential: Credential, _ provider: String) -> String {
        if credential.kind == .none { return "\(provider) needs no key" }
        let secret = credential.secret.reveal()
        let variable = Vendor.named(provider)?.variables.first { setup.environment[$0] == secret }
        if let variable { return "the key of \(provider) is " + origin(of: variable) }
        return credential.id == "\(provider):config"
            ? "the key of \(provider) is `models.providers.\(provider).apiKey` in \(setup.configPath)"
            : "the login at \(provider) is the stored `\(credential.id)`"
    }

    private func verdict(_ provider: String, _ key: (vendor: Vendor, key: Secret)?) async -> KeyCheck.Verdict
    {
        guard !invocation.has("--skip-checks") else { return .unknown("`--skip-checks`.") }
        let check = KeyCheck(web: WebClient(setup, CertificateVariables(setup)), settings: modelSettings)
        if let key { return await check.verdict(on: key.vendor, key: key.key) }
        return await check.verdict(on: provider)
    }

    // MARK: A key that is typed

    /// Of the provider that was found not to be settled, or of one from the list.
    ///
    /// A bare Enter at the key goes to the list, and one there skips.
    private func askForKey(given: (vendor: Vendor, key: Secret)?, first: String?) async throws {
        var given = given
        var chosen = first.flatMap { Vendor.named($0) }
        var seen = Set([first])
        while true {
            guard let vendor = try given?.vendor ?? chosen ?? askForVendor() else {
                return add(Self.step, .skipped, "It was not wanted.", later: Self.later)
            }
            if given == nil, seen.insert(vendor.id).inserted,
                try await isSettled(vendor.id, isWished: true)
            {
                return
            }
            chosen = vendor
            if given == nil, let variable = vendor.keyVariable {
                guard invocation.environment[variable] == nil else {
                    say(
                        "  It is set where the gateway is started, and goes before what is typed here: change it there."
                    )
                    chosen = nil
                    continue
                }
                let typed = try prompt.ask(
                    "  Key of \(vendor.id), `\(variable)` (nothing shows): ", hidden: true)
                guard let typed, Self.isPlausible(typed) else {
                    if typed == nil {
                        chosen = nil
                    } else {
                        say("  That is no key: it has spaces or quotes.")
                    }
                    continue
                }
                given = (vendor, Secret(typed))
            }
            let verdict = await verdict(vendor.id, given)
            guard case .refused(let reason) = verdict else { return try await take(given, vendor, verdict) }
            guard prompt.isOn else { return add(Self.step, .failed, reason, later: Self.later) }
            say("  \(reason)")
            given = nil
        }
    }

    private func take(_ key: (vendor: Vendor, key: Secret)?, _ vendor: Vendor, _ verdict: KeyCheck.Verdict)
        async throws
    {
        var origin = "\(vendor.id) needs no key"
        if let key, let variable = vendor.keyVariable {
            try keep(key.key, as: variable)
            origin = "the key of \(vendor.id) is " + self.origin(of: variable)
        }
        switch verdict {
        case .taken(let models):
            try await chooseModel(vendor.id, models, isWished: true, origin + "; the vendor takes it", .done)
        case .unknown(let reason), .refused(let reason):
            say("  Not checked: \(reason)")
            try await chooseModel(vendor.id, [], isWished: true, origin, .done)
        }
    }

    /// By number or name; nil for a bare Enter.
    private func askForVendor() throws -> Vendor? {
        let names = Vendor.all.enumerated().map { "\($0 + 1) \($1.id)" }
        let rows = stride(from: 0, to: names.count, by: 4).map { start in
            (start..<start + 4).map { $0 < names.count ? names[$0] : "" }
        }
        say(Terminal.table(rows[0], Array(rows.dropFirst())))
        while let answer = try prompt.ask("  Whose model? Number or name: ") {
            let number = Int(answer).flatMap {
                (1...Vendor.all.count).contains($0) ? Vendor.all[$0 - 1] : nil
            }
            if let vendor = number ?? Vendor.named(answer) { return vendor }
            say("  `\(answer)` is none of them.")
        }
        return nil
    }

    // MARK: The default model

    /// What is configured stays unless another is wished for.
    private func chooseModel(
        _ provider: String, _ models: [String], isWished: Bool, _ origin: String, _ state: Step.State = .kept
    ) async throws {
        let origin = origin.prefix(1).uppercased() + origin.dropFirst()
        if let text = invocation["--model"] {
            let name = text.hasPrefix(provider + "/") ? String(text.dropFirst(provider.count + 1)) : text
            let hasIt = models.isEmpty || models.contains(name)
            if hasIt {
                return try await setModel(ModelReference(provider: provider, model: name), origin, state)
            }
            return add(
                Self.step, .failed,
                "\(provider) has no model `\(name)`." + nearest(name, models)
                    + " `--skip-checks` takes it all the same.",
                later: "openclaw onboard --model \(provider)/<model>")
        }
        if let configured, configured.provider == provider {
            return add(Self.step, state, "\(configured). \(origin).")
        }
        var usual = Vendor.named(provider)?.usualModel ?? models.first
        if let name = usual, !models.isEmpty, !models.contains(name) { usual = models.first }
        if prompt.isOn {
            let offer = usual.map { " (Enter: \($0))" } ?? ""
            while let name = try prompt.ask("  Model of \(provider)\(offer): ") {
                if models.isEmpty || models.contains(name) {
                    return try await setModel(ModelReference(provider: provider, model: name), origin, state)
                }
                say("  \(provider) has no model `\(name)`." + nearest(name, models))
            }
        }
        guard let usual else {
            return add(
                Self.step, .failed, "\(origin), and no model is chosen.",
                later: "openclaw onboard --model \(provider)/<model>")
        }
        let reference = ModelReference(provider: provider, model: usual)
        guard isWished || prompt.isOn else {
            return add(Self.step, state, "\(reference), the usual one. \(origin).")
        }
        try await setModel(reference, origin, state)
    }

    private func setModel(_ reference: ModelReference, _ origin: String, _ state: Step.State) async throws {
        let hasChanged = try await write([
            "agents": ["defaults": ["model": ["primary": .string(reference.description)]]]
        ])
        add(Self.step, hasChanged ? .done : state, "\(reference). \(origin).")
    }

    /// Bounded: OpenRouter has hundreds.
    private static let mostNamed = 8

    private func nearest(_ name: String, _ models: [String]) -> String {
        let like = models.filter { $0.contains(name) || name.contains($0) }
        let named = (like.isEmpty ? models : like).prefix(Self.mostNamed)
        return " It has " + named.map { "`\($0)`" }.joined(separator: ", ")
            + (models.count > named.count ? " and more." : ".")
    }
}

extension Vendor {
    /// The option that gives its key, as the original calls it; nil for a server that asks for none.
    var keyFlag: String? { keyVariable.map { "--" + Self.spelling($0) } }
}
