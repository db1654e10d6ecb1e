import Core
import Wire

@testable import Gateway

/// Logins that say only what a test is about.
enum Sample {
    enum Place { case local, loopback, far }

    static let token = "tok-0123456789abcdef"
    static let page: JSON = [
        "id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "webchat",
    ]
    static let commandLine: JSON = ["id": "cli", "version": "1", "platform": "linux", "mode": "cli"]
    /// A program of somebody's: its device waits for approval where the command line's is known by the secret.
    static let program: JSON = [
        "id": "gateway-client", "version": "1", "platform": "linux", "mode": "backend",
    ]

    static func place(_ place: Place) -> ClientPlace {
        let address = PeerAddress(place == .far ? "192.0.2.7" : "127.0.0.1")
        return ClientPlace(
            address: place == .far ? "192.0.2.7" : "127.0.0.1",
            guesser: .address(address?.block ?? unknownBlock),
            isOnThisMachine: place != .far, isLocal: place == .local, isDirectLoopback: place != .far)
    }

    private static var unknownBlock: AddressBlock {
        guard let address = PeerAddress("0.0.0.0") else { preconditionFailure("0.0.0.0 is an address.") }
        return address.block
    }

    static func params(least: Int, most: Int) -> JSON {
        ["minProtocol": JSON(least), "maxProtocol": JSON(most), "client": commandLine]
    }

    static func login(
        client: JSON, origin: OriginRule.Verdict, place: Place, token: String? = Sample.token,
        scopes: [String] = Scopes.owner.names, withDevice: Bool = false, known: KnownDevice? = nil,
        auth: SharedAuth = SharedAuth(mode: .token, token: Secret(Sample.token)), lockout: Duration? = nil
    ) -> Handshake {
        let challenge = Challenge(nonce: "n1", at: .now)
        var object: JSONObject = [
            "minProtocol": 4, "maxProtocol": 4, "client": client, "role": "operator", "scopes": JSON(scopes),
        ]
        object["auth"] = token.map { ["token": .string($0)] }
        if withDevice { object["device"] = device(client, scopes, token ?? "", challenge) }
        return Handshake(
            params: ConnectParams(.object(object)), generation: .four, challenge: challenge,
            place: Sample.place(place), origin: origin, access: AccessSettings(auth: auth), known: known,
            lockout: lockout, now: challenge.at)
    }

    private static let seed: [UInt8] = Array(0..<32)
    private static var publicKey: [UInt8] { Ed25519.publicKey(ofSeed: seed) ?? [] }

    static func device(_ client: JSON, _ scopes: [String], _ token: String, _ challenge: Challenge)
        -> JSON
    {
        let id = DeviceIdentity.id(of: publicKey)
        let fields = [
            "v3", id, client["id"]?.stringValue ?? "", client["mode"]?.stringValue ?? "", "operator",
            scopes.joined(separator: ","), String(challenge.at.milliseconds), token, challenge.nonce,
            client["platform"]?.stringValue ?? "", "",
        ]
        let signature = Ed25519.sign(Array(fields.joined(separator: "|").utf8), seed: seed) ?? []
        return [
            "id": .string(id), "publicKey": .string(Base64.encodeURL(publicKey)),
            "signature": .string(Base64.encodeURL(signature)), "signedAt": challenge.at.json,
            "nonce": .string(challenge.nonce),
        ]
    }

    static func known(scopes: [String], token: String) -> KnownDevice {
        KnownDevice(
            publicKey: publicKey, roles: ["operator"], scopes: scopes,
            tokens: ["operator": KnownDevice.Token(secret: Secret(token), scopes: scopes, isRevoked: false)])
    }

    /// A recorded login, decided here.
    static func outcome(_ golden: HandshakeGolden) -> Handshake.Outcome {
        let json = golden.json
        let params: ConnectParams
        let generation: Generation
        do throws(Refusal) {
            (params, generation) = try Handshake.read(json["params"] ?? [:])
        } catch {
            return .refused(error)
        }
        let at = Timestamp(milliseconds: Int64(json["ts"]?.intValue ?? 0))
        let secret = golden.name.hasPrefix("v3") ? "tok-v3-0123456789abcdef" : "tok-v4-0123456789abcdef"
        let places: [String: Place] = ["local": .local, "loopback": .loopback, "far": .far]
        return Handshake(
            params: params, generation: generation,
            challenge: Challenge(nonce: json["nonce"]?.stringValue ?? "", at: at),
            place: place(places[json["place"]?.stringValue ?? ""] ?? .local),
            origin: json["origin"] == "foreign" ? .foreign : .absent,
            access: AccessSettings(auth: SharedAuth(mode: .token, token: Secret(secret))), known: nil,
            lockout: nil,
            now: at
        ).decide()
    }

    static func givesToken(_ acceptance: Acceptance) -> Bool {
        switch acceptance.device {
        case .none: false
        case .known, .approve: true
        }
    }
}
