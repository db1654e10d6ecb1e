/// Something in the config that cannot be used as it is written.
package struct ConfigIssue: Hashable, Sendable, CustomStringConvertible {
    /// The key or value it is about.
    package var path: ConfigPath
    /// For people: what was found and what would be right.
    package var message: String
    /// The sentence that clients of the original know, and the path they expect with it.
    package var protocolMessage: String
    package var protocolPath: ConfigPath
    /// The file's name as people know it, and the place in it.
    package var file: String?
    package var position: TextPosition?
    /// Set where somebody may be kept from something: neither ignored nor papered over with an older copy.
    package var closes: ClosedPart?

    package init(
        path: ConfigPath, message: String, protocolMessage: String? = nil, protocolPath: ConfigPath? = nil,
        closes: ClosedPart? = nil
    ) {
        self.path = path
        self.message = message
        self.protocolMessage = protocolMessage ?? message
        self.protocolPath = protocolPath ?? path
        self.closes = closes
    }

    /// A text that is not JSON5.
    package init(_ error: JSON5Error) {
        self.init(path: .root, message: error.message, protocolMessage: error.protocolMessage)
        position = error.position
    }

    /// For people, with the place: `openclaw.json:12:5: gateway.prot: unknown key`.
    package var description: String {
        var text = file.map { $0 + ":" } ?? ""
        if let position { text += "\(position.line):\(position.column):" }
        if !text.isEmpty { text += " " }
        return text + (path == .root ? "" : "\(path): ") + message
    }

    /// With what is shut as long as it is there.
    package var withConsequence: ConfigIssue {
        guard let closes else { return self }
        var issue = self
        let consequence = "Until it is mended \(closes.words)"
        issue.message += (message.hasSuffix("?") ? " " : ". ") + consequence
        issue.protocolMessage += ". " + consequence
        return issue
    }

    /// `{path, message}`, as clients of the original know it, and beside it what people are told: the key, what is
    /// wrong there, and the place.
    package var json: JSON {
        var object: JSONObject = ["path": .string(protocolPath.dotted), "message": .string(protocolMessage)]
        object["key"] = .string(path.dotted)
        object["detail"] = .string(message)
        object["file"] = file.map { .string($0) }
        object["line"] = position.map { JSON($0.line) }
        object["column"] = position.map { JSON($0.column) }
        return .object(object)
    }

    /// `gateway.port: Invalid input: …`, as newer clients show it.
    package var protocolLine: String {
        "\(protocolPath == .root ? "<root>" : protocolPath.dotted): \(protocolMessage)"
    }
}
