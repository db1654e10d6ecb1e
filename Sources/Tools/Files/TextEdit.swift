import Core

/// One exact replacement that leaves no doubt about the place.
struct TextEdit {
    let old: [UInt8]
    let new: [UInt8]

    /// The new bytes, and the line where they differ first.
    func apply(to bytes: [UInt8], named name: String) throws(ToolFailure) -> (bytes: [UInt8], line: Int) {
        guard !old.isEmpty else { throw ToolFailure("`oldText` is empty. Use `write` for a new file.") }
        guard old != new else {
            throw ToolFailure("`oldText` and `newText` are the same: nothing to change.")
        }
        let places = Self.places(of: old, in: bytes)
        if places.isEmpty, let windows = withCarriageReturns(), bytes.contains(0x0D) {
            return try windows.apply(to: bytes, named: name)
        }
        guard let place = places.first else {
            throw ToolFailure("`oldText` does not occur in \(name). Read the file and copy the text exactly.")
        }
        guard places.count == 1 else {
            throw ToolFailure(
                "`oldText` occurs \(places.count == Self.mostCounted ? "at least " : "")\(places.count) times in \(name). "
                    + "Add lines around it until it is unique.")
        }
        let line = bytes[..<place].count { $0 == 0x0A } + 1
        return (Array(bytes[..<place]) + new + bytes[(place + old.count)...], line)
    }

    private static let mostCounted = 100

    /// The same edit in a file from Windows: models write `\n` where it has `\r\n`; nil when that changes nothing.
    private func withCarriageReturns() -> TextEdit? {
        guard old.contains(0x0A), !old.contains(0x0D) else { return nil }
        return TextEdit(old: Self.carried(old), new: Self.carried(new.filter { $0 != 0x0D }))
    }

    private static func carried(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }

    private static func places(of piece: [UInt8], in bytes: [UInt8]) -> [Int] {
        var places: [Int] = []
        var rest = bytes[...]
        while places.count < mostCounted, let place = rest.firstRange(of: piece) {
            places.append(place.lowerBound)
            rest = rest[place.upperBound...]
        }
        return places
    }
}
