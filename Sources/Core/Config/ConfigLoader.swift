/// Makes a `Config` of a file's text, the files it includes and the environment.
///
/// It touches no disk itself.
package struct ConfigLoader: Sendable {
    /// Why a file could not be read, in words.
    package struct Unreadable: Error, Sendable {
        package var message: String
        package init(message: String) { self.message = message }
    }

    package typealias FileReader = @Sendable (String) -> Result<[UInt8], Unreadable>

    /// The largest config file; a real one is about 10 kB, one with every key about 200 kB.
    package static let limits = JSONLimits(maxDepth: 64, maxBytes: 4 << 20)

    private let readFile: FileReader

    package init(readFile: @escaping FileReader) {
        self.readFile = readFile
    }

    /// Loads `text`, which stands in `path`; nil for a file that does not exist, which means all defaults.
    ///
    /// A secret that cannot be read now, and could when `known` was loaded, is the one it was.
    package func load(
        _ text: [UInt8]?, path: String, environment: Environment, known: SecretReferences = SecretReferences()
    ) -> LoadedConfig {
        guard let text, !text.isBlank else {
            return LoadedConfig.defaults(environment: environment)
        }
        do throws(JSON5Error) {
            let document = try JSON.parseJSON5(text, limits: Self.limits)
            return load(document, path: path, environment: environment, known: known)
        } catch {
            var issue = ConfigIssue(error)
            issue.file = FilePath.name(of: path)
            var loaded = LoadedConfig.defaults(environment: environment)
            loaded.issues = [issue]
            loaded.syntaxError = error
            return loaded
        }
    }

    private func load(
        _ document: JSON5Document, path: String, environment: Environment, known: SecretReferences
    ) -> LoadedConfig {
        var includes = ConfigIncludes(readFile: readFile)
        var tree = includes.resolve(document, path: path)
        let assembled = tree.json
        var environment = environment
        environment.add(Config(json: ["env": assembled["env"] ?? [:]]).env)
        var substitution = VariableSubstitution(environment: environment)
        substitution.apply(to: &tree)

        var loaded = LoadedConfig(environment: environment)
        loaded.document = document
        loaded.parsed = document.value
        loaded.assembled = assembled
        loaded.includedPaths = includes.paths
        loaded.issues = includes.issues + Self.missingVariables(substitution, in: includes)
        loaded.warnings = includes.repeatedKeys
        loaded.accept(tree, locatedBy: includes, known: known)
        return loaded
    }

    private static func missingVariables(
        _ substitution: VariableSubstitution, in includes: ConfigIncludes
    ) -> [ConfigIssue] {
        substitution.missing.map { missing in
            let issue = ConfigIssue(
                path: missing.path,
                message: "the environment variable `\(missing.name)` is not set; set it, or write "
                    + "`$${\(missing.name)}` for the text itself",
                protocolMessage:
                    "Missing env var \(missing.name.quotedJSON) referenced at config path: \(missing.path)",
                closes: ClosedPart(mistakeAt: missing.path))
            return includes.locate(issue, at: missing.place)
        }
    }
}
