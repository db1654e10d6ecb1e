package import Core

extension ConfigFile {
    /// Writes a whole document as it was sent, with secrets put back where the placeholder stands.
    @discardableResult
    package func replace(
        with raw: String, baseHash: String?
    ) async throws(ConfigWriteError) -> ConfigSnapshot {
        try await changing { () throws(ConfigWriteError) in
            try require(baseHash)
            let document = try parse(raw)
            let text = try restored(document)
            // What is not plain JSON was written by a person, and stays as it is.
            let isPlain = (try? JSON.parse(raw)) != nil
            do throws(ConfigWriteError) {
                try write(isPlain ? keepingComments(in: text, try parse(text).value) : text)
            } catch {
                throw error.located(in: load(Array(text.utf8), location.configPath))
            }
            return snapshot
        }
    }

    /// Applies a merge patch.
    ///
    /// Returns the paths that changed; none means that nothing was written.
    ///
    /// `needsHash: false`: an empty patch may come without a base hash, as the newer protocol allows.
    package func patch(
        with raw: String, baseHash: String?, needsHash: Bool = true
    ) async throws(ConfigWriteError) -> [ConfigPath] {
        try await changing { () throws(ConfigWriteError) in
            try applyPatch(raw, baseHash: baseHash, needsHash: needsHash)
        }
    }

    private func applyPatch(
        _ raw: String, baseHash: String?, needsHash: Bool
    ) throws(ConfigWriteError) -> [ConfigPath] {
        let sent = try parse(raw)
        guard case .object(let members) = sent.value else {
            throw ConfigWriteError("config.patch raw must be an object")
        }
        if needsHash || !members.isEmpty { try require(baseHash) }
        guard snapshot.file.isValid else { throw ConfigWriteError("invalid config; fix before patching") }
        let patch = try parse(try restored(sent)).value
        if let included = patch.removedPaths().first(where: isIncluded) {
            throw .included(included, remedy: "remove")
        }
        let document: JSON5Document
        if let present = snapshot.file.document { document = present } else { document = try parse("{}\n") }
        let text = ConfigEdit.rewrite(document, to: written(document.value.applying(mergePatch: patch)))
        return try edit { _ throws(ConfigEdit.Failure) in text }
    }

    /// Plain JSON was written by a program that knew no comments: what it changed is edited into the text there is.
    private func keepingComments(in text: String, _ wanted: JSON) -> String {
        guard let old = snapshot.file.document else { return text }
        let edited = ConfigEdit.rewrite(old, to: written(wanted))
        // A member that an included file has cannot be taken away here: then everything is written out.
        return meaning(of: edited) == meaning(of: text) ? edited : ConfigEdit.rewrite(old, to: wanted)
    }

    private func meaning(of text: String) -> JSON {
        loader.load(Array(text.utf8), path: location.configPath, environment: environment).config.raw
    }

    private func isIncluded(_ path: ConfigPath) -> Bool {
        snapshot.file.parsed[path] == nil && snapshot.file.config.raw[path] != nil
    }

    /// A document with `${VAR}` and `$include` as the file has them.
    private func written(_ wanted: JSON) -> JSON {
        wanted.keepingReferences(of: snapshot.file.parsed, meaning: snapshot.file.config.raw)
    }

    /// Sets one value, for the command line.
    @discardableResult
    package func set(_ value: JSON, at path: ConfigPath) async throws(ConfigWriteError) -> [ConfigPath] {
        try await changing { () throws(ConfigWriteError) in
            let own = try ownPlace(of: path)
            return try edit { text throws(ConfigEdit.Failure) in try ConfigEdit.set(value, at: own, in: text)
            }
        }
    }

    /// Takes one value away, for the command line.
    @discardableResult
    package func unset(_ path: ConfigPath) async throws(ConfigWriteError) -> [ConfigPath] {
        try await changing { () throws(ConfigWriteError) in
            let own = try ownPlace(of: path)
            if snapshot.file.parsed[own] == nil, snapshot.file.assembled[path] != nil {
                throw .included(path, remedy: "remove")
            }
            return try edit { text throws(ConfigEdit.Failure) in try ConfigEdit.unset(own, in: text) }
        }
    }

    /// Where in the file itself stands what is at `path` of the whole config: a list has its included items first.
    private func ownPlace(of path: ConfigPath) throws(ConfigWriteError) -> ConfigPath {
        var (own, whole) = (ConfigPath.root, ConfigPath.root)
        for step in path.steps {
            let items = snapshot.file.assembled[whole]?.arrayValue
            whole = whole.appending(step)
            guard let items, let index = step.itemIndex else {
                own = own.appending(step)
                continue
            }
            let included = items.count - (snapshot.file.parsed[own]?.arrayValue?.count ?? 0)
            guard index >= included else { throw .included(whole) }
            own = own.appending(.index(index - included))
        }
        return own
    }

    /// Reads the file again and changes it, while no other process does.
    private func changing<T>(
        _ change: () throws(ConfigWriteError) -> T
    ) async throws(ConfigWriteError) -> T {
        try await ConfigLock.holding(location.configPath) { () throws(ConfigWriteError) in
            try refresh()
            return try change()
        }
    }

    private func edit(
        _ change: (String) throws(ConfigEdit.Failure) -> String
    ) throws(ConfigWriteError) -> [ConfigPath] {
        guard snapshot.raw != nil || !snapshot.exists else {
            throw ConfigWriteError(
                "the file is not UTF-8 text; save it as that first", issues: snapshot.file.issues)
        }
        let edited: String
        do throws(ConfigEdit.Failure) {
            edited = try change(snapshot.raw ?? "")
        } catch {
            throw ConfigWriteError(error)
        }
        let changed = snapshot.file.parsed.changedPaths(to: try parse(edited).value)
        guard !changed.isEmpty else { return [] }
        // Mistakes that were there before must not keep anybody from mending them one by one.
        try write(
            Self.stamped(edited, stamp, hasMeta: snapshot.file.parsed["meta"] != nil),
            tolerating: snapshot.file.issues + snapshot.file.quarantined)
        return changed
    }

