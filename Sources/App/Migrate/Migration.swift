import Agent
import Core
import Gateway
import Store

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Takes an installation of the original over into this state directory; nothing of it is changed.
struct Migration {
    /// The original's state directory.
    let source: String
    /// Ours.
    let state: String
    /// Where our config file is, or will be.
    let configPath: String
    let environment: Environment
    /// Whether damaged tables are read as far as they can be, for want of a good copy.
    let takesDamaged: Bool

    /// What was done, a sentence a step.
    struct Outcome {
        var steps: [String] = []
        var problems: [String] = []
        /// What did not come, and will once it is mended.
        var failures: [String] = []
    }

    /// `source` as a real path; refuses folders that hold no installation.
    ///
    /// `environment` tells what `~` and variables in the original's config mean.
    init(
        from source: String, state: String, configPath: String, environment: Environment, takesDamaged: Bool
    ) throws(CommandError) {
        guard let real = RealPath.of(source) else {
            guard errno == EACCES else {
                throw CommandError(
                    "There is no folder `\(source)`. Name the original's state directory with `--from`.")
            }
            throw Self.unreachable(source)
        }
        guard real != RealPath.of(state) else {
            let advice =
                takesDamaged
                ? "Copy it, and take over the copy: `cp -a \(source) /tmp/original && openclaw migrate --damaged --from "
                    + "/tmp/original`."
                : "Its next start takes over what is there: `openclaw gateway`."
            throw CommandError("`\(source)` is this gateway's own state directory. \(advice)")
        }
        guard let names = (try? FolderListing.read(real)).map(Set.init) else {
            throw Self.unreachable(source)
        }
        guard !names.isDisjoint(with: ConfigLocation.names + ["agents", "state", "credentials"]) else {
            throw CommandError(
                "`\(source)` holds no `openclaw.json` and no `agents`: it is not a state directory of OpenClaw."
            )
        }
        self.source = real
        self.state = state
        self.configPath = configPath
        self.environment = environment
        self.takesDamaged = takesDamaged
    }

    private static func unreachable(_ source: String) -> CommandError {
        let user = geteuid()
        return CommandError(
            "`\(source)` is not for this user (\(user)) to read. As root, copy it to where this user may read and make it "
                + "theirs: `cp -a \(source) /tmp/original && chown -R \(user) /tmp/original`. Then run this with "
                + "`--from /tmp/original`.")
    }

    /// What has been copied on the way.
    private struct Work {
        var copy = FolderCopy()
        var plan = WorkspacePlan()
        /// What the config here has to say instead of what the original's says.
        var changes: [(path: ConfigPath, place: String)] = []
    }

    // MARK: Steps

