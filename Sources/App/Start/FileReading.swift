#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The largest file read whole: what people write by hand is far smaller.
private let mostFileBytes = 8 << 20

/// A file's bytes, or nil when it cannot be read or is larger than what people write by hand.
func readFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size <= mostFileBytes else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= mostFileBytes {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return count == 0 ? bytes : nil }
        bytes += buffer[..<count]
    }
    return nil
}
