/// Text that must not be seen: prints as `•••`, compares in constant time, leaves only through `reveal()`.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: String

    package init(_ value: String) { self.value = value }

    /// The text itself. Call it only in the line that sends or compares it.
    package func reveal() -> String { value }

    package var isEmpty: Bool { value.isEmpty }
    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Takes the same time wherever the first difference is; only the length of `other` shows.
    package func matches(_ other: String) -> Bool {
        let mine = Array(value.utf8)
        let theirs = Array(other.utf8)
        var difference = mine.count ^ theirs.count
        for index in theirs.indices {
            difference |= Int(theirs[index] ^ (mine.isEmpty ? 0 : mine[index % mine.count]))
        }
        return difference == 0
    }

    package static func == (one: Secret, other: Secret) -> Bool { one.matches(other.value) }
}