    /// Only where the file has a `meta` section: people who keep none are not given one.
    private static func stamped(_ text: String, _ stamp: Stamp, hasMeta: Bool) -> String {
        guard hasMeta else { return text }
        let meta: JSON = [
            "meta": ["lastTouchedVersion": .string(stamp.version), "lastTouchedAt": .string(stamp.now())]
        ]
        // The stamp is a courtesy: a text that cannot take it is written without.
        return (try? ConfigEdit.apply(mergePatch: meta, to: text)) ?? text
    }

    /// Somebody may have written the file since it was read last.
    ///
    /// One that is gone has what runs put into it again, with the change: else the change would be all there is.
    private func refresh() throws(ConfigWriteError) {
        do throws(FileError) {
            var bytes = try read()
            if bytes == nil { bytes = try running() }
            if let bytes, bytes.isBlank { try refuseIfCutOff() }
            let isSame =
                bytes == snapshot.raw.map { Array($0.utf8) } && snapshot.exists == (bytes != nil)
            guard !isSame || !snapshot.file.isValid else { return }
            let loaded = load(bytes, isEmptyAMistake: false)
            snapshot = snapshot(of: bytes, file: loaded, running: snapshot.running, origin: snapshot.origin)
        } catch {
            throw ConfigWriteError(error)
        }
    }

    /// A file that was emptied may be one that is being written: a change would be all that is left.
    private func refuseIfCutOff() throws(FileError) {
        guard try lastGood.text() != nil else { return }
        throw FileError(
            "change", location.configPath,
            reason: "it is empty, as it is while it is being written; if it stays so, "
                + "`cp \(location.lastGoodPath) \(location.configPath)` puts back what it said last")
    }

    /// The text that runs, be it the copy's.
    func running() throws(FileError) -> [UInt8]? {
        snapshot.origin == .lastGood ? try lastGood.text() : runningText
    }

    private func require(_ baseHash: String?) throws(ConfigWriteError) {
        guard snapshot.exists else { return }
        let given = baseHash?.split(whereSeparator: \.isWhitespace).joined() ?? ""
        guard !given.isEmpty else {
            throw ConfigWriteError("config base hash required; re-run config.get and retry")
        }
        guard given == snapshot.hash else {
            throw ConfigWriteError(
                "config changed since last load; re-run config.get and retry", isOutdated: true)
        }
    }

    private func parse(_ raw: String) throws(ConfigWriteError) -> JSON5Document {
        do throws(JSON5Error) {
            return try JSON.parseJSON5(raw, limits: ConfigLoader.limits)
        } catch {
            throw ConfigWriteError(error.protocolMessage, issues: [ConfigIssue(error)])
        }
    }

    private func restored(_ document: JSON5Document) throws(ConfigWriteError) -> String {
        do throws(ConfigRedaction.Unrestorable) {
            return try ConfigRedaction.restoredText(
                of: document, from: snapshot.file.document, meaning: snapshot.file.config.raw)
        } catch {
            throw ConfigWriteError(
                "invalid config", issues: [ConfigIssue(path: error.path, message: error.message)])
        }
    }

    /// Checks the text as a whole, keeps the old one as a backup, and puts the new one in its place.
    private func write(_ text: String, tolerating known: [ConfigIssue] = []) throws(ConfigWriteError) {
        let bytes = Array(text.utf8)
        let loaded = load(bytes, location.configPath)
        var issues = (loaded.issues + loaded.quarantined).filter { issue in
            !known.contains { $0.path == issue.path && $0.message == issue.message }
        }
        issues += lostSecrets(loaded)
        issues += ConfigRedaction.placeholders(leftIn: loaded.parsed, stored: snapshot.file.parsed)
        guard issues.isEmpty else { throw ConfigWriteError("invalid config", issues: issues) }
        if let obstacle = obstacle(loaded) { throw ConfigWriteError("invalid config", issues: [obstacle]) }
        do throws(FileError) {
            let new = try PrivateFile.prepare(bytes, for: location.configPath)
            try backUp()
            try new.putInPlace()
        } catch {
            throw ConfigWriteError(error)
        }
        snapshot = snapshot(of: bytes, file: loaded, running: snapshot.running, origin: snapshot.origin)
    }

    /// Keeps what the file says, or where it is gone what it said last: a new one is about to be written.
    package func backUp() throws(FileError) {
        var old = try read()
        if old == nil { old = try lastGood.text() }
        if let old { try ConfigBackups.keep(old, of: location.configPath) }
    }
}

extension ConfigWriteError {
    /// With the places where the same mistakes stand in the text that was sent.
    fileprivate func located(in sent: LoadedConfig) -> ConfigWriteError {
        var error = self
        let mistakes = sent.issues + sent.quarantined
        for (index, issue) in issues.enumerated() {
            error.issues[index].position =
                mistakes.first { $0.path == issue.path && $0.message == issue.message }?.position
        }
        return error
    }

    fileprivate static func included(_ path: ConfigPath, remedy: String = "change") -> ConfigWriteError {
        ConfigWriteError("`\(path)` comes from an included file; \(remedy) it there")
    }

    init(_ failure: ConfigEdit.Failure) {
        switch failure {
        case .unreadable(let error): self.init(error.protocolMessage)
        case .missing(let path): self.init("Config path not found: \(path)")
        case .unreachable(let path):
            self.init("Config path cannot be set: \(path) leads into a value that has no such member")
        }
    }
}
