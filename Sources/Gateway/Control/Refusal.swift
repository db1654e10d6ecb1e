import Core

/// A connection that is not let in: what the client is told, and how its socket ends.
struct Refusal: Error {
    /// Nil: the socket closes without a word, because nothing could be answered.
    var error: RPCError?
    var closeCode: Int
    var closeReason: String
    /// A wrong secret was given; the address is counted.
    var isFailedLogin = false

    init(_ error: RPCError?, closeCode: Int = 1008, closeReason: String? = nil, isFailedLogin: Bool = false) {
        self.error = error
        self.closeCode = closeCode
        self.closeReason = Self.cut(closeReason ?? error?.message ?? "")
        self.isFailedLogin = isFailedLogin
    }

    /// A close frame holds 123 bytes of reason at most; the original cuts at 120.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > 120 else { return text }
        var kept = ""
        var length = 0
        for character in text {
            length += character.utf8.count
            if length > 120 { break }
            kept.append(character)
        }
        return kept
    }
}

extension Refusal {
    static func invalid(_ message: String, details: JSON? = nil, closeCode: Int = 1008) -> Refusal {
        Refusal(.invalid(message, details: details), closeCode: closeCode)
    }

    /// Nothing the client could be answered to.
    static let notJSON = Refusal(nil, closeCode: 1000)
    static let notARequest = Refusal(nil, closeReason: "invalid request frame")
    static let notConnect = Refusal.invalid("invalid handshake: first request must be connect")

    static let starting = Refusal(
        RPCError(
            .unavailable, "gateway starting; retry shortly", details: ["reason": "startup-sidecars"],
            isRetryable: true, retryAfter: .milliseconds(500)),
        closeCode: 1013, closeReason: "gateway starting")

    static func protocolMismatch(least: Int, most: Int) -> Refusal {
        .invalid(
            "protocol mismatch",
            details: [
                "code": "PROTOCOL_MISMATCH", "clientMinProtocol": JSON(least),
                "clientMaxProtocol": JSON(most),
                "expectedProtocol": JSON(Generation.four.rawValue),
                "minimumProbeProtocol": JSON(Generation.three.rawValue),
            ], closeCode: 1002)
    }

    /// A refusal with a code for programs, which only the newer generation has.
    static func coded(
        _ message: String, _ code: String, reason: String? = nil, as error: RPCError.Code = .invalidRequest,
        for generation: Generation
    ) -> Refusal {
        var details: JSONObject = ["code": .string(code)]
        details["reason"] = reason.map { .string($0) }
        return Refusal(RPCError(error, message, details: generation == .four ? .object(details) : nil))
    }

    static func foreignOrigin(for generation: Generation) -> Refusal {
        coded(
            "origin not allowed (open the Control UI from the gateway host or allow it in "
                + "gateway.controlUi.allowedOrigins)",
            "CONTROL_UI_ORIGIN_NOT_ALLOWED", reason: "origin not allowed", for: generation)
    }

    static func controlUINeedsDevice(for generation: Generation) -> Refusal {
        coded(
            generation == .three
                ? "control ui requires HTTPS or localhost (secure context)"
                : "control ui requires device identity (use HTTPS or localhost secure context)",
            "CONTROL_UI_DEVICE_IDENTITY_REQUIRED", for: generation)
    }

    static func needsDevice(for generation: Generation) -> Refusal {
        coded("device identity required", "DEVICE_IDENTITY_REQUIRED", as: .notPaired, for: generation)
    }

    static func device(_ failure: DeviceIdentity.Failure, for generation: Generation) -> Refusal {
        let (code, reason) =
            switch failure {
            case .idMismatch: ("DEVICE_ID_MISMATCH", "device-id-mismatch")
            case .expired: ("SIGNATURE_EXPIRED", "device-signature-stale")
            case .nonceRequired: ("NONCE_REQUIRED", "device-nonce-missing")
            case .nonceMismatch: ("NONCE_MISMATCH", "device-nonce-mismatch")
            case .signatureInvalid: ("SIGNATURE_INVALID", "device-signature")
            }
        return coded(failure.rawValue, "DEVICE_AUTH_\(code)", reason: reason, for: generation)
    }

    static func tooManyLogins(wait: Duration, for generation: Generation) -> Refusal {
        var refusal = LoginFailure.rateLimited.refusal(LoginFailure.Context(generation: generation))
        refusal.error?.isRetryable = true
        refusal.error?.retryAfter = wait
        return refusal
    }
}
