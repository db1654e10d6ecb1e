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
    /// What `~` means in the original's config.
    let home: String

    /// What was done, a sentence a step.
    struct Outcome {
        var steps: [String] = []
        var problems: [String] = []
    }

    /// `source` as a real path; refuses folders that hold no installation.
    init(from source: String, state: String, configPath: String, home: String) throws(CommandError) {
        guard let real = RealPath.of(source) else {
            throw CommandError(
                "There is no folder `\(source)`. Name the original's state directory with `--from`.")
        }
        guard real != RealPath.of(state) else {
            throw CommandError(
                "`\(source)` is this gateway's own state directory. Its next start takes over what is there: "
                    + "`openclaw gateway`.")
        }
        let names = Set(FolderListing.names(in: real))
        guard !names.isDisjoint(with: ConfigLocation.names + ["agents", "state", "credentials"]) else {
            throw CommandError(
                "`\(source)` holds no `openclaw.json` and no `agents`: it is not a state directory of OpenClaw."
            )
        }
        self.source = real
        self.state = state
        self.configPath = configPath
        self.home = home
    }

    /// What has been copied on the way.
    private struct Work {
        var copy = FolderCopy()
        /// Where the workspaces that the config names have gone, by their real paths.
        var workspaces: [String: String] = [:]
    }

    // MARK: Steps

    func run() async throws -> Outcome {
        var outcome = Outcome()
        do throws(FileError) { try PrivateFile.makeFolder(state) } catch { throw CommandError("\(error)") }
        // First, because it refuses while a gateway uses the state directory.
        let database = try open()
        do {
            try await takeRecords(into: database, &outcome)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        var work = Work()
        try takeConfig(&outcome, &work)
        takeFiles(&outcome, &work)
        return outcome
    }

    private func open() throws -> Database {
        let path = "\(state)/openclaw.sqlite"
        do {
            return try Database(path: path)
        } catch StoreError.alreadyOpen {
            let pid = Database.holder(of: path).map { " (`kill \($0)`)" } ?? ""
            throw CommandError("The gateway is running on `\(state)`. Stop it\(pid), and try again.")
        }
    }

    private func takeRecords(into database: Database, _ outcome: inout Outcome) async throws {
        let approvals = await ApprovalsFile(state: state, home: nil)
        let stateImport = StateImport(stateDirectory: source, database: database)
        let report = try await stateImport.run(keepingApprovals: approvals.bringIn)
        guard let report else {
            let isNew = try await Stores(database).sessions.list().total == 0
            return outcome.steps.append(
                isNew
                    ? "No conversations to take over."
                    : "Conversations were taken over before; they stay as they are.")
        }
        outcome.steps.append("Took over \(report.summary).")
        outcome.problems += report.problems
    }

    private func takeConfig(_ outcome: inout Outcome, _ work: inout Work) throws {
        guard let name = ConfigLocation.names.first(where: { access("\(source)/\($0)", R_OK) == 0 }) else {
            return outcome.steps.append("No config file to take over.")
        }
        guard access(configPath, F_OK) != 0 else {
            return outcome.problems.append(
                "`\(configPath)` is there already and stays; what `\(source)/\(name)` says was not taken over."
            )
        }
        do throws(FileError) {
            guard let bytes = try Self.read("\(source)/\(name)") else { return }
            let loaded = ConfigLoader { path in
                do throws(FileError) {
                    return try Self.read(path).map { .success($0) }
                        ?? .failure(.init(message: "is not there"))
                } catch {
                    return .failure(.init(message: error.description))
                }
            }
            .load(bytes, path: "\(source)/\(name)", environment: environment)
            guard let said = String(validating: bytes, as: UTF8.self) else {
                return outcome.problems.append(
                    "`\(source)/\(name)` is not UTF-8 text and was not taken over: save it as that, and try again."
                )
            }
            takeIncluded(loaded.includedPaths, &outcome, &work)
            let text = withOwnWorkspaces(said, loaded, &outcome, &work)
            if text.contains("\(source)/") {
                outcome.problems.append(
                    "`\(configPath)` still names paths in `\(source)`: change them to where the copies are.")
            }
            try PrivateFile.write(Array(text.utf8), to: configPath)
        } catch {
            throw CommandError("\(error)")
        }
        outcome.steps.append("Wrote `\(configPath)`.")
    }

    /// What `${VAR}` means in its config, as far as its own `.env` says it.
    private var environment: Environment {
        // A `.env` that cannot be read says nothing.
        let bytes = (try? Self.read("\(source)/.env")) ?? nil
        return Environment(Environment.parse(String(decoding: bytes ?? [], as: UTF8.self)))
    }

    private static func read(_ path: String) throws(FileError) -> [UInt8]? {
        try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes)
    }

    /// Files that the config is made of, to the same places beside ours.
    private func takeIncluded(_ paths: [String], _ outcome: inout Outcome, _ work: inout Work) {
        for path in paths {
            guard let real = RealPath.of(path) else {
                outcome.problems.append("`\(path)` is part of the config and is not there.")
                continue
            }
            guard RealPath.isInside(real, source) else {
                outcome.problems.append(
                    "`\(path)` is part of the config and outside `\(source)`: it was not copied. `openclaw config validate` "
                        + "tells whether it is found.")
                continue
            }
            let target = FilePath.folder(of: configPath) + real.dropFirst(source.count)
            // What cannot be made is told with the file that does not fit into it.
            try? PrivateFile.makeFolder(FilePath.folder(of: target))
            work.copy.copy(real, to: target)
        }
    }

    // MARK: Workspaces

    /// The text with each agent's workspace below our state directory, and the workspaces copied there.
    private func withOwnWorkspaces(
        _ text: String, _ loaded: LoadedConfig, _ outcome: inout Outcome, _ work: inout Work
    ) -> String {
        guard let document = try? JSON.parseJSON5(text).value else {
            outcome.problems.append("The config file has mistakes: `openclaw config validate` names them.")
            return text
        }
        var text = text
        for (path, name) in workspaces(of: loaded.assembled) {
            guard let said = (loaded.config.raw[path] ?? loaded.assembled[path])?.stringValue,
                let target = takeWorkspace(said, named: name, path, &outcome, &work)
            else { continue }
            guard document[path] != nil, let edited = try? ConfigEdit.set(.string(target), at: path, in: text)
            else {
                outcome.problems.append("Set `\(path)` to `\(target)`: it stands in an included file.")
                continue
            }
            text = edited
            outcome.steps.append("`\(path)` is `\(target)` now.")
        }
        return text
    }

    /// Where the config may name a workspace, and what it is called among ours.
    private func workspaces(of config: JSON) -> [(path: ConfigPath, name: String)] {
        let agents = ConfigPath([.key("agents")])
        let own = (config["agents"]?["list"]?.arrayValue ?? []).enumerated().map { index, agent in
            (
                agents.appending("list").appending(.index(index)).appending("workspace"),
                "workspace-\(agent["id"]?.stringValue ?? "\(index)")"
            )
        }
        return [(agents.appending("defaults").appending("workspace"), "workspace")] + own
    }

    /// Copies the workspace that the config calls `said`, and returns where to; nil when it stays.
    private func takeWorkspace(
        _ said: String, named name: String, _ path: ConfigPath, _ outcome: inout Outcome,
        _ work: inout Work
    ) -> String? {
        guard let real = place(of: said) else {
            outcome.problems.append(
                "`\(path)` is `\(said)`, and that folder is not here: copy it, or name another one.")
            return nil
        }
        guard !RealPath.isInside(source, real), !RealPath.isInside(RealPath.of(state) ?? state, real) else {
            outcome.problems.append(
                "`\(path)` is `\(said)`, which holds more than a workspace: nothing of it was copied. Name another folder."
            )
            return nil
        }
        if let target = work.workspaces[real] { return target }
        let isInside = RealPath.isInside(real, source)
        let target = isInside ? state + real.dropFirst(source.count) : "\(state)/\(name)"
        try? PrivateFile.makeFolder(FilePath.folder(of: target))
        work.copy.copy(real, to: target)
        work.workspaces[real] = target
        return target
    }

    /// Where a folder is that the original knows by a path of its own machine: in `source` where that is a copy.
    private func place(of path: String) -> String? {
        let names = [".openclaw", ".moltbot", ".clawdbot", FilePath.name(of: source)]
        for name in names {
            guard let range = path.firstRange(of: "/\(name)/") else { continue }
            if let real = RealPath.of("\(source)/\(path[range.upperBound...])") { return real }
        }
        let isOfHome = path == "~" || path.hasPrefix("~/")
        return RealPath.of(
            isOfHome ? home + path.dropFirst() : path.hasPrefix("/") ? path : "\(source)/\(path)")
    }

    // MARK: Files

    /// Folders of the original that nothing here reads.
    private static let unread = [
        "skills", "extensions", "plugins", "hooks", "memory", "media", "canvas", "browser", "sandboxes",
    ]

    private func takeFiles(_ outcome: inout Outcome, _ work: inout Work) {
        work.copy.copy("\(source)/.env", to: "\(state)/.env")
        work.copy.copy("\(source)/\(ApprovalsFile.name)", to: "\(state)/\(ApprovalsFile.name)")
        for agent in FolderListing.names(in: "\(source)/agents").sorted() {
            let logins = "agents/\(agent)/agent/auth-profiles.json"
            guard access("\(source)/\(logins)", F_OK) == 0 else { continue }
            try? PrivateFile.makeFolder("\(state)/agents/\(agent)/agent")
            work.copy.copy("\(source)/\(logins)", to: "\(state)/\(logins)")
        }
        for name in FolderListing.names(in: source).sorted()
        where name == "workspace" || name.hasPrefix("workspace-") {
            // A link leads to what the other installation goes on writing to.
            guard let real = RealPath.of("\(source)/\(name)"), work.workspaces[real] == nil else { continue }
            let target = "\(state)/\(name)"
            guard !work.workspaces.values.contains(target) else {
                outcome.problems.append("`\(real)` was left there: the config names another workspace.")
                continue
            }
            work.copy.copy(real, to: target)
        }
        outcome.steps.append("Copied \(work.copy.files) files of workspaces, logins and config.")
        outcome.problems += work.copy.problems
        let left = Self.unread.filter { !FolderListing.names(in: "\(source)/\($0)").isEmpty }
        guard !left.isEmpty else { return }
        outcome.problems.append(
            "Left there, for nothing here reads it yet: \(left.map { "`\($0)`" }.joined(separator: ", ")).")
    }
}
