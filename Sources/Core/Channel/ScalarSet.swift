/// Which characters may stand in one place of a pattern.
struct ScalarSet: Sendable {
    enum Class: Sendable {
        case digit, word, space
    }

    private(set) var ranges: [ClosedRange<UInt32>] = []
    private var classes: [(kind: Class, isNegated: Bool)] = []
    var isNegated = false

    init() {}

    init(_ scalar: Unicode.Scalar) { insert(scalar) }

    static let space = ScalarSet(.space)
    /// All but line breaks.
    static let any: ScalarSet = {
        var set = ScalarSet()
        for scalar in "\n\r\u{2028}\u{2029}".unicodeScalars { set.insert(scalar) }
        set.isNegated = true
        return set
    }()

    init(_ kind: Class, isNegated: Bool = false) { classes = [(kind, isNegated)] }

    mutating func insert(_ scalar: Unicode.Scalar) { ranges.append(scalar.value...scalar.value) }

    mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
        ranges.append(range.lowerBound.value...range.upperBound.value)
    }

    mutating func insert(_ set: ScalarSet) {
        ranges += set.ranges
        classes += set.classes
    }

    /// Whether `scalar`, in lower case, is in it in either case.
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        (hasRange(scalar) || classes.contains { Self.has($0.kind, scalar) != $0.isNegated }) != isNegated
    }

    private func hasRange(_ scalar: Unicode.Scalar) -> Bool {
        if ranges.contains(where: { $0.contains(scalar.value) }) { return true }
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        guard let only = upper.first, upper.count == 1, only != scalar else { return false }
        return ranges.contains { $0.contains(only.value) }
    }

    static func has(_ kind: Class, _ scalar: Unicode.Scalar) -> Bool {
        switch kind {
        case .digit: ("0"..."9").contains(scalar)
        case .space: scalar.properties.isWhitespace || scalar == "\u{FEFF}"
        case .word: isWord(scalar)
        }
    }

    /// Letters of alphabets, digits, `_`: U+2E80 is where the scripts begin that know no spaces.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: scalar.value >= 0x80 && scalar.value < 0x2E80 && scalar.properties.isAlphabetic
        }
    }

    /// Letters and digits of every script, `_`.
    static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
    }
}
