import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The config, with our places in it, and the files that it is made of.
extension Migration {
    func takeConfig(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) throws {
        guard let name = config.name else {
            return outcome.steps.append("No config file to take over.")
        }
        takeIncluded(config.loaded.includedPaths, &outcome, &work)
        takeNamedFiles(config, &outcome, &work)
        guard access(configPath, F_OK) != 0 else { return compare(name, config, &outcome, work) }
        guard let text = config.text else {
            return outcome.problems.append(
                "`\(source)/\(name)` is not UTF-8 text and was not taken over: save it as that, and try again."
            )
        }
        do throws(FileError) {
            try PrivateFile.write(Array(changed(text, work.changes, config, &outcome).utf8), to: configPath)
        } catch {
            throw CommandError("\(error)")
        }
        outcome.steps.append("Wrote `\(configPath)`.")
    }

    /// Of a config that is here already: which copies it does not name.
    private func compare(
        _ name: String, _ config: OriginalConfig, _ outcome: inout Outcome, _ work: Work
    ) {
        outcome.problems.append(
            "`\(configPath)` is there already and stays; what `\(source)/\(name)` says was not taken over.")
        let ours = ourText(config)
        for (path, place) in work.changes {
            let isUsual = place == "\(state)/workspace" && !ours.contains("workspace")
            guard !isUsual, !ours.contains(place) else { continue }
            outcome.problems.append(
                "`\(path)` was copied to `\(place)`, which `\(configPath)` does not name.")
        }
    }

    /// The config here, with what it includes of the other one's; empty where there is none.
    private func ourText(_ config: OriginalConfig) -> String {
        ([configPath] + config.loaded.includedPaths.compactMap(copy)).map { text(of: $0) ?? "" }.joined()
    }

    private func text(of path: String) -> String? {
        // A file that cannot be read says nothing.
        let bytes = (try? PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes)) ?? nil
        return bytes.flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Where a file goes that the config includes; nil for one outside the state directory.
    private func copy(of included: String) -> String? {
        guard RealPath.isInside(included, source) else { return nil }
        return FilePath.folder(of: configPath) + included.dropFirst(source.count)
    }

    /// Files that the config is made of, to the same places beside ours.
    private func takeIncluded(_ paths: [String], _ outcome: inout Outcome, _ work: inout Work) {
        for path in paths {
            if RealPath.of(path) == nil {
                outcome.problems.append("`\(path)` is part of the config and is not there.")
            } else if let target = copy(of: path) {
                work.copy.copyFile(path, to: target)
            } else {
                outcome.problems.append(
                    "`\(path)` is part of the config and outside `\(source)`: it was not copied. `openclaw config validate` "
                        + "tells whether it is found.")
            }
        }
    }

    /// Files with secrets in the original's state directory, to the same places in ours; other paths into it are told, and
    /// files with secrets that are nowhere.
    private func takeNamedFiles(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) {
        let ours = ourText(config)
        for (path, said) in config.namedPaths {
            let isSecret = OriginalConfig.isSecretFile(path)
            if let own = config.ownPath(of: said), isSecret {
                work.copy.copyFile("\(source)/\(own)", to: "\(state)/\(own)")
                work.changes.append((path, "\(state)/\(own)"))
            } else if isSecret {
                guard config.place(of: said) == nil, ours.isEmpty || ours.contains(said) else { continue }
                outcome.failures.append(
                    "`\(path)` is `\(said)`, and there is no such file here, or not for this user: put it there, or have "
                        + "`\(path)` name another.")
            } else if config.isOwn(said), path != OriginalConfig.log || !RealPath.isInside(said, state) {
                outcome.problems.append(
                    "`\(path)` is `\(said)`, of the other installation: copy what is needed, and name another place."
                )
            }
        }
    }

    /// The config's text with our places in it.
    private func changed(
        _ text: String, _ changes: [(path: ConfigPath, place: String)], _ config: OriginalConfig,
        _ outcome: inout Outcome
    ) -> String {
        guard let document = try? JSON.parseJSON5(text).value else {
            outcome.problems.append("The config file has mistakes: `openclaw config validate` names them.")
            return text
        }
        var text = text
        for (path, place) in changes {
            if document[path] != nil, let edited = try? ConfigEdit.set(.string(place), at: path, in: text) {
                text = edited
            } else if !changeIncluded(path, to: place, config) {
                outcome.failures.append(
                    "`\(path)` stands in an included file: put `\(place)` there, or what is here works in the other "
                        + "installation's folder.")
                continue
            }
            outcome.steps.append("`\(path)` is `\(place)` now.")
        }
        return text
    }

    /// Puts a place into the copy of the one file that has it; false where that cannot be told.
    private func changeIncluded(_ path: ConfigPath, to place: String, _ config: OriginalConfig) -> Bool {
        guard let said = config.loaded.assembled[path] else { return false }
        var found: [(target: String, path: ConfigPath, text: String)] = []
        for target in config.loaded.includedPaths.compactMap(copy) {
            guard let text = text(of: target), let document = try? JSON.parseJSON5(text).value else {
                continue
            }
            // What includes it may stand anywhere above.
            for start in path.steps.indices {
                let rest = ConfigPath(Array(path.steps[start...]))
                if document[rest] == said { found.append((target, rest, text)) }
            }
        }
        guard found.count == 1, let only = found.first,
            let edited = try? ConfigEdit.set(.string(place), at: only.path, in: only.text)
        else { return false }
        return (try? PrivateFile.write(Array(edited.utf8), to: only.target)) != nil
    }
}
