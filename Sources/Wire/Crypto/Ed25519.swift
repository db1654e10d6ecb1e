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

        /// Nil when the seed is not 32 bytes.
        package init?(seed: [UInt8]) {
            guard let publicKey = Ed25519.publicKey(ofSeed: seed) else { return nil }
            self.seed = seed
            self.publicKey = publicKey
        }
    }

    package static func generate() -> KeyPair {
        guard let pair = KeyPair(seed: SecureRandom.bytes(keyBytes)) else {
            preconditionFailure("OpenSSL was built without Ed25519.")
        }
        return pair
    }

    /// The public half of the key with this seed; nil when it is not 32 bytes.
    package static func publicKey(ofSeed seed: [UInt8]) -> [UInt8]? {
        withKey(EVP_PKEY_new_raw_private_key, seed) { key in
            var length = keyBytes
            var bytes = [UInt8](repeating: 0, count: length)
            let isDone = EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1 && length == keyBytes
            return isDone ? bytes : nil
        }
    }

    /// The signature of `message`; nil when the seed is not 32 bytes.
    package static func sign(_ message: [UInt8], seed: [UInt8]) -> [UInt8]? {
        withKey(EVP_PKEY_new_raw_private_key, seed) { key in
            guard let context = EVP_MD_CTX_new() else { return nil }
            defer { EVP_MD_CTX_free(context) }
            var length = signatureBytes
            var signature = [UInt8](repeating: 0, count: length)
            let isDone =
                EVP_DigestSignInit(context, nil, nil, nil, key) == 1
                && EVP_DigestSign(context, &signature, &length, message, message.count) == 1
                && length == signatureBytes
            return isDone ? signature : nil
        }
    }

    /// False also for a key or a signature of another length.
    package static func verify(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == signatureBytes else { return false }
        let isGood = withKey(EVP_PKEY_new_raw_public_key, publicKey) { key -> Bool? in
            guard let context = EVP_MD_CTX_new() else { return nil }
            defer { EVP_MD_CTX_free(context) }
            return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        }
        return isGood ?? false
    }

    /// Functions only, no type that frees a key in its `deinit`: a type's metadata is always linked, and with it EVP into
    /// programs that never sign.
    private static func withKey<Result>(
        _ make: (CInt, OpaquePointer?, UnsafePointer<UInt8>?, Int) -> OpaquePointer?, _ bytes: [UInt8],
        _ body: (OpaquePointer) -> Result?
    ) -> Result? {
        prepare
        guard bytes.count == keyBytes, let key = make(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
            return nil
        }
        defer { EVP_PKEY_free(key) }
        return body(key)
    }

    /// The system's openssl.cnf is for programs that let people choose algorithms; reading it only costs time.
    private static let prepare: Void = {
        _ = OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    }()
}
