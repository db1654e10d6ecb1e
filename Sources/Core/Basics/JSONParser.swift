/// Reads RFC 8259 and nothing else.
///
/// It works on bytes, and copies plain runs of a string at once.
struct JSONParser: ~Copyable {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var depth = 0
    private var valueCount = 0
    /// The decoded bytes of a string with escapes; kept between strings.
    private var decoded: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func parseText() throws(JSONFailure) -> JSON {
        guard bytes.count <= limits.maxBytes else {
            throw JSONFailure(
                message: "the text has \(bytes.count) bytes, the limit is \(limits.maxBytes)", offset: 0)
        }
        skipWhitespace()
        let value = try parseValue()
        skipWhitespace()
        guard position == bytes.count else { throw expected("the end of the text") }
        return value
    }

    // MARK: Values

    private mutating func parseValue() throws(JSONFailure) -> JSON {
        valueCount += 1
        guard valueCount <= limits.maxValues else {
            throw JSONFailure(message: "more than \(limits.maxValues) values", offset: position)
        }
        switch peek {
        case UInt8(ascii: "\""):
            position += 1
            return .string(try parseString())
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case let byte? where byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") <= 9:
            return try parseNumber()
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        default: throw expected("a value")
        }
    }

    private mutating func parseObject() throws(JSONFailure) -> JSON {
        try enter()
        var object = JSONObject()
        if !skip(UInt8(ascii: "}")) {
            repeat {
                skipWhitespace()
                guard peek == UInt8(ascii: "\"") else { throw expected("a key in double quotes") }
                position += 1
                let key = try parseString()
                skipWhitespace()
                guard peek == UInt8(ascii: ":") else { throw expected("`:`") }
                position += 1
                skipWhitespace()
                object[key] = try parseValue()
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "}")) else { throw expected("`,` or `}`") }
        }
        depth -= 1
        return .object(object)
    }

    private mutating func parseArray() throws(JSONFailure) -> JSON {
        try enter()
        var items: [JSON] = []
        if !skip(UInt8(ascii: "]")) {
            repeat {
                skipWhitespace()
                items.append(try parseValue())
            } while skip(UInt8(ascii: ","))
            guard skip(UInt8(ascii: "]")) else { throw expected("`,` or `]`") }
        }
        depth -= 1
        return .array(items)
    }

    private mutating func enter() throws(JSONFailure) {
        depth += 1
        guard depth <= limits.maxDepth else {
            throw JSONFailure(message: "nested deeper than \(limits.maxDepth) levels", offset: position)
        }
        position += 1
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(JSONFailure) -> JSON {
        guard bytes.count - position >= word.utf8CodeUnitCount else { throw expected("`\(word)`") }
        for index in 0..<word.utf8CodeUnitCount {
            guard bytes[position + index] == word.utf8Start[index] else { throw expected("a value") }
        }
        position += word.utf8CodeUnitCount
        return value
    }

    // MARK: Numbers

    private mutating func parseNumber() throws(JSONFailure) -> JSON {
        let start = position
        var number = JSONNumber()
        if peek == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        if peek == UInt8(ascii: "0") {
            position += 1
        } else {
            try parseDigits { number.append(digit: $0) }
        }
        if peek == UInt8(ascii: ".") {
            position += 1
            number.isFraction = true
            try parseDigits { number.append(digit: $0) }
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") { try parseExponent(of: &number) }
        guard let value = number.value(of: UnsafeBufferPointer(rebasing: bytes[start..<position])) else {
            throw JSONFailure(message: "the number is too large", offset: start)
        }
        return value
    }

    private mutating func parseExponent(of number: inout JSONNumber) throws(JSONFailure) {
        position += 1
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative || peek == UInt8(ascii: "+") { position += 1 }
        try parseDigits { number.append(exponentDigit: $0) }
        if isNegative { number.exponent = -number.exponent }
    }

    @inline(__always)
    private mutating func parseDigits(_ use: (UInt8) -> Void) throws(JSONFailure) {
        let start = position
        while let byte = peek, byte &- UInt8(ascii: "0") <= 9 {
            use(byte &- UInt8(ascii: "0"))
            position += 1
        }
        guard position > start else { throw expected("a digit") }
    }

    // MARK: Strings

    /// After the opening quote.
    private mutating func parseString() throws(JSONFailure) -> String {
        let start = position
        let isASCII = try skipPlainBytes()
        if peek == UInt8(ascii: "\"") {
            let run = UnsafeBufferPointer(rebasing: bytes[start..<position])
            if !isASCII { try requireUTF8(start..<position) }
            position += 1
            return String(decoding: run, as: UTF8.self)
        }
        return try parseEscapedString(from: start, isASCII: isASCII)
    }

    private mutating func parseEscapedString(from start: Int, isASCII: Bool) throws(JSONFailure) -> String {
        var isASCII = isASCII
        decoded.removeAll(keepingCapacity: true)
        var runStart = start
        while peek == UInt8(ascii: "\\") {
            decoded.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart..<position]))
            try parseEscape()
            runStart = position
            isASCII = try skipPlainBytes() && isASCII
        }
        if !isASCII { try requireUTF8(start..<position) }
        decoded.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart..<position]))
        position += 1
        defer { if decoded.capacity > Self.largestKeptCapacity { decoded = [] } }
        return String(decoding: decoded, as: UTF8.self)
    }

    /// Bytes of a string with escapes that stay allocated for the next one.
    private static let largestKeptCapacity = 1 << 16

    /// Stops at a quote or a backslash.
    ///
    /// False when a byte above 127 was passed.
    private mutating func skipPlainBytes() throws(JSONFailure) -> Bool {
        let (end, isASCII) = JSONText.plainRun(in: bytes, from: position)
        position = end
        guard end < bytes.count else {
            throw JSONFailure(message: "the string has no closing quote", offset: end)
        }
        guard bytes[end] >= 0x20 else {
            throw JSONFailure(
                message: "\(JSONFailure.found(in: bytes, at: end)) must be written as an escape in a string",
                offset: end)
        }
        return isASCII
    }

    private func requireUTF8(_ range: Range<Int>) throws(JSONFailure) {
        guard let invalid = JSONText.firstInvalidByte(in: bytes, range) else { return }
        throw JSONFailure(message: "a byte that is not UTF-8", offset: invalid)
    }

    private mutating func parseEscape() throws(JSONFailure) {
        position += 1
        switch peek {
        case UInt8(ascii: "u"):
            position += 1
            try parseUnicodeEscape()
            return
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case let byte?
        where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/"):
            decoded.append(byte)
        default: throw expected("an escape (one of `\"\\/bfnrtu`)")
        }
        position += 1
    }

    /// Half a surrogate pair becomes U+FFFD: models cut texts there, and the rest of the text is good.
    private mutating func parseUnicodeEscape() throws(JSONFailure) {
        let first = try parseHexDigits()
        if JSONText.isHighSurrogate(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let secondStart = position
            position += 2
            let second = try parseHexDigits()
            if let scalar = JSONText.scalar(high: first, low: second) {
                JSONText.append(scalar, to: &decoded)
                return
            }
            position = secondStart
        }
        JSONText.append(Unicode.Scalar(first) ?? "\u{FFFD}", to: &decoded)
    }

    private mutating func parseHexDigits() throws(JSONFailure) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = JSONText.hexDigit(byte) else {
                throw expected("four hex digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? {
        @inline(__always) get { position < bytes.count ? bytes[position] : nil }
    }

    /// Skips whitespace, and then `byte` if it stands there.
    @inline(__always)
    private mutating func skip(_ byte: UInt8) -> Bool {
        skipWhitespace()
        guard peek == byte else { return false }
        position += 1
        return true
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while let byte = peek, byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func expected(_ what: String) -> JSONFailure {
        .expected(what, in: bytes, at: position)
    }
}
