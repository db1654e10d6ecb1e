/// Writes JSON as bytes, into memory of its own: an array would check its owner and its end at every byte.
///
/// Objects need not exist as values: their members can be written one after another.
package struct JSONWriter: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    /// Bytes written so far.
    package private(set) var count = 0
    private var capacity: Int
    /// Spaces a level, or nil for one line.
    private let indent: Int?
    private var depth = 0

    /// `capacity` is a guess at the number of bytes; with `indent` values take a line a member.
    package init(capacity: Int = 512, indent: Int? = nil) {
        self.capacity = max(capacity, 16)
        self.indent = indent
        start = .allocate(capacity: self.capacity)
    }

    deinit { start.deallocate() }

    /// What was written so far.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// Lends what was written so far for the length of the call.
    package borrowing func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(bytes))
    }

    package mutating func write(_ value: JSON) {
        switch value {
        case .null: write(word: "null")
        case .bool(let value): write(word: value ? "true" : "false")
        case .integer(let value): write(value)
        case .number(let value): write(value)
        case .string(let value): write(quoted: value)
        case .array(let items): write(items)
        case .object(let members): write(members)
        }
    }

    private mutating func write(_ items: [JSON]) {
        open(UInt8(ascii: "["))
        for item in items { addElement(item) }
        close(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: JSONObject) {
        open(UInt8(ascii: "{"))
        addMembers(of: members)
        close(UInt8(ascii: "}"))
    }

    private mutating func open(_ bracket: UInt8) {
        put(bracket)
        depth += 1
    }

    /// No value ends in an opening bracket, so the last byte tells whether anything stands before.
    private mutating func separate() {
        if !isAfterBracket { put(UInt8(ascii: ",")) }
        breakLine()
    }

    private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if !isAfterBracket { breakLine() }
        put(bracket)
    }

    private var isAfterBracket: Bool {
        let last = count == 0 ? 0 : start[count - 1]
        return last == UInt8(ascii: "{") || last == UInt8(ascii: "[")
    }

    @inline(__always)
    private mutating func breakLine() {
        if let indent { breakLine(indent) }
    }

    private mutating func breakLine(_ indent: Int) {
        put(0x0A)
        for _ in 0..<(indent * depth) { put(0x20) }
    }
}

// MARK: - Objects written member by member

extension JSONWriter {
    /// Writes an object whose members `body` adds.
    package mutating func writeObject(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Adds all members of `object` to the object being written.
    package mutating func addMembers(of object: JSONObject) {
        for (key, value) in object {
            separate()
            write(quoted: key)
            put(UInt8(ascii: ":"))
            if indent != nil { put(UInt8(ascii: " ")) }
            write(value)
        }
    }

    package mutating func add(_ key: StaticString, _ value: String) {
        add(key)
        write(quoted: value)
    }

    package mutating func add(_ key: StaticString, _ value: Int64) {
        add(key)
        write(value)
    }

    package mutating func add(_ key: StaticString, _ value: Int) { add(key, Int64(value)) }

    package mutating func add(_ key: StaticString, _ value: Bool) {
        add(key)
        write(word: value ? "true" : "false")
    }

    package mutating func add(_ key: StaticString, _ value: JSON) {
        add(key)
        write(value)
    }

    package mutating func add(_ key: StaticString, _ value: some StringID) { add(key, value.rawValue) }

    package mutating func add(_ key: StaticString, _ value: Timestamp) { add(key, value.milliseconds) }

    /// `encoded` must be one complete JSON value.
    package mutating func add(_ key: StaticString, encoded: [UInt8]) {
        add(key)
        write(encoded: encoded[...])
    }

    /// Adds an object whose members `body` adds.
    package mutating func addObject(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        add(key)
        writeObject(body)
    }

    /// Adds an array of one object.
    package mutating func addListOfOne(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        addArray(key) { $0.addElement(body) }
    }

    /// Adds an array whose elements `body` adds.
    package mutating func addArray(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        add(key)
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Adds a value to the array being written.
    package mutating func addElement(_ value: JSON) {
        separate()
        write(value)
    }

    /// Adds an object, whose members `body` adds, to the array being written.
    package mutating func addElement(_ body: (inout JSONWriter) -> Void) {
        separate()
        writeObject(body)
    }

    /// Writes what must be JSON, or a part of it, already.
    package mutating func write(encoded: ArraySlice<UInt8>) { encoded.withUnsafeBufferPointer { copy($0) } }

    /// Writes a part of JSON as it stands.
    package mutating func write(raw text: StaticString) { write(word: text) }

    /// Keys are ours and need no escaping.
    private mutating func add(_ key: StaticString) {
        separate()
        put(0x22)
        write(word: key)
        put(0x22)
        put(UInt8(ascii: ":"))
    }
}

// MARK: - Text and numbers

extension JSONWriter {
    /// Only what JSON demands is escaped; everything else is copied in runs.
    package mutating func write(quoted text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ write(quoted: $0) }) == nil {
            var text = text
            text.withUTF8 { write(quoted: $0) }
        }
    }

    private mutating func write(quoted utf8: UnsafeBufferPointer<UInt8>) {
        reserve(utf8.count + 2)
        put(0x22)
        var start = 0
        while true {
            let end = JSONText.plainRun(in: utf8, from: start).end
            copy(UnsafeBufferPointer(rebasing: utf8[start..<end]))
            guard end < utf8.count else { break }
            escape(utf8[end])
            start = end + 1
        }
        put(0x22)
    }

    private mutating func escape(_ byte: UInt8) {
        put(UInt8(ascii: "\\"))
        switch byte {
        case 0x22, 0x5C: put(byte)
        case 0x0A: put(UInt8(ascii: "n"))
        case 0x0D: put(UInt8(ascii: "r"))
        case 0x09: put(UInt8(ascii: "t"))
        case 0x08: put(UInt8(ascii: "b"))
        case 0x0C: put(UInt8(ascii: "f"))
        default:
            write(word: "u00")
            put(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let low = byte & 0x0F
            put(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
        }
    }

    /// Whole numbers have no fraction, as JavaScript writes them; what is not a number is `null`.
    private mutating func write(_ value: Double) {
        if let whole = Int64(exactly: value), whole != 0 || value.sign == .plus {
            write(whole)
        } else if value == 0 {
            write(word: "-0")
        } else if value.isFinite {
            var text = value.description
            text.withUTF8 { copy($0) }
        } else {
            write(word: "null")
        }
    }

    private mutating func write(_ value: Int64) {
        if value < 0 { put(UInt8(ascii: "-")) }
        let first = count
        var rest = value.magnitude
        repeat {
            put(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        var digits = UnsafeMutableBufferPointer(start: start + first, count: count - first)
        digits.reverse()
    }

    private mutating func write(word: StaticString) {
        copy(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

// MARK: - Memory

extension JSONWriter {
    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        start[count] = byte
        count += 1
    }

    private mutating func copy(_ run: UnsafeBufferPointer<UInt8>) {
        guard let base = run.baseAddress, !run.isEmpty else { return }
        reserve(run.count)
        (start + count).update(from: base, count: run.count)
        count += run.count
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(by: more) }
    }

    private mutating func grow(by more: Int) {
        capacity = max(capacity * 2, count + more)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: start, count: count)
        start.deallocate()
        start = larger
    }
}
