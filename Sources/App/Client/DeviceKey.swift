import Core
import Gateway
import Wire

/// This computer's key, by which a gateway elsewhere knows its command line again; kept as the original keeps it.
struct DeviceKey {
    /// Where it is in the state directory.
    static let file = "identity/device.json"

    private let pair: Ed25519.KeyPair

    /// What stands before the 32 bytes of a key in its DER form, and names the curve (RFC 8410).
    private static let publicHead: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    private static let privateHead: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let mostBytes = 1 << 16

    private init(_ pair: Ed25519.KeyPair) { self.pair = pair }

    /// The one of a state directory; it is made where there is none yet.
    init(keptIn state: String) throws(CommandError) {
        let path = "\(state)/\(Self.file)"
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try Self.read(path)
        } catch {
            throw CommandError("\(error)")
        }
        guard let pair = Self.pair(in: bytes) else {
            throw CommandError(
                "`\(path)` holds no key: remove it, and the next command makes another one.")
        }
        self.init(pair)
    }

    /// What the file says, or a new key that it says now.
    private static func read(_ path: String) throws(FileError) -> [UInt8] {
        if let kept = try PrivateFile.read(path, limit: mostBytes) { return kept }
        let made = Self(Ed25519.generate()).text.encoded()
        if try PrivateFile.create(made, at: path) { return made }
        // Another command has been faster.
        let theirs = try PrivateFile.read(path, limit: mostBytes)
        return theirs ?? made
    }

    /// The hexadecimal SHA-256 of the public half.
    private var id: String { Digest.hex(Digest.sha256(pair.publicKey)) }

    /// `device` of a `connect` with these params (contract §2.6, payload v2, which every generation takes).
    func device(for params: JSONObject, answering challenge: JSON) -> JSON {
        let client = params["client"]
        let signedAt = challenge["ts"]?.intValue ?? Int(Timestamp.now.milliseconds)
        let nonce = challenge["nonce"]?.stringValue ?? ""
        let scopes = params["scopes"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let fields = [
            "v2", id, client?["id"]?.stringValue ?? "", client?["mode"]?.stringValue ?? "",
            params["role"]?.stringValue ?? "", scopes.joined(separator: ","), String(signedAt),
            params["auth"]?["token"]?.stringValue ?? "", nonce,
        ]
        let signature = Ed25519.sign(Array(fields.joined(separator: "|").utf8), seed: pair.seed) ?? []
        return [
            "id": .string(id), "publicKey": .string(Base64.encodeURL(pair.publicKey)),
            "signature": .string(Base64.encodeURL(signature)), "signedAt": JSON(signedAt),
            "nonce": .string(nonce),
        ]
    }

    // MARK: File

    private var text: JSON {
        [
            "version": 1, "deviceId": .string(id),
            "publicKeyPem": .string(Self.pem("PUBLIC KEY", Self.publicHead + pair.publicKey)),
            "privateKeyPem": .string(Self.pem("PRIVATE KEY", Self.privateHead + pair.seed)),
            "createdAtMs": Timestamp.now.json,
        ]
    }

    private static func pem(_ name: String, _ der: [UInt8]) -> String {
        "-----BEGIN \(name)-----\n\(Base64.encode(der))\n-----END \(name)-----\n"
    }

    private static func pair(in file: [UInt8]) -> Ed25519.KeyPair? {
        guard let text = (try? JSON.parse(file))?["privateKeyPem"]?.stringValue else { return nil }
        let body = text.split(whereSeparator: \.isNewline).filter { !$0.contains("-----") }.joined()
        guard let der = Base64.decode(body), der.starts(with: privateHead) else { return nil }
        return Ed25519.KeyPair(seed: Array(der.dropFirst(privateHead.count)))
    }
}
