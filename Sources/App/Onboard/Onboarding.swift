import Core
import Gateway
import Models
import Wire

/// One run of `openclaw onboard`: each step first looks whether it is done, and writes its answer at once.
@MainActor
final class Onboarding {
    /// How a step ended.
    struct Step {
        enum State: String {
            /// It was done now.
            case done
            /// It was done before.
            case kept
            case skipped, failed
        }

        var name: String
        var state: State
        var text: String
        /// The command that does it later.
        var later: String?
    }

    let invocation: Invocation
    let prompt: Prompt
    private(set) var setup: LocalSetup
    private(set) var steps: [Step] = []
    /// When something was written that a running gateway takes up.
    private(set) var lastWrite: ContinuousClock.Instant?
    /// Whether a gateway ran when this began: it takes up what is written.
    let hasGateway: Bool
    /// What standard input said, by option.
    private var piped: [String: String] = [:]

    init(_ invocation: Invocation) {
        self.invocation = invocation
        prompt = Prompt(
            isOn: Terminal.isInteractive && !invocation.has("--non-interactive") && !invocation.wantsJSON)
        setup = LocalSetup(invocation)
        hasGateway = setup.runningListener != nil
    }

    func run() async throws -> ExitCode {
        var hasEnded = false
        let notes = try OriginalOptions.onboard.notes(on: invocation)
        greet()
        for note in notes { say("Note: \(note)") }
        do {
            try readSecrets()
            try await configFile()
            if setup.config.gateway.mode == "remote" {
                add("Model, token, channels", .kept, "are set up where that gateway runs")
            } else {
                try await model()
                try await gatewaySecret()
                try await channels()
                checkStart()
            }
            try testMessage()
        } catch is Prompt.Ended {
            hasEnded = true
        }
        if invocation.has("--install-daemon") {
            add("Service", .skipped, "None is installed by this command.", later: howToStart)
        }
        summarize(hasEnded: hasEnded)
        return hasEnded || steps.contains { $0.state == .failed } ? .failure : .success
    }

    // MARK: What is said

    func say(_ text: String) {
        if !invocation.wantsJSON { Terminal.print(text) }
    }

    func add(_ name: String, _ state: Step.State, _ text: String, later: String? = nil) {
        steps.append(Step(name: name, state: state, text: text, later: later))
        say("  \(name): \(state.rawValue). \(text)")
    }

    private func greet() {
        guard prompt.isOn else {
            if !Terminal.isInteractive, !invocation.has("--non-interactive") {
                say(
                    "There is no terminal, so nothing is asked. `openclaw onboard --help` lists what can be given."
                )
            }
            return
        }
        say(
            "OpenClaw is set up in five steps. Each answer is saved at once, Enter skips a question, Ctrl-C ends:"
        )
        say("`openclaw onboard` goes on where it ended.")
        guard !invocation.has("--accept-risk") else { return }
        say(
            "The assistant can run commands and change files as the user its gateway runs as. Let in only whom you trust."
        )
    }

    private func summarize(hasEnded: Bool) {
        guard !invocation.wantsJSON else { return Terminal.print(json) }
        if hasEnded {
            say("\nEnded. What was answered is saved; `openclaw onboard` goes on from here.")
        }
        guard !steps.isEmpty else { return }
        say(
            "\nSummary\n"
                + Terminal.table(
                    ["Step", "State", "To do"],
                    steps.map { step in
                        [step.name, step.state.rawValue, step.later ?? "-"]
                    }))
        guard !hasEnded else { return }
        say(
            "\nOpen \(link) in a browser"
                + (setup.token == nil ? "." : " and paste the token. " + whereTheTokenIs))
    }

    private var json: JSON {
        [
            "ok": .bool(!steps.contains { $0.state == .failed }), "config": .string(setup.configPath),
            "url": .string(link),
            "steps": .array(
                steps.map { step in
                    var object: JSONObject = [
                        "name": .string(step.name), "state": .string(step.state.rawValue),
                        "text": .string(step.text),
                    ]
                    object["later"] = step.later.map { .string($0) }
                    return .object(object)
                }),
        ]
    }

