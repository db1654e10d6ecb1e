/// What the JSON and the JSON5 parser and the writer share about characters.
enum JSONText {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// The first byte from `start` on that is a double quote, a backslash or a control character, eight at a
    /// time.
    static func plainRun(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (end: Int, isASCII: Bool) {
        guard let base = bytes.baseAddress else { return (start, true) }
        let raw = UnsafeRawPointer(base)
        var index = start
        var seen: UInt64 = 0
        while bytes.count - index >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            seen |= word
            let found = marks(word)
            if found != 0 { return (index + found.trailingZeroBitCount / 8, seen & highBits == 0) }
            index += 8
        }
        if bytes.count - start >= 8 {
            // What is left, with bytes before it that are plain already.
            let last = bytes.count - 8
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: last, as: UInt64.self))
            seen |= word
            let found = marks(word)
            return (found == 0 ? bytes.count : last + found.trailingZeroBitCount / 8, seen & highBits == 0)
        }
        while index < bytes.count, bytes[index] >= 0x20, bytes[index] != 0x22, bytes[index] != 0x5C {
            seen |= UInt64(bytes[index])
            index += 1
        }
        return (index, seen & highBits == 0)
    }

    /// The high bit of each byte that ends a run; only the lowest one is exact.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        zeros(word ^ (ones &* 0x22)) | zeros(word ^ (ones &* 0x5C)) | below32(word)
    }

    /// The high bit of each byte that is zero; only the lowest one found is exact, and only that is used.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & highBits }

    @inline(__always)
    private static func below32(_ word: UInt64) -> UInt64 { (word &- ones &* 0x20) & ~word & highBits }

    static func firstInvalidByte(in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        do {
            _ = try UTF8Span(validating: UnsafeBufferPointer(rebasing: bytes[range]).span)
            return nil
        } catch {
            return range.lowerBound + error.byteOffsets.lowerBound
        }
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func isHighSurrogate(_ unit: UInt32) -> Bool { 0xD800...0xDBFF ~= unit }

    static func scalar(high: UInt32, low: UInt32) -> Unicode.Scalar? {
        guard isHighSurrogate(high), 0xDC00...0xDFFF ~= low else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
