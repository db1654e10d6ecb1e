import COpenSSL

/// Signatures of device keys (RFC 8032).
///
/// OpenSSL offers Ed25519 only through EVP, which costs the static binary 3.7 MB and the first call 2.5 ms.
package enum Ed25519 {
    package static let keyBytes = 32
    package static let signatureBytes = 64

    /// A key pair: `seed` is the private half.
    package struct KeyPair: Sendable {
        package let seed: [UInt8]
        package let publicKey: [UInt8]
    }

    package static func generate() -> KeyPair {
        let seed = SecureRandom.bytes(keyBytes)
        guard let publicKey = publicKey(ofSeed: seed) else {
            preconditionFailure("OpenSSL was built without Ed25519.")
        }
        return KeyPair(seed: seed, publicKey: publicKey)
    }

    /// The public half of the key with this seed; nil when it is not 32 bytes.
    package static func publicKey(ofSeed seed: [UInt8]) -> [UInt8]? {
        guard let key = Key(seed: seed) else { return nil }
        var length = keyBytes
        var bytes = [UInt8](repeating: 0, count: length)
        guard EVP_PKEY_get_raw_public_key(key.pointer, &bytes, &length) == 1, length == keyBytes else {
            return nil
        }
        return bytes
    }

    /// The signature of `message`; nil when the seed is not 32 bytes.
    package static func sign(_ message: [UInt8], seed: [UInt8]) -> [UInt8]? {
        guard let key = Key(seed: seed), let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var length = signatureBytes
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1,
            EVP_DigestSign(context, &signature, &length, message, message.count) == 1,
            length == signatureBytes
        else { return nil }
        return signature
    }

    /// False also for a key or a signature of another length.
    package static func verify(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == signatureBytes, let key = Key(publicKey: publicKey),
            let context = EVP_MD_CTX_new()
        else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// Owns one OpenSSL key.
private struct Key: ~Copyable {
    let pointer: OpaquePointer

    init?(seed: [UInt8]) { self.init(EVP_PKEY_new_raw_private_key, seed) }
    init?(publicKey: [UInt8]) { self.init(EVP_PKEY_new_raw_public_key, publicKey) }

    private init?(
        _ make: (CInt, OpaquePointer?, UnsafePointer<UInt8>?, Int) -> OpaquePointer?, _ bytes: [UInt8]
    ) {
        Self.prepare
        guard bytes.count == Ed25519.keyBytes, let pointer = make(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return nil }
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The system's openssl.cnf is for programs that let people choose algorithms; reading it only costs time.
    private static let prepare: Void = {
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    }()
}
