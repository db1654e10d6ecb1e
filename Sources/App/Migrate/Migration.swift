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

    /// What was done, a sentence a step.
    struct Outcome {
        var steps: [String] = []
        var problems: [String] = []
    }

    /// `source` as a real path; refuses folders that hold no installation.
    init(from source: String, state: String, configPath: String) throws(CommandError) {
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
        try takeConfig(&outcome)
        takeFiles(&outcome)
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

    private func takeConfig(_ outcome: inout Outcome) throws {
        guard let name = ConfigLocation.names.first(where: { access("\(source)/\($0)", R_OK) == 0 }) else {
            return outcome.steps.append("No config file to take over.")
        }
        guard access(configPath, F_OK) != 0 else {
            return outcome.problems.append(
                "`\(configPath)` is there already and stays; what `\(source)/\(name)` says was not taken over."
            )
        }
        do throws(FileError) {
            guard let bytes = try PrivateFile.read("\(source)/\(name)", limit: 8 << 20) else { return }
            let text = withOwnWorkspaces(String(decoding: bytes, as: UTF8.self), &outcome)
            try PrivateFile.write(Array(text.utf8), to: configPath)
        } catch {
            throw CommandError("\(error)")
        }
        outcome.steps.append("Wrote `\(configPath)`.")
    }

    /// The text with workspaces below the original's state directory moved below ours.
    private func withOwnWorkspaces(_ text: String, _ outcome: inout Outcome) -> String {
        guard let document = try? JSON.parseJSON5(text).value else {
            outcome.problems.append("The config file has mistakes: `openclaw config validate` names them.")
            return text
        }
        var paths = ["agents.defaults.workspace"]
        for index in document["agents"]?["list"]?.arrayValue?.indices ?? 0..<0 {
            paths.append("agents.list[\(index)].workspace")
        }
        var text = text
        for path in paths.compactMap({ ConfigPath($0) }) {
            guard let place = document[path]?.stringValue, let own = moved(place),
                let edited = try? ConfigEdit.set(.string(own), at: path, in: text)
            else { continue }
            text = edited
            outcome.steps.append("`\(path)` is `\(own)` now.")
        }
        return text
    }

    private func moved(_ path: String) -> String? {
        guard let real = RealPath.of(path), real != source, RealPath.isInside(real, source) else {
            return nil
        }
        return state + real.dropFirst(source.count)
    }

    private func takeFiles(_ outcome: inout Outcome) {
        var copy = FolderCopy()
        copy.copy("\(source)/.env", to: "\(state)/.env")
        copy.copy("\(source)/\(ApprovalsFile.name)", to: "\(state)/\(ApprovalsFile.name)")
        for agent in FolderListing.names(in: "\(source)/agents").sorted() {
            let logins = "agents/\(agent)/agent/auth-profiles.json"
            guard access("\(source)/\(logins)", F_OK) == 0 else { continue }
            try? PrivateFile.makeFolder("\(state)/agents/\(agent)/agent")
            copy.copy("\(source)/\(logins)", to: "\(state)/\(logins)")
        }
        for name in FolderListing.names(in: source).sorted()
        where name == "workspace" || name.hasPrefix("workspace-") {
            copy.copy("\(source)/\(name)", to: "\(state)/\(name)")
        }
        outcome.steps.append("Copied \(copy.files) files of workspaces and logins.")
        outcome.problems += copy.problems
    }
}
