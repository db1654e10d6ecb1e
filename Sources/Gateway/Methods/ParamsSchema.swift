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
        check.object(self, value)
        if check.violations.isEmpty { return [] }
        var seen: Set<String> = []
        return check.violations.filter { seen.insert($0).inserted }
    }
}

extension ParamsSchema {
    /// One walk over a value.
    ///
    /// Where it is stands as steps and becomes text only for a sentence.
    private struct Check {
        let generation: Generation
        var violations: [String] = []
        private var path: [String] = []

        init(generation: Generation) { self.generation = generation }

        mutating func object(_ schema: ParamsSchema, _ value: JSON) {
            guard let object = value.objectValue else { return report("must be object") }
            for field in schema.fields where field.isRequired && object[field.name] == nil {
                report("must have required property '\(field.name)'")
                if generation == .four { break }  // the newer validator stops at the first
            }
            if !schema.isOpen { findUnexpected(object, schema) }
            for field in schema.fields {
                guard let member = object[field.name] else { continue }
                step(field.name) { $0.value(field.shape, member) }
            }
        }

        private mutating func findUnexpected(_ object: JSONObject, _ schema: ParamsSchema) {
            for (key, _) in object where !schema.fields.contains(where: { $0.name == key }) {
                guard violations.count < ParamsSchema.mostViolations else { return }
                violations.append(
                    "at \(path.isEmpty ? "root" : place): unexpected property '\(key.prefix(120))'")
            }
        }

        private mutating func step(_ name: String, _ walk: (inout Check) -> Void) {
            path.append(name)
            walk(&self)
            path.removeLast()
        }

        private mutating func value(_ shape: Shape, _ value: JSON) {
            switch shape {
            case .any: break
            case .string(let least, let most): string(value, least, most)
            case .integer(let least, let most): integer(value, least, most)
            case .number(let least): number(value, least)
            case .boolean: if value.boolValue == nil { report("must be boolean") }
            case .constant(let text): if value != .string(text) { report("must be equal to constant") }
            case .oneOf(let texts): oneOf(texts, value)
            case .array(let element, let least, let most): array(value, element, least, most)
            case .object(let schema): object(schema, value)
            case .map(let element): map(value, element)
            case .nullable(let shape): nullable(shape, value)
            case .either(let one, let other): either(one, other, value)
            }
        }

        private mutating func string(_ value: JSON, _ least: Int, _ most: Int) {
            guard let text = value.stringValue else { return report("must be string") }
            // Characters are counted as code points; bytes are known at once and often decide.
            let bytes = text.utf8.count
            if bytes < least || bytes < least * 4 && text.unicodeScalars.count < least {
                report("must \(not) have fewer than \(least) characters")
            }
            if bytes > most && text.unicodeScalars.count > most {
                report("must \(not) have more than \(most) characters")
            }
        }

        private mutating func integer(_ value: JSON, _ least: Int, _ most: Int) {
            guard let number = value.intValue else { return report("must be integer") }
            if number < least { report("must be >= \(least)") }
            if number > most { report("must be <= \(most)") }
        }

        private mutating func number(_ value: JSON, _ least: Double?) {
            guard let number = value.doubleValue else { return report("must be number") }
            if let least, number < least { report("must be >= \(JSON(least).text)") }
        }

        private mutating func oneOf(_ texts: [String], _ value: JSON) {
            if let text = value.stringValue, texts.contains(text) { return }
            if generation == .four { return report("must be equal to one of the allowed values") }
            report("must be equal to constant")
            report("must match a schema in anyOf")
        }

        private mutating func array(_ value: JSON, _ element: Shape, _ least: Int, _ most: Int) {
            guard let items = value.arrayValue else { return report("must be array") }
            if items.count < least { report("must \(not) have fewer than \(least) items") }
            if items.count > most { report("must \(not) have more than \(most) items") }
            for (index, item) in items.enumerated() where violations.count < ParamsSchema.mostViolations {
                step(String(index)) { $0.value(element, item) }
            }
        }

        private mutating func map(_ value: JSON, _ element: Shape) {
            guard let object = value.objectValue else { return report("must be object") }
            for (key, member) in object where violations.count < ParamsSchema.mostViolations {
                step(String(key.prefix(120))) { $0.value(element, member) }
            }
        }

        private mutating func nullable(_ shape: Shape, _ value: JSON) {
            if value.isNull { return }
            let before = violations.count
            self.value(shape, value)
            guard violations.count > before else { return }
            report("must be null")
            report("must match a schema in anyOf")
        }

        private mutating func either(_ one: Shape, _ other: Shape, _ value: JSON) {
            let before = violations
            self.value(one, value)
            if violations.count == before.count { return }
            let withOne = violations
            self.value(other, value)
            if violations.count == withOne.count {
                violations = before
            } else {
                report("must match a schema in anyOf")
            }
        }

        private mutating func report(_ what: String) {
            guard violations.count < ParamsSchema.mostViolations else { return }
            violations.append(path.isEmpty ? what : "at \(place): \(what)")
        }

        private var place: String { path.reduce(into: "") { $0 += "/" + $1 } }

        /// The newer validator writes it small.
        private var not: String { generation == .four ? "not" : "NOT" }
    }

    /// More sentences than this help nobody, and a hostile array could make millions.
    private static let mostViolations = 32
}
