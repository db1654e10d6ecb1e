import Synchronization

/// The tools that a model may call, and what they read like in the words of each vendor that was asked.
///
/// Nearly every request offers the same ones, so what a vendor is told of them is made once and not for each.
package final class ToolOffer: Sendable {
    package let schemas: [ToolSchema]
    /// About what they add to a request.
    package let byteCount: Int
    private let forms = Mutex<[ObjectIdentifier: [UInt8]]>([:])

    package init(_ schemas: [ToolSchema]) {
        self.schemas = schemas
        byteCount = schemas.reduce(0) { $0 + $1.byteCount }
    }

    /// What `map` makes of the tools, as JSON, or nil when there are none.
    ///
    /// `map` has to give the same for the same `form` at all times.
    package func encoded<Form>(for form: Form.Type, _ map: ([ToolSchema]) -> JSON) -> [UInt8]? {
        guard !schemas.isEmpty else { return nil }
        return forms.withLock { forms in
            if let known = forms[ObjectIdentifier(form)] { return known }
            let made = map(schemas).encoded()
            forms[ObjectIdentifier(form)] = made
            return made
        }
    }
}

extension ToolOffer: ExpressibleByArrayLiteral {
    package convenience init(arrayLiteral schemas: ToolSchema...) { self.init(schemas) }
}
