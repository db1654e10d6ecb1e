/// The digits of a number, as both parsers collect them.
struct JSONNumber {
    /// The first 19 significant digits as a whole number.
    private var mantissa: UInt64 = 0
    private var significantDigits = 0
    /// Digits that did not fit `mantissa`.
    private var droppedDigits = 0
    private var fractionDigits = 0
    var isNegative = false
    var isFraction = false
    var exponent = 0

    /// Far beyond what the digits of any text in memory can balance, and far from overflowing.
    private static let largestExponent = 1 << 50
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19,
        1e20, 1e21, 1e22,
    ]

    @inline(__always)
    mutating func append(digit: UInt8) {
        if isFraction { fractionDigits += 1 }
        if significantDigits < 19 {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa != 0 { significantDigits += 1 }
        } else {
            droppedDigits += 1
        }
    }

    @inline(__always)
    mutating func append(exponentDigit digit: UInt8) {
        exponent = min(exponent * 10 + Int(digit), Self.largestExponent)
    }

    /// The value; `text` are the bytes of the whole number.
    ///
    /// Nil when it is beyond the range of a double.
    ///
    /// A value that is a whole number becomes one, however it was written, so that writing and reading again
    /// gives the same value. Negative zero stays a double.
    func value(of text: UnsafeBufferPointer<UInt8>) -> JSON? {
        let power = exponent - fractionDigits + droppedDigits
        if droppedDigits == 0 && power == 0 && (mantissa != 0 || !isNegative) {
            if let whole = Int64(exactly: mantissa) { return .integer(isNegative ? -whole : whole) }
            if isNegative && mantissa == UInt64(Int64.max) + 1 { return .integer(.min) }
        }
        guard let double = double(power: power, text: text), double.isFinite else { return nil }
        if let whole = Int64(exactly: double), whole != 0 || double.sign == .plus { return .integer(whole) }
        return .number(double)
    }

    /// Up to 2^53 and 10^22 one exactly rounded operation gives the nearest double; the rest is left to the
    /// library.
    private func double(power: Int, text: UnsafeBufferPointer<UInt8>) -> Double? {
        if droppedDigits == 0 && mantissa <= 1 << 53 && abs(power) <= 22 {
            let whole = Double(mantissa)
            let scaled = power < 0 ? whole / Self.powers[-power] : whole * Self.powers[power]
            return isNegative ? -scaled : scaled
        }
        return Double(String(decoding: text, as: UTF8.self))
    }
}
