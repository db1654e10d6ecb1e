#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The system's zstd library, opened when an imported transcript needs it.
///
/// Debian's package manager depends on it, so it is there; nothing else of ours uses it.
struct Zstandard: @unchecked Sendable {
    private typealias Decompress =
        @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int) -> Int
    private typealias ContentSize = @convention(c) (UnsafeRawPointer?, Int) -> UInt64

    private let decompress: Decompress
    private let contentSize: ContentSize

    static let shared = Zstandard()

    private init?() {
        let names = ["libzstd.so.1", "libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib"]
        guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first,
            let decompress = dlsym(library, "ZSTD_decompress"),
            let contentSize = dlsym(library, "ZSTD_getFrameContentSize")
        else { return nil }
        self.decompress = unsafeBitCast(decompress, to: Decompress.self)
        self.contentSize = unsafeBitCast(contentSize, to: ContentSize.self)
    }

    /// Nil for what is not one whole frame of a known, bearable size.
    func decompressed(_ bytes: [UInt8]) -> [UInt8]? {
        let size = bytes.withUnsafeBytes { contentSize($0.baseAddress, $0.count) }
        // Unknown and invalid sizes are the two largest numbers.
        guard size <= ImportedFile.mostBytes, let capacity = Int(exactly: size) else { return nil }
        var written = 0
        let result = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            written = bytes.withUnsafeBytes {
                decompress(buffer.baseAddress, capacity, $0.baseAddress, $0.count)
            }
            count = written == capacity ? capacity : 0
        }
        return written == capacity ? result : nil
    }
}
