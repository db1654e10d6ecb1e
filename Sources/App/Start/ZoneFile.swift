import Core
import Gateway

/// The time zones of this machine.
enum ZoneFile {
    /// Nil for a name that this machine has no rules of.
    static func rules(of name: String, _ environment: Environment) -> ZoneRules? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        // A name, and no way to another file.
        guard !parts.contains(where: { $0.isEmpty || $0.hasPrefix(".") }) else { return nil }
        for folder in [environment["TZDIR"]].compactMap({ $0 }) + folders {
            // Missing in one folder: the next may have it.
            if let bytes = try? PrivateFile.read("\(folder)/\(name)", limit: mostBytes),
                let rules = ZoneRules(tzif: bytes)
            {
                return rules
            }
        }
        return name == "UTC" ? ZoneRules(offset: 0) : nil
    }

    /// What the log and the doctor say; nil when all is well.
    static func warning(_ config: Config, _ environment: Environment) -> String? {
        guard let name = config.agents.defaults.userTimezone, rules(of: name, environment) == nil else {
            return nil
        }
        return
            "`agents.defaults.userTimezone` is `\(name)`, a time zone this machine has no rules of: dates are told "
            + "by its own. Use a name such as `Europe/Stockholm`, and install `tzdata` if it is missing."
    }

    private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/var/db/timezone/zoneinfo"]
    /// Bytes; the largest is about 4 kB.
    private static let mostBytes = 64 << 10
}
