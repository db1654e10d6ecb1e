#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bytes nobody can guess, from the kernel.
package enum SecureRandom {
    package static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            while start < count {
                let part = min(count - start, largestRequestBytes)
                guard let address = buffer.baseAddress, getentropy(address + start, part) == 0 else {
                    fatalError("The kernel gave no random bytes (errno \(errno)).")
                }
                start += part
            }
        }
        return bytes
    }

    /// 256 bits as 43 characters that may stand in a URL.
    package static func token() -> String { Base64.encodeURL(bytes(32)) }

    /// getentropy(3) refuses more at once.
    private static let largestRequestBytes = 256
}
