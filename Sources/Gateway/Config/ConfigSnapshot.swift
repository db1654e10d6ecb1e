package import Core

/// The config file at one moment.
package struct ConfigSnapshot: Sendable {
    /// Where the running config came from.
    package enum Origin: Hashable, Sendable {
        case file
        /// There is no file; all is default.
        case defaults
        /// The file has mistakes; this is the copy of the last one that had none.
        case lastGood
    }

    package var path: String
    /// The file's text, or nil when there is no file or it is not UTF-8.
    package var raw: String?
    package var exists: Bool
    /// SHA-256 of the text in hex; of no bytes when there is no file.
    package var hash: String
    /// What the gateway runs on.
    package var running: LoadedConfig
    package var origin: Origin
    /// What the file itself gave, when that is not what runs.
    package var file: LoadedConfig

    package var config: Config { running.config }

    /// The payload of `config.get`: without secrets, for both generations.
    package var json: JSON {
        let parsed = ConfigRedaction.redacted(file.parsed)
        let config = ConfigRedaction.redacted(file.config.shown)
        var object: JSONObject = ["path": .string(path), "exists": .bool(exists)]
        object["raw"] = redactedRaw
        object["parsed"] = parsed
        object["sourceConfig"] = parsed
        object["resolved"] = ConfigRedaction.redacted(file.config.raw)
        object["valid"] = .bool(file.isValid)
        object["config"] = config
        object["runtimeConfig"] = ConfigRedaction.redacted(running.config.shown)
        object["hash"] = .string(hash)
        object["issues"] = .array(file.issues.map(\.json))
        object["warnings"] = .array(
            (file.quarantined + file.warnings + file.config.secrets.failures).map(\.json))
        object["legacyIssues"] = []
        object["includedPaths"] = JSON(file.includedPaths)
        object["includeProvenance"] = []
        return .object(object)
    }

    /// Null without a file, and for a text that cannot be read: its secrets could not be found.
    private var redactedRaw: JSON {
        guard raw != nil, let document = file.document else { return .null }
        return .string(ConfigRedaction.redactedText(of: document))
    }
}

/// Why the gateway does not start: each mistake on a line of its own.
package struct ConfigRefusal: Error, CustomStringConvertible, Sendable {
    package var path: String
    package var issues: [ConfigIssue]
    /// Something else than the text: the file could not be read.
    package var reason: String?

    package var description: String {
        if let reason { return reason }
        let lines = issues.map { "- \($0)" }.joined(separator: "\n")
        let why =
            issues.contains(where: \.isSecurity)
            ? "It decides who may come in, so no older copy is used instead. "
            : "There is no older copy to use instead. "
        return "Invalid config at \(path):\n\(lines)\n\(why)Fix the lines above, or run `openclaw doctor`."
    }
}

/// Why a write was refused; the message is the one clients know.
package struct ConfigWriteError: Error, CustomStringConvertible, Sendable {
    package var message: String
    package var issues: [ConfigIssue]

    init(_ message: String, issues: [ConfigIssue] = []) {
        self.message = message
        self.issues = issues
    }

    package var description: String { message }

    /// `{issues: […]}` for `error.details`, or nil.
    package var details: JSON? { issues.isEmpty ? nil : ["issues": .array(issues.map(\.json))] }

    /// The longer sentence of the newer protocol: `invalid config: gateway.port: …`.
    package var detailedMessage: String {
        issues.first.map { "\(message): \($0.protocolLine)" } ?? message
    }
}
