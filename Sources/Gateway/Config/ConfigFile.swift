package import Core

/// The config file on disk: reads it, falls back to the last good copy, and writes it as small edits.
@MainActor
package final class ConfigFile {
    package let location: ConfigLocation
    package internal(set) var snapshot: ConfigSnapshot

    /// What keeps a config that has no mistake from being taken up: a gateway would not start with it, for example.
    package var obstacle: @MainActor (LoadedConfig) -> ConfigIssue? = { _ in nil }

    /// The text that runs; nil when a copy or nothing but defaults does.
    var runningText: [UInt8]?
    /// What ran before a change of which nobody knows yet whether a gateway runs with it.
    private var before: Running?
    /// The process's own variables.
    private let processEnvironment: [String: String]
    private var dotEnvFiles: DotEnvFiles
    /// With what the `.env` files said when they were read last.
    var environment: Environment
    /// With what they said when the running config was loaded.
    private var runningEnvironment: Environment
    /// What the watched files were before they were read last.
    private var fingerprints: [String: String] = [:]
    let loader: ConfigLoader
    private let digest: @Sendable ([UInt8]) -> String
    let stamp: Stamp

    /// What is written into `meta` with each edit.
    package struct Stamp: Sendable {
        package var version: String
        /// The moment as ISO 8601.
        package var now: @Sendable () -> String

        package init(version: String, now: @escaping @Sendable () -> String) {
            self.version = version
            self.now = now
        }
    }

    private struct Running {
        var loaded: LoadedConfig
        var origin: ConfigSnapshot.Origin
        var text: [UInt8]?
        /// With which it was loaded.
        var environment: Environment
        /// The one that the gateway was started with: what differs from it waits for another start.
        var startEnvironment: Environment
    }

    /// `environment` is the process's; `.env` files of the working and the state directory are added to it
    /// at each reading.
    ///
    /// `digest` gives SHA-256 in hex.
    package init(
        location: ConfigLocation, environment: [String: String], workingDirectory: String,
        stamp: Stamp, digest: @escaping @Sendable ([UInt8]) -> String
    ) {
        self.location = location
        self.stamp = stamp
        self.digest = digest
        processEnvironment = environment
        dotEnvFiles = DotEnvFiles(in: [workingDirectory, location.stateDirectory])
        for path in [location.configPath] + dotEnvFiles.paths {
            fingerprints[path] = FolderNotifier.fingerprint(of: path)
        }
        self.environment = dotEnvFiles.read(addingTo: environment)
        runningEnvironment = self.environment
        loader = ConfigLoader { path in
            do throws(FileError) {
                guard let bytes = try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes) else {
                    return .failure(.init(message: "there is no such file"))
                }
                return .success(bytes)
            } catch {
                return .failure(.init(message: error.description))
            }
        }
        var nothing = loader.load(nil, path: location.configPath, environment: self.environment)
        nothing.warnings += dotEnvFiles.mistakes
        snapshot = ConfigSnapshot(
            path: location.configPath, raw: nil, exists: false, hash: digest([]), running: nothing,
            origin: .defaults,
            file: nothing)
    }

    /// A `.env` file that is there and has never been read, and why.
    package var unreadVariables: FileError? { dotEnvFiles.unread }

    /// All files whose change may change the config.
    package var watchedPaths: [String] {
        [location.configPath] + dotEnvFiles.paths + snapshot.file.includedPaths
            + snapshot.file.config.secrets.files
    }

    /// Whether there is a copy of a file that a gateway ran with, though it may be one that cannot be read.
    package var hasLastGood: Bool { lastGood.isThere }

    var lastGood: LastGoodCopy { LastGoodCopy(path: location.lastGoodPath) }

    // MARK: Reading

    /// Loads the file for a start.
    ///
    /// With mistakes in it the last good copy is taken, unless they decide who may come in. Those in other rules of who may
    /// do what shut the parts they are about, whichever text runs.
    ///
    /// `ofGateway`: a file that is gone is a mistake as well, where there is a copy of it.
    package func loadAtStart(ofGateway: Bool = false) throws(ConfigRefusal) -> ConfigSnapshot {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try read()
        } catch {
            throw ConfigRefusal(path: location.configPath, issues: [], reason: error.description)
        }
        var loaded = load(bytes, isEmptyAMistake: hasLastGood)
        if bytes == nil, ofGateway, hasLastGood {
            loaded.issues.append(
                ConfigIssue(
                    path: .root,
                    message:
                        "the file is gone; `cp \(location.lastGoodPath) \(location.configPath)` puts it back, and "
                        + "without that copy a start begins with all defaults"))
        }
        if loaded.canStart {
            take(bytes, loaded)
        } else {
            // Commands that start no gateway still tell what is in the file, and look for one by the last good copy.
            let copy = lastGood.standIn().map { (loaded: load($0.text, lastGood.path), origin: $0.origin) }
            let usable = copy.flatMap { $0.loaded.canStart ? $0 : nil }
            var standIn = usable?.loaded ?? snapshot.running
            standIn.config.closed += loaded.config.closed
            snapshot = snapshot(
                of: bytes, file: loaded, running: standIn, origin: usable?.origin ?? .defaults)
            guard !loaded.failsClosed, usable != nil else {
                throw ConfigRefusal(
                    path: location.configPath, issues: loaded.issues + loaded.quarantined,
                    copyIssues: copy?.loaded.issues ?? lastGood.problems)
            }
        }
        noteNewFiles()
        return snapshot
    }

    private func noteNewFiles() {
        for path in watchedPaths where fingerprints[path] == nil {
            fingerprints[path] = FolderNotifier.fingerprint(of: path)
        }
    }

    /// Whether a file has been written since it was read last, which nobody was told of.
    var hasChangedSinceRead: Bool {
        watchedPaths.contains { fingerprints[$0] != FolderNotifier.fingerprint(of: $0) }
    }

    /// What reading the file again gave.
    package enum Reading {
        /// The same text and variables as before.
        case unchanged
        /// A valid text; `snapshot` is the new one.
        ///
        /// `variables` are the names of those that `.env` files give another value, or none, by now.
        indirect case changed(from: Config, variables: [String])
        /// A text with mistakes, or none, or one that must not run: what ran goes on running.
        case unusable([ConfigIssue])
    }

    /// Reads the file and the `.env` files again; where it only looks, what ran goes on running in any case.
    package func reload(onlyLooks: Bool = false) -> Reading {
        fingerprints = [:]
        noteNewFiles()
        defer { noteNewFiles() }
        let knownMistakes = dotEnvFiles.mistakes
        environment = dotEnvFiles.read(addingTo: processEnvironment)
        let variables = runningEnvironment.names(thatDifferFrom: environment)
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try read()
        } catch {
            return unreadable(error.description, exists: true)
        }
        if bytes == nil, snapshot.origin != .defaults {
            return unreadable(
                "the file is gone, and what it said runs on; "
                    + "`cp \(location.lastGoodPath) \(location.configPath)` puts it back", exists: false)
        }
        let running = snapshot.running
        if variables.isEmpty, dotEnvFiles.mistakes == knownMistakes, bytes == runningText,
            running.includedPaths.isEmpty,
            running.config.secrets.files.isEmpty
        {
            keepFile(bytes)
            return .unchanged
        }
        var loaded = load(bytes, isEmptyAMistake: true)
        let old = snapshot.running.config
        // What is shut already can stay shut while the rest changes.
        let shut = Set(running.config.closed.map(\.closes))
        var issues =
            loaded.issues.filter { $0.closes == nil || !shut.contains($0.closes) } + lostSecrets(loaded)
        if issues.isEmpty, let obstacle = obstacle(loaded) {
            issues.append(obstacle)
            loaded.warnings.append(obstacle)
        }
        guard issues.isEmpty else {
            snapshot = snapshot(of: bytes, file: loaded, running: snapshot.running, origin: snapshot.origin)
            return .unusable(issues)
        }
        let isSame =
            snapshot.origin == .file && loaded.config.raw == old.raw
            && loaded.config.secrets.paths(thatDifferFrom: old.secrets).isEmpty
            && loaded.config.closed == old.closed
        if isSame, variables.isEmpty {
            take(bytes, loaded)
            if before == nil { keep() }
            return .unchanged
        }
        if onlyLooks {
            snapshot = snapshot(of: bytes, file: loaded, running: running, origin: snapshot.origin)
        } else {
            before =
                before
                ?? Running(
                    loaded: running, origin: snapshot.origin, text: runningText,
                    environment: runningEnvironment, startEnvironment: runningEnvironment)
            take(bytes, loaded)
        }
        return .changed(from: old, variables: variables)
    }

    /// What the file says cannot be told: what runs is shown, with the reason.
    private func unreadable(_ reason: String, exists: Bool) -> Reading {
        let issue = ConfigIssue(path: .root, message: reason)
        var shown = snapshot.running
        shown.issues = [issue]
        // Without the text there is less to show, and the reason is told all the same.
        let bytes = try? running()
        snapshot = snapshot(of: bytes, file: shown, running: snapshot.running, origin: snapshot.origin)
        snapshot.exists = exists
        return .unusable([issue])
    }

    /// Secrets that are in use and would not be known any more: their references lead elsewhere now, and there is none.
    func lostSecrets(_ loaded: LoadedConfig) -> [ConfigIssue] {
        loaded.config.secrets.lost(from: snapshot.config.secrets).filter { $0.closes == nil }
    }

    /// A gateway runs with what was read last: it is the copy for a start with a file that has mistakes.
    package func keep() {
        before = nil
        switch snapshot.origin {
        case .file:
            guard let runningText, snapshot.running.isValid else { break }
            // An empty file says as much as none.
            if runningText.isBlank {
                lastGood.saveThatDefaultsRan()
            } else {
                lastGood.save(runningText, snapshot.running)
            }
        case .defaults: lastGood.saveThatDefaultsRan()
        case .lastGood: break
        }
    }

    /// Removes what processes have left that were ended while they wrote the file or a copy of it.
    package func removeLeftovers() {
        let backup = ConfigBackups.newest(of: location.configPath)
        for path in [PrivateFile.resolved(location.configPath), backup, location.lastGoodPath] {
            PrivateFile.removeLeftovers(of: path)
        }
    }

    /// Where the config that runs differs from the one a gateway was started with, in what takes another start.
    package var waitingForRestart: [ConfigPath] { before.map(waiting(since:)) ?? [] }

    private func waiting(since before: Running) -> [ConfigPath] {
        ReloadPlan.differences(
            before.loaded.config, snapshot.config,
            variables: before.startEnvironment.names(thatDifferFrom: runningEnvironment)
        ).filter { Config.reloadRule(for: $0) == .restart }
    }

    /// What has taken effect at once stays, also when what waits for another start is taken back.
    package func keepAllButWaiting() {
        guard let before else { return }
        let waiting = waiting(since: before)
        var (kept, hot) = (snapshot.running.assembled, snapshot.running.assembled)
        for path in waiting {
            hot.remove(at: [path])
            if let old = before.loaded.assembled[path] {
                kept.set(old, at: path)
            } else {
                kept.remove(at: [path])
            }
        }
        let variables = before.environment.names(thatDifferFrom: runningEnvironment).filter { name in
            hot.mentions(name) && !waiting.contains { before.loaded.assembled[$0]?.mentions(name) ?? false }
        }
        let isSameText = kept == before.loaded.assembled
        guard !isSameText || !variables.isEmpty else { return }
        let text = Array((kept.prettyText + "\n").utf8)
        var moved = before
        moved.environment = before.environment.with(variables, of: runningEnvironment)
        moved.loaded = load(text, location.configPath, moved.environment)
        if !isSameText { (moved.origin, moved.text) = (.file, text) }
        guard moved.loaded.isValid, self.waiting(since: moved) == waiting else { return }
        self.before = moved
        if !isSameText { lastGood.save(text, moved.loaded) }
    }

    /// Takes back the last change, with which no gateway starts; false when there was none.
    package func goBack() -> Bool {
        guard let before else { return false }
        self.before = nil
        (runningText, runningEnvironment) = (before.text, before.environment)
        (snapshot.running, snapshot.origin) = (before.loaded, before.origin)
        return true
    }

    func read() throws(FileError) -> [UInt8]? {
        try PrivateFile.read(location.configPath, limit: ConfigLoader.limits.maxBytes)
    }

    /// An empty file where a good one was is a write that was cut off.
    func load(_ bytes: [UInt8]?, isEmptyAMistake: @autoclosure () -> Bool) -> LoadedConfig {
        var loaded = load(bytes, location.configPath)
        if let bytes, bytes.isBlank, isEmptyAMistake() {
            var issue = ConfigIssue(path: .root, message: "the file is empty; write `{}` for all defaults")
            (issue.file, issue.position) = (
                FilePath.name(of: location.configPath), TextPosition(offset: 0, line: 1, column: 1)
            )
            loaded.issues.append(issue)
        }
        return loaded
    }

    /// By default with what the `.env` files said when they were read last.
    func load(_ bytes: [UInt8]?, _ path: String, _ environment: Environment? = nil) -> LoadedConfig {
        var loaded = loader.load(
            bytes, path: path, environment: environment ?? self.environment, known: snapshot.config.secrets)
        loaded.warnings += dotEnvFiles.mistakes
        return loaded
    }

    /// What could not be taken up went, and what runs is back.
    private func keepFile(_ bytes: [UInt8]?) {
        snapshot = snapshot(
            of: bytes, file: snapshot.running, running: snapshot.running, origin: snapshot.origin)
    }

    private func take(_ bytes: [UInt8]?, _ loaded: LoadedConfig) {
        runningText = bytes
        runningEnvironment = environment
        snapshot = snapshot(
            of: bytes, file: loaded, running: loaded, origin: bytes == nil ? .defaults : .file)
    }

    func snapshot(
        of bytes: [UInt8]?, file: LoadedConfig, running: LoadedConfig, origin: ConfigSnapshot.Origin
    ) -> ConfigSnapshot {
        ConfigSnapshot(
            path: location.configPath, raw: bytes.flatMap { String(validating: $0, as: UTF8.self) },
            exists: bytes != nil, hash: digest(bytes ?? []), running: running, origin: origin, file: file)
    }
}

extension JSON {
    /// Whether a text in it refers to a variable.
    fileprivate func mentions(_ variable: String) -> Bool {
        text.contains("${\(variable)") || text.contains("\"\(variable)\"")
    }
}
