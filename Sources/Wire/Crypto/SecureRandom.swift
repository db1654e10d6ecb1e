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

    /// A version 4 UUID in lower case.
    package static func uuid() -> String {
        var bytes = bytes(16)
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        let digits = Array(Digest.hex(bytes).utf8)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map {
            String(decoding: digits[$0], as: UTF8.self)
        }
        return parts.joined(separator: "-")
    }

    /// 256 bits as 43 characters that may stand in a URL.
    package static func token() -> String { Base64.encodeURL(bytes(32)) }

    /// getentropy(3) refuses more at once.
    private static let largestRequestBytes = 256
}
