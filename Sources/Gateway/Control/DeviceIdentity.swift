import Core
import Wire

/// Proves that a client holds the private key of the device it names.
struct DeviceIdentity {
    let params: ConnectParams
    let generation: Generation
    let challenge: Challenge
    let now: Timestamp
    let isLocal: Bool

    /// What went wrong; the raw value is the message both generations send.
    enum Failure: String, Error {
        case idMismatch = "device identity mismatch"
        case expired = "device signature expired"
        case nonceRequired = "device nonce required"
        case nonceMismatch = "device nonce mismatch"
        case signatureInvalid = "device signature invalid"
    }

    /// Returns the device's raw public key.
    func verify(_ device: ConnectParams.Device) throws(Failure) -> [UInt8] {
        guard let key = Self.rawKey(device.publicKey), Self.id(of: key) == device.id else {
            throw .idMismatch
        }
        let age = now - device.signedAt
        guard age <= window, age >= .zero - window else { throw .expired }
        if device.nonce == nil && (generation == .four || !isLocal) { throw .nonceRequired }
        if let nonce = device.nonce, nonce != challenge.nonce { throw .nonceMismatch }
        guard let signature = Base64.decodeURL(device.signature) ?? Base64.decode(device.signature),
            signature.count == 64,
            payloads(device).contains(where: {
                Ed25519.verify(signature: signature, message: Array($0.utf8), publicKey: key)
            })
        else { throw .signatureInvalid }
        return key
    }

    /// How far the client's clock may be from ours.
    private var window: Duration { generation == .three ? .seconds(600) : .seconds(120) }

    /// What the client may have signed.
    ///
    /// Newer clients pick one of several tokens, so each is tried.
    private func payloads(_ device: ConnectParams.Device) -> [String] {
        let auth = params.auth
        let tokens = [auth.token, auth.deviceToken, auth.bootstrapToken].compactMap { $0 }
        return (tokens.isEmpty ? [""] : tokens + [""]).flatMap { payloads(device, token: $0) }
    }

    private func payloads(_ device: ConnectParams.Device, token: String) -> [String] {
        let fields = [
            device.id, params.client.id, params.client.mode, params.role,
            params.scopes.joined(separator: ","),
            String(device.signedAt.milliseconds), token,
        ]
        guard let nonce = device.nonce else { return [(["v1"] + fields).joined(separator: "|")] }
        let second = (["v2"] + fields + [nonce]).joined(separator: "|")
        guard generation == .four else { return [second] }
        let kind = [
            Self.normalized(params.client.platform), Self.normalized(params.client.deviceFamily ?? ""),
        ]
        return [(["v3"] + fields + [nonce] + kind).joined(separator: "|"), second]
    }

    /// Trimmed and ASCII-lowercased, as clients sign it.
    private static func normalized(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let isSpace: (Unicode.Scalar) -> Bool = { $0.properties.isWhitespace }
        let kept = scalars.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return String(
            String.UnicodeScalarView(
                kept.map { scalar in
                    ("A"..."Z").contains(scalar) ? Unicode.Scalar(scalar.value + 32) ?? scalar : scalar
                }))
    }

    /// The hexadecimal SHA-256 of the raw key.
    static func id(of key: [UInt8]) -> String { Digest.hex(Digest.sha256(key)) }

    /// The 32 bytes of a key given as base64url, base64 or PEM.
    static func rawKey(_ text: String) -> [UInt8]? {
        guard text.contains("BEGIN") else {
            let key = Base64.decodeURL(text) ?? Base64.decode(text)
            return key?.count == 32 ? key : nil
        }
        let body = text.split(whereSeparator: \.isNewline).filter { !$0.contains("-----") }.joined()
        guard let der = Base64.decode(body), der.count == 44 else { return nil }
        return Array(der.suffix(32))  // a fixed prefix of 12 bytes names the curve
    }
}

/// What the server asks a client to sign.
struct Challenge: Sendable {
    var nonce: String
    var at: Timestamp
}
