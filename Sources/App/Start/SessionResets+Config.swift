import Agent
import Core

extension SessionResets {
    /// As the config says: a platform's own rule, else that of the kind over `reset`; never where nothing is said.
    init(_ session: SessionConfig) {
        self.init()
        let kinds: [(kind: Kind, wishes: [SessionResetConfig])] = [
            (.direct, [session.resetByType.direct, session.resetByType.dm]),
            (.group, [session.resetByType.group]), (.thread, [session.resetByType.thread]),
        ]
        for (kind, wishes) in kinds {
            rules[kind] = Self.rule(wishes + [session.reset], idleMinutes: session.idleMinutes)
        }
        for (name, wish) in session.resetByChannel {
            channels[ChannelID(name.lowercased())] =
                Self.rule([wish], idleMinutes: session.idleMinutes) ?? Rule()
        }
    }

    /// Of each key the first that says something counts; `idleMinutes` where none does.
    private static func rule(_ wishes: [SessionResetConfig], idleMinutes: Int?) -> Rule? {
        let isSaid = wishes.contains { $0.mode != nil || $0.atHour != nil || $0.idleMinutes != nil }
        let mode = wishes.lazy.compactMap(\.mode).first ?? (isSaid ? "daily" : "idle")
        let minutes = wishes.lazy.compactMap(\.idleMinutes).first ?? idleMinutes
        guard mode != "none", isSaid || minutes != nil else { return nil }
        var rule = Rule(idle: minutes.map { .seconds($0 * 60) })
        if mode == "daily" { rule.dailyHour = wishes.lazy.compactMap(\.atHour).first ?? defaultHour }
        if mode == "idle", minutes == nil { rule.idle = defaultIdle }
        return rule
    }

    private static let defaultHour = 4
    private static let defaultIdle = Duration.seconds(60 * 60)
}
