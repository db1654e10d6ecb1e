import Core

/// Commands of the original's that are not here: they say so, and never reach a model that would make something up.
enum AbsentCommands {
    static let all = [
        absent("elevated", "elev", "Tools run with the rights of the gateway's own user."),
        absent("exec", "`tools.exec` in the config says how commands run."),
        absent("send", "`sendPolicy` of a session says whether it may be written to."),
        absent("allowlist", "`openclaw config set` changes who may write."),
        absent("subagents", "One agent answers in a session."),
        absent("agents", "`openclaw agents list` shows the agents."),
        absent("acp"),
        absent("session"),
        absent("btw", "side", "A question aside belongs into a session of its own."),
        absent("skill", "Say in words what you want."),
        absent("learn"),
        absent("loop"),
        absent("goal"),
        absent("tasks"),
        absent("dashboard"),
        absent("tts"),
        absent("voice"),
        absent("poll"),
        absent("fast"),
        absent("trace", "`openclaw logs` shows what happens."),
        absent("debug", "`openclaw config set` changes a setting for good."),
        absent("config", "`openclaw config` and the page's Config show and change it."),
        absent("bash", "Ask for the command to be run."),
        absent("diagnostics", "`openclaw doctor` looks for what is wrong."),
        absent("openclaw", "`openclaw doctor` looks for what is wrong and says what mends it."),
        absent("export-trajectory", "trajectory", "/export-session writes the conversation to a file."),
        absent("login", "Set the vendor's key, for example `ANTHROPIC_API_KEY`."),
        absent("update", "Install the new version where the gateway runs."),
        absent("pair", "`openclaw devices` approves devices."),
        absent("dreaming"),
        absent("dock_telegram", "dock-telegram", ""),
        absent("dock_discord", "dock-discord", ""),
        absent("dock_slack", "dock-slack", ""),
    ]

    private static func absent(_ name: String, _ instead: String = "") -> SlashCommand {
        absent(name, nil, instead)
    }

    /// `instead`: what helps meanwhile.
    private static func absent(_ name: String, _ alias: String?, _ instead: String) -> SlashCommand {
        SlashCommand(
            name: name, aliases: alias.map { [$0] } ?? [], help: instead, category: .options
        ) { _ in
            .reply("/\(name) is not here yet." + (instead.isEmpty ? "" : " \(instead)"))
        }
    }
}
