import Core

/// An id of Discord's: 64 bits, the upper 42 of them the milliseconds since 2015 at which it was made.
///
/// Later things have larger ids. On the wire it is a string of digits.
struct Snowflake: Hashable, Comparable, Sendable, CustomStringConvertible {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Nil unless the text is a number of at most 64 bits.
    init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(text)
        else { return nil }
        self.init(rawValue: value)
    }

    /// A string, or the number that some people write in a config.
    init?(_ json: JSON?) {
        switch json {
        case .string(let text): self.init(text)
        case .integer(let number) where number >= 0: self.init(rawValue: UInt64(number))
        default: return nil
        }
    }

    /// The first id of a moment; 0 for what lies before 2015.
    init(at moment: Timestamp) {
        let milliseconds = min(max(0, moment.milliseconds &- Self.epoch), Self.lastMillisecond)
        rawValue = UInt64(milliseconds) << 22
    }

    /// When it was made, by Discord's clock.
    var timestamp: Timestamp { Timestamp(milliseconds: Int64(rawValue >> 22) + Self.epoch) }

    var description: String { String(rawValue) }
    var json: JSON { .string(description) }

    static func < (a: Snowflake, b: Snowflake) -> Bool { a.rawValue < b.rawValue }

    /// The first second of 2015.
    private static let epoch: Int64 = 1_420_070_400_000
    /// 42 bits: in the year 2154.
    private static let lastMillisecond: Int64 = 1 << 42 - 1
}

extension JSON {
    /// The ids in an array; what is none is left out.
    var snowflakes: [Snowflake] { (arrayValue ?? []).compactMap { Snowflake($0) } }

    /// A string that says something; nil for an empty one.
    var nonEmptyString: String? { stringValue.flatMap { $0.isEmpty ? nil : $0 } }
}
