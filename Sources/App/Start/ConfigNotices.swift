import Core
import Gateway
import Models

/// What the log says of a config that is taken up, at a start and after each change.
@MainActor
final class ConfigNotices {
    private let log: Log
    /// What has been said once, and need not be again.
    private var said: Set<String> = []

    init(log: Log) {
        self.log = log
    }

    /// What the file itself has in it: mistakes, what was set aside, and what stands in for it.
    func reportFile(_ setup: LocalSetup) {
        let snapshot = setup.snapshot
        let isStandIn = !snapshot.file.isValid && snapshot.origin != .file
        if isStandIn {
            let running =
                snapshot.origin == .defaults
                ? "the defaults, as before there was a config file"
                : "the last good copy, \(setup.location.lastGoodPath)"
            log.error("the config has mistakes; running on \(running)")
        }
        if !setup.config.closed.isEmpty {
            log.error("the config has mistakes in rules of who may do what; what they are about is shut")
        }
        if isStandIn || !setup.config.closed.isEmpty {
            for issue in snapshot.issues { log.error("\(issue)") }
        }
        for issue in snapshot.file.quarantined { log.warning("ignored: \(issue)") }
        for issue in snapshot.running.warnings { log.warning("\(issue)") }
    }

    /// What works otherwise than it says, or not at all.
    ///
    /// Each secret that cannot be read is named at every reading: what needs it does not work. Each key of a vendor that the
    /// environment overrules, each rule that comes to something else, and each place that keeps nothing, is named once.
    func reportEffects(_ setup: LocalSetup, _ router: ModelRouter) {
        for issue in setup.config.secrets.failures { log.error("\(issue)") }
        let channels = ChannelSections(config: setup.config, environment: setup.environment)
        let sentences =
            router.shadowedKeys + QuietRules.warnings(setup.config, channels, setup.environment)
            + WrittenPlaces(setup).problems.map(\.text)
        for sentence in sentences where said.insert(sentence).inserted { log.warning("\(sentence)") }
    }
}
