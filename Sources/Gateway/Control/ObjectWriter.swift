import Core

/// Writes a JSON object straight into bytes, so that parts that are already encoded are only copied.
struct ObjectWriter {
    private(set) var bytes: [UInt8]
    private var isEmpty = true

    init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
        bytes.append(UInt8(ascii: "{"))
    }

    mutating func add(_ key: StaticString, _ value: String) {
        open(key)
        JSON.string(value).write(into: &bytes)
    }

    mutating func add(_ key: StaticString, _ value: Int64) {
        open(key)
        bytes.append(contentsOf: String(value).utf8)
    }

    mutating func add(_ key: StaticString, _ value: Int) { add(key, Int64(value)) }

    mutating func add(_ key: StaticString, _ value: Bool) {
        open(key)
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    mutating func add(_ key: StaticString, _ value: JSON) {
        open(key)
        value.write(into: &bytes)
    }

    /// `encoded` must be one complete JSON value.
    mutating func add(_ key: StaticString, encoded: [UInt8]) {
        open(key)
        bytes.append(contentsOf: encoded)
    }

    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Keys are ours and need no escaping.
    private mutating func open(_ key: StaticString) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(contentsOf: "\":".utf8)
    }
}
