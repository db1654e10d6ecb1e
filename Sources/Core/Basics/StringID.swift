/// An identifier that is text on the wire and a type of its own in code, so that two of them cannot be swapped.
package protocol StringID: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    var rawValue: String { get }
    init(_ rawValue: String)
}

extension StringID {
    package var description: String { rawValue }
    package init(stringLiteral value: String) { self.init(value) }

    /// Two ids are one when their bytes are: as the database compares them, and platforms. Swift's own strings are equal
    /// in every Unicode form.
    package static func == (one: Self, other: Self) -> Bool {
        one.rawValue.hasBytes(of: other.rawValue)
    }

    package func hash(into hasher: inout Hasher) {
        var text = rawValue
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
