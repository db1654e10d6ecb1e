/// A JSON5 text, its value, and where every part of it stands.
package struct JSON5Document: Sendable {
    /// The text in UTF-8; all ranges count its bytes.
    package let bytes: [UInt8]
    package let root: JSON5Node

    package var value: JSON { root.value }

    /// The bytes with a space for each byte of a comment; lines keep their numbers.
    var bytesWithoutComments: [UInt8] {
        var bytes = bytes
        var place = 0
        while place < bytes.count {
            let end = Self.tokenEnd(bytes, place)
            if bytes[place] == UInt8(ascii: "/") {
                for index in place..<end where bytes[index] != 0x0A && bytes[index] != 0x0D {
                    bytes[index] = 0x20
                }
            }
            place = end
        }
        return bytes
    }

    /// Behind the text or comment that begins at `start`; the next byte for anything else.
    private static func tokenEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        let rest = bytes[(start + 1)...]
        switch bytes[start] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            var place = start + 1
            while place < bytes.count, bytes[place] != bytes[start] {
                place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
            }
            return min(place + 1, bytes.count)
        case UInt8(ascii: "/") where rest.first == UInt8(ascii: "*"):
            let last = rest.indices.dropFirst(2).first {
                bytes[$0] == UInt8(ascii: "/") && bytes[$0 - 1] == UInt8(ascii: "*")
            }
            return last.map { $0 + 1 } ?? bytes.count
        case UInt8(ascii: "/"):
            return rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
        default: return start + 1
        }
    }

    package func position(at offset: Int) -> TextPosition { TextPosition(offset: offset, in: bytes) }

    package func text(in range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }
}

/// One value of a JSON5 text.
package struct JSON5Node: Sendable {
    /// What stands there.
    package enum Content: Sendable {
        case scalar(JSON)
        case array([JSON5Node])
        case object([JSON5Member])
    }

    /// The bytes of the value itself, without the space around it.
    package let range: Range<Int>
    package let content: Content

    package var value: JSON {
        switch content {
        case .scalar(let value): value
        case .array(let items): .array(items.map(\.value))
        case .object(let members): .object(JSONObject(members.lazy.map { ($0.key, $0.node.value) }))
        }
    }

    /// The members in written order, a repeated key each time it stands there; nil for anything but an
    /// object.
    package var members: [JSON5Member]? { if case .object(let members) = content { members } else { nil } }

    package var items: [JSON5Node]? { if case .array(let items) = content { items } else { nil } }
}
/// One member of an object, with the place of its key.

/// One member of an object, with the place of its key.
package struct JSON5Member: Sendable {
    package let key: String
    /// The bytes of the key as written, with its quotes.
    package let keyRange: Range<Int>
    package let node: JSON5Node
}

/// Why a text is not JSON5, and where.
package struct JSON5Error: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String
    package var position: TextPosition
    /// The character that does not fit, or nil at the end of the text.
    package var found: Character?

    package var description: String { "line \(position.line), column \(position.column): \(message)" }

    /// The sentence that clients of the original know.
    package var protocolMessage: String {
        let place = "\(position.line):\(position.column)"
        guard let found else { return "SyntaxError: JSON5: invalid end of input at \(place)" }
        return "SyntaxError: JSON5: invalid character '\(found)' at \(place)"
    }
}

extension JSON {
    /// Reads JSON5 (spec.json5.org, version 1.0.0), keeping where everything stands; of a repeated key the
    /// last value counts.
    package static func parseJSON5(
        _ text: String, limits: JSONLimits = .standard
    ) throws(JSON5Error) -> JSON5Document {
        try parseJSON5(Array(text.utf8), limits: limits)
    }

    /// Reads JSON5 from bytes, which must be UTF-8.
    package static func parseJSON5(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSON5Error) -> JSON5Document {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSON5Node, JSONFailure> in
            var parser = JSON5Parser(buffer, limits: limits)
            do throws(JSONFailure) {
                return .success(try parser.parseText())
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let root): return JSON5Document(bytes: bytes, root: root)
        case .failure(let failure):
            let error = failure.located(in: bytes)
            let rest = bytes[min(failure.offset, bytes.count)...].prefix(4)
            throw JSON5Error(
                message: error.message, position: error.position,
                found: String(decoding: rest, as: UTF8.self).unicodeScalars.first.map { Character($0) })
        }
    }
}
