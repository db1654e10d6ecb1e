package import Core

/// What a change of the config asks for.
package struct ReloadPlan: Hashable, Sendable {
    /// All paths whose values differ.
    package var changed: [ConfigPath]
    /// Parts to rebuild, in the order of the paths.
    package var parts: [ReloadRule.Part] = []
    /// Paths for which the gateway starts again.
    package var restartReasons: [ConfigPath] = []
    /// Paths that ask for a restart which `gateway.reload.mode: "hot"` does not allow.
    package var waitingForRestart: [ConfigPath] = []
    /// `gateway.reload.mode: "off"`: nothing is done.
    package var isOff = false

    package var needsRestart: Bool { !restartReasons.isEmpty }
    package var isEmpty: Bool { changed.isEmpty }

    /// Sorts the differences by their rules; the mode is that of the config that runs.
    package init(from old: Config, to new: Config) {
        changed = old.raw.changedPaths(to: new.raw)
        switch old.gateway.reload.mode {
        case "off": isOff = true
        case "restart": restartReasons = changed
        case let mode: sort(allowsRestart: mode != "hot")
        }
    }

    private mutating func sort(allowsRestart: Bool) {
        for path in changed {
            switch Config.reloadRule(for: path) {
            case .none: break
            case .hot(let part): if !parts.contains(part) { parts.append(part) }
            case .restart where allowsRestart: restartReasons.append(path)
            case .restart: waitingForRestart.append(path)
            }
        }
    }
}
