import Core

/// Reads TOML 1.0 as far as deployment files use it: tables, lists of tables, dotted keys, strings, numbers, booleans, lists
/// and inline tables; dates are kept as text (toml.io/en/v1.0.0).
struct TOMLReader {
    /// A line that cannot be read.
    struct Failure: Error, Equatable {
        /// From 1.
        var line: Int
        var message: String
    }

    private let bytes: [UInt8]
    private var place = 0
    private var root: JSON = [:]
    /// Where keys go: the last `[table]`.
    private var table: [ConfigPath.Step] = []
    /// The tables that had a header of their own.
    private var headers: Set<ConfigPath> = []

    /// Deployment files are a few kB; lists nest two deep.
    private static let mostBytes = 1 << 20
    private static let deepest = 16

    static func read(_ text: String) throws(Failure) -> JSON {
        guard text.utf8.count <= mostBytes else {
            throw Failure(line: 1, message: "the file is larger than 1 MB")
        }
        var bytes = Array(text.utf8)
        // Some editors put a byte order mark before the first line.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        var reader = TOMLReader(bytes: bytes)
        try reader.readDocument()
        return reader.root
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Lines

    private mutating func readDocument() throws(Failure) {
        while true {
            skip(where: { " \t\r\n".utf8.contains($0) })
            guard let byte = peek else { return }
            switch byte {
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "["): try readHeader()
            default: try readPair(into: table)
            }
        }
    }

    private mutating func readHeader() throws(Failure) {
        place += 1
        let isList = take("[")
        let keys = try readKey()
        guard take("]"), !isList || take("]") else { throw failure("a table's name ends with `]`") }
        var path = steps(keys)
        guard isList || headers.insert(ConfigPath(path)).inserted else {
            throw failure("`[\(keys.joined(separator: "."))]` is there twice")
        }
        try endLine()
        let known = value(at: path)
        if isList {
            let count = known?.arrayValue?.count ?? 0
            if let known, known.arrayValue == nil {
                throw failure("`\(keys.joined(separator: "."))` is no list")
            }
            path.append(.index(count))
            set(.array((known?.arrayValue ?? []) + [[:]]), at: Array(path.dropLast()))
        } else if known == nil {
            set([:], at: path)
        } else if known?.objectValue == nil {
            throw failure("`\(keys.joined(separator: "."))` is no table")
        }
        table = path
    }

    private mutating func readPair(into table: [ConfigPath.Step]) throws(Failure) {
        let keys = try readKey()
        guard take("=") else { throw failure("a key is followed by `=`") }
        skipSpace()
        let value = try readValue(depth: 0)
        let path = table + keys.map { .key($0) }
        guard self.value(at: path) == nil else {
            throw failure("`\(keys.joined(separator: "."))` is set twice")
        }
        set(value, at: path)
        try endLine()
    }

    /// The steps of a header's name: through the last entry of lists of tables.
    private func steps(_ keys: [String]) -> [ConfigPath.Step] {
        var path: [ConfigPath.Step] = []
        for (number, key) in keys.enumerated() {
            path.append(.key(key))
            if number < keys.count - 1, let list = value(at: path)?.arrayValue, !list.isEmpty {
                path.append(.index(list.count - 1))
            }
        }
        return path
    }

    private func value(at path: [ConfigPath.Step]) -> JSON? { root[ConfigPath(path)] }

    private mutating func set(_ value: JSON, at path: [ConfigPath.Step]) {
        root = Self.setting(value, at: path[...], in: root)
    }

    private static func setting(_ value: JSON, at path: ArraySlice<ConfigPath.Step>, in json: JSON) -> JSON {
        switch path.first {
        case nil: return value
        case .key(let key):
            var object = json.objectValue ?? [:]
            object[key] = setting(value, at: path.dropFirst(), in: object[key] ?? [:])
            return .object(object)
        case .index(let index):
            var list = json.arrayValue ?? []
            guard list.indices.contains(index) else { return json }
            list[index] = setting(value, at: path.dropFirst(), in: list[index])
            return .array(list)
        }
    }

    // MARK: Keys and values

    private mutating func readKey() throws(Failure) -> [String] {
        var keys: [String] = []
        repeat {
            skipSpace()
            if peek == UInt8(ascii: "\"") || peek == UInt8(ascii: "'") {
                keys.append(try readString())
            } else {
                keys.append(word { Self.isLetterOrDigit($0) || "_-".utf8.contains($0) })
            }
            guard keys.last?.isEmpty == false else { throw failure("a key is missing here") }
            skipSpace()
        } while take(".")
        return keys
    }

