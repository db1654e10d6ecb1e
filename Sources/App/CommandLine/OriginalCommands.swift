/// Commands of the original's that are none here, each with what does it instead.
enum OriginalCommands {
    /// What to do instead of what was typed, in a sentence; nil for words that the original does not have either.
    static func instead(of words: [String]) -> String? {
        let fitting = entries.filter { words.starts(with: $0.words.split(separator: " ").map(String.init)) }
        guard let entry = fitting.max(by: { $0.words.count < $1.words.count }) else { return nil }
        return "`openclaw \(entry.words)` is a command of the original's: \(entry.instead)."
    }

    private static let noService =
        "no service is installed here; let what starts programs on this machine (systemd, the cloud's machine) run "
        + "`openclaw gateway`"
    private static let nothingIsDeleted =
        "nothing is deleted here; stop the gateway and move the state directory away yourself"
    private static let notBuilt = "what it is for is not built into this gateway yet"
    private static let agentsAreListed =
        "agents are listed in the config: `openclaw config get agents.list` shows the list, and "
        + "`openclaw config set agents.list '[{\"id\": \"main\"}, {\"id\": \"NAME\"}]'` puts another in its place, so write "
        + "down those that stay with all they have"
    private static let versions =
        "install the new version where the gateway runs; on Fly.io that is `git pull` and `fly deploy`"

    private static let entries: [(words: String, instead: String)] = [
        (
            "configure",
            "`openclaw onboard` asks for everything anew, `openclaw config set PATH VALUE` changes one value"
        ),
        ("wizard", "`openclaw onboard` asks for everything that is needed"),
        ("update", versions), ("backup", "stop the gateway and copy the state directory"),
        ("reset", nothingIsDeleted), ("uninstall", nothingIsDeleted),
        ("gateway install", noService), ("gateway uninstall", noService), ("gateway start", noService),
        ("gateway discover", "`openclaw gateway probe --url ADDRESS` asks one gateway"),
        ("daemon", noService), ("service", noService),
        ("daemon status", "`openclaw gateway status` shows it"),
        ("daemon restart", "`openclaw gateway restart` does it"),
        ("daemon stop", "`openclaw gateway stop` does it"),
        ("security", "`openclaw doctor` looks for what is open that should not be"),
        (
            "secrets",
            "`openclaw doctor` tells which secrets cannot be read; SIGHUP makes the gateway read them again"
        ),
        ("models set-image", "`openclaw config set agents.defaults.imageModel.primary VENDOR/MODEL` does it"),
        (
            "models auth",
            "`openclaw onboard` stores a vendor's key, `openclaw models status` shows which there are"
        ),
        (
            "models aliases",
            "`openclaw config set 'agents.defaults.models[\"VENDOR/MODEL\"].alias' NAME` sets one"
        ),
        (
            "models fallbacks",
            "`openclaw config set agents.defaults.model.fallbacks '[\"VENDOR/MODEL\"]'` sets them"
        ),
        ("models scan", "`openclaw models list --all` lists the models that are known"),
        ("agents add", agentsAreListed), ("agents delete", agentsAreListed),
        ("agents set-identity", agentsAreListed),
        (
            "sessions cleanup",
            "`openclaw gateway call sessions.delete --params '{\"key\": \"KEY\"}'` deletes one session"
        ),
        ("system event", "`openclaw agent --message TEXT` says something to the assistant"),
        ("channels capabilities", "`openclaw channels status` shows what is known of each account"),
        (
            "tui",
            "`openclaw dashboard` prints the link to the page, `openclaw agent --message TEXT` asks from here"
        ),
        ("cron", notBuilt), ("memory", notBuilt), ("skills", notBuilt), ("plugins", notBuilt),
        ("hooks", notBuilt),
        ("webhooks", notBuilt), ("nodes", notBuilt), ("node", notBuilt), ("sandbox", notBuilt),
        ("browser", notBuilt), ("acp", notBuilt), ("dns", notBuilt), ("directory", notBuilt),
        ("qr", notBuilt),
        ("voicecall", notBuilt), ("channels resolve", notBuilt), ("mcp", notBuilt), ("tasks", notBuilt),
    ]
}
