/// Bounds of one JSON text.
package struct JSONLimits: Sendable {
    /// Deepest nesting of arrays and objects.
    ///
    /// Real texts need about 20; every level costs stack.
    package var maxDepth: Int
    /// Longest text in bytes.
    ///
    /// The largest real one is a stored message with images.
    package var maxBytes: Int
    /// Most values, those inside others included; text from outside may have millions in a few bytes each.
    package var maxValues: Int

    package static let standard = JSONLimits()

    package init(maxDepth: Int = 128, maxBytes: Int = 64 << 20, maxValues: Int = .max) {
        self.maxDepth = maxDepth
        self.maxBytes = maxBytes
        self.maxValues = maxValues
    }
}

/// Why a text is not JSON, and where.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was expected and what stood there, without the place.
    package var message: String
    package var position: TextPosition

    package init(message: String, position: TextPosition) {
        self.message = message
        self.position = position
    }

    package var description: String { "line \(position.line), column \(position.column): \(message)" }
}

/// A problem while reading, before anyone has counted lines.
struct JSONFailure: Error {
    var message: String
    var offset: Int

    func located(in bytes: some Collection<UInt8>) -> JSONError {
        JSONError(message: message, position: TextPosition(offset: offset, in: bytes))
    }
}

extension JSONFailure {
    /// "expected a value, found `x`".
    static func expected(_ what: String, in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> JSONFailure
    {
        JSONFailure(message: "expected \(what), found \(found(in: bytes, at: offset))", offset: offset)
    }

    /// The character at `offset` in words that can be printed.
    static func found(in bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> String {
        guard offset < bytes.count else { return "the end of the text" }
        let rest = bytes[offset...].prefix(4)
        guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first else {
            return "nothing"
        }
        if scalar.value == 0xFFFD { return "a byte that is not UTF-8" }
        if scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.value == 0x7F {
            return "the character U+" + hex(scalar.value)
        }
        return "`\(Character(scalar))`"
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
