/// Writes JSON values as bytes.
struct JSONWriter: ~Copyable {
    /// Spaces a level, or nil for one line.
    private let indent: Int?
    private var depth = 0

    init(indent: Int? = nil) {
        self.indent = indent
    }

    mutating func write(_ value: JSON, into bytes: inout [UInt8]) {
        switch value {
        case .null: Self.append("null", to: &bytes)
        case .bool(let value): Self.append(value ? "true" : "false", to: &bytes)
        case .integer(let value): Self.append(value, to: &bytes)
        case .number(let value): Self.append(value, to: &bytes)
        case .string(let value): Self.append(quoted: value, to: &bytes)
        case .array(let items): write(items, into: &bytes)
        case .object(let members): write(members, into: &bytes)
        }
    }

    private mutating func write(_ items: [JSON], into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        depth += 1
        var isFirst = true
        for item in items {
            separate(isFirst: &isFirst, in: &bytes)
            write(item, into: &bytes)
        }
        close(UInt8(ascii: "]"), isEmpty: isFirst, in: &bytes)
    }

    private mutating func write(_ members: JSONObject, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        depth += 1
        var isFirst = true
        for (key, value) in members {
            separate(isFirst: &isFirst, in: &bytes)
            Self.append(quoted: key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if indent != nil { bytes.append(UInt8(ascii: " ")) }
            write(value, into: &bytes)
        }
        close(UInt8(ascii: "}"), isEmpty: isFirst, in: &bytes)
    }

    private func separate(isFirst: inout Bool, in bytes: inout [UInt8]) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        breakLine(in: &bytes)
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool, in bytes: inout [UInt8]) {
        depth -= 1
        if !isEmpty { breakLine(in: &bytes) }
        bytes.append(bracket)
    }

    private func breakLine(in bytes: inout [UInt8]) {
        guard let indent else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indent * depth))
    }
}

extension JSONWriter {
    /// Only what JSON demands is escaped; everything else is copied in runs.
    static func append(quoted text: String, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            while true {
                let end = JSONText.plainRun(in: utf8, from: start).end
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<end]))
                guard end < utf8.count else { break }
                appendEscape(utf8[end], to: &bytes)
                start = end + 1
            }
        }
        bytes.append(0x22)
    }

    private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
        case 0x0A: append("\\n", to: &bytes)
        case 0x0D: append("\\r", to: &bytes)
        case 0x09: append("\\t", to: &bytes)
        case 0x08: append("\\b", to: &bytes)
        case 0x0C: append("\\f", to: &bytes)
        default:
            append("\\u00", to: &bytes)
            bytes.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let low = byte & 0x0F
            bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    /// Whole numbers have no fraction, as JavaScript writes them; what is not a number is `null`.
    fileprivate static func append(_ value: Double, to bytes: inout [UInt8]) {
        if let whole = Int64(exactly: value), whole != 0 || value.sign == .plus {
            append(whole, to: &bytes)
        } else if value == 0 {
            append("-0", to: &bytes)
        } else if value.isFinite {
            var text = value.description
            text.withUTF8 { bytes.append(contentsOf: $0) }
        } else {
            append("null", to: &bytes)
        }
    }

    fileprivate static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    fileprivate static func append(_ word: StaticString, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}
