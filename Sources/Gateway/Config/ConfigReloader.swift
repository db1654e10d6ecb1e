package import Core
import Wire

/// Keeps the running config in step with the file.
@MainActor
package final class ConfigReloader {
    private let file: ConfigFile
    private let log: Log
    private let apply: (ReloadPlan, Config) -> Void
    private var watcher: ConfigWatcher?
    /// Warnings that were told, by their sentence, so that each is told once and not at every save.
    private var told: Set<String>

    /// What the config that runs now warns of has been told already.
    ///
    /// `apply` gets each change of the config that is to take effect.
    package init(file: ConfigFile, log: Log, apply: @escaping (ReloadPlan, Config) -> Void) {
        self.file = file
        self.log = log.named("reload")
        self.apply = apply
        let running = file.snapshot.running
        told = Set((running.warnings + running.quarantined + running.config.closed).map(\.sentence))
    }

    /// Watches the file, what it includes and the `.env` files, with the settle time of `gateway.reload.debounceMs`.
    package func start() {
        let watcher = ConfigWatcher(
            settle: { [file] in .milliseconds(file.snapshot.config.gateway.reload.debounceMs) },
            files: { [file] in file.watchedPaths },
            settled: { [weak self] in self?.look() ?? .done })
        watcher.start()
        if file.hasChangedSinceRead { watcher.changed() }
        self.watcher = watcher
    }

    package func stop() {
        watcher?.stop()
        watcher = nil
    }

    /// Reads the files at once, as SIGHUP asks, and when a client has written the config; also with
    /// `gateway.reload.mode: "off"`.
    ///
    /// Gives what was done about a change; nil when there is none, or it cannot be used.
    @discardableResult
    package func reloadNow() -> ReloadPlan? {
        isSecondLook = false
        watcher?.renew()
        defer { watcher?.renew() }
        switch file.reload() {
        case .unchanged:
            tell()
            return nil
        case .changed(let old, let variables): return take(from: old, variables, isAskedFor: true)
        case .unusable(let issues):
            report(issues)
            return nil
        }
    }

    private var isSecondLook = false

    private func look() -> ConfigWatcher.Verdict {
        switch file.reload(onlyLooks: file.snapshot.config.gateway.reload.mode == "off") {
        case .unchanged: tell()
        case .changed(let old, let variables): take(from: old, variables, isAskedFor: false)
        case .unusable(let issues):
            // A text that is half written looks like this for a moment.
            if !isSecondLook {
                isSecondLook = true
                return .lookAgain
            }
            report(issues)
        }
        isSecondLook = false
        return .done
    }

    @discardableResult
    private func take(from old: Config, _ variables: [String], isAskedFor: Bool) -> ReloadPlan? {
        tell()
        let plan = ReloadPlan(
            from: old, to: file.snapshot.file.config, variables: variables, isAskedFor: isAskedFor)
        guard !plan.isEmpty else {
            keep()
            return nil
        }
        let paths = Self.list(plan.changed)
        log.info("config change detected; evaluating reload (\(paths))")
        if plan.isOff {
            log.info("config reload disabled (gateway.reload.mode=off)")
            return plan
        }
        if plan.needsRestart {
            log.info("config change requires gateway restart (\(Self.list(plan.restartReasons)))")
        } else if !plan.applied.isEmpty {
            log.info("config hot reload applied (\(Self.list(plan.applied)))")
        }
        if !plan.waitingForRestart.isEmpty {
            let waiting = file.waitingForRestart
            if waiting.isEmpty {
                log.info("nothing waits for a restart any more (\(Self.list(plan.waitingForRestart)))")
            } else {
                log.warning("restart the gateway to apply (\(Self.list(waiting)))")
            }
        }
        apply(plan, file.snapshot.config)
        if !plan.needsRestart { keep() }
        return plan
    }

    /// No gateway has run with what waits for a restart yet: it is no good copy.
    private func keep() {
        if file.waitingForRestart.isEmpty { file.keep() } else { file.keepAllButWaiting() }
    }

    /// What the file says and nobody follows, also when nothing else of it has changed.
    private func tell() {
        let (quarantined, warnings) = (file.snapshot.file.quarantined, file.snapshot.file.warnings)
        let closed = file.snapshot.config.closed
        for issue in closed where told.insert(issue.sentence).inserted {
            log.error("\(issue.withConsequence)")
        }
        for issue in quarantined where told.insert(issue.sentence).inserted {
            log.warning("ignored: \(issue)")
        }
        for issue in warnings where told.insert(issue.sentence).inserted { log.warning("\(issue)") }
        // What has been mended is told when it comes again.
        told.formIntersection((quarantined + warnings + closed).map(\.sentence))
    }

    private func report(_ issues: [ConfigIssue]) {
        log.error("config reload skipped (invalid config); the running config stays")
        for issue in issues { log.error("\(issue)") }
    }

    /// Paths named in one line.
    private static let mostNamed = 8

    private static func list(_ paths: [ConfigPath]) -> String {
        let named = paths.prefix(mostNamed).map(\.description).joined(separator: ", ")
        return paths.count > mostNamed ? "\(named) and \(paths.count - mostNamed) more" : named
    }
}

extension ConfigIssue {
    /// Without the place in the file, which moves with every edit above it.
    fileprivate var sentence: String { "\(path): \(message)" }
}
