package import Core

/// The config file at one moment.
package struct ConfigSnapshot: Sendable {
    /// Where the running config came from.
    package enum Origin: Hashable, Sendable {
        case file
        /// There was no file when the gateway ran last with one that has no mistakes; all is default.
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

    /// What makes the file unusable, with what is shut because of it in what runs.
    package var issues: [ConfigIssue] {
        let told = file.issues.map { issue in
            config.closed.contains { $0.closes == issue.closes } ? issue.withConsequence : issue
        }
        let others = config.closed.filter { shut in !file.issues.contains { $0.path == shut.path } }
        return told + others.map(\.withConsequence)
    }

    /// The payload of `config.get`: without secrets, for both generations.
    ///
    /// Comments may hold anything, and are for those who may write the file.
    package func json(showsComments: Bool) -> JSON {
        let parsed = ConfigRedaction.redacted(file.parsed)
        let config = ConfigRedaction.redacted(file.config.shown)
        var object: JSONObject = ["path": .string(path), "exists": .bool(exists)]
        object["raw"] = raw == nil ? .null : redactedRaw(showsComments)
        object["parsed"] = parsed
        object["sourceConfig"] = parsed
        object["resolved"] = ConfigRedaction.redacted(file.config.raw)
        object["valid"] = .bool(file.isValid)
        object["config"] = config
        object["runtimeConfig"] = ConfigRedaction.redacted(running.config.shown)
        object["hash"] = .string(hash)
        object["issues"] = .array(issues.map(\.json))
        object["warnings"] = .array(
            (file.quarantined + file.notes).map(\.json))
        object["legacyIssues"] = []
        object["includedPaths"] = JSON(file.includedPaths)
        object["includeProvenance"] = []
        return .object(object)
    }

    /// Null without a file, and for a text that cannot be read: its secrets could not be found.
    private func redactedRaw(_ showsComments: Bool) -> JSON {
        guard let document = file.document else { return .null }
        return .string(ConfigRedaction.redactedText(of: document, showsComments: showsComments))
    }
}

/// Why the gateway does not start: each mistake on a line of its own.
package struct ConfigRefusal: Error, CustomStringConvertible, Sendable {
    package var path: String
    package var issues: [ConfigIssue]
    /// What keeps the last good copy from being used instead.
    package var copyIssues: [ConfigIssue] = []
    /// Something else than the text: the file could not be read.
    package var reason: String?

    package var description: String {
        if let reason { return reason }
        return
            "Invalid config at \(path):\n\(Self.lines(issues))\n\(why)Fix the lines above, or run `openclaw doctor`."
    }

    private var why: String {
        if issues.contains(where: { $0.closes == .gateway }) {
            return "It decides who may come in, so no older copy is used instead. "
        }
        guard !copyIssues.isEmpty else { return "There is no older copy to use instead. " }
        return "The last good copy cannot be used instead:\n\(Self.lines(copyIssues))\n"
    }

    private static func lines(_ issues: [ConfigIssue]) -> String {
        issues.map { "- \($0)" }.joined(separator: "\n")
    }
}

/// Why a write was refused; the message is the one clients know.
package struct ConfigWriteError: Error, CustomStringConvertible, Sendable {
    package var message: String
    package var issues: [ConfigIssue]
    /// The file is another than the one that the change was made for.
    package var isOutdated: Bool
    /// Nothing is wrong with the change: the disk, or another process, did not let it be written.
    package var isUnavailable = false

    init(_ message: String, issues: [ConfigIssue] = [], isOutdated: Bool = false) {
        self.message = message
        self.issues = issues
        self.isOutdated = isOutdated
    }

    /// A file could not be read or written.
    init(_ error: FileError) {
        self.init(error.description)
        isUnavailable = true
    }

    package var description: String { message }

    /// `{issues: […]}` for `error.details`, or nil.
    package var details: JSON? { issues.isEmpty ? nil : ["issues": .array(issues.map(\.json))] }

    /// The longer sentence of the newer protocol: `invalid config: gateway.port: …`.
    package var detailedMessage: String {
        guard let first = issues.first, first.protocolMessage != message else { return message }
        return "\(message): \(first.protocolLine)"
    }
}
