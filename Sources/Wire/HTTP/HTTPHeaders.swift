/// The fields of a message, kept as the bytes of the wire (`Name: value\r\n` each): cheap to read and to write.
package struct HTTPHeaders: Sendable {
    private struct Field {
        var nameStart: UInt32
        var nameCount: UInt32
        var valueStart: UInt32
        var valueCount: UInt32

        var name: Range<Int> { Int(nameStart)..<Int(nameStart + nameCount) }
        var value: Range<Int> { Int(valueStart)..<Int(valueStart + valueCount) }
    }

    /// All fields, ready to be written.
    private(set) var wire: [UInt8] = []
    private var places: [Field] = []

    package init() {}

    /// Takes the fields in their order; a name may come more than once.
    package init(_ fields: [(name: String, value: String)]) {
        for (name, value) in fields { add(name, value) }
    }

    /// Whether there is no field.
    package var isEmpty: Bool { places.isEmpty }

    var count: Int { places.count }

    /// Bytes of all fields.
    var byteCount: Int { wire.count }

    /// Every field in its order.
    package var fields: [(name: String, value: String)] { places.map { (text($0.name), text($0.value)) } }

    /// The first value of that name in any case; setting replaces all of them, nil removes them.
    package subscript(_ name: String) -> String? {
        get {
            for field in places where isNamed(field, name) { return text(field.value) }
            return nil
        }
        set {
            if places.contains(where: { isNamed($0, name) }) {
                let others = fields.filter { !name.equalsIgnoringCase($0.name) }
                self = HTTPHeaders(others)
            }
            if let newValue { add(name, newValue) }
        }
    }

    /// The values of all fields of that name, in order.
    package func all(_ name: String) -> [String] {
        places.filter { isNamed($0, name) }.map { text($0.value) }
    }

    /// Whether a comma-separated list under that name holds `token`, in any case.
    package func contains(_ name: String, token: String) -> Bool {
        for field in places where isNamed(field, name) {
            let hasToken = text(field.value).split(separator: ",").contains {
                $0.trimmingBlanks.equalsIgnoringCase(token)
            }
            if hasToken { return true }
        }
        return false
    }

    /// Adds a field; bytes that would end a line become spaces.
    package mutating func add(_ name: String, _ value: String) {
        let nameStart = wire.count
        wire.append(contentsOf: name.utf8)
        let nameEnd = wire.count
        wire.append(": ")
        let valueStart = wire.count
        for byte in value.utf8 {
            wire.append(HTTPGrammar.isFieldValue(byte) ? byte : HTTPGrammar.space)
        }
        finishField(nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart)
    }

    /// Adds a field that the parser has checked.
    mutating func add(_ line: borrowing Span<UInt8>, name: Range<Int>, value: Range<Int>) {
        if wire.capacity == 0 { wire.reserveCapacity(Self.usualBytes) }
        let nameStart = wire.count
        wire.append(line.extracting(name))
        let nameEnd = wire.count
        wire.append(": ")
        let valueStart = wire.count
        wire.append(line.extracting(value))
        finishField(nameStart: nameStart, nameEnd: nameEnd, valueStart: valueStart)
    }

    /// How many fields have that name.
    func count(of name: String) -> Int {
        var count = 0
        for field in places where isNamed(field, name) { count += 1 }
        return count
    }

    /// Room for the head of a small request without growing.
    private static let usualBytes = 256

    private mutating func finishField(nameStart: Int, nameEnd: Int, valueStart: Int) {
        let valueCount = wire.count - valueStart
        wire.append("\r\n")
        places.append(
            Field(
                nameStart: UInt32(truncatingIfNeeded: nameStart),
                nameCount: UInt32(truncatingIfNeeded: nameEnd - nameStart),
                valueStart: UInt32(truncatingIfNeeded: valueStart),
                valueCount: UInt32(truncatingIfNeeded: valueCount)))
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: wire[range], as: UTF8.self) }

    private func isNamed(_ field: Field, _ name: String) -> Bool {
        let name = name.utf8
        guard name.count == Int(field.nameCount) else { return false }
        var place = Int(field.nameStart)
        for byte in name {
            if HTTPGrammar.lowercased(wire[place]) != HTTPGrammar.lowercased(byte) { return false }
            place += 1
        }
        return true
    }
}

extension StringProtocol {
    /// Compares ASCII letters in any case, every other byte exactly.
    func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
        utf8.elementsEqual(other.utf8) { HTTPGrammar.lowercased($0) == HTTPGrammar.lowercased($1) }
    }

    /// Without the spaces and tabs around it.
    var trimmingBlanks: Substring {
        var rest = Substring(self)
        while let first = rest.utf8.first, HTTPGrammar.isBlank(first) { rest.removeFirst() }
        while let last = rest.utf8.last, HTTPGrammar.isBlank(last) { rest.removeLast() }
        return rest
    }
}
