/// An identifier that is text on the wire and a type of its own in code, so that two of them cannot be swapped.
package protocol StringID: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    var rawValue: String { get }
    init(_ rawValue: String)
}

extension StringID {
    package var description: String { rawValue }
    package init(stringLiteral value: String) { self.init(value) }
}
