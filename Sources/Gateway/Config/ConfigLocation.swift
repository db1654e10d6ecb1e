import Core

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the state directory and the config file are.
package struct ConfigLocation: Sendable, Hashable {
    package var stateDirectory: String
    package var configPath: String

    package init(stateDirectory: String, configPath: String) {
        self.stateDirectory = stateDirectory
        self.configPath = configPath
    }

    /// The copy of the last config that was valid.
    package var lastGoodPath: String { stateDirectory + "/openclaw.last-good.json" }

    /// Names the file has and had in older releases, the newest first.
    package static let names = ["openclaw.json"] + olderNames
    private static let olderNames = ["moltbot.json", "clawdbot.json"]

    /// Finds both: `OPENCLAW_STATE_DIR` and `OPENCLAW_CONFIG_PATH`, else the profile's folder in the home
    /// directory.
    ///
    /// `profile` is from `--profile` or `OPENCLAW_PROFILE`; `--dev` is the profile `dev`.
    package static func find(
        environment: [String: String], profile: String? = nil, home: String, workingDirectory: String,
        exists: (String) -> Bool = { access($0, F_OK) == 0 }
    ) -> ConfigLocation {
        let set = { (name: String) in environment[name].flatMap { $0.trimmed.isEmpty ? nil : $0 } }
        let absolute = { (path: String) in Self.absolute(path, home: home, workingDirectory: workingDirectory)
        }
        let suffix =
            (profile ?? set("OPENCLAW_PROFILE")).flatMap { $0 == "default" || $0.isEmpty ? nil : "-" + $0 }
            ?? ""
        let state = absolute(set("OPENCLAW_STATE_DIR") ?? "~/.openclaw" + suffix)
        if let path = set("OPENCLAW_CONFIG_PATH") {
            return ConfigLocation(stateDirectory: state, configPath: absolute(path))
        }
        let usual = state + "/openclaw.json"
        let older = olderNames.map { state + "/" + $0 }.first(where: exists)
        return ConfigLocation(stateDirectory: state, configPath: exists(usual) ? usual : older ?? usual)
    }

    private static func absolute(_ path: String, home: String, workingDirectory: String) -> String {
        var path = path
        if path == "~" || path.hasPrefix("~/") { path = home + path.dropFirst() }
        if !path.hasPrefix("/") { path = workingDirectory + "/" + path }
        return FilePath.withoutEndSlashes(path)
    }
}
