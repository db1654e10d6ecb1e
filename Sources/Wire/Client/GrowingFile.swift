#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file under another name until it is whole; removed when it is let go of before.
final class GrowingFile {
    private let path: String
    private let partPath: String
    private var descriptor: CInt
    private(set) var byteCount = 0

    init(for path: String) throws(WebError) {
        self.path = path
        partPath = "\(path).\(Digest.hex(SecureRandom.bytes(4))).part"
        descriptor = open(partPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure }
    }

    func append(_ bytes: [UInt8]) throws(WebError) {
        var place = 0
        while place < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + place }, $0.count - place)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            place += count
        }
        byteCount += bytes.count
    }

    /// Takes the place of whatever has the name.
    func finish() throws(WebError) {
        guard rename(partPath, path) == 0 else { throw failure }
        Descriptor.close(descriptor)
        descriptor = -1
    }

    private var failure: WebError {
        .unavailable("`\(path)` could not be written: \(String(cString: strerror(errno))).")
    }

    deinit {
        guard descriptor >= 0 else { return }
        Descriptor.close(descriptor)
        unlink(partPath)
    }
}
