/// A part of the config that is declared once: its properties, and for each its key, shape, reload rule and
/// label.
///
/// A property's initialiser is the key's default.
package protocol ConfigSection: Sendable {
    init()
    static var spec: ObjectSpec<Self> { get }
}

/// The declarations of one section.
package struct ObjectSpec<Root: Sendable>: Sendable {
    let fields: [Field<Root>]
    private let object: ObjectShape

    init(_ fields: Field<Root>...) {
        self.fields = fields
        object = ObjectShape(
            members: fields.map { ObjectShape.Member(key: $0.key, shape: $0.shape, traits: $0.traits) },
            isDeclared: true)
    }

    /// The object with all declared members.
    package var shape: Shape { .object(object) }

    fileprivate var objectShape: ObjectShape { object }
}

/// One key of a section type.
struct Field<Root: Sendable>: Sendable {
    let key: String
    let shape: Shape
    private(set) var traits = Traits()
    let read: @Sendable (JSON, inout Root) -> Void
    let write: @Sendable (Root) -> JSON?

    init<Value>(
        _ key: String, _ property: any WritableKeyPath<Root, Value> & Sendable, _ value: ValueSpec<Value>
    ) {
        self.key = key
        shape = value.shape
        read = { json, root in value.decode(json).map { root[keyPath: property] = $0 } }
        write = { value.encode($0[keyPath: property]) }
    }

    init<Value>(
        _ key: String, _ property: any WritableKeyPath<Root, Value?> & Sendable, _ value: ValueSpec<Value>
    ) {
        self.key = key
        shape = value.shape
        read = { json, root in value.decode(json).map { root[keyPath: property] = $0 } }
        write = { $0[keyPath: property].flatMap(value.encode) }
    }

    /// A key that `KeyTable` knows, and that is read from the document where it is needed.
    static func raw(_ key: String, at path: String) -> Field {
        var field = Field(known: key, at: path)
        field.traits.isReadWhole = true
        return field
    }

    /// A key that `KeyTable` knows and that has no effect yet, with the rule for when it does.
    static func known(_ key: String, at path: String? = nil, reload: ReloadRule) -> Field {
        var field = Field(known: key, at: path ?? key)
        field.traits.reload = reload
        field.traits.hasEffect = false
        return field
    }

    private init(known key: String, at path: String) {
        self.key = key
        shape = .entry(path)
        read = { _, _ in }
        write = { _ in nil }
    }

    private func with(_ change: (inout Traits) -> Void) -> Field {
        var field = self
        change(&field.traits)
        return field
    }

    func reload(_ rule: ReloadRule) -> Field { with { $0.reload = rule } }
    func label(_ label: String, _ help: String? = nil) -> Field {
        with { ($0.label, $0.help) = (label, help) }
    }
    var sensitive: Field { with { $0.isSensitive = true } }
    var security: Field { with { $0.isSecurity = true } }
    var required: Field { with { $0.isRequired = true } }
    var holdsEnvironment: Field { with { $0.holdsEnvironment = true } }
    var defaultShown: Field { with { $0.showsDefault = true } }
    func environment(_ names: String...) -> Field { with { $0.environment = names } }
}

/// How a value of one type stands in the config: what it may be, and how it is read and written.
struct ValueSpec<Value: Sendable>: Sendable {
    let shape: Shape
    let decode: @Sendable (JSON) -> Value?
    let encode: @Sendable (Value) -> JSON?
}

extension ValueSpec where Value == Bool {
    static var bool: Self { Self(shape: .bool, decode: { $0.boolValue }, encode: { .bool($0) }) }
}

extension ValueSpec where Value == Int {
    static func integer(_ range: ClosedRange<Int> = .min ... .max) -> Self {
        Self(shape: .integer(range), decode: { $0.intValue }, encode: { JSON($0) })
    }
}

extension ValueSpec where Value == Double {
    static func number(_ range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude)
        -> Self
    {
        Self(shape: .number(range), decode: { $0.doubleValue }, encode: { JSON($0) })
    }
}

extension ValueSpec where Value == String {
    static var text: Self { Self(shape: .string, decode: { $0.stringValue }, encode: { JSON($0) }) }

    static func choice(_ words: String...) -> Self {
        Self(shape: .choice(words), decode: { $0.stringValue }, encode: { JSON($0) })
    }

    /// A channel's or person's id, which people also write as a number.
    static var id: Self {
        Self(
            shape: .either([.string, .number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude)]),
            decode: { $0.stringValue ?? $0.intValue.map { String($0) } }, encode: { JSON($0) })
    }
}

extension ValueSpec where Value == Secret {
    /// Text, or `{source, provider, id}`, which `SecretReferences` follows.
    static var secret: Self {
        let word = ObjectShape.Member(
            key: "source", shape: .choice(["env", "file", "exec", "store"]), traits: Traits())
        let others = ["provider", "id"].map { ObjectShape.Member(key: $0, shape: .string, traits: Traits()) }
        return Self(
            shape: .either([.string, .object(ObjectShape(members: [word] + others))]),
            decode: { $0.stringValue.map { Secret($0) } }, encode: { JSON($0.reveal()) })
    }
}

extension ValueSpec where Value == String {
    /// A text that may hold a secret, and so be written like one.
    static var secretText: Self {
        Self(
            shape: ValueSpec<Secret>.secret.shape, decode: { $0.stringValue }, encode: { JSON($0) })
    }
}

extension ValueSpec {
    static func list<Item>(_ item: ValueSpec<Item>) -> Self where Value == [Item] {
        Self(
            shape: .array(item.shape), decode: { $0.arrayValue?.compactMap(item.decode) },
            encode: { .array($0.compactMap(item.encode)) })
    }

    static func map<Item>(_ item: ValueSpec<Item>) -> Self where Value == [String: Item] {
        Self(
            shape: .object(ObjectShape(members: [], other: item.shape)),
            decode: { json in
                json.objectValue.map { object in
                    Dictionary(object.compactMap { pair in item.decode(pair.value).map { (pair.key, $0) } }) {
                        $1
                    }
                }
            },
            encode: { map in
                .object(
                    JSONObject(
                        map.sorted { $0.key < $1.key }.compactMap { pair in
                            item.encode(pair.value).map { (pair.key, $0) }
                        }))
            })
    }
}

extension ValueSpec where Value: ConfigSection {
    static var object: Self {
        Self(
            shape: .declared { Value.spec.objectShape }, decode: { $0.objectValue.map { Value(json: $0) } },
            encode: { .object($0.json) })
    }
}

extension ConfigSection {
    /// The defaults, with what `json` says put over them.
    init(json: JSONObject) {
        self.init()
        for field in Self.spec.fields {
            if let value = json[field.key] { field.read(value, &self) }
        }
    }

    /// All declared keys that have a value, defaults included.
    var json: JSONObject {
        JSONObject(Self.spec.fields.compactMap { field in field.write(self).map { (field.key, $0) } })
    }
}
