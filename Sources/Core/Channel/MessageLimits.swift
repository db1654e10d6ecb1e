/// What one message of a platform may hold.
package struct MessageLimits: Sendable, Hashable {
    /// What the platform counts in.
    package enum Unit: Sendable {
        case utf16, scalars, bytes
    }

    package var longest: Int
    package var unit: Unit
    /// Longer messages are hard to read there: a wish, not a limit.
    package var mostLines: Int?
    /// Files of one message; more go into further ones.
    package var mostFiles: Int?

    package init(longest: Int, unit: Unit, mostLines: Int? = nil, mostFiles: Int? = nil) {
        self.mostFiles = mostFiles
        self.longest = longest
        self.unit = unit
        self.mostLines = mostLines
    }
}
