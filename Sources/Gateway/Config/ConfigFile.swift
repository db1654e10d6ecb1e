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
    private let dotEnvPaths: [String]
    /// With what the `.env` files said when they were read last.
    var environment: Environment
    /// With what they said when the running config was loaded.
    private var runningEnvironment: Environment
    /// The lines of the `.env` files that say nothing, as warnings.
    private var dotEnvMistakes: [ConfigIssue]
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
        var environment: Environment
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
        dotEnvPaths = [workingDirectory, location.stateDirectory].map { $0 + "/.env" }
        for path in [location.configPath] + dotEnvPaths {
            fingerprints[path] = FolderNotifier.fingerprint(of: path)
        }
        (self.environment, dotEnvMistakes) = Self.environment(environment, dotEnvPaths)
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
        nothing.warnings += dotEnvMistakes
        snapshot = ConfigSnapshot(
            path: location.configPath, raw: nil, exists: false, hash: digest([]), running: nothing,
            origin: .defaults,
            file: nothing)
    }

    private static func environment(
        _ variables: [String: String], _ dotEnvPaths: [String]
    ) -> (Environment, mistakes: [ConfigIssue]) {
        var environment = Environment(variables)
        var mistakes: [ConfigIssue] = []
        for path in dotEnvPaths {
            // A `.env` that cannot be read is as good as none: nothing in it is needed to start.
            guard let bytes = try? PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes) else {
                continue
            }
            let (variables, wrongLines) = Environment.read(String(decoding: bytes, as: UTF8.self))
            environment.add(variables)
            let mistake = wrongLines.isEmpty ? nil : ConfigIssue.wrongLines(wrongLines, of: path)
            if let mistake, !mistakes.contains(mistake) { mistakes.append(mistake) }
        }
        return (environment, mistakes)
    }

    /// All files whose change may change the config.
    package var watchedPaths: [String] {
        [location.configPath] + dotEnvPaths + snapshot.file.includedPaths + snapshot.file.config.secrets.files
    }

    // MARK: Reading

    /// Loads the file for a start.
    ///
    /// With mistakes in it the last good copy is taken, unless they decide who may come in.
    package func loadAtStart() throws(ConfigRefusal) -> ConfigSnapshot {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try read()
        } catch {
            throw ConfigRefusal(path: location.configPath, issues: [], reason: error.description)
        }
        // Read only for a file that cannot be used.
        lazy var lastGood = self.lastGood()
        let loaded = load(bytes, isEmptyAMistake: lastGood != nil)
        if loaded.isValid {
            take(bytes, loaded)
        } else if !loaded.failsClosed, let lastGood {
            snapshot = snapshot(of: bytes, file: loaded, running: lastGood, origin: .lastGood)
        } else {
            // Commands that start no gateway still tell what is in the file, and look for one by the last good copy.
            snapshot = snapshot(
                of: bytes, file: loaded, running: lastGood ?? snapshot.running,
                origin: lastGood == nil ? .defaults : .lastGood)
            throw ConfigRefusal(path: location.configPath, issues: loaded.issues + loaded.quarantined)
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
        let knownMistakes = dotEnvMistakes
        (environment, dotEnvMistakes) = Self.environment(processEnvironment, dotEnvPaths)
        let variables = runningEnvironment.names(thatDifferFrom: environment)
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try read()
        } catch {
            return .unusable([ConfigIssue(path: .root, message: error.description)])
        }
        if bytes == nil, snapshot.exists {
            return .unusable([ConfigIssue(path: .root, message: "the file is gone")])
        }
        let running = snapshot.running
        if variables.isEmpty, dotEnvMistakes == knownMistakes, bytes == runningText,
            running.includedPaths.isEmpty,
            running.config.secrets.files.isEmpty
        {
            if let bytes { keepFile(bytes) }
            return .unchanged
        }
        var loaded = load(bytes, isEmptyAMistake: true)
        let old = snapshot.running.config
        // A secret that could be read a moment ago is still good.
        let lost = loaded.config.secrets.failures.filter { issue in
            old.secrets.values[issue.path] != nil && !issue.isSecurity
        }
        var issues = loaded.issues + lost
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
                    environment: runningEnvironment)
            take(bytes, loaded)
        }
        return .changed(from: old, variables: variables)
    }

    /// A gateway runs with what was read last: it is the copy for a start with a file that has mistakes.
    package func keep() {
        before = nil
        if snapshot.origin == .file, let runningText { saveLastGood(runningText, snapshot.running) }
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
        if let bytes, bytes.allSatisfy({ $0 <= 0x20 }), isEmptyAMistake() {
            var issue = ConfigIssue(path: .root, message: "the file is empty; write `{}` for all defaults")
            (issue.file, issue.position) = (
                FilePath.name(of: location.configPath), TextPosition(offset: 0, line: 1, column: 1)
            )
            loaded.issues.append(issue)
        }
        return loaded
    }

    func load(_ bytes: [UInt8]?, _ path: String) -> LoadedConfig {
        var loaded = loader.load(bytes, path: path, environment: environment)
        loaded.warnings += dotEnvMistakes
        return loaded
    }

    /// What could not be taken up went, and what runs is back.
    private func keepFile(_ bytes: [UInt8]) {
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

    // MARK: The last good copy

    private func lastGood() -> LoadedConfig? {
        // A copy that cannot be read is no copy; the mistakes in the file itself are what is told then.
        guard let bytes = try? PrivateFile.read(location.lastGoodPath, limit: ConfigLoader.limits.maxBytes)
        else { return nil }
        let loaded = load(bytes, location.lastGoodPath)
        return loaded.isValid ? loaded : nil
    }

    /// With includes the copy holds all files in one, so that it stands alone.
    private func saveLastGood(_ bytes: [UInt8], _ loaded: LoadedConfig) {
        let copy = loaded.includedPaths.isEmpty ? bytes : Array((loaded.assembled.prettyText + "\n").utf8)
        // Losing the copy costs only the fallback, and the next good load tries again.
        let stored = try? PrivateFile.read(location.lastGoodPath, limit: ConfigLoader.limits.maxBytes)
        if stored != copy { try? PrivateFile.write(copy, to: location.lastGoodPath, followsLink: false) }
    }
}

extension ConfigIssue {
    /// Lines named in one sentence.
    private static let mostLines = 8

    fileprivate static func wrongLines(_ lines: [Int], of path: String) -> ConfigIssue {
        let named = lines.prefix(mostLines).map(String.init).joined(separator: ", ")
        let rest = lines.count > mostLines ? " and \(lines.count - mostLines) more" : ""
        return ConfigIssue(
            path: .root,
            message:
                "`\(path)`: line \(named)\(rest): not `NAME=value`, so it is passed over; mend it, or put `#` before it"
        )
    }
}
