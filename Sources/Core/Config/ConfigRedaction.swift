/// Keeps secrets out of what clients see, and puts them back into what clients write.
package enum ConfigRedaction {
    /// Stands in place of a secret; the clients of the original know this word.
    package static let placeholder = "__OPENCLAW_REDACTED__"

    /// The document without its secrets.
    ///
    /// `${VAR}` and `{source, provider, id}` stay: they say where a secret is, not what it is.
    package static func redacted(_ document: JSON) -> JSON { redact(document, at: .root) }

    private static func redact(_ value: JSON, at path: ConfigPath) -> JSON {
        switch value {
        case .object(let object) where object.isSecretReference: return value
        case .object(let object):
            return .object(JSONObject(object.map { ($0.key, redact($0.value, at: path.appending($0.key))) }))
        case .array(let items):
            return .array(items.enumerated().map { redact($1, at: path.appending(.index($0))) })
        case .string(let text): return hides(text, at: path) ? .string(placeholder) : value
        case .integer, .number: return isSensitive(path) ? .string(placeholder) : value
        default: return value
        }
    }

    /// Every secret in the document.
    package static func secrets(in document: JSON) -> [String] { secrets(in: document, at: .root) }

    private static func secrets(in value: JSON, at path: ConfigPath) -> [String] {
        switch value {
        case .object(let object) where object.isSecretReference: []
        case .object(let object): object.flatMap { secrets(in: $0.value, at: path.appending($0.key)) }
        case .array(let items):
            items.enumerated().flatMap { secrets(in: $1, at: path.appending(.index($0))) }
        // What stands in a map of variables may be anything, and is a secret by its name only.
        case .string(let text) where hides(text, at: path) && !isVariable(path): [text]
        default: []
        }
    }

    /// The text with each secret replaced where it stands.
    package static func redactedText(of document: JSON5Document) -> String {
        var text = document.bytes
        for node in secretNodes(of: document.root, at: .root).reversed() {
            text.replaceSubrange(node.range, with: placeholder.quotedJSON.utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func secretNodes(of node: JSON5Node, at path: ConfigPath) -> [JSON5Node] {
        switch node.content {
        case .object where node.value.objectValue?.isSecretReference == true: []
        case .object(let members): members.flatMap { secretNodes(of: $0.node, at: path.appending($0.key)) }
        case .array(let items):
            items.enumerated().flatMap { secretNodes(of: $1, at: path.appending(.index($0))) }
        case .scalar(.string(let text)) where hides(text, at: path): [node]
        case .scalar(.integer) where isSensitive(path), .scalar(.number) where isSensitive(path): [node]
        case .scalar: []
        }
    }

    private static func hides(_ text: String, at path: ConfigPath) -> Bool {
        !text.isEmpty && !VariableSubstitution.isReference(text)
            && (isSensitive(path) || isVariable(path) || holdsCredentials(text))
    }

    /// Whether `path` is a variable for programs: `env.NAME`, `env.vars.NAME`, `skills.entries.*.env.NAME`.
    private static func isVariable(_ path: ConfigPath) -> Bool {
        let holders = path.steps.dropLast().suffix(2)
        return holders.last == .key("env") || holders.elementsEqual([.key("env"), .key("vars")])
    }

    /// Whether an address has a login in it, `https://user:password@host`, or a key in its query.
    private static func holdsCredentials(_ text: String) -> Bool {
        guard let start = text.firstRange(of: "://")?.upperBound else { return false }
        let authority = text[start...].prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") { return true }
        let query = text[start...].drop { $0 != "?" }.dropFirst()
        return query.split(separator: "&").contains { pair in
            let name = pair.prefix { $0 != "=" }.lowercased().filter { $0 != "_" && $0 != "-" }
            return name == "key" || name == "sig" || secretEndings.contains { name.hasSuffix($0) }
        }
    }

    // MARK: What is a secret

    /// Keys whose texts are secrets wherever they stand: compared in small letters without `_` and `-`, at
    /// the end.
    private static let secretEndings = [
        "token", "password", "secret", "apikey", "privatekey", "encryptkey", "passphrase", "credential",
        "credentials",
        "serviceaccount", "identitydata", "certificatedata", "accesskey", "accesskeyid", "authkey",
        "signingkey",
    ]
    /// Keys that hold maps of secrets.
    private static let secretMaps: Set<String> = ["headers", "edgeAuth"]

    /// Whether a text at `path` must not be shown.
    package static func isSensitive(_ path: ConfigPath) -> Bool {
        isSensitiveByName(path) || Config.spec.shape.traits(at: path).isSensitive
    }

    /// The same by its name alone, without what is declared.
    static func isSensitiveByName(_ path: ConfigPath) -> Bool {
        guard case .key(let last) = path.steps.last else { return false }
        if case .key(let holder)? = path.steps.dropLast().last, secretMaps.contains(holder) { return true }
        guard last.utf8.count >= shortestEnding else { return false }
        let folded = last.lowercased().filter { $0 != "_" && $0 != "-" }
        return secretEndings.contains { folded.hasSuffix($0) }
    }

    /// Letters of the shortest of `secretEndings`.
    private static let shortestEnding = 5

    // MARK: Putting back

    /// A placeholder for which the stored config has no secret.
    package struct Unrestorable: Error {
        package var path: ConfigPath
        package var message: String {
            "`\(path)` is `\(ConfigRedaction.placeholder)`, and there is no stored value to put back; write the value itself"
        }
    }

    /// A text that a client sent, with each placeholder replaced by what stands in `stored`, as it is written there.
    ///
    /// A secret of an included file is not in `stored` but in `meaning`, which is `stored` with all files in place.
    package static func restoredText(
        of document: JSON5Document, from stored: JSON5Document?, meaning: JSON? = nil
    ) throws(Unrestorable) -> String {
        var replacements: [(range: Range<Int>, text: String)] = []
        try collect(document.root, stored?.root, meaning, at: .root) { node, original, secret in
            let written = original.flatMap { original in stored?.text(in: original.range) }
            replacements.append((node.range, written ?? secret.quotedJSON))
        }
        var text = document.bytes
        for (range, original) in replacements.reversed() { text.replaceSubrange(range, with: original.utf8) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func collect(
        _ node: JSON5Node, _ stored: JSON5Node?, _ meaning: JSON?, at path: ConfigPath,
        _ found: (JSON5Node, JSON5Node?, String) -> Void
    ) throws(Unrestorable) {
        switch node.content {
        case .scalar(.string(placeholder)):
            if let stored, case .scalar(let value) = stored.content, value != .string(placeholder),
                value.stringValue != nil || isSensitive(path)
            {
                found(node, stored, value.stringValue ?? value.text)
            } else if let text = meaning?.stringValue, text != placeholder {
                found(node, nil, text)
            } else {
                throw Unrestorable(path: path)
            }
        case .scalar: return
        case .object(let members):
            for member in members {
                let original = stored?.members?.last { $0.key == member.key }?.node
                try collect(
                    member.node, original, meaning?[member.key], at: path.appending(member.key), found)
            }
        case .array(let items):
            for (index, item) in items.enumerated() {
                let value = item.value
                let place = value.counterpart(at: index, of: items.count, in: stored?.value.arrayValue ?? [])
                let meant = value.counterpart(at: index, of: items.count, in: meaning?.arrayValue ?? [])
                try collect(
                    item, place.flatMap { stored?.items?[$0] }, meant.flatMap { meaning?.arrayValue?[$0] },
                    at: path.appending(.index(index)), found)
            }
        }
    }
}
