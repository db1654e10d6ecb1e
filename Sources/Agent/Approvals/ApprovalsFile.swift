package import Core
import Store

/// `exec-approvals.json`: what people have decided about commands, for every agent.
///
/// It is read anew before each command, so that a change by hand holds at once. What is not known in it stays.
@MainActor
package final class ApprovalsFile {
    package nonisolated static let name = "exec-approvals.json"
    /// A thousand entries are about 200 kB.
    package static let mostBytes = 4 << 20
    /// Entries of one allowlist; whoever allows so much wants no list.
    package static let mostEntries = 1_000
    /// How often at most it is noted that an entry was used: each time is a write to the disk.
    private static let useInterval: Duration = .seconds(3_600)

    /// Absolute path, in the state directory.
    package let path: String
    private let load: () throws -> [UInt8]?
    private let save: ([UInt8]) throws -> Void
    private let home: String?

    /// `load` gives nil where there is no file; `save` replaces it as a whole, for its owner's eyes only.
    package init(
        path: String, home: String?, load: @escaping () throws -> [UInt8]?,
        save: @escaping ([UInt8]) throws -> Void
    ) {
        self.path = path
        self.home = home
        self.load = load
        self.save = save
    }

    // MARK: Reading

    /// The file's bytes; nil where there is none.
    package func bytes() throws(ApprovalsFileError) -> [UInt8]? {
        do { return try load() } catch { throw ApprovalsFileError("\(error)") }
    }

    /// Its members, those of an empty one where there is none.
    package func read() throws(ApprovalsFileError) -> JSONObject {
        guard let bytes = try bytes() else { return ["version": 1] }
        guard !bytes.isBlank else {
            throw ApprovalsFileError(
                "`\(path)` is empty, as a write that was cut off leaves it. Write its rules anew or remove it."
            )
        }
        let json: JSON
        do throws(JSON5Error) { json = try JSON.parseJSON5(bytes).value } catch {
            throw ApprovalsFileError("`\(path)` is no JSON: \(error). Mend it or remove it.")
        }
        if let mistake = Self.mistake(in: json) {
            throw ApprovalsFileError(
                "`\(path)`: \(mistake)\(mistake.hasSuffix("?") ? "" : ".") Mend it or remove it.")
        }
        return json.objectValue ?? [:]
    }

    /// What is wrong with a file; nil: nothing.
    package static func mistake(in json: JSON) -> String? {
        guard let file = json.objectValue else { return "it is not an object" }
        guard file["version"]?.intValue == 1 else { return "`version` must be 1" }
        let agents = file["agents"] ?? [:]
        guard let agents = agents.objectValue else { return "`agents` is not an object" }
        if let mistake = misspelling(in: file, of: fileKeys) { return mistake }
        for (name, section) in [("defaults", file["defaults"] ?? [:])] + agents.map({ ("agents.\($0)", $1) })
        {
            guard let section = section.objectValue else { return "`\(name)` is not an object" }
            if let mistake = misspelling(in: section, of: sectionKeys, at: name) { return mistake }
            for key in ["security", "askFallback"] where !isWord(ExecSecurity.self, section[key]) {
                return "`\(name).\(key)` must be deny, allowlist or full"
            }
            if !isWord(ExecAsk.self, section["ask"]) {
                return "`\(name).ask` must be off, on-miss or always"
            }
            guard let list = (section["allowlist"] ?? []).arrayValue,
                list.allSatisfy({ entry in pattern(of: entry) != nil })
            else { return "`\(name).allowlist` must be a list of entries with a `pattern`" }
            for (index, entry) in list.enumerated() {
                let place = "\(name).allowlist[\(index)]"
                if let mistake = misspelling(in: entry.objectValue ?? [:], of: entryKeys, at: place) {
                    return mistake
                }
            }
        }
        return nil
    }

    private static let fileKeys = ["version", "socket", "defaults", "agents"]
    private static let sectionKeys = ["security", "ask", "askFallback", "allowlist", "autoAllowSkills"]
    private static let entryKeys = [
        "id", "pattern", "argPattern", "source", "commandText", "lastUsedAt", "lastUsedCommand",
        "lastResolvedPath",
    ]
    /// Without these more commands run.
    private static let restrictingKeys = [
        "defaults", "agents", "security", "ask", "askFallback", "argPattern",
    ]

    /// A key that nobody knows where one that restricts was meant.
    private static func misspelling(
        in object: JSONObject, of known: [String], at place: String? = nil
    ) -> String? {
        for (key, _) in object where !known.contains(key) {
            guard let meant = NearestKey.of(key, among: known), restrictingKeys.contains(meant) else {
                continue
            }
            let path = place.map { "\($0).\(key)" } ?? key
            return "`\(path)` is unknown; did you mean `\(meant)`?"
        }
        return nil
    }

    private static func isWord<Word: RawRepresentable<String>>(_: Word.Type, _ json: JSON?) -> Bool {
        guard let json, !json.isNull else { return true }
        return json.stringValue.flatMap { Word(rawValue: $0) } != nil
    }

    /// Early files had plain texts for entries.
    private static func pattern(of entry: JSON) -> String? {
        entry.stringValue ?? entry["pattern"]?.stringValue
    }

    /// The members of a file without the secret that is in them.
    package static func shown(_ content: JSONObject) -> JSONObject {
        guard var socket = content["socket"]?.objectValue else { return content }
        socket["token"] = nil
        var shown = content
        shown["socket"] = .object(socket)
        return shown
    }

    // MARK: What holds

    /// What holds for an agent of whose commands the config says `wish`.
    package func policy(of agent: AgentID, _ wish: ExecWish) throws(ApprovalsFileError) -> ExecPolicy {
        let file = try read()
        // People write an agent's name in any case.
        let own = (file["agents"]?.objectValue ?? [:]).filter {
            $0.key.lowercased() == agent.rawValue.lowercased()
        }.map(\.value)
        let sections = own + [file["agents"]?["*"], file["defaults"]].compactMap(\.self)
        func word<Word: RawRepresentable<String>>(_ key: String) -> Word? {
            sections.lazy.compactMap { $0[key]?.stringValue.flatMap { Word(rawValue: $0) } }.first
        }
        let lists = [file["agents"]?["*"]].compactMap(\.self) + own
        return ExecPolicy(
            ExecWish(security: word("security"), ask: word("ask")).and(wish), fallback: word("askFallback"),
            allowlist: lists.flatMap { $0["allowlist"]?.arrayValue ?? [] }.compactMap { entry in
                // It allows some arguments only, and nothing here looks at arguments.
                if entry["argPattern"] != nil { return nil }
                return Self.pattern(of: entry).map {
                    AllowedProgram(
                        pattern: $0,
                        lastUsedAt: entry["lastUsedAt"]?.intValue.map {
                            Timestamp(milliseconds: Int64($0))
                        })
                }
            })
    }

    /// The entries that let the programs run; nil when one of them is not listed.
    func entries(for programs: [CommandProgram], in policy: ExecPolicy) -> [AllowedProgram]? {
        var used: [AllowedProgram] = []
        for program in programs {
            if let entry = policy.allowlist.first(where: { $0.matches(program, home: home) }) {
                used.append(entry)
            } else if !program.isHarmless {
                return nil
            }
        }
        return used
    }

    // MARK: Writing

    /// Makes the file of what another release kept elsewhere, unless there is one. A mistake stays in it, and lets nothing
    /// run until it is mended.
    package func bringIn(_ text: String) throws(ApprovalsFileError) {
        guard try bytes() == nil else { return }
        do { try save(Array(text.utf8)) } catch { throw ApprovalsFileError("\(error)") }
    }

    /// Replaces the file.
    package func write(_ file: JSONObject) throws(ApprovalsFileError) {
        let bytes = Array((JSON.object(file).prettyText + "\n").utf8)
        // It could not be read again, and no command would run.
        guard bytes.count <= Self.mostBytes else {
            throw ApprovalsFileError(
                "`\(path)` would be larger than \(Self.mostBytes) bytes; it stays as it was.")
        }
        do { try save(bytes) } catch { throw ApprovalsFileError("\(error)") }
    }

    /// The agent, if there is one, whose allowlist is longer than any may be.
    package static func agentWithLongList(in file: JSON) -> String? {
        (file["agents"]?.objectValue ?? [:]).first { _, section in
            section["allowlist"]?.arrayValue?.count ?? 0 > mostEntries
        }?.key
    }

    /// Lists patterns for an agent, or with `*` for all; gives those that were not listed there.
    @discardableResult
    package func allow(
        _ patterns: [String], for agent: String, command: String? = nil, at now: Timestamp = .now
    ) throws(ApprovalsFileError) -> [String] {
        var new: [String] = []
        try change(agent) { list in
            for pattern in patterns where !list.contains(where: { Self.pattern(of: $0) == pattern }) {
                var entry: JSONObject = ["id": .string(randomUUID()), "pattern": .string(pattern)]
                if let command {
                    entry["lastUsedAt"] = now.json
                    entry["lastUsedCommand"] = .string(command)
                    entry["lastResolvedPath"] = .string(pattern)
                }
                list.append(.object(entry))
                new.append(pattern)
            }
            return !new.isEmpty
        }
        return new
    }

    /// Takes a pattern off an agent's list; false when it is not on it.
    package func disallow(_ pattern: String, for agent: String) throws(ApprovalsFileError) -> Bool {
        try change(agent) { list in
            let count = list.count
            list.removeAll { Self.pattern(of: $0) == pattern }
            return list.count < count
        }
    }

    /// Notes when an entry let a command run.
    func note(_ used: [AllowedProgram], for agent: AgentID, _ command: String, at now: Timestamp = .now)
        throws(ApprovalsFileError)
    {
        let due = used.filter { entry in entry.lastUsedAt.map { now - $0 > Self.useInterval } ?? true }
        guard !due.isEmpty else { return }
        for owner in ["*", agent.rawValue] {
            try change(owner) { list in
                var isChanged = false
                for index in list.indices {
                    guard var entry = list[index].objectValue,
                        due.contains(where: { $0.pattern == entry["pattern"]?.stringValue })
                    else { continue }
                    entry["lastUsedAt"] = now.json
                    entry["lastUsedCommand"] = .string(command.head(bytes: 500))
                    list[index] = .object(entry)
                    isChanged = true
                }
                return isChanged
            }
        }
    }

    @discardableResult
    private func change(
        _ agent: String, _ change: (inout [JSON]) -> Bool
    ) throws(ApprovalsFileError) -> Bool {
        var file = try read()
        var agents = file["agents"]?.objectValue ?? [:]
        var section = agents[agent]?.objectValue ?? [:]
        var list = section["allowlist"]?.arrayValue ?? []
        guard change(&list) else { return false }
        guard list.count <= Self.mostEntries else {
            throw ApprovalsFileError(
                "The allowlist of `\(agent)` in `\(path)` has \(Self.mostEntries) entries already. Remove some."
            )
        }
        section["allowlist"] = .array(list)
        agents[agent] = .object(section)
        file["agents"] = .object(agents)
        try write(file)
        return true
    }
}

/// Why the approvals file cannot be read or written, for people.
package struct ApprovalsFileError: Error, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }
}