    private mutating func readValue(depth: Int) throws(Failure) -> JSON {
        guard depth < Self.deepest else { throw failure("lists are nested too deeply") }
        switch peek {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try readString())
        case UInt8(ascii: "["): return try readList(depth: depth)
        case UInt8(ascii: "{"): return try readInlineTable(depth: depth)
        default: return try readWord()
        }
    }

    private mutating func readWord() throws(Failure) -> JSON {
        let text = word { Self.isLetterOrDigit($0) || "+-_.:".utf8.contains($0) }
        switch text {
        case "": throw failure("a value is missing here")
        case "true": return true
        case "false": return false
        default: break
        }
        let plain = text.filter { $0 != "_" }
        if let number = Int(plain.hasPrefix("+") ? String(plain.dropFirst()) : plain) { return JSON(number) }
        if let number = Double(plain), number.isFinite { return JSON(number) }
        guard text.first?.isNumber == true else {
            throw failure("`\(text)` is no value; text stands in quotes")
        }
        return .string(text)
    }

    private mutating func readList(depth: Int) throws(Failure) -> JSON {
        place += 1
        var items: [JSON] = []
        while true {
            skipLines()
            if take("]") { return .array(items) }
            items.append(try readValue(depth: depth + 1))
            skipLines()
            if take(",") { continue }
            guard take("]") else { throw failure("a list ends with `]`") }
            return .array(items)
        }
    }

    private mutating func readInlineTable(depth: Int) throws(Failure) -> JSON {
        place += 1
        var object: JSON = [:]
        skipSpace()
        if take("}") { return object }
        while true {
            let keys = try readKey()
            guard take("=") else { throw failure("a key is followed by `=`") }
            skipSpace()
            let path = keys.map { ConfigPath.Step.key($0) }
            object = Self.setting(try readValue(depth: depth + 1), at: path[...], in: object)
            skipSpace()
            if take("}") { return object }
            guard take(",") else { throw failure("a table in one line ends with `}`") }
        }
    }

    private mutating func readString() throws(Failure) -> String {
        let quote = bytes[place]
        let isRaw = quote == UInt8(ascii: "'")
        let isLong = bytes[place...].prefix(3).elementsEqual(Array(repeating: quote, count: 3))
        place += isLong ? 3 : 1
        if isLong {
            _ = take("\r")
            _ = take("\n")
        }
        var text: [UInt8] = []
        while let byte = peek {
            if byte == quote {
                if !isLong { return finish(text, 1) }
                if bytes[place...].prefix(3).elementsEqual(Array(repeating: quote, count: 3)) {
                    return finish(text, 3)
                }
            }
            if byte == UInt8(ascii: "\n") && !isLong { break }
            place += 1
            if byte == UInt8(ascii: "\\") && !isRaw { try readEscape(&text) } else { text.append(byte) }
        }
        throw failure("a text ends with the quote it began with")
    }

    private mutating func finish(_ text: [UInt8], _ quotes: Int) -> String {
        place += quotes
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func readEscape(_ text: inout [UInt8]) throws(Failure) {
        guard let byte = peek else { throw failure("a text ends with the quote it began with") }
        place += 1
        let plain: [Character: UInt8] = [
            "b": 8, "t": 9, "n": 10, "f": 12, "r": 13, "e": 27, "\"": 34, "\\": 92,
        ]
        let letter = Character(UnicodeScalar(byte))
        if let plain = plain[letter] { return text.append(plain) }
        if letter == "\n" || letter == "\r" || letter == " " {
            return skip(where: { " \t\r\n".utf8.contains($0) })
        }
        guard letter == "u" || letter == "U" else { throw failure("`\\\(letter)` means nothing in a text") }
        let digits = String(decoding: bytes[place...].prefix(letter == "u" ? 4 : 8), as: UTF8.self)
        guard let code = UInt32(digits, radix: 16), let scalar = UnicodeScalar(code) else {
            throw failure("`\\\(letter)\(digits)` is no character")
        }
        place += digits.utf8.count
        text += Array(String(Character(scalar)).utf8)
    }

    // MARK: Bytes

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    private mutating func skip(where isSkipped: (UInt8) -> Bool) {
        while let byte = peek, isSkipped(byte) { place += 1 }
    }

    private mutating func skipSpace() { skip { $0 == 32 || $0 == 9 } }

    private mutating func skipComment() { skip { $0 != UInt8(ascii: "\n") } }

    private mutating func skipLines() {
        while true {
            skip(where: { " \t\r\n".utf8.contains($0) })
            guard peek == UInt8(ascii: "#") else { return }
            skipComment()
        }
    }

    private mutating func word(_ belongs: (UInt8) -> Bool) -> String {
        let start = place
        skip(where: belongs)
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private mutating func endLine() throws(Failure) {
        skipSpace()
        if peek == UInt8(ascii: "#") { skipComment() }
        _ = take("\r")
        guard place == bytes.count || take("\n") else { throw failure("a line holds one key and its value") }
    }

    private func failure(_ message: String) -> Failure {
        Failure(line: 1 + bytes[..<min(place, bytes.count)].count { $0 == 10 }, message: message)
    }
}
