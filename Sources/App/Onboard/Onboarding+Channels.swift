import Channels
import Core
import Gateway

/// The chat platforms a person may want.
extension Onboarding {
    func channels() async throws {
        say("\n4. Channels")
        for factory in ChannelCatalog.all { try await channel(factory) }
    }

    private func channel(_ factory: ChannelFactory) async throws {
        let later = "openclaw channels add --channel \(factory.id)"
        var token = try secret("--\(factory.id)-token", isKey: true)
        if token == nil {
            guard !isThere(factory) else { return }
            guard !invocation.has("--skip-channels") else {
                return add(factory.label, .skipped, "It was not wanted.", later: later)
            }
        }
        while true {
            let isTyped = token == nil
            if isTyped {
                token = try prompt.ask(
                    "  Token of your \(factory.label) bot (nothing shows; Enter: none): ", hidden: true
                ).map { Secret($0) }
            }
            guard let given = token else {
                let hint =
                    prompt.isOn ? "It was not wanted." : "No token: `--\(factory.id)-token -` takes one."
                return add(factory.label, .skipped, hint, later: later)
            }
            do {
                let bot = try await ChannelSetupCommands.setUp(
                    factory, given, probes: !invocation.has("--skip-checks"), setup)
                hasWritten()
                let name = bot.map { " as @\($0)" } ?? ""
                return add(
                    factory.label, .done,
                    "It is set up\(name). Who writes to it first gets a code for `openclaw pairing approve \(factory.id) CODE`."
                )
            } catch let refusal as ChannelSetupCommands.TokenRefusal {
                guard prompt.isOn else {
                    return add(
                        factory.label, .failed, refusal.message + " `--skip-checks` sets it up all the same.",
                        later: later)
                }
                say("  \(refusal.message)")
                token = nil
            }
        }
    }

    /// Tells that the platform has a login already.
    private func isThere(_ factory: ChannelFactory) -> Bool {
        let sections = ChannelSections(config: setup.config, environment: setup.environment)
        let accounts = sections.facts.first { $0.id == factory.id }?.accounts ?? []
        guard let account = accounts.first(where: { $0.tokenSource != "none" }) else { return false }
        let place =
            account.tokenSource == "env"
            ? origin(of: factory.secretVariable) : "`channels.\(factory.id)` in \(setup.configPath)"
        add(
            factory.label, .kept,
            "Its token is \(place)." + (account.isEnabled ? "" : " It is turned off there."))
        return true
    }
}
