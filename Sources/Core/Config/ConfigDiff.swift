extension JSON {
    /// Where two configs differ: the deepest members, and lists as a whole.
    package func changedPaths(to other: JSON, at path: ConfigPath = .root) -> [ConfigPath] {
        guard self != other else { return [] }
        guard case .object(let mine) = self, case .object(let theirs) = other else { return [path] }
        var changed: [ConfigPath] = []
        for (key, value) in mine {
            let inner = path.appending(key)
            changed += value.changedPaths(toOptional: theirs[key], at: inner)
        }
        for (key, value) in theirs where mine[key] == nil {
            changed += value.changedPaths(toOptional: nil, at: path.appending(key))
        }
        return changed
    }

    /// A member that appears or goes with everything in it counts as each of its own members.
    private func changedPaths(toOptional other: JSON?, at path: ConfigPath) -> [ConfigPath] {
        if let other { return changedPaths(to: other, at: path) }
        guard case .object(let object) = self, !object.isEmpty else { return [path] }
        return object.flatMap { $0.value.changedPaths(toOptional: nil, at: path.appending($0.key)) }
    }
}

extension JSON {
    /// The members that this merge patch removes.
    package func removedPaths(at path: ConfigPath = .root) -> [ConfigPath] {
        switch self {
        case .null: [path]
        case .object(let object): object.flatMap { $0.value.removedPaths(at: path.appending($0.key)) }
        default: []
        }
    }
}

extension Config {
    /// What a change at `path` asks for.
    package static func reloadRule(for path: ConfigPath) -> ReloadRule {
        guard case .key(let section) = path.steps.first else { return .restart }
        if section == "channels" {
            guard path.steps.count > 1, case .key(let channel) = path.steps[1] else { return .restart }
            switch channel {
            case "defaults": return .restart
            case "modelByChannel": return .none
            default: return .hot(.channel(channel))
            }
        }
        return spec.shape.traits(at: path).reload ?? reloadRuleOfOtherSections
    }
}
