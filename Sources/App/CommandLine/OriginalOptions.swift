import Core

/// Options of the original's that do nothing of their own here: each says what happens instead, or is refused where taking
/// it would mislead.
struct OriginalOptions: Sendable {
    struct Entry: Sendable {
        var names: [String]
        /// What the value is called; nil for a switch.
        var value: String?
        var said: String
        /// What is said instead of these values.
        var refusedValues: [String: String] = [:]
        var isRefused = false
    }

    let command: String
    let entries: [Entry]

    static let onboard = OriginalOptions(command: "onboard", entries: onboardEntries)

    /// Of `gateway run`; `--update` stands before any command there.
    static let gateway = OriginalOptions(
        command: "gateway",
        entries: [
            Entry(names: ["--claude-cli-logs"], said: "no other program is run to ask a model")
        ])

    static let doctor = OriginalOptions(
        command: "doctor",
        entries: [
            Entry(names: ["--deep"], said: "everything is looked at anyway"),
            Entry(
                names: ["--force"],
                said: "nothing of a person's is written over here, so there is nothing to force"),
            Entry(names: ["--no-workspace-suggestions"], said: "there are none"),
        ])

    private static let nothingIsDeleted =
        "nothing is deleted here; stop the gateway and move the state directory away yourself, then run this again"
    private static let migrates = "another installation is taken over with `openclaw migrate --from FOLDER`"

    private static let onboardEntries = [
        Entry(
            names: ["--skip-skills", "--skip-hooks", "--skip-search", "--skip-ui"],
            said: "there is no such step here, so nothing is left out"),
        Entry(names: ["--skip-bootstrap"], said: "this command writes no files into the workspace anyway"),
        Entry(
            names: ["--skip-daemon", "--no-install-daemon"],
            said:
                "no service is installed anyway; whatever starts programs on this machine runs `openclaw gateway`"
        ),
        Entry(
            names: ["--install-daemon"],
            said:
                "no service is installed; let what starts programs on this machine (systemd, the cloud's machine) run "
                + "`openclaw gateway`"),
        Entry(
            names: ["--suppress-gateway-token-output"],
            said: "the token is never printed by this command anyway"),
        Entry(
            names: ["--node-manager", "--daemon-runtime"], value: "name",
            said: "there is no Node.js here, so it changes nothing"),
        Entry(
            names: ["--modern", "--classic", "--wizard"],
            said: "there is one way to be asked here, and this is it"),
        Entry(
            names: ["--flow"], value: "flow",
            said: "there is one way here: each step is asked for, and Enter takes what is usual",
            refusedValues: ["import": migrates]),
        Entry(
            names: ["--secret-input-mode"], value: "mode",
            said:
                "keys are kept in `.env` of the state directory, which only its owner may read, and never in the config; "
                + "one that the environment has is used from there and not stored"),
        Entry(names: ["--reset"], said: nothingIsDeleted, isRefused: true),
        Entry(names: ["--reset-scope"], value: "scope", said: "nothing is deleted here", isRefused: true),
        Entry(
            names: ["--import-from", "--import-source"], value: "from", said: migrates, isRefused: true),
        Entry(names: ["--import-secrets"], said: migrates, isRefused: true),
        Entry(
            names: ["--token", "--token-provider", "--token-profile-id", "--token-expires-in"], value: "text",
            said: "give a vendor's token like a key, with `--provider NAME --api-key -`", isRefused: true),
        Entry(
            names: [
                "--custom-base-url", "--custom-model-id", "--custom-api-key", "--custom-provider-id",
                "--custom-compatibility", "--cloudflare-ai-gateway-account-id",
                "--cloudflare-ai-gateway-gateway-id",
            ], value: "text",
            said: "describe a vendor of your own in the config: `openclaw config set models.providers.NAME "
                + "'{\"baseUrl\": \"https://…\", \"apiKey\": \"…\", \"models\": [{\"id\": \"…\"}]}'`, then run this with "
                + "`--model NAME/MODEL`", isRefused: true),
        Entry(
            names: ["--custom-image-input", "--custom-text-input"],
            said: "say it of the model in `models.providers.NAME.models`", isRefused: true),
    ]

    var options: [Command.Option] {
        entries.flatMap { entry in
            entry.names.map { name in
                Command.Option(
                    name: name, value: entry.value,
                    summary: entry.isRefused
                        ? "Of the original; refused with what to do" : "Of the original: \(entry.said)")
            }
        }
    }

    /// What is said of those that were given, a line each.
    func notes(on invocation: Invocation) throws(CommandError) -> [String] {
        var notes: [String] = []
        for entry in entries {
            for name in entry.names where invocation.has(name) || invocation[name] != nil {
                let written = invocation[name].map { "\(name) \($0)" } ?? name
                guard !entry.isRefused else {
                    throw CommandError("`\(name)` is not for this `\(command)`: \(entry.said).")
                }
                if let value = invocation[name], let instead = entry.refusedValues[value] {
                    throw CommandError("`\(written)` is not for this `\(command)`: \(instead).")
                }
                notes.append("`\(written)`: \(entry.said).")
            }
        }
        return notes
    }
}
