import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The original's config file, and what it says of places on the disk.
struct OriginalConfig {
    /// The original's state directory, as a real path.
    let source: String
    /// Ours, which may be where the original's was on its own machine.
    let state: String
    /// What `~` means in it.
    let home: String
    /// The file's name; nil when there is none.
    let name: String?
    /// Nil for a file that is not UTF-8.
    let text: String?
    let loaded: LoadedConfig

    /// `environment` is this process's, which stands for the one that the original ran in.
    init(source: String, state: String, home: String, environment: Environment) throws(FileError) {
        self.source = source
        self.state = state
        self.home = home
        name = ConfigLocation.names.first { RealPath.of("\(source)/\($0)") != nil }
        let bytes = try name.map { name throws(FileError) in try Self.read("\(source)/\(name)") } ?? nil
        text = bytes.flatMap { String(validating: $0, as: UTF8.self) }
        var variables = environment.variables
        variables["HOME"] = home
        variables["OPENCLAW_STATE_DIR"] = source
        var known = Environment(variables)
        // A `.env` that cannot be read says nothing.
        let file = (try? Self.read("\(source)/.env")) ?? nil
        known.add(Environment.parse(String(decoding: file ?? [], as: UTF8.self)))
        loaded = ConfigLoader { path in
            do throws(FileError) {
                return try Self.read(path).map { .success($0) } ?? .failure(.init(message: "is not there"))
            } catch {
                return .failure(.init(message: error.description))
            }
        }
        .load(bytes, path: "\(source)/\(name ?? "")", environment: known)
    }

    private static func read(_ path: String) throws(FileError) -> [UInt8]? {
        try PrivateFile.read(path, limit: ConfigLoader.limits.maxBytes)
    }

    /// The text at a path with its variables put in; as it is written where they are not known.
    func said(at path: ConfigPath) -> String? {
        (loaded.config.raw[path] ?? loaded.assembled[path])?.stringValue
    }

    // MARK: Agents

    struct Agent {
        var id: AgentID
        var isDefault: Bool
        /// Where the config may name its workspace; nil for one that the config does not list.
        var workspace: ConfigPath?
    }

    static let defaultWorkspace = ConfigPath([.key("agents"), .key("defaults"), .key("workspace")])
    /// Where versions before there were several agents had it.
    static let earlyWorkspace = ConfigPath([.key("agent"), .key("workspace")])
    static let log = ConfigPath([.key("logging"), .key("file")])

    var agents: [Agent] {
        let list = loaded.assembled["agents"]?["list"]?.arrayValue ?? []
        guard !list.isEmpty else { return [Agent(id: .main, isDefault: true)] }
        let first = list.firstIndex { $0["default"]?.boolValue == true } ?? 0
        return list.enumerated().map { index, agent in
            let path = ConfigPath([.key("agents"), .key("list"), .index(index), .key("workspace")])
            return Agent(
                id: SessionKeyRules.normalized(AgentID(agent["id"]?.stringValue ?? "\(index)")),
                isDefault: index == first, workspace: path)
        }
    }

    /// The files where `session.store` keeps the list of each agent's sessions.
    var sessionLists: [String: String] {
        guard let said = said(at: Self.sessionStore) else { return [:] }
        let isOfEach = said.contains("{agentId}")
        let folders = Set(FolderListing.names(in: "\(source)/agents"))
        let names = isOfEach ? folders.union(agents.map(\.id.rawValue)) : [defaultAgent.rawValue]
        var lists: [String: String] = [:]
        for agent in names {
            let path = said.replacing("{agentId}", with: agent)
            lists[agent] = place(of: path) ?? closedPlace(of: path)
        }
        return lists
    }

    /// Those that a config names which runs here as it is.
    @MainActor
    static func sessionLists(in setup: LocalSetup) -> [String: String] {
        guard setup.config.raw[sessionStore] != nil else { return [:] }
        // A file that cannot be read names nothing; the start has said so.
        let config = try? OriginalConfig(
            source: setup.state, state: setup.state, home: setup.environment.home,
            environment: setup.invocation.environment)
        return config?.sessionLists ?? [:]
    }

    /// Where it may be, for all that this user is let see.
    func closedPlace(of path: String) -> String? {
        candidates(path).first { access($0, F_OK) != 0 && errno == EACCES }
    }

    static let sessionStore = ConfigPath([.key("session"), .key("store")])

    private var defaultAgent: AgentID { agents.first(where: \.isDefault)?.id ?? .main }

    // MARK: Places

    /// Where something is that the original knows by a path of its own machine: in `source` where that is a copy.
    func place(of path: String) -> String? { candidates(path).lazy.compactMap(RealPath.of).first }

    /// What follows the state directory in a path of the original; nil for a path that leads elsewhere or to nothing.
    func ownPath(of path: String) -> String? {
        for candidate in candidates(path) where !candidate.split(separator: "/").contains("..") {
            guard let real = RealPath.of(candidate) else { continue }
            let inside = [candidate, real].first { RealPath.isInside($0, source) && $0 != source }
            return inside.map { String($0.dropFirst(source.count + 1)) }
        }
        return nil
    }

    /// Whether a path leads into the original's state directory, or would on its own machine.
    func isOwn(_ path: String) -> Bool { ownPath(of: path) != nil || candidates(path).count > 1 }

    private func candidates(_ path: String) -> [String] {
        let names = [".openclaw", ".moltbot", ".clawdbot", FilePath.name(of: source)]
        var inSource = names.compactMap { name in
            path.firstRange(of: "/\(name)/").map { "\(source)/\(path[$0.upperBound...])" }
        }
        if path.hasPrefix(state + "/") { inSource.append(source + path.dropFirst(state.count)) }
        let isOfHome = path == "~" || path.hasPrefix("~/")
        let here = isOfHome ? home + path.dropFirst() : path.hasPrefix("/") ? path : "\(source)/\(path)"
        return inSource + [here]
    }

    /// The absolute paths that the config has as values, but for workspaces and the sessions.
    var namedPaths: [(at: ConfigPath, path: String)] {
        let known =
            [Self.sessionStore, Self.defaultWorkspace, Self.earlyWorkspace] + agents.compactMap(\.workspace)
        return loaded.assembled.texts().compactMap { place, text in
            let path = said(at: place) ?? text
            let isPath = path.hasPrefix("/") || path.hasPrefix("~/")
            return isPath && !known.contains(place) ? (place, path) : nil
        }
    }

    /// The files in its state directory that come with the config: what it includes, and files with secrets.
    var ownFiles: [String] {
        let secrets = namedPaths.filter { Self.isSecretFile($0.at) }.compactMap { ownPath(of: $0.path) }
        let included = loaded.includedPaths.filter { RealPath.isInside($0, source) }
        return included + secrets.map { "\(source)/\($0)" }
    }

    /// Whether a value is the path of a file that the config reads a secret from.
    static func isSecretFile(_ path: ConfigPath) -> Bool {
        guard case .key(let key)? = path.steps.last else { return false }
        return key.hasSuffix("File")
            || (key == "path" && path.starts(with: ConfigPath([.key("secrets"), .key("providers")])))
    }
}
