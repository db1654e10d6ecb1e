import COpenSSL

/// Hashes of bytes in memory.
///
/// Only the `…_Init`, `…_Update`, `…_Final` forms of OpenSSL are called: the one-call and EVP forms put every provider
/// (3.7 MB) into a static link.
package enum Digest {
    /// SHA-1, 20 bytes, only for names and for the WebSocket handshake: it proves nothing.
    package static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA_CTX()
        SHA1_Init(&context)
        SHA1_Update(&context, bytes, bytes.count)
        return finished(length: Int(SHA_DIGEST_LENGTH)) { SHA1_Final($0, &context) }
    }

    /// SHA-256, 32 bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var context = SHA256_CTX()
        SHA256_Init(&context)
        SHA256_Update(&context, bytes, bytes.count)
        return finished(length: Int(SHA256_DIGEST_LENGTH)) { SHA256_Final($0, &context) }
    }

    /// Two lower-case digits a byte.
    package static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.underestimatedCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func finished(length: Int, _ final: (UnsafeMutablePointer<UInt8>) -> CInt) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            _ = final(start)
            count = length
        }
    }
}
