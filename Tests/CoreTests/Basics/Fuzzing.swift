import Core
import TestSupport

enum Fuzzing {
    /// Any value that JSON can hold.
    static func value(depth: Int, using chance: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &chance) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &chance))
        case 2:
            return .integer(
                Int64.random(in: .min ... .max, using: &chance) >> Int64.random(in: 0...63, using: &chance))
        case 3: return number(using: &chance)
        case 4, 5: return .string(text(using: &chance))
        case 6, 7:
            return .array(
                (0..<Int.random(in: 0...5, using: &chance)).map { _ in value(depth: depth - 1, using: &chance)
                })
        default:
            let count = Int.random(in: 0...(depth == 1 ? 20 : 4), using: &chance)
            return .object(
                JSONObject(
                    (0..<count).map { _ in (text(using: &chance), value(depth: depth - 1, using: &chance)) }))
        }
    }

    private static func number(using chance: inout SeededGenerator) -> JSON {
        let double = Double(bitPattern: chance.next())
        guard double.isFinite, Int64(exactly: double) == nil else { return .number(0.1) }
        return .number(double)
    }

    static func text(using chance: inout SeededGenerator) -> String {
        let alphabet: [Character] = [
            "a", "b", "Z", "0", " ", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "\u{7F}", "å", "€",
            "\u{2028}",
            "😀", "'", "$", "{", "}", "\u{FFFD}",
        ]
        let count = Int.random(in: 0...24, using: &chance)
        return String((0..<count).compactMap { _ in alphabet.randomElement(using: &chance) })
    }

    /// The bytes with a few of them changed, removed, repeated or cut off.
    static func mutated(_ bytes: [UInt8], using chance: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0...3, using: &chance) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &chance)
            switch Int.random(in: 0..<5, using: &chance) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: chance.next())
            case 1: bytes.remove(at: place)
            case 2:
                bytes.insert(
                    Array("\"\\{}[],:0-.eE+u/*'\n".utf8).randomElement(using: &chance) ?? 0, at: place)
            case 3: bytes.removeSubrange(place...)
            default: bytes.insert(contentsOf: bytes[place...].prefix(8), at: place)
            }
        }
        return bytes
    }
}
