/// Bytes made once and sent to many: they are never changed, moved or copied again.
package final class SharedBytes: Sendable {
    /// Written before anyone else can see it, and freed when nobody can any more.
    private nonisolated(unsafe) let storage: UnsafeRawBufferPointer

    /// Copies `bytes`, once.
    package init(_ bytes: UnsafeRawBufferPointer) { storage = Self.copy(of: bytes) }

    /// The UTF-8 of `text`.
    package init(_ text: String) {
        var text = text
        storage = text.withUTF8 { Self.copy(of: UnsafeRawBufferPointer($0)) }
    }

    private static func copy(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyMemory(from: bytes)
        return UnsafeRawBufferPointer(copy)
    }

    /// The number of bytes.
    package var count: Int { storage.count }

    /// Lends the bytes for the length of the call.
    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        try body(storage)
    }

    deinit { storage.deallocate() }
}
