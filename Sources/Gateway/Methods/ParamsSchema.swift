import Core

/// What an object from a client may hold, and the sentences that say what is wrong with it.
///
/// The sentences are the ones both generations of the original send (golden/); clients show them as they are.
struct ParamsSchema: Sendable {
    /// What a value may be.
    indirect enum Shape: Sendable {
        case any
        case string(least: Int = 0, most: Int = .max)
        case integer(least: Int = .min, most: Int = .max)
        case number(least: Double? = nil)
        case boolean
        case constant(String)
        case oneOf([String])
        case array(of: Shape, least: Int = 0, most: Int = .max)
        case object(ParamsSchema)
        case map(of: Shape)
        case nullable(Shape)
        case either(Shape, Shape)
    }

    /// One member of the object.
    struct Field: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool

        static func required(_ name: String, _ shape: Shape) -> Field {
            Field(name: name, shape: shape, isRequired: true)
        }
        static func optional(_ name: String, _ shape: Shape) -> Field {
            Field(name: name, shape: shape, isRequired: false)
        }
    }

    private let fields: [Field]
    /// Unknown members are let through.
    private let isOpen: Bool

    init(_ fields: Field..., isOpen: Bool = false) {
        self.fields = fields
        self.isOpen = isOpen
    }

    init(fields: [Field], isOpen: Bool = false) {
        self.fields = fields
        self.isOpen = isOpen
    }

    /// No member at all.
    static let empty = ParamsSchema()
    /// Whatever the client likes: the methods of contract §4.2 look at nothing.
    static let loose = ParamsSchema(isOpen: true)

    /// Takes anything, also what is not an object.
    var takesAnything: Bool { isOpen && fields.isEmpty }

    /// Every violation, without repeats, in the order the original reports them.
    ///
    /// Empty: the value is fine.
    func violations(in value: JSON, generation: Generation) -> [String] {
        if takesAnything { return [] }
        var check = Check(generation: generation)
        check.object(self, value, at: "")
        var seen: Set<String> = []
        return check.violations.filter { seen.insert($0).inserted }
    }
}

extension ParamsSchema {
    /// One walk over a value.
    private struct Check {
        let generation: Generation
        var violations: [String] = []

        mutating func object(_ schema: ParamsSchema, _ value: JSON, at path: String) {
            guard let object = value.objectValue else { return report(path, "must be object") }
            for field in schema.fields where field.isRequired && object[field.name] == nil {
                report(path, "must have required property '\(field.name)'")
                if generation == .four { break }  // the newer validator stops at the first
            }
            if !schema.isOpen {
                for (key, _) in object where !schema.fields.contains(where: { $0.name == key }) {
                    violations.append(
                        "at \(path.isEmpty ? "root" : path): unexpected property '\(key.prefix(120))'")
                }
            }
            for field in schema.fields {
                guard let member = object[field.name] else { continue }
                self.value(field.shape, member, at: "\(path)/\(field.name)")
            }
        }

        mutating func value(_ shape: Shape, _ value: JSON, at path: String) {
            switch shape {
            case .any: break
            case .string(let least, let most): string(value, least, most, at: path)
            case .integer(let least, let most): integer(value, least, most, at: path)
            case .number(let least): number(value, least, at: path)
            case .boolean: if value.boolValue == nil { report(path, "must be boolean") }
            case .constant(let text): if value != .string(text) { report(path, "must be equal to constant") }
            case .oneOf(let texts): oneOf(texts, value, at: path)
            case .array(let element, let least, let most): array(value, element, least, most, at: path)
            case .object(let schema): object(schema, value, at: path)
            case .map(let element): map(value, element, at: path)
            case .nullable(let shape): nullable(shape, value, at: path)
            case .either(let one, let other): either(one, other, value, at: path)
            }
        }

        private mutating func string(_ value: JSON, _ least: Int, _ most: Int, at path: String) {
            guard let text = value.stringValue else { return report(path, "must be string") }
            let length = most == .max && text.utf8.count >= least * 4 ? least : text.unicodeScalars.count
            if length < least { report(path, "must \(not) have fewer than \(least) characters") }
            if length > most { report(path, "must \(not) have more than \(most) characters") }
        }

        private mutating func integer(_ value: JSON, _ least: Int, _ most: Int, at path: String) {
            guard let number = value.intValue else { return report(path, "must be integer") }
            if number < least { report(path, "must be >= \(least)") }
            if number > most { report(path, "must be <= \(most)") }
        }

        private mutating func number(_ value: JSON, _ least: Double?, at path: String) {
            guard let number = value.doubleValue else { return report(path, "must be number") }
            if let least, number < least { report(path, "must be >= \(JSON(least).text)") }
        }

        private mutating func oneOf(_ texts: [String], _ value: JSON, at path: String) {
            if let text = value.stringValue, texts.contains(text) { return }
            if generation == .four { return report(path, "must be equal to one of the allowed values") }
            report(path, "must be equal to constant")
            report(path, "must match a schema in anyOf")
        }

        private mutating func array(
            _ value: JSON, _ element: Shape, _ least: Int, _ most: Int, at path: String
        ) {
            guard let items = value.arrayValue else { return report(path, "must be array") }
            if items.count < least { report(path, "must \(not) have fewer than \(least) items") }
            if items.count > most { report(path, "must \(not) have more than \(most) items") }
            for (index, item) in items.enumerated() where violations.count < ParamsSchema.mostViolations {
                self.value(element, item, at: "\(path)/\(index)")
            }
        }

        private mutating func map(_ value: JSON, _ element: Shape, at path: String) {
            guard let object = value.objectValue else { return report(path, "must be object") }
            for (key, member) in object where violations.count < ParamsSchema.mostViolations {
                self.value(element, member, at: "\(path)/\(key.prefix(120))")
            }
        }

        private mutating func nullable(_ shape: Shape, _ value: JSON, at path: String) {
            if value.isNull { return }
            let before = violations.count
            self.value(shape, value, at: path)
            guard violations.count > before else { return }
            report(path, "must be null")
            report(path, "must match a schema in anyOf")
        }

        private mutating func either(_ one: Shape, _ other: Shape, _ value: JSON, at path: String) {
            var first = Check(generation: generation)
            first.value(one, value, at: path)
            var second = Check(generation: generation)
            second.value(other, value, at: path)
            if first.violations.isEmpty || second.violations.isEmpty { return }
            violations += first.violations + second.violations
            report(path, "must match a schema in anyOf")
        }

        private mutating func report(_ path: String, _ what: String) {
            guard violations.count < ParamsSchema.mostViolations else { return }
            violations.append(path.isEmpty ? what : "at \(path): \(what)")
        }

        /// The newer validator writes it small.
        private var not: String { generation == .four ? "not" : "NOT" }
    }

    /// More sentences than this help nobody, and a hostile array could make millions.
    private static let mostViolations = 32
}
