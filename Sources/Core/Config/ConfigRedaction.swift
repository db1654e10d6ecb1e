/// Keeps secrets out of what clients see, and puts them back into what clients write.
package enum ConfigRedaction {
    /// Stands in place of a secret; the clients of the original know this word.
    package static let placeholder = "__OPENCLAW_REDACTED__"

    /// The document without its secrets.
    ///
    /// `${VAR}` and `{source, provider, id}` stay: they say where a secret is, not what it is.
    package static func redacted(_ document: JSON) -> JSON { redact(document, at: Place()) }

    private static func redact(_ value: JSON, at place: Place) -> JSON {
        let place = place.holding(value)
        switch value {
        case .object(let object) where object.isSecretReference: return value
        case .object(let object):
            return .object(
                JSONObject(object.map { ($0.key, redact($0.value, at: place.entering(.key($0.key)))) }))
        case .array(let items):
            return .array(items.enumerated().map { redact($1, at: place.entering(.index($0))) })
        default: return hides(value, at: place) ? .string(placeholder) : value
        }
    }

    /// Every secret in the document.
    package static func secrets(in document: JSON) -> [String] { secrets(in: document, at: Place()) }

    private static func secrets(in value: JSON, at place: Place) -> [String] {
        // What is misplaced or misspelt is never put to use; to look for it here would read the table of all keys.
        let place = place.named
        return switch value {
        case .object(let object) where object.isSecretReference: []
        case .object(let object):
            object.flatMap { secrets(in: $0.value, at: place.entering(.key($0.key))) }
        case .array(let items):
            items.enumerated().flatMap { secrets(in: $1, at: place.entering(.index($0))) }
        // What stands in a map of variables may be anything, and is a secret by its name only.
        case .string(let text) where hides(value, at: place) && !isVariable(place.path): [text]
        default: []
        }
    }

    /// The text with each secret replaced where it stands.
    ///
    /// Comments may hold anything; without them, spaces take their place.
    package static func redactedText(of document: JSON5Document, showsComments: Bool) -> String {
        var text = showsComments ? document.bytes : document.bytesWithoutComments
        for node in secretNodes(of: document.root, at: Place()).reversed() {
            text.replaceSubrange(node.range, with: placeholder.quotedJSON.utf8)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func secretNodes(of node: JSON5Node, at place: Place) -> [JSON5Node] {
        let place = place.holding(node.value)
        return switch node.content {
        case .object where node.value.objectValue?.isSecretReference == true: []
        case .object(let members):
            members.flatMap { secretNodes(of: $0.node, at: place.entering(.key($0.key))) }
        case .array(let items):
            items.enumerated().flatMap { secretNodes(of: $1, at: place.entering(.index($0))) }
        case .scalar(let value): hides(value, at: place) ? [node] : []
        }
    }

    /// Whether a value, or something in it, must not be shown.
    static func hides(_ value: JSON, at path: ConfigPath) -> Bool {
        let place = path.steps.reduce(Place()) { $0.named.entering($1) }
        return place.holding(value).isSecret || hides(value, at: place)
    }

    private static func hides(_ value: JSON, at place: Place) -> Bool {
        switch value {
        case .string(let text):
            !text.isEmpty && !VariableSubstitution.isReference(text)
                && (place.isSecret || isVariable(place.path) || holdsCredentials(text, at: place.path))
        case .integer, .number: place.isSecret
        default: false
        }
    }

    /// Where a value stands.
    private struct Place {
        var path = ConfigPath.root
        /// All that is here is secret, whatever its shape.
        var isSecret = false

        /// With what its name says.
        var named: Place { Place(path: path, isSecret: isSecret || ConfigRedaction.isSensitive(path)) }

        /// A text where an object belongs may be the secret that the object should hold.
        func holding(_ value: JSON) -> Place {
            let named = named
            guard !named.isSecret else { return named }
            let isMisplaced = value.objectValue == nil && ConfigRedaction.isForObjects(path)
            return Place(path: path, isSecret: isMisplaced || ConfigRedaction.isMisspelt(path))
        }

        func entering(_ step: ConfigPath.Step) -> Place {
            Place(path: path.appending(step), isSecret: isSecret)
        }
    }

    private static func shape(at path: ConfigPath) -> Shape? {
        Config.spec.shape.shape(at: path) ?? KeyTable.shared.shape(at: path)
    }

    /// Whether a key that nobody knows differs by a letter from one that ends as those of secrets do.
    private static func isMisspelt(_ path: ConfigPath) -> Bool {
        guard case .key(let key)? = path.steps.last, shape(at: path) == nil else { return false }
        let folded = folded(key)
        return secretEndings.contains { ending in
            (-1...1).contains { NearestKey.distance(String(folded.suffix(ending.count + $0)), ending) == 1 }
        }
    }

    private static func isForObjects(_ path: ConfigPath) -> Bool {
        guard let shape = shape(at: path) else { return false }
        return shape.alternatives.allSatisfy { if case .object = $0 { true } else { false } }
    }

    /// Whether `path` is a variable for programs, or in one: `env.NAME`, `env.vars.NAME`, `skills.entries.*.env.NAME`.
    private static func isVariable(_ path: ConfigPath) -> Bool {
        path.steps.dropLast().contains(.key("env"))
    }

    /// Whether an address has a login in it, `https://user:password@host` or `https://token@host`, or a key in its query.
    private static func holdsCredentials(_ text: String, at path: ConfigPath) -> Bool {
        var isAddress = addressEndings.contains { folded(path.lastKey).hasSuffix($0) }
        guard let scheme = text.firstRange(of: "://") else {
            // An address whose scheme is missing or misspelt: `user:password@host`.
            let login = text.lastIndex(of: "@").map { text[..<$0] } ?? ""
            return login.contains(":") && isAddress
        }
        // What begins as an address is one to its end: a password may hold what would end it.
        if text[..<scheme.lowerBound].allSatisfy({ $0.isLetter || $0.isNumber || "+.-".contains($0) }) {
            isAddress = true
        }
        var start = scheme.upperBound
        while true {
            let rest = text[start...]
            // Among words an address ends where none goes on.
            let address = isAddress ? rest : rest.prefix { !$0.isWhitespace && !"\"`<>".contains($0) }
            if holdsCredentials(address: address) { return true }
            guard let next = rest.firstRange(of: "://")?.upperBound else { return false }
            start = next
        }
    }

    /// The same of one address, without its scheme.
    private static func holdsCredentials(address: Substring) -> Bool {
        let authority = address.prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@"), at > authority.startIndex { return true }
        let query = address.drop { $0 != "?" }.dropFirst()
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
        "signingkey", "apikeys", "passwords", "privatekeys", "authorization", "cookie", "bearer",
    ]
    /// The same as whole keys.
    private static let secretKeys: Set<String> = ["tokens", "secrets", "jwt"]
    /// Keys of addresses, in the same form.
    private static let addressEndings = [
        "proxy", "url", "uri", "root", "endpoint", "host", "server", "address",
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
        let folded = folded(last)
        // The config's own `secrets` says where they are.
        if secretKeys.contains(folded), path.steps.count > 1 { return true }
        guard last.utf8.count >= shortestEnding else { return false }
        return secretEndings.contains { folded.hasSuffix($0) }
    }

    private static func folded(_ key: String) -> String { key.lowercased().filter { $0 != "_" && $0 != "-" } }

    /// Letters of the shortest of `secretEndings`.
    private static let shortestEnding = 5

    // MARK: Putting back

    /// Whether a text is the placeholder, or one that was typed into.
    package static func holdsPlaceholder(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.contains("openclaw_redact") || text.hasPrefix("__openclaw")
            || text.hasSuffix("redacted__")
    }

    /// What is wrong with texts that hold a placeholder, unless `stored` has them too: as a secret, such a text would be known to
    /// everybody.
    package static func placeholders(leftIn document: JSON, stored: JSON) -> [ConfigIssue] {
        var known: Set<String> = []
        eachPlaceholder(in: stored, at: .root) { known.insert($1) }
        var issues: [ConfigIssue] = []
        eachPlaceholder(in: document, at: .root) { path, text in
            guard !known.contains(text) else { return }
            let message =
                "`\(path)` holds `\(placeholder)` or a part of it, which only stands for a secret; "
                + "write the value itself, or leave the placeholder as it was shown"
            issues.append(ConfigIssue(path: path, message: message))
        }
        return issues
    }

    private static func eachPlaceholder(
        in value: JSON, at path: ConfigPath, _ found: (ConfigPath, String) -> Void
    ) {
        switch value {
        case .string(let text) where holdsPlaceholder(text): found(path, text)
        case .object(let object):
            for (key, member) in object { eachPlaceholder(in: member, at: path.appending(.key(key)), found) }
        case .array(let items):
            for (index, item) in items.enumerated() {
                eachPlaceholder(in: item, at: path.appending(.index(index)), found)
            }
        default: return
        }
    }

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
        try collect(document.root, stored?.root, meaning, at: Place()) { node, original, secret in
            let written = original.flatMap { original in stored?.text(in: original.range) }
            replacements.append((node.range, written ?? secret.quotedJSON))
        }
        var text = document.bytes
        for (range, original) in replacements.reversed() { text.replaceSubrange(range, with: original.utf8) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func collect(
        _ node: JSON5Node, _ stored: JSON5Node?, _ meaning: JSON?, at place: Place,
        _ found: (JSON5Node, JSON5Node?, String) -> Void
    ) throws(Unrestorable) {
        let place = place.holding(stored?.value ?? node.value)
        switch node.content {
        case .scalar(.string(placeholder)):
            if let stored, case .scalar(let value) = stored.content, value != .string(placeholder),
                value.stringValue != nil || hides(value, at: place)
            {
                found(node, stored, value.stringValue ?? value.text)
            } else if let text = meaning?.stringValue, text != placeholder {
                found(node, nil, text)
            } else {
                throw Unrestorable(path: place.path)
            }
        case .scalar: return
        case .object(let members):
            for member in members {
                let original = stored?.members?.last { $0.key == member.key }?.node
                try collect(
                    member.node, original, meaning?[member.key], at: place.entering(.key(member.key)), found)
            }
        case .array(let items):
            for (index, item) in items.enumerated() {
                let value = item.value
                let kept = value.counterpart(at: index, of: items.count, in: stored?.value.arrayValue ?? [])
                let meant = value.counterpart(at: index, of: items.count, in: meaning?.arrayValue ?? [])
                try collect(
                    item, kept.flatMap { stored?.items?[$0] }, meant.flatMap { meaning?.arrayValue?[$0] },
                    at: place.entering(.index(index)), found)
            }
        }
    }
}
