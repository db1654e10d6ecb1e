/// Bytes made once and sent to many: they are never changed, moved or copied again.
package final class SharedBytes: Sendable {
    /// Written before anyone else can see it, and freed when nobody can any more.
    private nonisolated(unsafe) let storage: UnsafeRawBufferPointer

    package init(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        storage = UnsafeRawBufferPointer(copy)
    }

    package convenience init(_ text: String) { self.init(Array(text.utf8)) }

    package var count: Int { storage.count }

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result
    {
        try body(storage)
    }

    deinit { storage.deallocate() }
}
