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
    /// `gateway.reload.mode: "off"`, and nobody has asked: nothing is done.
    package var isOff = false

    package var needsRestart: Bool { !restartReasons.isEmpty }
    package var isEmpty: Bool { changed.isEmpty }
    /// Those that take effect without a restart.
    package var applied: [ConfigPath] { changed.filter { !waitingForRestart.contains($0) } }

    /// Sorts the differences by their rules; the mode is that of the config that runs.
    ///
    /// A variable that a `.env` file gives another value counts like one of the `env` section, and a secret that is only
    /// referred to like one that stands in the config.
    package init(from old: Config, to new: Config, variables: [String] = [], isAskedFor: Bool = false) {
        changed = Self.differences(old, new, variables: variables)
        switch old.gateway.reload.mode {
        case "off" where !isAskedFor: isOff = true
        case "restart": restartReasons = changed
        case let mode: sort(allowsRestart: mode != "hot")
        }
    }

    /// All paths whose values differ, `variables` of `.env` files among them.
    static func differences(_ old: Config, _ new: Config, variables: [String]) -> [ConfigPath] {
        let paths =
            old.raw.changedPaths(to: new.raw) + variables.map { ConfigPath([.key("env"), .key($0)]) }
        let closed = Set(old.closed.map(\.path)).symmetricDifference(new.closed.map(\.path))
        let others = old.secrets.paths(thatDifferFrom: new.secrets) + closed.sorted { $0.dotted < $1.dotted }
        return paths + others.filter { !paths.contains($0) }
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
