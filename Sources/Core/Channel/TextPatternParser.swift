/// Why a pattern cannot be used.
package struct TextPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    package let pattern: String
    /// Counted from 1.
    package let character: Int
    /// What is wrong there, to follow "character 3: ".
    package let problem: String

    package var description: String {
        "The pattern `\(pattern)` cannot be used. Character \(character): \(problem)."
    }
}

/// Reads JavaScript's regular expressions (ECMA-262 §22.2.1).
struct TextPatternParser {
    /// Groups within groups.
    private static let maxDepth = 50
    private static let maxRepeats = 1_000

    private let pattern: String
    private let scalars: [Unicode.Scalar]
    private var place = 0
    private var depth = 0

    init(_ pattern: String) {
        self.pattern = pattern
        scalars = Array(pattern.unicodeScalars)
    }

    mutating func parse() throws(TextPatternError) -> [TextPattern.Step] {
        let node = try parseEither()
        guard place == scalars.count else { throw error("a `)` without its `(`") }
        var builder = TextPatternBuilder()
        builder.add(node)
        guard !builder.isTooLong else {
            place = 0
            throw error(
                "with its repetitions the pattern is longer than \(TextPatternBuilder.maxSteps) steps")
        }
        return builder.finished
    }

    private mutating func parseEither() throws(TextPatternError) -> TextPatternNode {
        var choices = [try parseAll()]
        while take("|") { choices.append(try parseAll()) }
        return choices.count == 1 ? choices[0] : .either(choices)
    }

    private mutating func parseAll() throws(TextPatternError) -> TextPatternNode {
        var nodes: [TextPatternNode] = []
        while let next = peek, next != "|", next != ")" {
            let start = place
            let node = try parseOne()
            guard let count = try parseCount() else {
                nodes.append(node)
                continue
            }
            if case .edge = node {
                place = start
                throw error("an edge cannot be repeated")
            }
            nodes.append(.repeated(node, least: count.least, most: count.most))
        }
        return .all(nodes)
    }

    private mutating func parseOne() throws(TextPatternError) -> TextPatternNode {
        let start = place
        switch next() {
        case "(": return try parseGroup()
        case "[": return .one(try parseSet())
        case "\\": return try parseEscape()
        case ".": return .one(.any)
        case "^": return .edge(.start)
        case "$": return .edge(.end)
        case "*", "+", "?":
            place = start
            throw error("nothing stands before it that could be repeated")
        case let scalar?: return Self.literal(scalar)
        case nil: throw error("something is missing")
        }
    }

    private static func literal(_ scalar: Unicode.Scalar) -> TextPatternNode {
        .all(TextPattern.fold(String(scalar)).map { .one(ScalarSet($0)) })
    }

    // MARK: Groups and repetitions

    private mutating func parseGroup() throws(TextPatternError) -> TextPatternNode {
        let start = place - 1
        try skipGroupMark()
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maxDepth else {
            throw error("more than \(Self.maxDepth) groups within each other")
        }
        let node = try parseEither()
        guard take(")") else {
            place = start
            throw error("this `(` is not closed")
        }
        return node
    }

    /// `?:`, `?<name>`, and `?i`, which says what is so anyway.
    private mutating func skipGroupMark() throws(TextPatternError) {
        guard take("?") else { return }
        if take(":") { return }
        if take("i") {
            if peek != ")", !take(":") { throw error("after `(?i` stands `)` or `:`") }
            return
        }
        guard take("<"), let first = peek, first != "=", first != "!" else {
            throw error("looking ahead and behind is not supported")
        }
        while let letter = next() { if letter == ">" { return } }
        throw error("the name of the group is not closed with `>`")
    }

    private mutating func parseCount() throws(TextPatternError) -> (least: Int, most: Int?)? {
        let start = place
        var count: (least: Int, most: Int?)?
        if take("*") {
            count = (0, nil)
        } else if take("+") {
            count = (1, nil)
        } else if take("?") {
            count = (0, 1)
        } else if take("{") {
            count = bracedCount()
            if count == nil { place = start }
        }
        guard let count else { return nil }
        if let most = count.most, most < count.least { throw error("the numbers are in the wrong order") }
        guard count.least <= Self.maxRepeats, count.most ?? 0 <= Self.maxRepeats else {
            throw error("more than \(Self.maxRepeats) repetitions")
        }
        _ = take("?")  // which one of several is found does not matter
        return count
    }

    /// Nil when the brace is a character like others.
    private mutating func bracedCount() -> (least: Int, most: Int?)? {
        guard let least = number() else { return nil }
        if take("}") { return (least, least) }
        guard take(",") else { return nil }
        if take("}") { return (least, nil) }
        guard let most = number(), take("}") else { return nil }
        return (least, most)
    }