    /// Without the token: what a terminal shows is kept in logs and scrollback.
    private var link: String {
        if setup.config.gateway.mode == "remote", let url = setup.config.gateway.remote.url {
            return "http" + url.drop { $0 != ":" }
        }
        if let app = setup.platform.flyApp { return "https://\(app).fly.dev\(setup.basePath)/" }
        return setup.link(to: setup.ownAddress, token: nil)
    }

    private var whereTheTokenIs: String {
        invocation.environment["OPENCLAW_GATEWAY_TOKEN"] == nil
            ? "`openclaw dashboard` prints a link that has it."
            : "`printenv OPENCLAW_GATEWAY_TOKEN` shows it."
    }

    // MARK: Writing

    /// Applies a merge patch to the config file; true when it changed something.
    @discardableResult
    func write(_ patch: JSONObject) async throws(CommandError) -> Bool {
        let file = try setup.changeableFile()
        let changed: [ConfigPath]
        do throws(ConfigWriteError) {
            changed = try await file.patch(with: JSON.object(patch).text, baseHash: file.snapshot.hash)
        } catch {
            let lines = error.issues.map { "\n- \($0)" }.joined()
            let why = error.isOutdated ? "somebody else has just changed it. Run this again" : error.message
            throw CommandError("\(setup.configPath) was not changed: \(why)\(lines)")
        }
        if !changed.isEmpty { hasWritten() }
        return !changed.isEmpty
    }

    /// Keeps a secret in the state directory's `.env`, which the gateway reads and only its owner may.
    func keep(_ secret: Secret, as variable: String) throws(CommandError) {
        let path = setup.state + "/.env"
        let text: String?
        do throws(FileError) {
            let old = try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes) ?? []
            text = Environment.text(
                String(decoding: old, as: UTF8.self), setting: variable, to: secret.reveal())
            if let text { try PrivateFile.write(Array(text.utf8), to: path) }
        } catch {
            throw CommandError("\(error)")
        }
        guard text != nil else {
            throw CommandError(
                "`\(variable)` was not written to \(path): it has characters no key has, or stands there with several "
                    + "lines. Set the variable where the gateway is started.")
        }
        hasWritten()
        guard setup.environment[variable] != secret.reveal() else { return }
        say("  Note: `\(variable)` is set to another value outside \(path), and that one is preferred.")
    }

    func hasWritten() {
        lastWrite = .now
        setup = LocalSetup(invocation)
    }

    // MARK: Flags

    /// Takes a line of standard input for each `-`, in the order in which they stand, whatever the steps' order is.
    private func readSecrets() throws(Prompt.Ended) {
        let options = OnboardCommands.secretOptions
        for option in invocation.order where options.contains(option) && invocation[option] == "-" {
            if piped[option] == nil { piped[option] = try Prompt.line(named: option) }
        }
    }

    /// The secret an option gives; `-` stands for a line of standard input.
    ///
    /// A gateway's own token or password may have any characters, a key may not.
    func secret(_ option: String, isKey: Bool = false) throws -> Secret? {
        guard let text = invocation[option] else { return nil }
        let secret = piped[option] ?? String(text.trimmed)
        guard isKey ? Self.isPlausible(secret) : !secret.isEmpty else {
            throw CommandError(
                "`\(option)` is empty, or has characters no key has. `\(option) -` reads it from standard input."
            )
        }
        return Secret(secret)
    }

    /// Whether it can be sent and kept: visible ASCII without quotes.
    static func isPlausible(_ secret: String) -> Bool {
        Environment.text("", setting: "KEY", to: secret) != nil
    }

    /// Where a variable's value comes from; the process's own beats a `.env` file.
    func origin(of variable: String) -> String {
        guard invocation.environment[variable] == nil else { return "the environment variable `\(variable)`" }
        let path = setup.state + "/.env"
        // What cannot be read holds nothing that is used.
        let text = (try? PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes)) ?? []
        let isThere = Environment.parse(String(decoding: text, as: UTF8.self))[variable] != nil
        return "`\(variable)` in \(isThere ? path : "this folder's .env")"
    }
}
