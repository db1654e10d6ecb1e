import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes the system prompt: short, and the same from turn to turn of a day, so that vendors' caches find it.
struct PromptBuilder {
    let settings: AgentSettings
    let profile: AgentProfile

    /// Near enough for English text and JSON; a vendor's own count comes with its answer.
    static let bytesPerToken = 4

    func system(files: [WorkspaceFile], extra: String? = nil, now: Timestamp = .now) -> String {
        var parts = [introduction, workspace]
        if !files.isEmpty {
            parts.append("# Workspace files\n\nThey hold what you know about yourself and your person.")
        }
        parts += files.map { "## \($0.name)\n\n\($0.text)" }
        if let extra, !extra.isEmpty { parts.append(extra) }
        parts.append(date(now))
        return parts.joined(separator: "\n\n")
    }

    private var introduction: String {
        let name =
            profile.name.map { "You are \($0), a personal assistant" } ?? "You are a personal assistant"
        return """
            \(name) that runs in OpenClaw on your person's own machine. You talk with them in a chat and act through \
            tools. Do what is asked, then say briefly what you did. Use a tool rather than guess about files or the \
            machine. A tool's result may be cut; ask for the rest when you need it. If a call failed, say so.
            """
    }

    private var workspace: String {
        "Your workspace is \(profile.workspace). Relative paths start there, and file tools stay inside it."
    }

    /// Only the day: a clock in the prompt would make every request new to the vendor's cache.
    private func date(_ now: Timestamp) -> String {
        var seconds = time_t(now.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        let zone = settings.timeZone ?? parts.tm_zone.map { String(cString: $0) } ?? "UTC"
        let day = Self.days[Int(parts.tm_wday) % 7]
        let month = Self.months[Int(parts.tm_mon) % 12]
        return "Today is \(day), \(parts.tm_mday) \(month) \(Int(parts.tm_year) + 1900). Time zone: \(zone)."
    }

    private static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November",
        "December",
    ]
}
