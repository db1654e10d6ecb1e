import Core

/// Rules that come to something else than they say.
@MainActor
enum QuietRules {
    /// A sentence for each; `channels` may be of a config that does not run yet.
    static func warnings(
        _ config: Config, _ channels: ChannelSections, _ environment: Environment
    ) -> [String] {
        ToolRules.warnings(config) + MentionRules.warnings(config) + channels.warnings
            + [ZoneFile.warning(config, environment), ListenPlan.warning(environment)].compactMap { $0 }
    }
}
