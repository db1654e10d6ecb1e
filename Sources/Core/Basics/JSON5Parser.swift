/// Reads JSON5 into a tree that keeps positions.
///
/// Config files are small, so it takes one character at a time.
struct JSON5Parser: ~Copyable {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() throws(JSONFailure) -> JSON5Node {
        guard bytes.count <= limits.maxBytes else {
            throw JSONFailure(
                message: "the text has \(bytes.count) bytes, the limit is \(limits.maxBytes)", offset: 0)
        }
        if let invalid = JSONText.firstInvalidByte(in: bytes, 0..<bytes.count) {
            throw JSONFailure(message: "a byte that is not UTF-8", offset: invalid)
        }
        try skipSpace()
        let root = try parseValue()
        try skipSpace()
        guard position == bytes.count else { throw expected("the end of the text") }
        return root
    }

    // MARK: Values

    private mutating func parseValue() throws(JSONFailure) -> JSON5Node {
        let start = position
        let content: JSON5Node.Content
        switch peek {
        case UInt8(ascii: "{"): content = .object(try parseMembers())
        case UInt8(ascii: "["): content = .array(try parseItems())
        case let quote? where quote == 0x22 || quote == 0x27:
            content = .scalar(.string(try parseString(quote)))
        case let byte? where Self.startsNumber(byte): content = .scalar(try parseNumber())
        default: content = .scalar(try parseWord())
        }
        return JSON5Node(range: start..<position, content: content)
    }