    func run() async throws -> Outcome {
        var outcome = Outcome()
        let config: OriginalConfig
        do throws(FileError) {
            try PrivateFile.makeFolder(state)
            config = try OriginalConfig(
                source: source, state: state, home: environment.home, environment: environment)
        } catch {
            throw CommandError("\(error)")
        }
        // Refuses while a gateway uses the state directory, and lets none start before everything is here.
        let database = try open()
        do {
            try await takeRecords(config, into: database, &outcome)
            var work = Work()
            takeWorkspaces(config, &outcome, &work)
            try takeConfig(config, &outcome, &work)
            takeFiles(config, &outcome, &work)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        return outcome
    }

    private func open() throws -> Database {
        let path = "\(state)/openclaw.sqlite"
        do {
            return try Database(path: path) { Terminal.printError($0) }
        } catch StoreError.alreadyOpen {
            let pid = try GatewayRun.gateway(holding: path)
            throw CommandError(
                "The gateway is running on `\(state)`. \(Platform(environment).stopAdvice(pid: pid)) Then try again."
            )
        }
    }

    private func takeRecords(
        _ config: OriginalConfig, into database: Database, _ outcome: inout Outcome
    ) async throws {
        let lists = config.sessionLists
        if lists.isEmpty, let said = config.said(at: OriginalConfig.sessionStore) {
            outcome.problems.append(
                "`session.store` is `\(said)`, and no such file is here: the conversations in it were not taken over."
            )
        }
        let approvals = await ApprovalsFile(state: state, home: nil)
        let stateImport = StateImport(
            stateDirectory: source, database: database, sessionLists: lists, takesDamaged: takesDamaged)
        if let other = try await stateImport.otherInstallation() {
            outcome.failures.append(
                "None of the conversations in `\(source)` is here: `\(other)` was taken over before, which is another "
                    + "installation. Give this one a state directory of its own: "
                    + "`OPENCLAW_STATE_DIR=~/.openclaw-other openclaw migrate --from \(source)`.")
            return
        }
        let wasDone = try await stateImport.isDone()
        if let report = try await stateImport.run(triesAgain: true, keepingApprovals: approvals.bringIn) {
            outcome.steps.append("Took over \(wasDone ? "what was missing: " : "")\(report.summary).")
            outcome.problems += report.problems
            outcome.failures += report.failures
        } else {
            outcome.steps.append(
                wasDone
                    ? "Conversations were taken over before, and there is nothing new in them."
                    : "No conversations to take over.")
        }
    }

    // MARK: Workspaces

    /// Copies each workspace to a place of its own below our state directory.
    private func takeWorkspaces(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) {
        // Those that the config does not name are found here under the same names, so they choose first.
        for name in unnamedWorkspaces(config) {
            guard let real = unnamedPlaces(name).lazy.compactMap(RealPath.of).first,
                isWhole(real, name, &outcome)
            else { continue }
            _ = work.plan.place(real, at: "\(state)/\(name)")
        }
        let named =
            [(OriginalConfig.defaultWorkspace, "workspace")]
            + config.agents.compactMap { agent in agent.workspace.map { ($0, "workspace-\(agent.id)") } }
        var missing: Set<String> = []
        for (path, name) in named {
            guard let said = config.said(at: path) else { continue }
            // One that is not here, or that this user may not reach, has its place here all the same: what is in it comes
            // with the next run.
            let workspace = workspace(said, of: config)
            if let workspace, !isWhole(workspace, "\(path)", &outcome) { continue }
            let copied = workspace ?? besideSource(said)
            if workspace == nil {
                missing.insert(copied)
                outcome.failures.append(
                    "`\(path)` is `\(said)`, and neither that folder is here nor `\(copied)`: copy it there.")
            }
            let isOwn = RealPath.isInside(copied, source)
            let wanted = isOwn ? state + copied.dropFirst(source.count) : "\(state)/\(name)"
            work.changes.append((path, work.plan.place(copied, at: wanted)))
        }
        for (workspace, target) in work.plan.places where !missing.contains(workspace) {
            work.copy.copyWorkspace(workspace, to: target)
        }
    }

    /// What the workspaces are called that agents have without a word in the config.
    private func unnamedWorkspaces(_ config: OriginalConfig) -> [String] {
        let hasDefault = config.said(at: OriginalConfig.defaultWorkspace) != nil
        return config.agents.compactMap { agent in
            if agent.workspace.flatMap(config.said) != nil { return nil }
            if agent.isDefault { return hasDefault ? nil : Self.defaultName }
            return "workspace-\(agent.id)"
        }
    }

    private static let defaultName = "workspace"

    /// Where the original looks for a workspace without a word in the config. January's put that of the default agent into
    /// the home directory.
    private func unnamedPlaces(_ name: String) -> [String] {
        let inSource = "\(source)/\(name)"
        guard name == Self.defaultName else { return [inSource] }
        return [inSource, besideSource("clawd"), "\(environment.home)/clawd"]
    }

    /// Where a folder is when it was copied together with the state directory.
    private func besideSource(_ path: String) -> String {
        let folder = FilePath.folder(of: source)
        return "\(folder == "/" ? "" : folder)/\(FilePath.name(of: path))"
    }

    /// The real path of what the config calls `said`.
    private func workspace(_ said: String, of config: OriginalConfig) -> String? {
        config.place(of: said) ?? RealPath.of(besideSource(said)) ?? config.closedPlace(of: said)
    }

    /// Whether a folder is a workspace and no more; tells it where it is not.
    private func isWhole(_ real: String, _ name: String, _ outcome: inout Outcome) -> Bool {
        let holdsMore = [source, RealPath.of(state) ?? state].contains { RealPath.isInside($0, real) }
        if holdsMore {
            outcome.problems.append(
                "`\(name)` is `\(real)`, which holds more than a workspace: nothing of it was copied. Name another folder."
            )
        }
        return !holdsMore
    }

    // MARK: Config

    private func takeConfig(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) throws {
        guard let name = config.name else {
            return outcome.steps.append("No config file to take over.")
        }
        takeIncluded(config.loaded.includedPaths, &outcome, &work)
        takeNamedFiles(config, &outcome, &work)
        guard access(configPath, F_OK) != 0 else { return compare(name, &outcome, work) }
        guard let text = config.text else {
            return outcome.problems.append(
                "`\(source)/\(name)` is not UTF-8 text and was not taken over: save it as that, and try again."
            )
        }
        do throws(FileError) {
            try PrivateFile.write(Array(changed(text, work.changes, &outcome).utf8), to: configPath)
        } catch {
            throw CommandError("\(error)")
        }
        outcome.steps.append("Wrote `\(configPath)`.")
    }

    /// Of a config that is here already: which copies it does not name.
    private func compare(_ name: String, _ outcome: inout Outcome, _ work: Work) {
        outcome.problems.append(
            "`\(configPath)` is there already and stays; what `\(source)/\(name)` says was not taken over.")
        let bytes = (try? PrivateFile.read(configPath, limit: ConfigLoader.limits.maxBytes)) ?? nil
        let ours = String(decoding: bytes ?? [], as: UTF8.self)
        for (path, place) in work.changes {
            let isUsual = place == "\(state)/workspace" && !ours.contains("workspace")
            guard !isUsual, !ours.contains(place) else { continue }
            outcome.problems.append(
                "`\(path)` was copied to `\(place)`, which `\(configPath)` does not name.")
        }
    }

    /// Files that the config is made of, to the same places beside ours.
    private func takeIncluded(_ paths: [String], _ outcome: inout Outcome, _ work: inout Work) {
        for path in paths {
            if RealPath.of(path) == nil {
                outcome.problems.append("`\(path)` is part of the config and is not there.")
            } else if RealPath.isInside(path, source) {
                work.copy.copyFile(path, to: FilePath.folder(of: configPath) + path.dropFirst(source.count))
            } else {
                outcome.problems.append(
                    "`\(path)` is part of the config and outside `\(source)`: it was not copied. `openclaw config validate` "
                        + "tells whether it is found.")
            }
        }
    }

    /// Files with secrets in the original's state directory, to the same places in ours; other paths into it are told.
    private func takeNamedFiles(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) {
        for (path, said) in config.namedPaths {
            if let own = config.ownPath(of: said), OriginalConfig.isSecretFile(path) {
                work.copy.copyFile("\(source)/\(own)", to: "\(state)/\(own)")
                work.changes.append((path, "\(state)/\(own)"))
            } else if config.isOwn(said) {
                outcome.problems.append(
                    "`\(path)` is `\(said)`, of the other installation: copy what is needed, and name another place."
                )
            }
        }
    }

    /// The config's text with our places in it.
    private func changed(
        _ text: String, _ changes: [(path: ConfigPath, place: String)], _ outcome: inout Outcome
    ) -> String {
        guard let document = try? JSON.parseJSON5(text).value else {
            outcome.problems.append("The config file has mistakes: `openclaw config validate` names them.")
            return text
        }
        var text = text
        for (path, place) in changes {
            guard document[path] != nil, let edited = try? ConfigEdit.set(.string(place), at: path, in: text)
            else {
                outcome.problems.append("Set `\(path)` to `\(place)`: it stands in an included file.")
                continue
            }
            text = edited
            outcome.steps.append("`\(path)` is `\(place)` now.")
        }
        return text
    }

    // MARK: Files

    private func takeFiles(_ config: OriginalConfig, _ outcome: inout Outcome, _ work: inout Work) {
        let logins = FolderListing.names(in: "\(source)/agents").sorted().map {
            "agents/\($0)/agent/auth-profiles.json"
        }
        for name in [".env", ApprovalsFile.name, DeviceKey.file] + logins {
            work.copy.copyFile("\(source)/\(name)", to: "\(state)/\(name)")
        }
        var told = work.copy.sources.union(config.sessionLists.values)
        told.formUnion(["\(source)/\(config.name ?? "")", RealPath.of(state) ?? state])
        // Those that an earlier run has copied with the config.
        told.formUnion(config.ownFiles.filter { access(state + $0.dropFirst(source.count), F_OK) == 0 })
        for name in FolderListing.names(in: source).sorted()
        where name == "workspace" || name.hasPrefix("workspace-") {
            told.insert("\(source)/\(name)")
            // A link leads to what the other installation goes on writing to.
            guard let real = RealPath.of("\(source)/\(name)"),
                !work.plan.places.contains(where: { RealPath.isInside(real, $0.workspace) }),
                isWhole(real, name, &outcome)
            else { continue }
            let target = "\(state)/\(name)"
            guard work.plan.isFree(target, for: real) else {
                outcome.problems.append("`\(real)` was left there: the config names another workspace.")
                continue
            }
            work.copy.copyWorkspace(real, to: work.plan.place(real, at: target))
        }
        outcome.steps.append(
            "Copied \(work.copy.files) files of workspaces, logins and config"
                + (work.copy.knownFiles == 0 ? "." : "; \(work.copy.knownFiles) were here already."))
        outcome.problems += work.copy.problems
        outcome.failures += work.copy.failures
        let left = Leftovers(source: source, told: told).names
        guard !left.isEmpty else { return }
        outcome.problems.append("Left there, for nothing here reads it yet: \(FolderCopy.list(left)).")
    }
}
