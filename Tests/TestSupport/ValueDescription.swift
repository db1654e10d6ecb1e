import Core

/// A value in full, secrets included, and the same for equal values.
package enum ValueDescription {
    package static func of(_ value: Any) -> String {
        if let secret = value as? Secret { return secret.reveal() }
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty { return "\(value)" }
        let children = mirror.children.map { "\($0.label ?? ""):\(of($0.value))" }
        let isUnordered = mirror.displayStyle == .dictionary || mirror.displayStyle == .set
        return "\(mirror.subjectType)(\((isUnordered ? children.sorted() : children).joined(separator: ",")))"
    }
}
