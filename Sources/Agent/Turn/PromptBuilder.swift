import Core

/// Writes the system prompt: short, and the same from turn to turn of a day, so that vendors' caches find it.
struct PromptBuilder {
    let settings: AgentSettings
    let profile: AgentProfile
    /// What the agent's own file says of it; the config comes first.
    var identity = AgentIdentity()

    /// Near enough for English text and JSON; a vendor's own count comes with its answer.
    static let bytesPerToken = 4

    func system(files: [WorkspaceFile], extra: String? = nil, now: Timestamp = .now) -> String {
        var text = introduction
        text.reserveCapacity(
            files.reduce(Self.usualBytes + (extra?.utf8.count ?? 0)) { $0 + $1.text.utf8.count })
        func add(_ paragraph: String) {
            text += "\n\n"
            text += paragraph
        }
        add(workspace)
        if !files.isEmpty {
            add("# Workspace files\n\nThey hold what you know about yourself and your person.")
        }
        for file in files {
            add("## ")
            text += file.name
            add(file.text)
        }
        if let extra, !extra.isEmpty { add(extra) }
        add(date(now))
        return text
    }

    /// More than all of it without files.
    private static let usualBytes = 2 << 10

    private var introduction: String {
        let name =
            (profile.name ?? identity.name).map { "You are \($0), a personal assistant" }
            ?? "You are a personal assistant"
        return """
            \(name) that runs in OpenClaw on your person's own machine. You talk with them in a chat and act through \
            tools. Do what is asked, then say briefly what you did. Use a tool rather than guess about files or the \
            machine. A tool's result may be cut; ask for the rest when you need it. If a call failed, say so.
            """
    }

    private var workspace: String {
        let reach =
            settings.fileToolsStayInWorkspace
            ? "file tools stay inside it" : "file tools also reach absolute paths outside it"
        return "Your workspace is \(profile.workspace). Relative paths start there, and \(reach)."
    }

    /// Only the day: a clock in the prompt would make every request new to the vendor's cache.
    private func date(_ now: Timestamp) -> String {
        let clock = settings.clock
        let style =
            switch clock.style {
            case .auto: ""
            case .twelve: " Write times with a 12-hour clock."
            case .twentyFour: " Write times with a 24-hour clock."
            }
        return "Today is \(clock.date(now)). Time zone: \(clock.place(now)).\(style)"
    }
}
