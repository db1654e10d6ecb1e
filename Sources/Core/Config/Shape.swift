/// What a value of the config may be.
///
/// One tree of shapes gives checking, the JSON Schema and the reload rules.
package indirect enum Shape: Sendable {
    case any
    case string
    case bool
    case number(ClosedRange<Double>)
    case integer(ClosedRange<Int>)
    case null
    /// Only this truth value.
    case only(Bool)
    case choice([String])
    case array(Shape)
    case object(ObjectShape)
    case either([Shape])
    /// An object of a section type, made when it is needed: a start looks at few of them.
    case declared(@Sendable () -> ObjectShape)
    /// An entry or a plain path of `KeyTable`, read when it is needed.
    case entry(String)

    /// The shape itself, with a reference followed.
    package var resolved: Shape {
        if case .declared(let object) = self { return .object(object()) }
        guard case .entry(let name) = self else { return self }
        let table = KeyTable.shared
        let found = table.entry(named: name) ?? ConfigPath(name).flatMap { table.shape(at: $0) }
        return found?.resolved ?? .any
    }

    /// The shapes that a value may have, references and nested choices followed.
    package var alternatives: [Shape] {
        let shape = resolved
        guard case .either(let shapes) = shape else { return [shape] }
        return shapes.flatMap(\.alternatives)
    }
}

/// The members of an object.
package struct ObjectShape: Sendable {
    /// One key an object knows.
    package struct Member: Sendable {
        package var key: String
        package var shape: Shape
        package var traits: Traits
    }

    package var members: [Member]
    /// The shape of members with other names; nil when there may be none.
    package var other: Shape?
    /// The object is declared by a section type: other members may still be known to `KeyTable`.
    package var isDeclared = false

    package subscript(key: String) -> Member? { members.first { $0.key == key } }
}

/// What else is declared about a member.
package struct Traits: Sendable {
    /// What the gateway does when the value changes.
    ///
    /// Nil: as the object that holds it.
    package var reload: ReloadRule?
    package var label: String?
    package var help: String?
    /// Never shown; clients get a placeholder.
    package var isSensitive = false
    /// It decides who may do what: a mistake here is refused, or shuts what it is about (`ClosedPart`).
    package var isSecurity = false
    package var isRequired = false
    /// Whether changing it changes anything today.
    package var hasEffect = true
    /// Whoever needs it reads all that is below it.
    package var isReadWhole = false
    /// `config.get` shows the default although the file does not say it.
    package var showsDefault = false
    /// Some key below has `environment`.
    package var holdsEnvironment = false
    /// Environment variables that beat the file, the strongest first.
    package var environment: [String] = []

    package init() {}
}

/// What the gateway does when a value changes.
package enum ReloadRule: Hashable, Sendable {
    /// The new value is used the next time it is needed.
    case none
    /// One part is rebuilt.
    case hot(Part)
    /// The gateway starts again in its process.
    case restart

    /// A part of the gateway that can be built anew while it runs.
    package enum Part: Hashable, Sendable {
        case heartbeat, cron, hooks, browser
        case channel(String)
    }
}
