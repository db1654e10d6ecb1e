/// Base64 as RFC 4648 has it: no white space, no stray bits, no character of the other alphabet.
package enum Base64 {
    /// The standard alphabet, padded with `=`.
    package static func encode(_ bytes: [UInt8]) -> String { encode(bytes, .standard, isPadded: true) }

    /// The alphabet for URLs, without padding.
    package static func encodeURL(_ bytes: [UInt8]) -> String { encode(bytes, .url, isPadded: false) }

    /// Nil unless `text` is exactly what `encode` would write.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let text = Array(text.utf8)
        guard text.count % 4 == 0 else { return nil }
        return decode(text, .standard)
    }

    /// Nil unless `text` is what `encodeURL` would write; the right padding may follow.
    package static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        let text = Array(text.utf8)
        guard text.last != UInt8(ascii: "=") || text.count % 4 == 0 else { return nil }
        return decode(text, .url)
    }

    private struct Alphabet {
        let characters: [UInt8]
        /// For each byte its six bits, or 64.
        let values: [UInt8]

        init(_ lastTwo: String) {
            let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
            let characters = Array((letters + lastTwo).utf8)
            var values = [UInt8](repeating: 64, count: 256)
            for (value, character) in characters.enumerated() { values[Int(character)] = UInt8(value) }
            self.characters = characters
            self.values = values
        }

        static let standard = Alphabet("+/")
        static let url = Alphabet("-_")
    }

    private static func encode(_ bytes: [UInt8], _ alphabet: Alphabet, isPadded: Bool) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { text in
            var place = 0
            for start in stride(from: 0, to: bytes.count, by: 3) {
                let count = min(bytes.count - start, 3)
                var bits = UInt32(bytes[start]) << 16
                if count > 1 { bits |= UInt32(bytes[start + 1]) << 8 }
                if count > 2 { bits |= UInt32(bytes[start + 2]) }
                for index in 0..<4 {
                    guard index <= count || isPadded else { break }
                    let value = Int(bits >> UInt32(18 - 6 * index) & 63)
                    text[place] = index <= count ? alphabet.characters[value] : UInt8(ascii: "=")
                    place += 1
                }
            }
            return place
        }
    }

    /// Takes off at most two `=`, then wants a whole number of bytes and zeros in the bits that are left.
    private static func decode(_ padded: [UInt8], _ alphabet: Alphabet) -> [UInt8]? {
        var text = padded[...]
        for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        for character in text {
            let value = alphabet.values[Int(character)]
            guard value < 64 else { return nil }
            bits = (bits << 6 | UInt32(value)) & 0xffff
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
        }
        return bits & (1 << UInt32(bitCount) - 1) == 0 ? bytes : nil
    }
}
