/// What loading gave: the config, and all there is to say about it.
package struct LoadedConfig: Sendable {
    /// Defaults, the file and the environment.
    ///
    /// With `issues` it is the parts that were right.
    @Boxed package var config = Config()
    /// What makes the file unusable, everything at once.
    package var issues: [ConfigIssue] = []
    /// Unknown keys that were left out.
    ///
    /// For a write they are errors.
    package var quarantined: [ConfigIssue] = []
    /// What people should know though all is well: a key that stands twice, a secret in the file that
    /// the environment beats.
    package var warnings: [ConfigIssue] = []
    /// The process's variables with those of the `env` section.
    package var environment: Environment
    /// The main file's text and tree; nil when there is none, or it is not JSON5.
    package var document: JSON5Document?
    package var syntaxError: JSON5Error?
    /// The main file as it is written.
    package var parsed: JSON = [:]
    /// With all included files in place and `${VAR}` still in it: complete, and without what only the
    /// environment knows.
    package var assembled: JSON = [:]
    /// Files it includes, also missing ones.
    package var includedPaths: [String] = []

    /// Warnings and secrets that cannot be read: the config as a whole is used.
    package var notes: [ConfigIssue] { warnings + config.secrets.failures }

    package var isValid: Bool { issues.isEmpty }

    /// A mistake in a key that decides who may come in: an older copy of the file must not be used instead.
    package var failsClosed: Bool { issues.contains { $0.closes == .gateway } }

    /// Whether a gateway can start with it: without mistakes, or with what they are about shut.
    package var canStart: Bool { issues.allSatisfy { $0.closes != nil } && !failsClosed }

    init(environment: Environment) {
        self.environment = environment
    }

    /// Of no file.
    package static func defaults(environment: Environment) -> LoadedConfig {
        var loaded = LoadedConfig(environment: environment)
        loaded.decode([:])
        return loaded
    }

    /// Checks the document, leaves out what nobody knows, and decodes the rest.
    ///
    /// `known` has what references came to before.
    mutating func accept(
        _ tree: LocatedValue, locatedBy includes: ConfigIncludes, known: SecretReferences
    ) {
        var document = tree.json
        let check = ConfigCheck.run(document)
        // Only what is reported is looked up, and most files have nothing to report.
        lazy var places = ValuePlaces(of: tree)
        issues += check.issues.map { includes.locate($0, at: places.value(at: $0.path)) }
        for unknown in check.unknownKeys {
            let located = includes.locate(unknown, at: places.key(at: unknown.path))
            if unknown.closes != nil { issues.append(located) } else { quarantined.append(located) }
        }
        config.keysWithoutEffect = check.keysWithoutEffect
        document.remove(at: (check.unknownKeys + check.issues).map(\.path))
        let read = followReferences(in: document, includes.readFile, known: known) { issue in
            includes.locate(issue, at: places.value(at: issue.path))
        }
        decode(read.objectValue ?? [:])
        config.raw = document
        config.closed = issues.filter { $0.closes != nil }
    }

    private mutating func decode(_ document: JSONObject) {
        let (keysWithoutEffect, secrets) = (config.keysWithoutEffect, config.secrets)
        var overlaid: JSON = .object(document)
        for (path, names) in Config.spec.shape.environmentVariables() {
            guard let name = names.first(where: { environment[$0] != nil }), let value = environment[name]
            else {
                continue
            }
            if let written = overlaid[path]?.stringValue, written != value {
                warnings.append(.shadowed(path, by: name))
            }
            overlaid.set(.string(value), at: path)
        }
        config = Config(json: overlaid.objectValue ?? [:])
        config.raw = .object(document)
        (config.keysWithoutEffect, config.secrets) = (keysWithoutEffect, secrets)
    }

    /// Puts what each `{source, provider, id}` refers to in its place.
    ///
    /// Who may come in is not decided without the secret that was meant: then the file is as good as none.
    private mutating func followReferences(
        in document: JSON, _ readFile: ConfigLoader.FileReader, known: SecretReferences,
        located: (ConfigIssue) -> ConfigIssue
    ) -> JSON {
        var secrets = SecretReferences(in: document, environment, readFile: readFile, known: known)
        secrets.failures = secrets.failures.map(located)
        secrets.kept = secrets.kept.map(located)
        warnings += secrets.kept
        var result = document
        for (path, value) in secrets.values { result.set(.string(value), at: path) }
        issues += secrets.failures.filter { $0.closes != nil }
        config.secrets = secrets
        return result
    }
}

extension ConfigIssue {
    fileprivate static func shadowed(_ path: ConfigPath, by name: String) -> ConfigIssue {
        ConfigIssue(
            path: path,
            message:
                "shadowed by the environment variable `\(name)`, which has another value; remove one of the two"
        )
    }
}

extension Shape {
    /// Declared keys that environment variables set, outside lists and maps.
    fileprivate func environmentVariables(at path: ConfigPath = .root) -> [(ConfigPath, [String])] {
        guard case .object(let object) = resolved else { return [] }
        return object.members.flatMap { member -> [(ConfigPath, [String])] in
            let inner = path.appending(member.key)
            if !member.traits.environment.isEmpty { return [(inner, member.traits.environment)] }
            guard member.traits.holdsEnvironment else { return [] }
            return member.shape.environmentVariables(at: inner)
        }
    }
}

extension JSON {
    /// Removes the members at `paths`; an item of a list is replaced by null, so that the others keep their
    /// places.
    package mutating func remove(at paths: [ConfigPath]) {
        guard !paths.isEmpty else { return }
        self = without(paths.map { $0.steps[...] }) ?? [:]
    }

    /// Nil when one of the ways leads here.
    private func without(_ ways: [ArraySlice<ConfigPath.Step>]) -> JSON? {
        guard !ways.contains(where: \.isEmpty) else { return nil }
        let inner = Dictionary(grouping: ways) { $0.first }.mapValues { $0.map { $0.dropFirst() } }
        switch self {
        case .object(let object):
            return .object(
                JSONObject(
                    object.lazy.compactMap { key, value in
                        guard let ways = inner[.key(key)] else { return (key, value) }
                        return value.without(ways).map { (key, $0) }
                    }))
        case .array(let items):
            return .array(
                items.enumerated().map { index, item in
                    inner[.index(index)].map { item.without($0) ?? .null } ?? item
                })
        default: return self
        }
    }

    /// Sets the member at `path`, making objects on the way; a step that does not fit what is there changes
    /// nothing.
    package mutating func set(_ value: JSON, at path: ConfigPath) {
        change(at: path.steps[...]) { $0 = value }
    }

    private mutating func change(at steps: ArraySlice<ConfigPath.Step>, _ body: (inout JSON) -> Void) {
        guard let step = steps.first else { return body(&self) }
        switch (self, step) {
        case (.object(var object), .key(let key)):
            var inner = object[key] ?? [:]
            inner.change(at: steps.dropFirst(), body)
            object[key] = inner
            self = .object(object)
        case (.array(var items), .index(let index)) where items.indices.contains(index):
            items[index].change(at: steps.dropFirst(), body)
            self = .array(items)
        default: break
        }
    }
}