    private mutating func parseMembers() throws(JSONFailure) -> [JSON5Member] {
        try enter()
        var members: [JSON5Member] = []
        while true {
            try skipSpace()
            if skip(UInt8(ascii: "}")) { break }
            let keyStart = position
            let key = try parseKey()
            let keyRange = keyStart..<position
            try skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw expected("`:`") }
            try skipSpace()
            members.append(JSON5Member(key: key, keyRange: keyRange, node: try parseValue()))
            try skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw expected("`,` or `}`") }
            break
        }
        depth -= 1
        return members
    }

    private mutating func parseItems() throws(JSONFailure) -> [JSON5Node] {
        try enter()
        var items: [JSON5Node] = []
        while true {
            try skipSpace()
            if skip(UInt8(ascii: "]")) { break }
            items.append(try parseValue())
            try skipSpace()
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw expected("`,` or `]`") }
            break
        }
        depth -= 1
        return items
    }

    private mutating func enter() throws(JSONFailure) {
        depth += 1
        guard depth <= limits.maxDepth else {
            throw JSONFailure(message: "nested deeper than \(limits.maxDepth) levels", offset: position)
        }
        position += 1
    }

    private mutating func parseWord() throws(JSONFailure) -> JSON {
        let start = position
        for (word, value) in Self.words where matches(word) {
            position += word.utf8CodeUnitCount
            if let (scalar, _) = nextScalar(), Self.continuesName(scalar) { break }
            return value
        }
        position = start
        throw expected("a value")
    }

    private static let words: [(StaticString, JSON)] = [
        ("true", true), ("false", false), ("null", .null), ("Infinity", .number(.infinity)),
        ("NaN", .number(.nan)),
    ]

    private func matches(_ word: StaticString) -> Bool {
        guard bytes.count - position >= word.utf8CodeUnitCount else { return false }
        return (0..<word.utf8CodeUnitCount).allSatisfy { bytes[position + $0] == word.utf8Start[$0] }
    }

    // MARK: Keys

    private mutating func parseKey() throws(JSONFailure) -> String {
        if let quote = peek, quote == 0x22 || quote == 0x27 { return try parseString(quote) }
        var key = ""
        while let (scalar, next) = nextScalar() {
            let start = position
            var scalar = scalar
            if scalar == "\\" {
                scalar = try parseNameEscape()
            } else {
                position = next
            }
            guard key.isEmpty ? Self.startsName(scalar) : Self.continuesName(scalar) else {
                position = start
                break
            }
            key.unicodeScalars.append(scalar)
        }
        guard !key.isEmpty else { throw expected("a key") }
        return key
    }

    private mutating func parseNameEscape() throws(JSONFailure) -> Unicode.Scalar {
        let start = position
        position += 1
        guard skip(UInt8(ascii: "u")) else { throw expected("`u`") }
        guard let scalar = Unicode.Scalar(try parseHex(4)), Self.continuesName(scalar) else {
            position = start
            throw expected("a character that a key may hold without quotes")
        }
        return scalar
    }

    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return ("a"..."z" ~= scalar) || ("A"..."Z" ~= scalar) || scalar == "_" || scalar == "$"
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .letterNumber:
            return true
        default: return false
        }
    }

    private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        if startsName(scalar) { return true }
        if scalar.isASCII { return "0"..."9" ~= scalar }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return scalar == "\u{200C}" || scalar == "\u{200D}"
        }
    }

    // MARK: Numbers

    private static func startsNumber(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    private mutating func parseNumber() throws(JSONFailure) -> JSON {
        let isNegative = skip(UInt8(ascii: "-"))
        if !isNegative { _ = skip(UInt8(ascii: "+")) }
        let value: JSON
        if peek == UInt8(ascii: "I") || peek == UInt8(ascii: "N") {
            value = Self.negated(try parseWord(), if: isNegative)
        } else if matches("0x") || matches("0X") {
            position += 2
            value = Self.negated(try parseHexNumber(), if: isNegative)
        } else {
            value = try parseDecimal(isNegative: isNegative)
        }
        if let (scalar, _) = nextScalar(), Self.continuesName(scalar) || scalar == "\\" {
            throw expected("the end of the number")
        }
        return value
    }

    private static func negated(_ value: JSON, if isNegative: Bool) -> JSON {
        guard isNegative else { return value }
        if case .integer(let whole) = value, whole != 0, whole != .min { return .integer(-whole) }
        let double = -(value.doubleValue ?? 0)
        return Int64(exactly: double).flatMap { $0 == 0 ? nil : .integer($0) } ?? .number(double)
    }

    private mutating func parseHexNumber() throws(JSONFailure) -> JSON {
        let start = position
        var whole: UInt64? = 0
        var double = 0.0
        while let byte = peek, let digit = JSONText.hexDigit(byte) {
            whole = whole.flatMap { $0 >> 59 == 0 ? $0 << 4 | UInt64(digit) : nil }
            double = double * 16 + Double(digit)
            position += 1
        }
        guard position > start else { throw expected("a hex digit") }
        guard double.isFinite else { throw JSONFailure(message: "the number is too large", offset: start) }
        if let whole, let signed = Int64(exactly: whole) { return .integer(signed) }
        return Int64(exactly: double).map { .integer($0) } ?? .number(double)
    }

    private mutating func parseDecimal(isNegative: Bool) throws(JSONFailure) -> JSON {
        let start = position
        var number = JSONNumber()
        number.isNegative = isNegative
        if !skip(UInt8(ascii: "0")) { skipDigits { number.append(digit: $0) } }
        let hasWholePart = position > start
        if skip(UInt8(ascii: ".")) {
            number.isFraction = true
            let fractionStart = position
            skipDigits { number.append(digit: $0) }
            guard hasWholePart || position > fractionStart else { throw expected("a digit") }
        } else if !hasWholePart {
            throw expected("a digit")
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) { try parseExponent(of: &number) }
        let text = Self.decimalText(bytes[start..<position], isNegative)
        guard let value = text.withUnsafeBufferPointer({ number.value(of: $0) }) else {
            throw JSONFailure(message: "the number is too large", offset: start)
        }
        return value
    }

    private mutating func parseExponent(of number: inout JSONNumber) throws(JSONFailure) {
        let isNegative = skip(UInt8(ascii: "-"))
        if !isNegative { _ = skip(UInt8(ascii: "+")) }
        let start = position
        skipDigits { number.append(exponentDigit: $0) }
        guard position > start else { throw expected("a digit") }
        if isNegative { number.exponent = -number.exponent }
    }

    /// As Swift's own reader wants it: with a digit on both sides of the point.
    private static func decimalText(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, _ isNegative: Bool) -> [UInt8]
    {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-"), UInt8(ascii: "0")] : [UInt8(ascii: "0")]
        for byte in bytes {
            if let last = text.last, last == UInt8(ascii: "."), !isDigit(byte) {
                text.append(UInt8(ascii: "0"))
            }
            text.append(byte)
        }
        if text.last == UInt8(ascii: ".") { text.append(UInt8(ascii: "0")) }
        return text
    }

    private mutating func skipDigits(_ use: (UInt8) -> Void) {
        while let byte = peek, Self.isDigit(byte) {
            use(byte &- UInt8(ascii: "0"))
            position += 1
        }
    }

    // MARK: Strings

    private mutating func parseString(_ quote: UInt8) throws(JSONFailure) -> String {
        position += 1
        var decoded: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case quote: return String(decoding: decoded, as: UTF8.self)
            case UInt8(ascii: "\\"): try parseEscape(into: &decoded)
            case 0x0A, 0x0D:
                position -= 1
                throw expected("the closing quote")
            default: decoded.append(byte)
            }
        }
        throw expected("the closing quote")
    }

    private mutating func parseEscape(into decoded: inout [UInt8]) throws(JSONFailure) {
        guard let (scalar, next) = nextScalar() else { throw expected("an escape") }
        position = next
        switch scalar {
        case "n": decoded.append(0x0A)
        case "t": decoded.append(0x09)
        case "r": decoded.append(0x0D)
        case "b": decoded.append(0x08)
        case "f": decoded.append(0x0C)
        case "v": decoded.append(0x0B)
        case "\r": _ = skip(0x0A)
        case "\n", "\u{2028}", "\u{2029}": break
        case "x": JSONText.append(Unicode.Scalar(UInt8(try parseHex(2))), to: &decoded)
        case "u": try parseUnicodeEscape(into: &decoded)
        case "0"..."9":
            if scalar == "0", !(peek.map { Self.isDigit($0) } ?? false) {
                decoded.append(0)
            } else {
                position -= 1
                throw expected("an escape")
            }
        default: JSONText.append(scalar, to: &decoded)
        }
    }

    /// Half a surrogate pair becomes U+FFFD, as in `JSONParser`.
    private mutating func parseUnicodeEscape(into decoded: inout [UInt8]) throws(JSONFailure) {
        let first = try parseHex(4)
        if JSONText.isHighSurrogate(first), matches("\\u") {
            let secondStart = position
            position += 2
            if let scalar = JSONText.scalar(high: first, low: try parseHex(4)) {
                return JSONText.append(scalar, to: &decoded)
            }
            position = secondStart
        }
        JSONText.append(Unicode.Scalar(first) ?? "\u{FFFD}", to: &decoded)
    }

    private mutating func parseHex(_ count: Int) throws(JSONFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek, let digit = JSONText.hexDigit(byte) else { throw expected("a hex digit") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Space and comments

    private mutating func skipSpace() throws(JSONFailure) {
        while let (scalar, next) = nextScalar() {
            if scalar == "/" {
                try skipComment()
            } else if Self.isSpace(scalar) {
                position = next
            } else {
                return
            }
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{B}", "\u{C}", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2029}": true
        default: !scalar.isASCII && scalar.properties.generalCategory == .spaceSeparator
        }
    }

    private mutating func skipComment() throws(JSONFailure) {
        position += 1
        if skip(UInt8(ascii: "/")) {
            while let (scalar, next) = nextScalar() {
                if scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}" { return }
                position = next
            }
        } else if skip(UInt8(ascii: "*")) {
            while !matches("*/") {
                guard position < bytes.count else { throw expected("`*/`") }
                position += 1
            }
            position += 2
        } else {
            throw expected("`/` or `*`")
        }
    }

    // MARK: Characters

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    /// The scalar at the position and the place after it; the text is known to be UTF-8.
    private func nextScalar() -> (Unicode.Scalar, next: Int)? {
        guard let first = peek else { return nil }
        let count = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        guard bytes.count - position >= count else { return nil }
        var value = count == 1 ? UInt32(first) : UInt32(first) & (0x7F >> UInt32(count))
        for index in 1..<max(count, 1) { value = value << 6 | UInt32(bytes[position + index] & 0x3F) }
        return Unicode.Scalar(value).map { ($0, position + count) }
    }

    private func expected(_ what: String) -> JSONFailure {
        .expected(what, in: bytes, at: position)
    }
}
