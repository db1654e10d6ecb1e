/// What the `{source, provider, id}` of a config came to.
package struct SecretReferences: Sendable {
    /// The secret that each path refers to.
    package private(set) var values: [ConfigPath: String] = [:]
    /// Where none could be read, and why; the reference stands there as it was written.
    package internal(set) var failures: [ConfigIssue] = []
    /// Where none could be read, and why; what the same reference came to before goes on.
    package internal(set) var kept: [ConfigIssue] = []
    /// The files that were looked into, also missing ones.
    package private(set) var files: [String] = []
    /// What each reference came to, to be kept while it leads nowhere.
    private var found: [Target: String] = [:]

    /// What a reference leads to: it is the same one only as long as its provider is.
    private struct Target: Hashable {
        var reference: JSON
        var provider: JSON?

        init(_ reference: JSON, _ provider: String, in document: JSON) {
            self.reference = reference
            self.provider = document["secrets"]?["providers"]?[provider]
        }
    }

    /// Why a reference leads nowhere, and what helps.
    private struct DeadEnd: Error {
        var words: String
        init(_ words: String) { self.words = words }
    }

    init() {}

    /// Follows each reference in `document`, but for those that an environment variable replaces anyhow, and those of what
    /// is switched off.
    ///
    /// One that leads nowhere now has what it came to in `known`.
    init(
        in document: JSON, _ environment: Environment, readFile: ConfigLoader.FileReader,
        known: SecretReferences = SecretReferences()
    ) {
        let config = SecretsConfig(json: document["secrets"]?.objectValue ?? [:])
        var contents: [String: Result<[UInt8], ConfigLoader.Unreadable>] = [:]
        for path in document.secretReferences() {
            guard let reference = document[path] else { continue }
            let traits = Config.spec.shape.traits(at: path)
            guard !traits.environment.contains(where: { environment[$0] != nil }), !document.isOff(at: path)
            else { continue }
            let target = Target(reference, Self.providerName(of: reference, config), in: document)
            do throws(DeadEnd) {
                found[target] = try Self.value(of: reference, config, environment) { file in
                    if contents[file] == nil {
                        contents[file] = readFile(file)
                        files.append(file)
                    }
                    return contents[file] ?? .failure(.init(message: "there is no such file"))
                }
            } catch {
                found[target] = known.found[target]
                if found[target] == nil {
                    failures.append(
                        ConfigIssue(path: path, message: error.words, closes: ClosedPart(mistakeAt: path)))
                } else {
                    kept.append(
                        ConfigIssue(
                            path: path,
                            message: error.words + "; the secret that was read before stays in use"))
                }
            }
            values[path] = found[target]
        }
    }

    /// The failures at whose places `other` has a secret.
    package func lost(from other: SecretReferences) -> [ConfigIssue] {
        failures.filter { other.values[$0.path] != nil }
    }

    /// The paths whose secret is another one, or is read in one of the two only; sorted.
    package func paths(thatDifferFrom other: SecretReferences) -> [ConfigPath] {
        Set(values.keys).union(other.values.keys).filter { values[$0] != other.values[$0] }
            .sorted { $0.dotted < $1.dotted }
    }

    /// The provider that is meant, also where none is named.
    private static func providerName(of reference: JSON, _ config: SecretsConfig) -> String {
        reference["provider"]?.stringValue
            ?? (reference["source"]?.stringValue == "file" ? config.defaults.file : config.defaults.env)
    }

    private static func value(
        of reference: JSON, _ config: SecretsConfig, _ environment: Environment,
        _ read: (String) -> Result<[UInt8], ConfigLoader.Unreadable>
    ) throws(DeadEnd) -> String {
        let source = reference["source"]?.stringValue ?? ""
        let id = reference["id"]?.stringValue ?? ""
        let name = providerName(of: reference, config)
        switch source {
        case "env":
            return try variable(id, try provider(name, source, config), name, environment)
        case "file":
            guard let provider = try provider(name, source, config) else {
                throw DeadEnd(
                    "there is no `secrets.providers.\(name)`; declare it as `{source: \"file\", path: \"/path/to/it\"}`"
                )
            }
            return try entry(id, of: provider, name, environment, read)
        default:
            throw DeadEnd(
                "secrets from `\(source)` are not read by this gateway; refer to a variable (`source: \"env\"`) or a file "
                    + "(`source: \"file\"`)")
        }
    }

    /// Nil when none of that name is declared.
    private static func provider(
        _ name: String, _ source: String, _ config: SecretsConfig
    ) throws(DeadEnd) -> SecretsConfig.Provider? {
        guard let provider = config.providers[name] else { return nil }
        guard provider.source == source else {
            throw DeadEnd(
                "`secrets.providers.\(name)` is of source `\(provider.source)`, and the reference says `\(source)`; make "
                    + "the two alike")
        }
        return provider
    }

    private static func variable(
        _ id: String, _ provider: SecretsConfig.Provider?, _ name: String, _ environment: Environment
    ) throws(DeadEnd) -> String {
        if let allowed = provider?.allowlist, !allowed.contains(id) {
            throw DeadEnd("`secrets.providers.\(name).allowlist` does not have `\(id)`; add it there")
        }
        if let value = environment[id] { return value }
        let app = environment["FLY_APP_NAME"]
        throw DeadEnd(
            "the environment variable `\(id)` is not set; set it"
                + (app.map { ": `fly secrets set \(id)=… -a \($0)`" }
                    ?? ", or write it into `.env` in the state directory"))
    }

    private static func entry(
        _ id: String, of provider: SecretsConfig.Provider, _ name: String, _ environment: Environment,
        _ read: (String) -> Result<[UInt8], ConfigLoader.Unreadable>
    ) throws(DeadEnd) -> String {
        guard let written = provider.path, !written.isEmpty else {
            throw DeadEnd("`secrets.providers.\(name)` names no file; set its `path`")
        }
        let path = written.hasPrefix("~/") ? (environment["HOME"] ?? "") + written.dropFirst() : written
        let text: String
        switch read(path) {
        case .success(let bytes) where bytes.count <= provider.maxBytes:
            text = String(decoding: bytes, as: UTF8.self)
        case .success: throw DeadEnd("the file `\(path)` has more than \(provider.maxBytes) bytes")
        case .failure(let reason):
            throw DeadEnd(
                "the file `\(path)` of `secrets.providers.\(name)` cannot be read: \(reason.message)")
        }
        let secret = provider.mode == "singleValue" ? whole(text, id) : json(text, id)
        guard let secret, !secret.isEmpty else {
            throw DeadEnd(
                provider.mode == "singleValue"
                    ? "the file `\(path)` is empty, or the reference's `id` is not `value`"
                    : "the file `\(path)` has no text at `\(id)`; write one there, as JSON")
        }
        return secret
    }

    private static func whole(_ text: String, _ id: String) -> String? {
        id == "value" ? String(text.trimmed) : nil
    }

    /// By a JSON pointer (RFC 6901).
    private static func json(_ text: String, _ pointer: String) -> String? {
        // What is no JSON has no text there, which is what is told.
        guard pointer.hasPrefix("/"), var value = try? JSON.parse(text) else { return nil }
        for step in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let key = String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
            guard let next = value[key] ?? Int(key).flatMap({ value.arrayValue?.at($0) }) else { return nil }
            value = next
        }
        return value.stringValue.map { String($0.trimmed) }
    }
}

extension JSONObject {
    /// Whether it is `{source, provider, id}`: says where a secret is, and not the secret.
    var isSecretReference: Bool {
        count <= 3 && self["source"]?.stringValue != nil && self["id"]?.stringValue != nil
    }
}

extension [JSON] {
    fileprivate func at(_ index: Int) -> JSON? { indices.contains(index) ? self[index] : nil }
}

extension JSON {
    /// Whether something that holds `path` says `enabled: false`.
    fileprivate func isOff(at path: ConfigPath) -> Bool {
        path.steps.indices.contains { end in
            self[ConfigPath(Array(path.steps[..<end]))]?["enabled"]?.boolValue == false
        }
    }

    /// Where `{source, provider, id}` stands in place of a secret.
    fileprivate func secretReferences(at path: ConfigPath = .root) -> [ConfigPath] {
        switch self {
        case .object(let object):
            if object.isSecretReference { return [path] }
            return object.flatMap { $0.value.secretReferences(at: path.appending($0.key)) }
        case .array(let items):
            return items.enumerated().flatMap { $1.secretReferences(at: path.appending(.index($0))) }
        default: return []
        }
    }
}
