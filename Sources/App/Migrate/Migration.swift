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
    /// The folders it is in: as it was named, and where that leads.
    let around: [String]
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
                ? "Copy it without its database, and take over the copy: `cp -a \(source) /tmp/original && rm "
                    + "/tmp/original/\(Self.database)* && openclaw migrate --damaged --from /tmp/original`."
                : "Its next start takes over what is there: `openclaw gateway`."
            throw CommandError("`\(source)` is this gateway's own state directory. \(advice)")
        }
        guard let names = (try? FolderListing.read(real)).map(Set.init) else {
            throw Self.unreachable(source)
        }
        guard !names.contains(Self.database) else {
            throw CommandError(
                "`\(source)` is a state directory of this gateway, with all that was said there since in `\(Self.database)`: "
                    + "it moves as a whole. Stop the gateway there and here, and copy it: `cp -a \(source)/. \(state)`. To "
                    + "take over only what the original left in it, copy it and take `\(Self.database)*` out of the copy."
            )
        }
        guard !names.isDisjoint(with: ConfigLocation.names + ["agents", "state", "credentials"]) else {
            throw CommandError(
                "`\(source)` holds no `openclaw.json` and no `agents`: it is not a state directory of OpenClaw."
            )
        }
        self.source = real
        let folders = [source, real].map { FilePath.folder(of: Self.withoutSlashes($0)) }
        around = folders[0] == folders[1] ? [folders[1]] : folders
        self.state = state
        self.configPath = configPath
        self.environment = environment
        self.takesDamaged = takesDamaged
    }

    private static let database = "openclaw.sqlite"

    private static func withoutSlashes(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func unreachable(_ source: String) -> CommandError {
        let user = geteuid()
        return CommandError(
            "`\(source)` is not for this user (\(user)) to read. As root, copy it to where this user may read and make it "
                + "theirs: `cp -a \(source) /tmp/original && chown -R \(user) /tmp/original`. Then run this with "
                + "`--from /tmp/original`.")
    }

    /// What has been copied on the way.
    struct Work {
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
        let isNew = access("\(state)/\(Self.database)", F_OK) != 0
        // Refuses while a gateway uses the state directory, and lets none start before everything is here.
        let database = try open()
        do {
            try await takeRecords(config, into: database, isNew: isNew, &outcome)
            var work = Work()
            takeWorkspaces(config, &outcome, &work)
            try takeConfig(config, &outcome, &work)
            takeFiles(config, &outcome, &work)
        } catch StoreError.full {
            throw await giveBack(database, isNew: isNew)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        return outcome
    }

    private func open() throws -> Database {
        let path = "\(state)/\(Self.database)"
        do {
            return try Database(path: path) { Terminal.printError($0) }
        } catch StoreError.alreadyOpen {
            let pid = try GatewayRun.gateway(holding: path)
            if let pid, Self.isMigrating(pid) {
                throw CommandError(
                    "Another `openclaw migrate` (pid \(pid)) is at work on `\(state)`. Wait until it has ended, then try again."
                )
            }
            throw CommandError(
                "The gateway is running on `\(state)`. \(Platform(environment).stopAdvice(pid: pid)) Then try again."
            )
        }
    }

    /// Whether a process is this command; where that cannot be seen it counts as a gateway.
    static func isMigrating(_ pid: Int) -> Bool {
        let line = (try? PrivateFile.read("/proc/\(pid)/cmdline", limit: 1 << 16)) ?? nil
        return line?.split(separator: 0).contains { $0.elementsEqual("migrate".utf8) } == true
    }

    /// Leaves no volume full of what is half there.
    private func giveBack(_ database: Database, isNew: Bool) async -> CommandError {
        if !isNew {
            // Where not even that can be written, the next run does it.
            try? await StateImport(stateDirectory: source, database: database).dropUnfinished()
        }
        await database.close()
        if isNew {
            for end in ["", "-wal", "-shm"] { unlink("\(state)/\(Self.database)\(end)") }
        }
        return CommandError(
            "The volume of `\(state)` has no room for the conversations: they take up about as much there as in "
                + "`\(source)`. \(isNew ? "Nothing was taken over." : "What was here already stays.") "
                + makeRoom)
    }

    private var makeRoom: String {
        "\(Platform(environment).volumeAdvice.makeRoom) Then run the same command again."
    }

    private func takeRecords(
        _ config: OriginalConfig, into database: Database, isNew: Bool, _ outcome: inout Outcome
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
        // A database does not shrink: what is there already would have no room to be worked with.
        if !isNew, let space = VolumeSpace(of: state),
            try await stateImport.weight() > space.usableBytes
        {
            throw StoreError.full(path: database.path)
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
            let places = unnamedPlaces(name, config)
            guard let real = places.lazy.compactMap(RealPath.of).first else {
                outcome.problems.append(
                    "No workspace is there to be copied to `\(state)/\(name)`: there is neither "
                        + "\(places.map { "`\($0)`" }.joined(separator: " nor ")).")
                continue
            }
            if isWhole(real, name, &outcome) { _ = work.plan.place(real, at: "\(state)/\(name)") }
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
            let copied = workspace ?? beside(said)[0]
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

    /// Where the original looks for a workspace without a word in the config. January's put them into the home directory,
    /// and versions before it had a key of their own for that of the only agent.
    private func unnamedPlaces(_ name: String, _ config: OriginalConfig) -> [String] {
        let early = "clawd" + name.dropFirst(Self.defaultName.count)
        let said = name == Self.defaultName ? config.said(at: OriginalConfig.earlyWorkspace) : nil
        let named = said.map { workspace($0, of: config) ?? $0 }
        return [named].compactMap(\.self) + ["\(source)/\(name)"] + beside(early)
            + ["\(environment.home)/\(early)"]
    }

    /// Where a folder is when it was copied together with the state directory.
    private func beside(_ path: String) -> [String] {
        around.map { "\($0 == "/" ? "" : $0)/\(FilePath.name(of: path))" }
    }

    /// The real path of what the config calls `said`: there, or in a copy of the state directory or beside one.
    private func workspace(_ said: String, of config: OriginalConfig) -> String? {
        let name = FilePath.name(of: said)
        let inSource = Self.ownFolders.contains(name) ? [] : ["\(source)/\(name)"]
        return config.place(of: said) ?? (inSource + beside(said)).lazy.compactMap(RealPath.of).first
            ?? config.closedPlace(of: said)
    }

    /// What is in a state directory and no workspace.
    private static let ownFolders = [
        "agents", "state", "credentials", "devices", "cron", "logs", "identity", "skills", "media", "hooks",
    ]

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
        if let first = work.copy.withoutRoom.first {
            outcome.failures.append(
                "\(work.copy.withoutRoom.count) files were left out, such as `\(first)`: the volume of `\(state)` has no room "
                    + "for them. \(makeRoom)")
        }
        let left = Leftovers(source: source, told: told).names
        guard !left.isEmpty else { return }
        outcome.problems.append("Left there, for nothing here reads it yet: \(FolderCopy.list(left)).")
    }
}