    /// At most `maxRepeats` and one.
    private mutating func number() -> Int? {
        var number: Int?
        while let digit = peek, ("0"..."9").contains(digit) {
            number = min((number ?? 0) * 10 + Int(digit.value - 0x30), Self.maxRepeats + 1)
            place += 1
        }
        return number
    }

    // MARK: Escapes and sets

    private mutating func parseEscape() throws(TextPatternError) -> TextPatternNode {
        switch peek {
        case "b":
            place += 1
            return .edge(.word)
        case "B":
            place += 1
            return .edge(.noWord)
        default: break
        }
        switch try parseEscaped() {
        case .set(let set): return .one(set)
        case .scalar(let scalar): return Self.literal(scalar)
        }
    }

    private enum Escaped {
        case scalar(Unicode.Scalar)
        case set(ScalarSet)
    }

    private mutating func parseEscaped() throws(TextPatternError) -> Escaped {
        switch next() {
        case "d": return .set(ScalarSet(.digit))
        case "D": return .set(ScalarSet(.digit, isNegated: true))
        case "w": return .set(ScalarSet(.word))
        case "W": return .set(ScalarSet(.word, isNegated: true))
        case "s": return .set(.space)
        case "S": return .set(ScalarSet(.space, isNegated: true))
        case "n": return .scalar("\n")
        case "r": return .scalar("\r")
        case "t": return .scalar("\t")
        case "f": return .scalar("\u{C}")
        case "v": return .scalar("\u{B}")
        case "0": return .scalar("\0")
        case "x": return .scalar(try parseHex(digits: 2))
        case "u": return .scalar(take("{") ? try parseBracedHex() : try parseHex(digits: 4))
        case let scalar? where ScalarSet.isWord(scalar) && scalar != "_":
            place -= 1
            throw error("`\\\(scalar)` is not supported")
        case let scalar?: return .scalar(scalar)
        case nil: throw error("something must follow the `\\`")
        }
    }

    private mutating func parseHex(digits: Int) throws(TextPatternError) -> Unicode.Scalar {
        let end = min(place + digits, scalars.count)
        let text = String(String.UnicodeScalarView(scalars[place..<end]))
        guard end - place == digits, let scalar = Self.scalar(text) else {
            throw error("\(digits) hexadecimal digits of a character are expected")
        }
        place = end
        return scalar
    }

    private mutating func parseBracedHex() throws(TextPatternError) -> Unicode.Scalar {
        let start = place
        var text = ""
        while let digit = peek, digit != "}" {
            text.unicodeScalars.append(digit)
            place += 1
        }
        guard take("}"), let scalar = Self.scalar(text) else {
            place = start
            throw error("hexadecimal digits of a character and `}` are expected")
        }
        return scalar
    }

    private static func scalar(_ hex: String) -> Unicode.Scalar? {
        guard hex.first != "+", hex.first != "-" else { return nil }
        return UInt32(hex, radix: 16).flatMap { Unicode.Scalar($0) }
    }

    private mutating func parseSet() throws(TextPatternError) -> ScalarSet {
        let start = place - 1
        var set = ScalarSet()
        set.isNegated = take("^")
        while peek != "]" {
            guard peek != nil else {
                place = start
                throw error("this `[` is not closed")
            }
            let first = try parseMember()
            guard case .scalar(let low) = first, place + 1 < scalars.count, peek == "-",
                scalars[place + 1] != "]"
            else {
                Self.insert(first, into: &set)
                continue
            }
            place += 1
            let last = try parseMember()
            guard case .scalar(let high) = last else {
                Self.insert(first, into: &set)
                set.insert("-")
                Self.insert(last, into: &set)
                continue
            }
            guard low <= high else { throw error("the range ends before it begins") }
            set.insert(low...high)
        }
        place += 1
        return set
    }

    private mutating func parseMember() throws(TextPatternError) -> Escaped {
        guard take("\\") else {
            guard let scalar = next() else { throw error("something is missing") }
            return .scalar(scalar)
        }
        if take("b") { return .scalar("\u{8}") }
        return take("-") ? .scalar("-") : try parseEscaped()
    }

    private static func insert(_ member: Escaped, into set: inout ScalarSet) {
        switch member {
        case .scalar(let scalar): set.insert(scalar)
        case .set(let other): set.insert(other)
        }
    }

    // MARK: Characters

    private var peek: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        place += 1
        return scalar
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        place += 1
        return true
    }

    private func error(_ problem: String) -> TextPatternError {
        TextPatternError(pattern: pattern, character: place + 1, problem: problem)
    }
}
