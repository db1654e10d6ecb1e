extension ConfigIssue {
    /// A value of the wrong kind, or outside what is allowed.
    static func wrongValue(_ value: JSON, _ alternatives: [Shape], at path: ConfigPath) -> ConfigIssue {
        let expected = alternatives.map(\.wording).joined(separator: " or ")
        let found = ConfigRedaction.hides(value, at: path) ? value.kindWording : value.wording
        let choices = alternatives.flatMap { if case .choice(let words) = $0 { words } else { [String]() } }
        let nearest = value.stringValue.flatMap { NearestKey.of($0, among: choices) }
        return ConfigIssue(
            path: path,
            message: "expected \(expected), found \(found)"
                + (nearest.map { "; did you mean `\($0)`?" } ?? ""),
            protocolMessage: protocolMessage(value, alternatives), closes: ClosedPart(mistakeAt: path))
    }

    /// A key that must be there and is not.
    static func missing(_ member: ObjectShape.Member, in path: ConfigPath) -> ConfigIssue {
        let name = member.shape.alternatives.first?.protocolName ?? "string"
        let place = path.appending(member.key)
        return ConfigIssue(
            path: place, message: "missing; expected \(member.shape.resolved.wording)",
            protocolMessage: "Invalid input: expected \(name), received undefined",
            closes: ClosedPart(mistakeAt: place))
    }

    private static func protocolMessage(_ value: JSON, _ alternatives: [Shape]) -> String {
        guard alternatives.count == 1, let shape = alternatives.first else { return "Invalid input" }
        switch (shape, value) {
        case (.choice(let words), _):
            return "Invalid input (allowed: \(words.map(\.quotedJSON).joined(separator: ", ")))"
        case (.integer(let range), .integer(let number)):
            return number < range.lowerBound
                ? "Too small: expected number to be >=\(range.lowerBound)"
                : "Too big: expected number to be <=\(range.upperBound)"
        case (.integer, .number): return "Invalid input: expected int, received number"
        case (.number(let range), .integer), (.number(let range), .number):
            return (value.doubleValue ?? 0) < range.lowerBound
                ? "Too small: expected number to be >=\(JSON(range.lowerBound).text)"
                : "Too big: expected number to be <=\(JSON(range.upperBound).text)"
        default: return "Invalid input: expected \(shape.protocolName), received \(value.protocolName)"
        }
    }
}

extension Shape {
    /// For people: "a whole number from 1 to 65535".
    fileprivate var wording: String {
        switch self {
        case .any, .entry, .declared: "a value"
        case .string: "text"
        case .bool: "`true` or `false`"
        case .number(let range) where range.upperBound < .greatestFiniteMagnitude:
            "a number from \(JSON(range.lowerBound).text) to \(JSON(range.upperBound).text)"
        case .number: "a number"
        case .integer(let range): "a whole number" + Self.wording(range)
        case .null: "`null`"
        case .only(let value): "`\(value)`"
        case .choice(let words):
            (words.count > 1 ? "one of " : "") + words.map { "`\($0)`" }.joined(separator: ", ")
        case .array: "a list `[…]`"
        case .object: "an object `{…}`"
        case .either(let shapes): shapes.map(\.wording).joined(separator: " or ")
        }
    }

    private static func wording(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): ""
        case (let least, .max): ", at least \(least)"
        case (let least, let most): " from \(least) to \(most)"
        }
    }

    /// The type's name in the protocol's sentences.
    fileprivate var protocolName: String {
        switch self {
        case .any, .entry, .declared, .either: "value"
        case .string, .choice: "string"
        case .bool, .only: "boolean"
        case .number, .integer: "number"
        case .null: "null"
        case .array: "array"
        case .object: "object"
        }
    }
}

extension JSON {
    /// Longest text that is repeated in a message, in characters.
    private static let longestQuote = 60

    fileprivate var wording: String {
        switch self {
        case .string(let text) where text.count > Self.longestQuote:
            "the text \(String(text.prefix(Self.longestQuote)).quotedJSON)…"
        case .string(let text): "the text \(text.quotedJSON)"
        case .number(let number) where !number.isFinite:
            "`\(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")`"
        case .integer, .number: "the number \(self.text)"
        case .bool, .null: "`\(self.text)`"
        case .array, .object: kindWording
        }
    }

    fileprivate var kindWording: String {
        switch self {
        case .null: "`null`"
        case .bool: "`true` or `false`"
        case .integer, .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    fileprivate var protocolName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer, .number: doubleValue?.isNaN == true ? "NaN" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
