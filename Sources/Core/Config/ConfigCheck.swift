/// Compares a document with the shapes it should have, and collects everything that does not fit.
struct ConfigCheck {
    private(set) var issues: [ConfigIssue] = []
    /// Keys that nobody knows.
    ///
    /// They can be left out without changing what the rest means.
    private(set) var unknownKeys: [ConfigIssue] = []
    private(set) var keysWithoutEffect: [ConfigPath] = []

    /// What the place of a value says about it.
    private struct Context {
        var path: ConfigPath
        /// Inside a key that was reported as without effect already.
        var hasEffect = true
        var isReadWhole = false

        func entering(_ key: String, _ traits: Traits) -> Context {
            Context(
                path: path.appending(key), hasEffect: hasEffect && (traits.hasEffect || isReadWhole),
                isReadWhole: isReadWhole || traits.isReadWhole)
        }
    }

    /// Checks a whole document.
    static func run(_ document: JSON) -> ConfigCheck {
        var check = ConfigCheck()
        check.check(document, as: Config.spec.shape, in: Context(path: .root))
        return check
    }

    private mutating func check(_ value: JSON, as shape: Shape, in context: Context) {
        let alternatives = shape.alternatives
        switch value {
        case .object(let object):
            let shapes = alternatives.compactMap { if case .object(let shape) = $0 { shape } else { nil } }
            tryEach(shapes) { $0.checkMembers(of: object, as: $1, in: context) }
        case .array(let items):
            let shapes = alternatives.compactMap { if case .array(let shape) = $0 { shape } else { nil } }
            tryEach(shapes) { $0.checkItems(items, as: $1, in: context) }
        default: break
        }
        if !alternatives.contains(where: { $0.accepts(value) }) {
            issues.append(.wrongValue(value, alternatives, at: context.path))
        }
    }

    /// Of several shapes of the same kind the first one that fits counts, else what the first one finds.
    private mutating func tryEach<Item>(_ shapes: [Item], _ check: (inout ConfigCheck, Item) -> Void) {
        if shapes.count == 1 { return check(&self, shapes[0]) }
        var first: ConfigCheck?
        for shape in shapes {
            var attempt = ConfigCheck()
            check(&attempt, shape)
            if attempt.issues.isEmpty && attempt.unknownKeys.isEmpty { return add(attempt) }
            if first == nil { first = attempt }
        }
        if let first { add(first) }
    }

    private mutating func add(_ other: ConfigCheck) {
        issues += other.issues
        unknownKeys += other.unknownKeys
        keysWithoutEffect += other.keysWithoutEffect
    }

    private mutating func checkItems(_ items: [JSON], as shape: Shape, in context: Context) {
        for (index, item) in items.enumerated() {
            var itemContext = context
            itemContext.path = context.path.appending(.index(index))
            check(item, as: shape, in: itemContext)
        }
    }

    private mutating func checkMembers(of object: JSONObject, as shape: ObjectShape, in context: Context) {
        for (key, value) in object {
            if let member = shape[key] {
                enter(key, value, member.shape, member.traits, context)
            } else if let other = shape.other {
                enter(key, value, other, Traits(), context)
            } else if shape.isDeclared, let known = KeyTable.shared.shape(at: context.path.appending(key)) {
                enter(key, value, known, .known, context)
            } else {
                unknownKeys.append(unknown(key, in: shape, context))
            }
        }
        for member in shape.members where member.traits.isRequired && object[member.key] == nil {
            issues.append(.missing(member, in: context.path))
        }
    }

    private mutating func enter(
        _ key: String, _ value: JSON, _ shape: Shape, _ traits: Traits, _ context: Context
    ) {
        let inner = context.entering(key, traits)
        if context.hasEffect && !inner.hasEffect { keysWithoutEffect.append(inner.path) }
        check(value, as: shape, in: inner)
    }

    private func unknown(_ key: String, in shape: ObjectShape, _ context: Context) -> ConfigIssue {
        let known = shape.isDeclared ? KeyTable.shared.members(at: context.path).map(\.key) : []
        let nearest = NearestKey.of(key, among: shape.members.map(\.key) + known)
        let elsewhere = nearest == nil ? Config.spec.shape.path(ofKey: key, excluding: context.path) : nil
        let hint = nearest ?? elsewhere?.description
        let moved = context.path.steps.isEmpty ? MovedKeys.place(of: key) : nil
        let advice =
            moved.map { "; what it said stands in \($0) now" } ?? hint.map { "; did you mean `\($0)`?" }
        let path = context.path.appending(key)
        let meant = nearest.map { context.path.appending($0) } ?? elsewhere
        return ConfigIssue(
            path: path, message: "unknown key" + (advice ?? ""),
            protocolMessage: "Unrecognized key: \(key.quotedJSON)", protocolPath: context.path,
            closes: moved == nil ? ClosedPart(unknownKeyAt: path, meant: meant) : nil)
    }
}

extension Traits {
    /// A key that is accepted and does nothing yet.
    static var known: Traits {
        var traits = Traits()
        traits.hasEffect = false
        return traits
    }
}

extension Shape {
    /// Whether `value` fits; of objects and arrays only the kind is looked at.
    fileprivate func accepts(_ value: JSON) -> Bool {
        switch (self, value) {
        case (.any, _), (.string, .string), (.bool, .bool), (.null, .null), (.array, .array),
            (.object, .object):
            true
        case (.only(let wanted), .bool(let value)): wanted == value
        case (.choice(let words), .string(let word)): words.contains(word)
        case (.number(let range), .integer), (.number(let range), .number):
            value.doubleValue.map { range.contains($0) } ?? false
        case (.integer(let range), .integer): value.intValue.map { range.contains($0) } ?? false
        default: false
        }
    }

    /// The traits at a declared path, those of the objects above included.
    package func traits(at path: ConfigPath) -> Traits {
        var shape = self
        var result = Traits()
        for step in path.steps {
            guard let (next, traits) = shape.next(step) else { break }
            var inner = traits
            inner.isSensitive = inner.isSensitive || result.isSensitive
            inner.isSecurity = inner.isSecurity || result.isSecurity
            inner.hasEffect = result.hasEffect && (inner.hasEffect || result.isReadWhole)
            inner.isReadWhole = inner.isReadWhole || result.isReadWhole
            inner.reload = inner.reload ?? result.reload
            result = inner
            shape = next
        }
        return result
    }

    /// The shape at a declared path; nil where nothing is declared.
    func shape(at path: ConfigPath) -> Shape? {
        path.steps.reduce(self as Shape?) { shape, step in shape?.next(step)?.0 }
    }

    private func next(_ step: ConfigPath.Step) -> (Shape, Traits)? {
        for alternative in alternatives {
            switch (alternative, step) {
            case (.object(let object), .key(let key)):
                if let member = object[key] { return (member.shape, member.traits) }
                if let other = object.other { return (other, Traits()) }
            case (.array(let item), .index): return (item, Traits())
            default: break
            }
        }
        return nil
    }

    private var isDeclaredObject: Bool {
        switch self {
        case .declared: true
        case .object(let object): object.isDeclared
        default: false
        }
    }

    /// Where a declared key of that name stands, outside lists and maps.
    fileprivate func path(ofKey key: String, excluding parent: ConfigPath, at path: ConfigPath = .root)
        -> ConfigPath?
    {
        guard case .object(let object) = resolved, isDeclaredObject else { return nil }
        if path != parent, object[key] != nil { return path.appending(key) }
        for member in object.members {
            if let found = member.shape.path(ofKey: key, excluding: parent, at: path.appending(member.key)) {
                return found
            }
        }
        return nil
    }
}
