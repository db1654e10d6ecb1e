/// Describes every key to clients: as JSON Schema draft-07 without references, and as hints for a form.
package enum ConfigSchema {
    /// The schema of the whole document.
    package static var schema: JSON {
        guard case .object(var object) = schema(of: Config.spec.shape, at: .root) else { return [:] }
        object["title"] = "OpenClawConfig"
        return .object(
            JSONObject(
                [("$schema", "http://json-schema.org/draft-07/schema#")] + object.map { ($0.key, $0.value) }))
    }

    /// Labels, help and secrecy by dotted path, where `*` stands for any name and any item.
    package static var uiHints: JSON {
        var hints = JSONObject()
        for (index, section) in sections.enumerated() {
            var hint = JSONObject()
            hint["label"] = .string(section.traits.label ?? section.key)
            hint["group"] = hint["label"]
            hint["order"] = JSON((index + 1) * 10)
            if !section.traits.hasEffect { hint["help"] = "No effect yet." }
            hints[section.key] = .object(hint)
        }
        collectHints(Config.spec.shape, at: .root, into: &hints)
        return .object(hints)
    }

    /// All sections of both generations, those with an effect first.
    private static var sections: [ObjectShape.Member] {
        guard case .object(let root) = Config.spec.shape else { return [] }
        let members = merged(root, at: .root)
        return members.filter(\.traits.hasEffect) + members.filter { !$0.traits.hasEffect }
    }

    /// Declared members, and those that only `KeyTable` knows.
    private static func merged(_ object: ObjectShape, at path: ConfigPath) -> [ObjectShape.Member] {
        guard object.isDeclared else { return object.members }
        let known = KeyTable.shared.members(at: path).filter { object[$0.key] == nil }
        return object.members + known.sorted { $0.key < $1.key }
    }

    // MARK: Schema

    private static func schema(of shape: Shape, at path: ConfigPath) -> JSON {
        switch shape.resolved {
        case .any, .entry, .declared: return [:]
        case .string: return ["type": "string"]
        case .bool: return ["type": "boolean"]
        case .null: return ["type": "null"]
        case .only(let value): return ["type": "boolean", "const": .bool(value)]
        case .choice(let words): return ["type": "string", "enum": JSON(words)]
        case .number(let range):
            var object: JSONObject = ["type": "number"]
            if range.lowerBound > -.greatestFiniteMagnitude { object["minimum"] = JSON(range.lowerBound) }
            if range.upperBound < .greatestFiniteMagnitude { object["maximum"] = JSON(range.upperBound) }
            return .object(object)
        case .integer(let range):
            var object: JSONObject = ["type": "integer"]
            if range.lowerBound > .min { object["minimum"] = JSON(range.lowerBound) }
            if range.upperBound < .max { object["maximum"] = JSON(range.upperBound) }
            return .object(object)
        case .array(let item):
            return ["type": "array", "items": schema(of: item, at: path.appending(.index(0)))]
        case .either:
            return ["anyOf": .array(shape.alternatives.map { schema(of: $0, at: path) })]
        case .object(let object): return schema(of: object, at: path)
        }
    }

    private static func schema(of object: ObjectShape, at path: ConfigPath) -> JSON {
        var properties = JSONObject()
        for member in merged(object, at: path) {
            var property = schema(of: member.shape, at: path.appending(member.key))
            if case .object(var described) = property {
                described["title"] = member.traits.label.map { .string($0) }
                described["description"] = member.traits.help.map { .string($0) }
                property = .object(described)
            }
            properties[member.key] = property
        }
        var result: JSONObject = ["type": "object"]
        if !properties.isEmpty { result["properties"] = .object(properties) }
        let required = object.members.filter(\.traits.isRequired).map(\.key)
        if !required.isEmpty { result["required"] = JSON(required) }
        result["additionalProperties"] = additional(object, at: path)
        return .object(result)
    }

    private static func additional(_ object: ObjectShape, at path: ConfigPath) -> JSON {
        if let other = object.other { return schema(of: other, at: path.appending("*")) }
        // A channel of an unknown plugin may have any section.
        return path.steps == [.key("channels")] ? [:] : false
    }

    // MARK: Hints

    private static func collectHints(
        _ shape: Shape, at path: ConfigPath, isSensitive: Bool = false, into hints: inout JSONObject
    ) {
        for alternative in shape.alternatives {
            switch alternative {
            case .object(let object):
                for member in merged(object, at: path) {
                    let inner = path.appending(member.key)
                    let isSensitive = isSensitive || member.traits.isSensitive
                    addHint(member, at: inner, isSensitive, to: &hints)
                    collectHints(member.shape, at: inner, isSensitive: isSensitive, into: &hints)
                }
                guard let other = object.other else { break }
                collectHints(other, at: path.appending("*"), isSensitive: isSensitive, into: &hints)
            case .array(let item):
                collectHints(item, at: path.appending("*"), isSensitive: isSensitive, into: &hints)
            default: break
            }
        }
    }

    private static func addHint(
        _ member: ObjectShape.Member, at path: ConfigPath, _ isSensitive: Bool, to hints: inout JSONObject
    ) {
        let isSecret = holdsText(member) && (isSensitive || ConfigRedaction.isSensitiveByName(path))
        guard isSecret || member.traits.label != nil || member.traits.help != nil else { return }
        var hint = hints[path.dotted]?.objectValue ?? [:]
        if let label = member.traits.label { hint["label"] = .string(label) }
        if let help = member.traits.help { hint["help"] = .string(help) }
        if isSecret { hint["sensitive"] = true }
        hints[path.dotted] = .object(hint)
    }

    private static func holdsText(_ member: ObjectShape.Member) -> Bool {
        member.shape.alternatives.contains { if case .string = $0 { true } else { false } }
    }
}

extension Config {
    /// The document as `config.get` shows it: with those defaults that the original shows as well.
    package var shown: JSON {
        var shown = Self.shownDefaults
        for (path, value) in Self.spec.shape.shownDefaults(of: .object(Config().json)) {
            shown.set(value, at: path)
        }
        return shown.merging(raw)
    }

    /// Defaults of parts that have no effect yet and that clients of the original look for.
    private static let shownDefaults: JSON = [
        "agents": ["defaults": ["subagents": ["maxConcurrent": 8]]],
        "commands": ["native": "auto", "nativeSkills": "auto"],
        "messages": ["ackReactionScope": "group-mentions"],
    ]
}

extension Shape {
    fileprivate func shownDefaults(of value: JSON, at path: ConfigPath = .root) -> [(ConfigPath, JSON)] {
        guard case .object(let object) = resolved else { return [] }
        return object.members.flatMap { member -> [(ConfigPath, JSON)] in
            guard let inner = value[member.key] else { return [] }
            let innerPath = path.appending(member.key)
            if member.traits.showsDefault { return [(innerPath, inner)] }
            return member.shape.shownDefaults(of: inner, at: innerPath)
        }
    }
}

extension JSON {
    /// Objects are merged member by member; of anything else `other` wins.
    package func merging(_ other: JSON) -> JSON {
        guard case .object(var mine) = self, case .object(let theirs) = other else { return other }
        for (key, value) in theirs { mine[key] = mine[key]?.merging(value) ?? value }
        return .object(mine)
    }

    /// RFC 7396: null removes, objects are merged, anything else replaces.
    package func applying(mergePatch patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var object = objectValue ?? [:]
        for (key, change) in changes {
            let removed: JSON? = nil
            object[key] = change.isNull ? removed : (object[key] ?? [:]).applying(mergePatch: change)
        }
        return .object(object)
    }
}
