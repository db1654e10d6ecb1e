/// All keys that OpenClaw knows, for telling a key without effect from a typing error.
///
/// The text is read in place: the entries are found once, and one entry is parsed when a value under it is
/// looked at.
package struct KeyTable: Sendable {
    package static let shared = KeyTable(keys)

    private let text: StaticString
    private let entries: [String: Range<Int>]
    /// Names of the entries that are paths, in the order of the text.
    package let paths: [String]

    init(_ text: StaticString) {
        self.text = text
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var entries: [String: Range<Int>] = [:]
        var paths: [String] = []
        var start = 0
        while start < bytes.count {
            let end = Self.entryEnd(in: bytes, from: start)
            let nameEnd = bytes[start..<end].firstIndex { $0 == 0x20 || $0 == 0x0A } ?? end
            let name = String(decoding: bytes[start..<nameEnd], as: UTF8.self)
            entries[name] = nameEnd..<end
            if !name.hasPrefix("@") { paths.append(name) }
            start = end + 1
        }
        self.entries = entries
        self.paths = paths
    }

    /// The newline before the next line that does not start with a space.
    private static func entryEnd(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x0A, index + 1 == bytes.count || bytes[index + 1] != 0x20 { return index }
            index += 1
        }
        return index
    }

    package func entry(named name: String) -> Shape? {
        guard let range = entries[name] else { return nil }
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var parser = KeyTableParser(UnsafeBufferPointer(rebasing: bytes[range]))
        return parser.parseShape()
    }

    /// The shape of the value at `path`, or nil when OpenClaw has no such key.
    package func shape(at path: ConfigPath) -> Shape? {
        guard case .key(let section) = path.steps.first else { return nil }
        if section == "channels" {
            guard path.steps.count > 1, case .key(let channel) = path.steps[1] else { return .any }
            guard let entry = entry(named: "channels." + channel) else { return .any }
            return Self.walk(path.steps.dropFirst(2), from: entry)
        }
        return entry(named: section).flatMap { Self.walk(path.steps.dropFirst(), from: $0) }
    }

    private static func walk(_ steps: ArraySlice<ConfigPath.Step>, from shape: Shape) -> Shape? {
        guard let step = steps.first else { return shape }
        let found = shape.alternatives.compactMap { alternative -> Shape? in
            switch (alternative, step) {
            case (.any, _): return .any
            case (.array(let item), .index): return walk(steps.dropFirst(), from: item)
            case (.object(let object), .key(let key)):
                return (object[key]?.shape ?? object.other).flatMap { walk(steps.dropFirst(), from: $0) }
            default: return nil
            }
        }
        return found.count > 1 ? .either(found) : found.first
    }

    /// The members an object at `path` may have.
    package func members(at path: ConfigPath) -> [ObjectShape.Member] {
        if path == .root {
            return sections.map { ObjectShape.Member(key: $0, shape: .entry($0), traits: .known) }
        }
        if path == ConfigPath([.key("channels")]) {
            return paths.filter { $0.hasPrefix(Self.channelPrefix) }.map {
                ObjectShape.Member(
                    key: String($0.dropFirst(Self.channelPrefix.count)), shape: .entry($0), traits: .known)
            }
        }
        guard let shape = shape(at: path) else { return [] }
        return shape.alternatives.flatMap { alternative -> [ObjectShape.Member] in
            if case .object(let object) = alternative { object.members } else { [] }
        }
    }

    private static let channelPrefix = "channels."

    /// The names of the root's members, each once.
    private var sections: [String] {
        var sections: [String] = []
        for path in paths {
            let section = String(path.prefix { $0 != "." })
            if !sections.contains(section) { sections.append(section) }
        }
        return sections
    }
}

/// Reads one entry of the table; the grammar stands above `KeyTable.keys`.
private struct KeyTableParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func parseShape() -> Shape {
        skipSpace()
        switch next() {
        case UInt8(ascii: "s"): return .string
        case UInt8(ascii: "b"): return .bool
        case UInt8(ascii: "n"): return .number(-.greatestFiniteMagnitude ... .greatestFiniteMagnitude)
        case UInt8(ascii: "i"): return .integer(.min ... .max)
        case UInt8(ascii: "0"): return .null
        case UInt8(ascii: "t"): return .only(true)
        case UInt8(ascii: "f"): return .only(false)
        case UInt8(ascii: "'"): return .choice(parseWords())
        case UInt8(ascii: "["): return .array(parseShape())
        case UInt8(ascii: "("): return .either(parseList(until: UInt8(ascii: ")")))
        case UInt8(ascii: "{"): return .object(parseObject())
        case UInt8(ascii: "@"): return .entry("@" + text { !" \n)}".utf8.contains($0) })
        default: return .any
        }
    }

    private mutating func parseObject() -> ObjectShape {
        var object = ObjectShape(members: [], other: nil)
        while skipSpace(), position < bytes.count, bytes[position] != UInt8(ascii: "}") {
            if bytes[position] == UInt8(ascii: "%") {
                position += 1
                object.other = parseShape()
            } else {
                let key = text { $0 != UInt8(ascii: ":") }
                position += 1
                object.members.append(ObjectShape.Member(key: key, shape: parseShape(), traits: .known))
            }
        }
        position += 1
        return object
    }

    private mutating func parseList(until end: UInt8) -> [Shape] {
        var shapes: [Shape] = []
        while skipSpace(), position < bytes.count, bytes[position] != end { shapes.append(parseShape()) }
        position += 1
        return shapes
    }

    private mutating func parseWords() -> [String] {
        let words = text { $0 != UInt8(ascii: "'") }
        position += 1
        return words.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    }

    private mutating func text(while isPart: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func next() -> UInt8 {
        guard position < bytes.count else { return 0 }
        position += 1
        return bytes[position - 1]
    }

    @discardableResult private mutating func skipSpace() -> Bool {
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A { position += 1 }
        return true
    }
}
